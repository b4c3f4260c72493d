// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/discriminator_block.hpp>
#include <stylegan/layers/initialize.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(discriminator_block)

using namespace stylegan;
using namespace layer_test;

namespace {

void check_block(const std::string& name, const Architecture& a, int stage, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    Draw draw(seed);
    const Index n = draw.between(1, 5);
    const auto make = [=]<class Device>(Device) {
        using Layer = AnyDiscriminatorBlock<Device>;
        const Layer block(a, stage);
        const Shape4 y = block.output_shape(n);
        auto calls = calls_of<Layer>({n, a.feature_maps(stage), a.size(stage).height, a.size(stage).width},
                                     {y[0], y[1], y[2], y[3]});
        calls.optional_gradients = {0};
        return LayerCase{block, calls};
    };
    check_layer(
        make,
        {.name = text("DiscriminatorBlock, ", name, ", stage ", stage, ", batch ", n), .seed = seed, .coordinates = 8});
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    Architecture a{.base = {2, 3}, .resolution_log2 = 4, .fmap_base = 20, .fmap_max = 7};
    check_block("style-based", a, 1, 800);
    check_block("style-based", a, 2, 801);
    a.base = {1, 2};
    check_block("base 1x2", a, 1, 802);
    a.blur_filter = no_blur;
    check_block("no blur", a, 1, 803);
    a.blur_filter = {5, {1, 3, 5, 3, 1}};
    a.nonlinearity = Nonlinearity::relu;
    a.use_wscale = false;
    check_block("long blur, ReLU, no wscale", a, 2, 804);
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    static constexpr Architecture a{.base = {2, 3}, .resolution_log2 = 4, .fmap_base = 20, .fmap_max = 7};
    Context<Cpu> context({.kernels = kernels_under_test()});
    DiscriminatorBlock<12, a> typed;
    AnyDiscriminatorBlock<Cpu> any(a, 2);
    initialize(typed, context, 1);
    initialize(any, context, 1);
    const auto x =
        random_tensor<FeatureMaps<Cpu, a.feature_maps(2), 8, 12>>(std::array<Index, 4>{3, a.feature_maps(2), 8, 12}, 1);
    FeatureMaps<Cpu> y({3, a.feature_maps(1), 4, 6});
    any.forward(context, x.view(), y.view());
    BOOST_TEST(same(typed(context, x), y));
}

BOOST_AUTO_TEST_SUITE_END()
