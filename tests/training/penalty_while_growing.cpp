// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/losses.hpp>

#include <numeric>

// The official penalties are those of pictures of full size, also while the networks grow.
BOOST_AUTO_TEST_SUITE(penalty_while_growing)

using namespace training_test;

namespace {

using Exact = BasicCpu<double>;

}  // namespace

BOOST_AUTO_TEST_CASE(r1_is_that_of_full_size_at_every_level) {
    const Architecture a = tiny(3);
    constexpr Index batch = 4;
    AnyGenerator<Exact> g(a, 1, Exact{.threads = 1});
    AnyDiscriminator<Exact> d(a, 2, Exact{.threads = 1});
    std::vector<Index> samples(batch);
    std::iota(samples.begin(), samples.end(), 0);
    for (const double lod : {0.0, 0.25, 1.0, 1.5, 2.0}) {
        const Level level = Level::of(a, lod);
        const Size size = a.size(level.stage);
        const auto repeat = static_cast<std::size_t>(level.repeat(a));
        const auto h = static_cast<std::size_t>(size.height), w = static_cast<std::size_t>(size.width);
        auto small = xt::xtensor<double, 4>::from_shape({batch, 3, h, w});
        RandomStream(3, 0, Purpose::test).fill_normal(small.data(), small.size());
        auto large = xt::xtensor<double, 4>::from_shape({batch, 3, h * repeat, w * repeat});
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t y = 0; y < h * repeat; ++y)
                    for (std::size_t x = 0; x < w * repeat; ++x)
                        large(n, c, y, x) = small(n, c, y / repeat, x / repeat);
        for_each_parameter(d, [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); });
        const auto gradient = d.picture_gradient(large, {}, lod);
        BOOST_TEST_REQUIRE(gradient.size() == large.size());

        const Workspace::Frame frame(g.context().workspace());
        std::vector<double> w_sum(static_cast<std::size_t>(a.w_size()));
        const LossValues v =
            Losses(g, d, losses::logistic.with_r1(10), level, batch)
                .discriminator_loss(Draws<Exact>(5, 7), samples,
                                    Maps<const double>{small.data(), {batch, 3, size.height, size.width}}, {},
                                    std::span(w_sum));
        for (std::size_t n = 0; n < batch; ++n) {
            double squares = 0;
            for (std::size_t i = 0; i < gradient.size() / batch; ++i) {
                const double s = gradient.data()[n * (gradient.size() / batch) + i];
                squares += s * s;
            }
            BOOST_TEST(v.r1[n] == 5 * squares, boost::test_tools::tolerance(1e-9));
        }
    }
}

// The gradient of the loss at a level, with R1 and gradient penalty, against differences.
BOOST_AUTO_TEST_CASE(gradients_are_differences_at_every_level) {
    const Architecture a = tiny(3);
    constexpr Index batch = 4;
    AnyGenerator<Exact> g(a, 1, Exact{.threads = 1});
    AnyDiscriminator<Exact> d(a, 2, Exact{.threads = 1});
    std::vector<Index> samples(batch);
    std::iota(samples.begin(), samples.end(), 0);
    for (const Loss& known : {losses::logistic, losses::wgan_gp})
        for (const double lod : {0.0, 1.0, 1.5}) {
            const Level level = Level::of(a, lod);
            const Size size = a.size(level.stage);
            std::vector<double> reals(static_cast<std::size_t>(batch * 3 * size.height * size.width));
            RandomStream(3, 0, Purpose::test).fill_normal(reals.data(), reals.size());
            const auto loss = [&] {
                const Workspace::Frame frame(g.context().workspace());
                std::vector<double> w_sum(static_cast<std::size_t>(a.w_size()));
                const LossValues v =
                    Losses(g, d, known, level, batch)
                        .discriminator_loss(Draws<Exact>(5, 7), samples,
                                            Maps<const double>{reals.data(), {batch, 3, size.height, size.width}}, {},
                                            std::span(w_sum));
                return (std::accumulate(v.loss.begin(), v.loss.end(), 0.0) +
                        std::accumulate(v.penalty.begin(), v.penalty.end(), 0.0)) /
                       static_cast<double>(batch);
            };
            for_each_parameter(d, [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); });
            (void)loss();
            constexpr double e = 1e-6;
            const double slope = move(d, e);
            const double up = loss();
            move(d, -2 * e);
            const double down = loss();
            move(d, e);
            BOOST_TEST(std::abs(slope) > 1e-3);
            BOOST_TEST(slope == (up - down) / (2 * e), boost::test_tools::tolerance(1e-4));
        }
}

BOOST_AUTO_TEST_SUITE_END()
