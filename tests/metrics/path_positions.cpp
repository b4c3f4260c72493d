// SPDX-License-Identifier: Apache-2.0
#include <stylegan/metrics/path_length.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

// Where on a path from z0 to z1 a sample takes its step: t is 0 for "end", and uniform in [0, 1] for "full".
BOOST_AUTO_TEST_SUITE(path_positions)

using namespace stylegan;

namespace {

constexpr std::size_t samples = 1200, length = 4;

/// t of both points of each sample. The generator sees the points, as its w is z.
std::vector<std::array<double, 2>> positions(PathSampling sampling, double epsilon) {
    std::vector<std::array<double, 2>> found;
    const PathGenerator<double> generator{
        .latent_size = length, .pictures = [&](const xt::xtensor<double, 2>& w, const PathDraw& draw) {
            for (std::size_t i = 0; i < draw.samples.size(); ++i) {
                std::array<std::array<double, length>, 2> z{};
                for (std::uint32_t end = 0; end < 2; ++end)
                    RandomStream(draw.seed, draw.samples[i], Purpose::metric, end).fill_normal(z[end].data(), length);
                auto& t = found.emplace_back();
                for (std::size_t end = 0; end < 2; ++end) {
                    t[end] = (w(2 * i + end, 0) - z[0][0]) / (z[1][0] - z[0][0]);
                    for (std::size_t k = 1; k < length; ++k)  // one t for all numbers
                        BOOST_REQUIRE(std::abs(w(2 * i + end, k) - (z[0][k] + t[end] * (z[1][k] - z[0][k]))) < 1e-6);
                }
            }
            auto pictures = xt::xtensor<double, 4>::from_shape({w.shape(0), 1, 2, 2});
            std::fill(pictures.begin(), pictures.end(), 0.0);
            return pictures;
        }};
    const auto distance = [](const auto& a, const auto&) { return std::vector<double>(a.shape(0), 1.0); };
    (void)perceptual_path_length(
        generator, distance, {.sampling = sampling, .epsilon = epsilon, .crop = false, .samples = samples, .seed = 3});
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(at_the_end_the_step_begins_at_the_first_latent) {
    const auto all = positions(PathSampling::end, 0.125);
    BOOST_TEST(all.size() == samples);
    for (const auto& t : all) {
        BOOST_TEST(std::abs(t[0]) < 1e-6);
        BOOST_TEST(std::abs(t[1] - 0.125) < 1e-6);
    }
}

// The mean and the quarters of n uniform numbers, within five standard deviations.
BOOST_AUTO_TEST_CASE(on_the_full_path_it_begins_anywhere) {
    const auto all = positions(PathSampling::full, 0.125);
    const auto n = static_cast<double>(all.size());
    double sum = 0;
    std::array<double, 4> quarters{};
    for (const auto& t : all) {
        BOOST_TEST((t[0] > -1e-6 && t[0] < 1));
        BOOST_TEST(std::abs(t[1] - t[0] - 0.125) < 1e-6);
        sum += t[0];
        ++quarters.at(static_cast<std::size_t>(std::max(t[0], 0.0) * 4));
    }
    BOOST_TEST(std::abs(sum / n - 0.5) < 5 * std::sqrt(1 / (12 * n)));
    for (const double count : quarters) BOOST_TEST(std::abs(count - n / 4) < 5 * std::sqrt(n * 3 / 16));
}

BOOST_AUTO_TEST_SUITE_END()
