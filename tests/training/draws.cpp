// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/draws.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

BOOST_AUTO_TEST_SUITE(draws)

using namespace stylegan;

namespace {

std::vector<float> values(View<const float, 2> v) { return {v.data, v.data + v.size()}; }

std::vector<float> latents(const Draws<Cpu>& draws, const std::vector<Index>& samples, Index length,
                           bool second = false) {
    Context<Cpu> context(Cpu{.threads = 2});
    return values(draws.latents(context, samples, length, second));
}

std::vector<float> noise(const Draws<Cpu>& draws, const std::vector<Index>& samples, int layer, Size size) {
    Context<Cpu> context(Cpu{.threads = 2});
    const auto v = draws.noise(context, samples, layer, size);
    return {v.data, v.data + v.size()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_picture_has_its_numbers_whatever_is_drawn_with_it) {
    const Draws<Cpu> d(3, 7);
    for (const Index length : {5, 8}) {  // odd and even
        const std::vector<float> all = latents(d, {0, 1, 2, 3}, length), part = latents(d, {3, 1}, length);
        BOOST_TEST(std::equal(part.begin(), part.begin() + length, all.begin() + 3 * length));
        BOOST_TEST(std::equal(part.begin() + length, part.end(), all.begin() + length));
        BOOST_TEST(!std::equal(all.begin(), all.begin() + length, all.begin() + length));
    }
    const std::vector<float> all = noise(d, {0, 1, 2}, 1, {3, 3}), last = noise(d, {2}, 1, {3, 3});
    BOOST_TEST(std::equal(last.begin(), last.end(), all.begin() + 18));
}

BOOST_AUTO_TEST_CASE(steps_seeds_purposes_and_layers_have_numbers_of_their_own) {
    std::set<float> seen;
    std::size_t count = 0;
    const auto add = [&](const std::vector<float>& v) {
        seen.insert(v.begin(), v.end());
        count += v.size();
    };
    for (const std::uint64_t seed : {1u, 2u})
        for (const std::uint64_t step : {0u, 1u}) {
            const Draws<Cpu> d(seed, step);
            add(latents(d, {0, 1}, 16));
            add(latents(d, {0, 1}, 16, true));
            for (const int layer : {0, 1}) add(noise(d, {0, 1}, layer, {4, 4}));
        }
    BOOST_TEST(seen.size() == count);
}

BOOST_AUTO_TEST_CASE(they_are_standard_normal) {
    std::vector<Index> samples(500);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<Index>(i);
    double sum = 0, squares = 0;
    const auto all = latents(Draws<Cpu>(0, 0), samples, 32);
    for (const float v : all) {
        sum += static_cast<double>(v);
        squares += static_cast<double>(v) * static_cast<double>(v);
    }
    const auto n = static_cast<double>(all.size());
    BOOST_TEST(std::abs(sum / n) < 5 / std::sqrt(n));
    BOOST_TEST(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
}

BOOST_AUTO_TEST_CASE(mixing_happens_with_its_probability_at_any_layer) {
    constexpr int layers = 6, trials = 6000;
    std::vector<int> counts(layers + 1);
    for (int step = 0; step < trials; ++step)
        ++counts.at(static_cast<std::size_t>(Draws<Cpu>(1, static_cast<std::uint64_t>(step)).mix_cutoff(layers, 0.9)));
    BOOST_TEST(counts[0] == 0);
    BOOST_TEST(std::abs(counts[layers] - 0.1 * trials) < 5 * std::sqrt(0.09 * trials));
    for (int layer = 1; layer < layers; ++layer)
        BOOST_TEST(std::abs(counts[static_cast<std::size_t>(layer)] - 0.18 * trials) < 5 * std::sqrt(0.15 * trials));

    for (std::uint64_t step = 0; step < 50; ++step) {
        const Draws<Cpu> d(1, step);
        BOOST_TEST(d.mix_cutoff(layers, 0) == layers);
        BOOST_TEST(d.mix_cutoff(layers, 1) < layers);
        BOOST_TEST(d.mix_cutoff(1, 1) == 1);  // nothing to mix
    }
}

BOOST_AUTO_TEST_CASE(the_penalty_looks_between_real_and_fake) {
    std::set<double> seen;
    for (Index n = 0; n < 100; ++n) {
        const double u = Draws<Cpu>(1, 2).penalty_mix(n);
        BOOST_TEST((u >= 0 && u < 1));
        seen.insert(u);
    }
    BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_CASE(given_numbers_are_taken) {
    GivenDraws given;
    given.latents = {{1, 2}, {3, 4}, {5, 6}};
    given.second_latents = {{7, 8}, {9, 10}, {11, 12}};
    given.mix_cutoff = 3;
    given.noise.push_back(xt::xtensor<float, 4>::from_shape({3, 1, 1, 2}));
    for (int i = 0; i < 6; ++i) given.noise[0].data()[i] = static_cast<float>(i);
    given.penalty_mix = {0.25, 0.5, 0.75};
    const Draws<Cpu> d(given);
    BOOST_TEST(latents(d, {2, 0}, 2) == (std::vector<float>{5, 6, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(latents(d, {1}, 2, true) == (std::vector<float>{9, 10}), boost::test_tools::per_element());
    BOOST_TEST(noise(d, {2, 1}, 0, {1, 2}) == (std::vector<float>{4, 5, 2, 3}), boost::test_tools::per_element());
    BOOST_TEST(d.mix_cutoff(6, 0) == 3);
    BOOST_TEST(d.mix_cutoff(2, 0) == 2);
    BOOST_TEST(d.penalty_mix(1) == 0.5);
}

BOOST_AUTO_TEST_SUITE_END()
