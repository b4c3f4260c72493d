// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

#include <memory>

BOOST_AUTO_TEST_SUITE(generator_styled)

using namespace model_test;

namespace {

/// Pictures of 48x80, whose last two stages have enough pixels and feature maps to be computed in blocks.
constexpr Architecture large{.base = {3, 5},
                             .resolution_log2 = 6,
                             .fmap_base = 512,
                             .fmap_max = 40,
                             .latent_size = 7,
                             .dlatent_size = 9,
                             .mapping_layers = 2,
                             .mapping_fmaps = 6};

AnyGenerator<Cpu> generator_of(const Architecture& a, Cpu device) {
    return trained(AnyGenerator<Cpu>(a, std::make_shared<Context<Cpu>>(device), 1));
}

bool styled(const Architecture& a, int stage) { return AnySynthesisBlock<Cpu>(a, stage).styled(); }

}  // namespace

BOOST_AUTO_TEST_CASE(large_stages_of_whole_style_based_networks_are_styled) {
    BOOST_TEST(!styled(large, 0));
    BOOST_TEST(styled(large, 3));
    BOOST_TEST(styled(large, 4));
    const auto with = [](auto change) {
        Architecture a = large;
        change(a);
        BOOST_REQUIRE(a.flaw() == nullptr);
        return styled(a, 4);
    };
    BOOST_TEST(with([](auto& a) { a.use_noise = false; }));
    BOOST_TEST(!with([](auto& a) { a.use_instance_norm = false; }));
    BOOST_TEST(!with([](auto& a) { a.use_styles = false; }));
    BOOST_TEST(!with([](auto& a) { a.use_pixel_norm = true; }));
    BOOST_TEST(!with([](auto& a) { a.bias_before_blur = true; }));
    BOOST_TEST(!with([](auto& a) { a.blur_filter.length = 0; }));
    BOOST_TEST(!with([](auto& a) { a.blur_filter.taps[2] = 3; }));
}

BOOST_AUTO_TEST_CASE(agrees_with_plain_kernels) {
    for (const bool noise : {true, false}) {
        Architecture a = large;
        a.use_noise = noise;
        a.num_channels = noise ? 3 : 4;
        const auto fast = generator_of(a, {.threads = 2}),
                   plain = generator_of(a, {.threads = 2, .kernels = Kernels::plain});
        for (const double lod : {0.0, 0.3, 1.0, 1.6, 2.0})
            BOOST_TEST(distance(fast(latents(2, a), {.lod = lod}), plain(latents(2, a), {.lod = lod})) < 5e-5,
                       "lod " << lod);
    }
}

BOOST_AUTO_TEST_CASE(neither_threads_nor_the_batch_matter) {
    const auto z = latents(3, large);
    const auto all = generator_of(large, {.threads = 1})(z);
    for (const int threads : {2, 3}) BOOST_TEST(same(generator_of(large, {.threads = threads})(z), all));
    const auto g = generator_of(large, {.threads = 2});
    for (std::size_t n = 0; n < 3; ++n) {
        auto one = xt::xtensor<float, 2>::from_shape({1, z.shape(1)});
        std::copy_n(z.data() + n * z.shape(1), z.shape(1), one.data());
        BOOST_TEST((one_of(g(one), 0) == one_of(all, n)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
