// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(discriminator)

using namespace model_test;

namespace {

using Pictures = AnyDiscriminator<Cpu>::Pictures;

/// Without minibatch stddev, so that each picture stands for itself.
constexpr Architecture single{
    .base = {3, 5}, .resolution_log2 = 4, .fmap_base = 32, .fmap_max = 12, .mbstd_group_size = 0};

AnyDiscriminator<Cpu> discriminator_of(const Architecture& a, Cpu device = {}) {
    return trained(AnyDiscriminator<Cpu>(a, 1, device));
}

Pictures pictures(std::size_t n, const Architecture& a, std::uint32_t number = 1) {
    const Size s = a.picture();
    return random_array<float, 4>({n, static_cast<std::size_t>(a.num_channels), static_cast<std::size_t>(s.height),
                                   static_cast<std::size_t>(s.width)},
                                  number);
}

/// Blocks of 2^log2 pixels replaced by their mean.
Pictures averaged(const Pictures& x, int log2) {
    Pictures y = Pictures::from_shape(x.shape());
    const std::size_t side = std::size_t{1} << log2;
    for (std::size_t n = 0; n < x.shape(0); ++n)
        for (std::size_t c = 0; c < x.shape(1); ++c)
            for (std::size_t h = 0; h < x.shape(2); ++h)
                for (std::size_t w = 0; w < x.shape(3); ++w) {
                    double sum = 0;
                    for (std::size_t i = 0; i < side * side; ++i)
                        sum += double(x(n, c, (h / side) * side + i / side, (w / side) * side + i % side));
                    y(n, c, h, w) = static_cast<float>(sum / double(side * side));
                }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_CASE(gives_each_picture_a_score) {
    const auto d = discriminator_of(small);
    const auto scores = d(pictures(4, small));
    BOOST_TEST((scores.shape() == std::array<std::size_t, 2>{4, 1}));
    BOOST_TEST(distance(scores, scores) == 0);  // finite
    BOOST_TEST(scores(0, 0) != scores(1, 0));
}

BOOST_AUTO_TEST_CASE(without_minibatch_stddev_a_batch_is_its_pictures_one_by_one) {
    const auto d = discriminator_of(single);
    const Pictures x = pictures(5, single);
    const auto scores = d(x);
    for (std::size_t n = 0; n < 5; ++n) {
        Pictures one = Pictures::from_shape({1, 3, 12, 20});
        std::copy_n(x.data() + n * one.size(), one.size(), one.data());
        BOOST_TEST(d(one)(0, 0) == scores(n, 0));
    }
}

BOOST_AUTO_TEST_CASE(minibatch_stddev_sees_the_others_of_the_group) {
    const auto d = discriminator_of(small);  // groups of 4
    Pictures x = pictures(8, small);
    const auto before = d(x);
    const std::size_t size = x.size() / 8;
    for (std::size_t i = 0; i < size; ++i) x.data()[i] += 1;  // picture 0, in a group with 2, 4 and 6
    const auto after = d(x);
    for (const std::size_t n : {2u, 4u, 6u}) BOOST_TEST(after(n, 0) != before(n, 0));
    for (const std::size_t n : {1u, 3u, 5u, 7u}) BOOST_TEST(after(n, 0) == before(n, 0));
}

BOOST_AUTO_TEST_CASE(threads_kernels_and_seeds) {
    const Pictures x = pictures(4, small);
    const auto scores = discriminator_of(small, {.threads = 1})(x);
    for (const int threads : {2, 5}) BOOST_TEST(same(discriminator_of(small, {.threads = threads})(x), scores));
    BOOST_TEST(distance(discriminator_of(small, {.kernels = Kernels::plain})(x), scores) < 1e-5);
    BOOST_TEST(same(AnyDiscriminator<Cpu>(small, 4)(x), AnyDiscriminator<Cpu>(small, 4)(x)));
    BOOST_TEST(!same(AnyDiscriminator<Cpu>(small, 4)(x), AnyDiscriminator<Cpu>(small, 5)(x)));
}

BOOST_AUTO_TEST_CASE(at_a_whole_lod_only_block_means_count) {
    const auto d = discriminator_of(small);
    const Pictures x = pictures(4, small);
    for (const int lod : {0, 1, 2}) {
        BOOST_TEST(distance(d(averaged(x, lod), {}, lod), d(x, {}, lod)) < 1e-5);
        if (lod > 0) BOOST_TEST(distance(d(averaged(x, lod), {}, lod - 1), d(x, {}, lod - 1)) > 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(lod_moves_scores_without_a_jump) {
    const auto d = discriminator_of(small);
    const Pictures x = pictures(4, small);
    for (const double lod : {1.0, 2.0}) BOOST_TEST(distance(d(x, {}, lod - 1e-6), d(x, {}, lod)) < 1e-3);
    for (const double lod : {0.0, 1.0}) BOOST_TEST(distance(d(x, {}, lod + 1e-6), d(x, {}, lod)) < 1e-3);
    BOOST_TEST(distance(d(x, {}, 0.5), d(x, {}, 0)) > 1e-3);
}

BOOST_AUTO_TEST_CASE(the_picture_gradient_is_the_slope_of_the_score) {
    for (const double lod : {0.0, 0.4, 1.0, 1.6}) {
        AnyDiscriminator<BasicCpu<double>> d = trained(AnyDiscriminator<BasicCpu<double>>(small, 1));
        const auto x = random_array<double, 4>({4, 3, 12, 20}, 1), v = random_array<double, 4>({4, 3, 12, 20}, 2);
        const auto g = d.picture_gradient(x, {}, lod);
        BOOST_REQUIRE((g.shape() == x.shape()));
        const auto sum_at = [&](double e) {
            auto moved = x;
            for (std::size_t i = 0; i < moved.size(); ++i) moved.data()[i] += e * v.data()[i];
            const auto s = d(moved, {}, lod);
            double sum = 0;
            for (std::size_t i = 0; i < s.size(); ++i) sum += s.data()[i];
            return sum;
        };
        double slope = 0;
        for (std::size_t i = 0; i < g.size(); ++i) slope += g.data()[i] * v.data()[i];
        BOOST_TEST(slope == (sum_at(1e-7) - sum_at(-1e-7)) / 2e-7, boost::test_tools::tolerance(1e-4));
    }
}

BOOST_AUTO_TEST_CASE(the_picture_gradient_leaves_parameters_alone_and_memory_free) {
    auto d = discriminator_of(small);
    const Pictures x = pictures(4, small), g = d.picture_gradient(x);
    for_each_parameter(d, [](const std::string&, const auto& p) { BOOST_TEST(p.gradient().empty()); });
    const std::size_t capacity = d.context().workspace().capacity();
    for (int k = 0; k < 3; ++k) BOOST_TEST(same(d.picture_gradient(x), g));
    BOOST_TEST(d.context().workspace().capacity() == capacity);
}

BOOST_AUTO_TEST_CASE(labels_choose_the_score) {
    Architecture a = single;
    a.label_size = 3;
    const auto d = discriminator_of(a);
    Pictures x = pictures(2, a);
    std::copy_n(x.data(), x.size() / 2, x.data() + x.size() / 2);  // one picture, two labels
    const auto scores = d(x, labels(2, 3));
    BOOST_TEST(scores(0, 0) != scores(1, 0));
    BOOST_CHECK_EXCEPTION((void)d(x), ShapeError, says("Discriminator: labels is 0, expected 2"));
    BOOST_CHECK_EXCEPTION((void)d(x, labels(2, 4)), ShapeError,
                          says("Discriminator: length of a label is 4, expected 3"));

    a.label_size = 0;
    BOOST_CHECK_EXCEPTION((void)discriminator_of(a)(x, labels(2, 3)), ShapeError,
                          says("Discriminator: size of labels for a network without labels is 6, expected 0"));
}

BOOST_AUTO_TEST_CASE(every_configuration_scores_pictures) {
    for (Architecture a : {config_a, config_b, config_f}) {
        a.resolution_log2 = 4, a.fmap_base = 32, a.fmap_max = 8;
        for (const int colors : {1, 2, 3, 4}) {
            a.num_channels = colors;
            const auto scores = discriminator_of(a)(pictures(4, a));
            BOOST_TEST(distance(scores, scores) == 0);
            BOOST_TEST(scores(0, 0) != scores(1, 0));
        }
    }
}

BOOST_AUTO_TEST_CASE(typed_and_run_time_forms_agree_bit_for_bit) {
    const Pictures x = pictures(4, small);
    BOOST_TEST(same(trained(BasicDiscriminator<small>(1))(x), discriminator_of(small)(x)));
    const Discriminator<8> d(3);
    BOOST_TEST(d.architecture().picture().width == 8);
    BOOST_TEST(same(d(pictures(2, d.architecture())),
                    AnyDiscriminator<Cpu>(at_resolution(config_f, 8), 3)(pictures(2, d.architecture()))));
}

BOOST_AUTO_TEST_CASE(keeps_its_lod) {
    auto d = discriminator_of(small);
    BOOST_TEST(d.lod() == 0);
    d.set_lod(1.5);
    BOOST_TEST(d.lod() == 1.5);
    BOOST_CHECK_EXCEPTION(d.set_lod(2.25), ValueError, says("lod is 2.25, expected 0 to 2"));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const auto d = discriminator_of(small);
    BOOST_CHECK_EXCEPTION((void)d(random_array<float, 4>({4, 1, 12, 20}, 1)), ShapeError,
                          says("Discriminator: colour channels is 1, expected 3"));
    BOOST_CHECK_EXCEPTION((void)d(random_array<float, 4>({4, 3, 20, 12}, 1)), ShapeError,
                          says("Discriminator: picture height is 20, expected 12"));
    BOOST_CHECK_EXCEPTION((void)d(random_array<float, 4>({4, 3, 12, 24}, 1)), ShapeError,
                          says("Discriminator: picture width is 24, expected 20"));
    BOOST_CHECK_EXCEPTION((void)d(pictures(6, small)), ShapeError,
                          says("minibatch_stddev: batch of x is 6, expected a multiple of the group size 4"));
    BOOST_CHECK_EXCEPTION((void)d(pictures(4, small), {}, -1), ValueError, says("lod is -1, expected 0 to 2"));
    Architecture flawed = small;
    flawed.fmap_base = 1;
    BOOST_CHECK_EXCEPTION(
        AnyDiscriminator<Cpu>{flawed}, ValueError,
        says("Architecture: fmap_base is too small for this resolution: a stage would have no feature maps"));
}

BOOST_AUTO_TEST_SUITE_END()
