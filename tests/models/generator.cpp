// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(generator)

using namespace model_test;

namespace {

using Pictures = AnyGenerator<Cpu>::Pictures;

AnyGenerator<Cpu> generator_of(const Architecture& a, Cpu device = {}) {
    return trained(AnyGenerator<Cpu>(a, 1, device));
}

}  // namespace

BOOST_AUTO_TEST_CASE(pictures_have_the_shape_of_the_architecture) {
    const auto g = generator_of(small);
    const Pictures x = g(latents(2, small));
    BOOST_TEST((x.shape() == Pictures::shape_type{2, 3, 12, 20}));
    BOOST_TEST(distance(x, x) == 0);  // finite
    BOOST_TEST((g.map(latents(2, small)).shape() == std::array<std::size_t, 2>{2, 9}));
}

BOOST_AUTO_TEST_CASE(a_call_is_its_parts_one_after_the_other) {
    const auto g = generator_of(small);
    const auto z = latents(3, small);
    const auto w = g.map(z);
    const Pictures x = g(z);
    BOOST_TEST(same(g.synthesize(w), x));
    BOOST_TEST(same(g.synthesize(g.styles(w)), x));
}

BOOST_AUTO_TEST_CASE(mixing_at_no_layers_is_the_identity_and_at_all_layers_the_second_picture) {
    const auto g = generator_of(small);
    const auto w = g.map(latents(2, small, 1)), second = g.map(latents(2, small, 2));
    BOOST_TEST(same(g.synthesize(g.mix(w, second, {})), g.synthesize(w)));
    BOOST_TEST(same(g.synthesize(g.mix(w, second, {0, 1, 2, 3, 4, 5})), g.synthesize(second)));
    for (int layer = 0; layer < 6; ++layer) {
        const Pictures x = g.synthesize(g.mix(w, second, {layer}));
        BOOST_TEST(!same(x, g.synthesize(w)));
        BOOST_TEST(!same(x, g.synthesize(second)));
    }
}

BOOST_AUTO_TEST_CASE(psi_0_gives_every_seed_the_same_picture) {
    const auto g = generator_of(small);
    const Pictures x = g(latents(4, small), {.truncation = {.psi = 0}});
    for (std::size_t n = 1; n < 4; ++n) BOOST_TEST((one_of(x, n) == one_of(x, 0)));
    BOOST_TEST(!same(x, g(latents(4, small))));
    // ... and it is that of the average
    auto average = AnyGenerator<Cpu>::Latents::from_shape({1, 9});
    const auto w = g.w_average();
    std::copy(w.begin(), w.end(), average.data());
    BOOST_TEST((one_of(g.synthesize(average), 0) == one_of(x, 0)));
}

BOOST_AUTO_TEST_CASE(truncation_below_layer_0_or_by_1_is_none) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    const Pictures x = g(z);
    BOOST_TEST(same(g(z, {.truncation = {.psi = 0.3f, .cutoff = 0}}), x));
    BOOST_TEST(same(g(z, {.truncation = {.psi = 1}}), x));
    BOOST_TEST(!same(g(z, {.truncation = {.psi = 0.3f, .cutoff = 1}}), x));
    BOOST_TEST(same(g(z, {.truncation = {.psi = 0.3f, .cutoff = 6}}), g(z, {.truncation = {.psi = 0.3f}})));
}

BOOST_AUTO_TEST_CASE(a_batch_is_its_pictures_one_by_one) {
    const auto g = generator_of(small);
    const auto z = latents(5, small);
    for (const Noise noise : {Noise::constant, Noise::none}) {
        const Pictures all = g(z, {.truncation = {.psi = 0.7f}, .noise = noise});
        for (std::size_t n = 0; n < 5; ++n) {
            auto single = AnyGenerator<Cpu>::Latents::from_shape({1, 7});
            std::copy_n(z.data() + n * 7, 7, single.data());
            BOOST_TEST((one_of(g(single, {.truncation = {.psi = 0.7f}, .noise = noise}), 0) == one_of(all, n)));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_does_not_count) {
    const auto z = latents(3, small);
    const Pictures x = generator_of(small, {.threads = 1})(z, {.noise = Noise::random});
    for (const int threads : {2, 3, 7})
        BOOST_TEST(same(generator_of(small, {.threads = threads})(z, {.noise = Noise::random}), x));
}

BOOST_AUTO_TEST_CASE(plain_kernels_and_double_precision_agree) {
    const auto z = latents(3, small);
    const Pictures x = generator_of(small)(z);
    BOOST_TEST(distance(generator_of(small, {.kernels = Kernels::plain})(z), x) < 1e-5);
    const auto exact = trained(AnyGenerator<BasicCpu<double>>(small, 1));
    AnyGenerator<BasicCpu<double>>::Latents wide = AnyGenerator<BasicCpu<double>>::Latents::from_shape({3, 7});
    std::copy_n(z.data(), z.size(), wide.data());
    BOOST_TEST(distance(x, exact(wide)) < 1e-5);
}

BOOST_AUTO_TEST_CASE(a_seed_decides_the_weights) {
    const auto z = latents(1, small);
    BOOST_TEST(same(AnyGenerator<Cpu>(small, 4)(z), AnyGenerator<Cpu>(small, 4)(z)));
    BOOST_TEST(!same(AnyGenerator<Cpu>(small, 4)(z), AnyGenerator<Cpu>(small, 5)(z)));
}

BOOST_AUTO_TEST_CASE(networks_can_share_threads_and_memory) {
    AnyGenerator<Cpu> a(small, 1);
    const AnyGenerator<Cpu> b(small, a.shared_context(), 1);
    BOOST_TEST(&a.context() == &b.context());
    BOOST_TEST(same(a(latents(2, small)), b(latents(2, small))));
}

BOOST_AUTO_TEST_CASE(every_configuration_makes_pictures) {
    for (Architecture a : {config_a, config_b, config_c, config_d, config_e, config_f}) {
        a.resolution_log2 = 4, a.fmap_base = 32, a.fmap_max = 8, a.latent_size = 8, a.dlatent_size = 6,
        a.mapping_fmaps = 5;
        for (const int colors : {1, 2, 3, 4}) {
            a.num_channels = colors;
            const Pictures x = generator_of(a)(latents(2, a));
            BOOST_TEST((x.shape() == Pictures::shape_type{2, static_cast<std::size_t>(colors), 16, 16}));
            BOOST_TEST(distance(x, x) == 0);
            BOOST_TEST((one_of(x, 0) != one_of(x, 1)));
        }
    }
}

BOOST_AUTO_TEST_CASE(labels_change_the_picture) {
    for (const bool progressive : {false, true}) {
        Architecture a = small;
        a.label_size = 3;
        a.progressive_gan = progressive;
        const auto g = generator_of(a);
        auto z = latents(2, a);
        std::copy_n(z.data(), 7, z.data() + 7);  // one z, two labels
        const Pictures x = g(z, {.labels = labels(2, 3)});
        BOOST_TEST((one_of(x, 0) != one_of(x, 1)));
        BOOST_CHECK_EXCEPTION((void)g(z), ShapeError, says("Generator: labels is 0, expected 2"));
        BOOST_CHECK_EXCEPTION((void)g(z, {.labels = labels(3, 3)}), ShapeError,
                              says("Generator: labels is 3, expected 2"));
        BOOST_CHECK_EXCEPTION((void)g(z, {.labels = labels(2, 4)}), ShapeError,
                              says("Generator: length of a label is 4, expected 3"));
        BOOST_CHECK_THROW((void)g.measure_w_average(10), ValueError);

        a.label_size = 0;
        BOOST_CHECK_EXCEPTION((void)generator_of(a)(z, {.labels = labels(2, 3)}), ShapeError,
                              says("Generator: size of labels for a network without labels is 6, expected 0"));
    }
}

BOOST_AUTO_TEST_CASE(the_measured_average_is_the_mean_of_w) {
    const auto g = generator_of(small);
    const auto mean = g.measure_w_average(3000, 5), other = g.measure_w_average(3000, 6);
    const auto again = g.measure_w_average(3000, 5);
    BOOST_TEST((mean == again));
    BOOST_TEST((mean != other));
    BOOST_TEST(mean.size() == 9u);
    BOOST_TEST(distance(mean, other) < 0.2);
    const auto w = g.map(latents(400, small));
    std::vector<double> plain(9);
    for (std::size_t i = 0; i < w.size(); ++i) plain[i % 9] += static_cast<double>(w.data()[i]) / 400;
    BOOST_TEST(distance(mean, plain) < 0.3);
}

BOOST_AUTO_TEST_CASE(typed_and_run_time_forms_agree_bit_for_bit) {
    const auto typed = trained(BasicGenerator<small>(1));
    const auto any = generator_of(small);
    const auto z = latents(3, small);
    BOOST_TEST(same(typed(z), any(z)));
    static_assert(BasicGenerator<small>::picture == Size{12, 20});

    Vectors<Cpu, 7> rows(3);
    std::copy_n(z.data(), z.size(), rows.data());
    const Vectors<Cpu, 9> w = typed.map(rows);
    const auto expected = any.map(z);
    BOOST_TEST(std::equal(w.data(), w.data() + w.size(), expected.data()));
    BOOST_TEST(same(typed.synthesize(typed.mix(expected, expected, {1})), any(z)));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const auto g = generator_of(small);
    Architecture other = small;
    other.latent_size = 8;
    BOOST_CHECK_EXCEPTION((void)g(latents(2, other)), ShapeError, says("Generator: length of z is 8, expected 7"));
    const auto w = g.map(latents(2, small)), one = g.map(latents(1, small));
    BOOST_CHECK_EXCEPTION((void)g.synthesize(random_array<float, 2>({2, 7}, 1)), ShapeError,
                          says("Generator: length of w is 7, expected 9"));
    BOOST_CHECK_EXCEPTION((void)g.synthesize(random_array<float, 3>({2, 5, 9}, 1)), ShapeError,
                          says("Generator: layers of w is 5, expected 6"));
    BOOST_CHECK_EXCEPTION((void)g.mix(w, one, {0}), ShapeError,
                          says("StyleMixing: batch of the second w is 1, expected 2"));
    BOOST_CHECK_EXCEPTION((void)g.mix(w, random_array<float, 2>({2, 8}, 1), {0}), ShapeError,
                          says("StyleMixing: length of the second w is 8, expected 9"));
    BOOST_CHECK_EXCEPTION((void)g.mix(w, w, {6}), ShapeError, says("StyleMixing: layer is 6, expected 0 to 5"));
    BOOST_CHECK_THROW((void)g.mix(w, w, {-1}), ShapeError);
    BOOST_CHECK_EXCEPTION((void)g.synthesize(w, {.truncation = {.psi = NAN}}), ValueError,
                          says("truncation psi is nan, expected a number"));
    for (const double lod : {-0.1, 2.01, double(NAN)})
        BOOST_CHECK_THROW((void)g.synthesize(w, {.lod = lod}), ValueError);
    BOOST_CHECK_EXCEPTION((void)g.synthesize(w, {.lod = 2.5}), ValueError, says("lod is 2.5, expected 0 to 2"));

    Architecture plain = small;
    plain.use_styles = false;
    BOOST_CHECK_EXCEPTION((void)generator_of(plain).mix(w, w, {0}), ValueError,
                          says("Generator: this architecture has no styles to mix"));

    Architecture flawed = small;
    flawed.num_channels = 5;
    BOOST_CHECK_EXCEPTION(AnyGenerator<Cpu>{flawed}, ValueError, says("Architecture: num_channels must be 1 to 4"));
}

BOOST_AUTO_TEST_CASE(an_empty_batch_gives_no_pictures) {
    const auto g = generator_of(small);
    BOOST_TEST((g(latents(0, small)).shape() == Pictures::shape_type{0, 3, 12, 20}));
}

BOOST_AUTO_TEST_SUITE_END()
