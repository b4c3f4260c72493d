// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/training/sampled_w.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(sampled_w)

using namespace stylegan;
using namespace model_test;

namespace {

constexpr Architecture tiny{.resolution_log2 = 3,
                            .fmap_base = 64,
                            .fmap_max = 8,
                            .latent_size = 6,
                            .dlatent_size = 5,
                            .mapping_layers = 2,
                            .mapping_fmaps = 7};

}  // namespace

BOOST_AUTO_TEST_CASE(mean_and_deviation_are_those_of_the_samples) {
    const AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const SampledW<> all = sample_w(g, 300);  // more than are mapped at once
    BOOST_TEST((all.w.shape() == std::array<std::size_t, 2>{300, 5}));
    NumpyRandomState random(123);
    auto z = xt::xtensor<float, 2>::from_shape({300, 6});
    for (float& v : z) v = static_cast<float>(random.randn());
    const auto w = g.map(z);
    double squares = 0;
    for (std::size_t k = 0; k < 5; ++k) {
        double mean = 0;
        for (std::size_t i = 0; i < 300; ++i) mean += static_cast<double>(w(i, k)) / 300;
        BOOST_TEST(std::abs(static_cast<double>(all.mean(0, k)) - mean) < 1e-6);
        for (std::size_t i = 0; i < 300; ++i) squares += std::pow(static_cast<double>(w(i, k)) - mean, 2) / 300;
    }
    BOOST_TEST(std::abs(all.deviation - std::sqrt(squares)) < 1e-6);
    for (std::size_t k = 0; k < 5; ++k) {
        BOOST_TEST(std::abs(all.row(299)(0, k) - w(299, k)) < 1e-6f);
        BOOST_TEST(all.row(3)(0, k) == all.w(3, k));
    }
}

BOOST_AUTO_TEST_CASE(the_nearest_are_found_in_their_order) {
    const AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const SampledW<> all = sample_w(g, 40);
    const auto target = g.synthesize(all.row(17));
    std::size_t calls = 0;
    const auto to_target = [&](const xt::xtensor<float, 4>& x) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            sum += std::pow(static_cast<double>(x.data()[i] - target.data()[i]), 2);
        return sum;
    };
    const auto nearest = nearest_samples(g, all, 30, 3, to_target, [&] { ++calls; });
    BOOST_TEST(calls == 30u);
    BOOST_TEST_REQUIRE(nearest.size() == 3u);
    BOOST_TEST(nearest[0] == 17u);
    BOOST_TEST(to_target(g.synthesize(all.row(nearest[1]))) <= to_target(g.synthesize(all.row(nearest[2]))));
    for (std::size_t i = 0; i < 30; ++i)
        if (std::find(nearest.begin(), nearest.end(), i) == nearest.end())
            BOOST_TEST(to_target(g.synthesize(all.row(i))) >= to_target(g.synthesize(all.row(nearest[2]))));
    BOOST_TEST(nearest_samples(g, all, 100, 100, to_target).size() == 40u);
    BOOST_TEST(nearest_samples(g, all, 0, 3, to_target).empty());
}

BOOST_AUTO_TEST_SUITE_END()
