// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/losses.hpp>

#include <numeric>

// The generator's gradient with style mixing, at every crossover: each of the two w gets the gradients of its own layers.
BOOST_AUTO_TEST_SUITE(mixed_gradients)

using namespace training_test;

namespace {

using Exact = BasicCpu<double>;

constexpr Index batch = 4;

Array<float, 2> latents(const Architecture& a, std::uint32_t number) {
    auto z =
        xt::xtensor<float, 2>::from_shape({static_cast<std::size_t>(batch), static_cast<std::size_t>(a.latent_size)});
    RandomStream(2, 0, Purpose::test, number).fill_normal(z.data(), z.size());
    return z;
}

}  // namespace

BOOST_AUTO_TEST_CASE(they_are_differences_at_every_crossover) {
    const Architecture a = tiny(2);
    AnyGenerator<Exact> g(a, 1, Exact{.threads = 1});
    AnyDiscriminator<Exact> d(a, 2, Exact{.threads = 1});
    for_each_parameter(g, [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); });
    move(g, 0.3, "G_synthesis");  // new feature maps are constant, and instance normalization is steep there
    std::vector<Index> samples(batch);
    std::iota(samples.begin(), samples.end(), 0);
    for (int crossover = 1; crossover <= a.layers(); ++crossover) {
        GivenDraws given;
        given.latents = latents(a, 1);
        given.second_latents = latents(a, 2);
        given.mix_cutoff = crossover;
        for (int l = 0; l < a.layers(); ++l) {
            const Size s = a.size(l / 2);
            auto map = xt::xtensor<float, 4>::from_shape({static_cast<std::size_t>(batch), 1,
                                                          static_cast<std::size_t>(s.height),
                                                          static_cast<std::size_t>(s.width)});
            RandomStream(2, 0, Purpose::test, 10 + static_cast<std::uint32_t>(l)).fill_normal(map.data(), map.size());
            given.noise.push_back(map);
        }
        const Draws<Exact> draws(given);
        const auto loss = [&] {
            const Workspace::Frame frame(g.context().workspace());
            std::vector<double> w_sum(static_cast<std::size_t>(a.w_size()));
            const LossValues v = Losses(g, d, losses::logistic, Level::of(a, 0), batch)
                                     .generator_loss(draws, samples, {}, {}, std::span(w_sum));
            return std::accumulate(v.loss.begin(), v.loss.end(), 0.0) / static_cast<double>(batch);
        };
        // the mapping network scales what is stored by a hundredth
        for (const auto& [part, e] : {std::pair{"G_mapping", 1e-5}, std::pair{"G_synthesis", 1e-7}}) {
            for_each_parameter(g, [](const std::string&, Parameter<Exact>& p) { p.clear_gradient(); });
            (void)loss();
            const double slope = move(g, e, part);
            const double up = loss();
            move(g, -2 * e, part);
            const double down = loss();
            move(g, e, part);
            BOOST_TEST(std::abs(slope) > 1e-7, part);
            BOOST_TEST(slope == (up - down) / (2 * e), boost::test_tools::tolerance(1e-4));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
