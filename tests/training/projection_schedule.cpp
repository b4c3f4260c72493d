// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/projection.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

// What changes over the steps of a projection, against the formulas of the official projector, with t = step / steps:
//     learning rate   lr * min(1, t / 0.05) * (0.5 - 0.5 cos(pi min(1, (1 - t) / 0.25)))
//     noise on w      deviation * 0.05 * max(0, 1 - t / 0.75)^2
// and noise maps of mean 0 and variance 1 after every step.
BOOST_AUTO_TEST_SUITE(projection_schedule)

using namespace stylegan;
using namespace model_test;

namespace {

using Exact = BasicCpu<double>;

constexpr Architecture tiny{.resolution_log2 = 3,
                            .fmap_base = 64,
                            .fmap_max = 8,
                            .latent_size = 10,
                            .dlatent_size = 10,
                            .mapping_layers = 2,
                            .mapping_fmaps = 10};

/// What the synthesis network got in each step.
struct Seen {
    std::vector<std::vector<double>> styles;              ///< w of layer 0
    std::vector<std::vector<std::vector<double>>> noise;  ///< values of each map
};
Seen* seen = nullptr;

struct WatchedSynthesis : SynthesisNetwork<Exact> {
    using SynthesisNetwork<Exact>::SynthesisNetwork;
    void forward(Context<Exact>& context, Styles<const double> styles, const Noises& noises, Level level,
                 Maps<double> pictures, Cache* cache = nullptr) const {
        if (seen != nullptr) {
            const Rows<const double> first = style_of(styles, 0);
            for (int l = 1; l < tiny.layers(); ++l)
                BOOST_REQUIRE(std::equal(first.data, first.data + first.size(), style_of(styles, l).data));
            seen->styles.emplace_back(first.data, first.data + first.size());
            auto& maps = seen->noise.emplace_back();
            for (const auto& map : noises.maps) maps.emplace_back(map.data, map.data + map.size());
        }
        SynthesisNetwork<Exact>::forward(context, styles, noises, level, pictures, cache);
    }
};

using Watched = AnyGenerator<Exact, WatchedSynthesis>;
using Pictures = Watched::Pictures;

/// The sum of the picture times fixed weights. It is linear, and large, so that Adam's epsilon does not count.
double weighted_sum(const Pictures& x, Pictures& gradient) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        gradient.data()[i] = 1000 * static_cast<double>(RandomStream(1, 0, Purpose::test).normal(i));
        sum += gradient.data()[i] * x.data()[i];
    }
    return sum;
}

const xt::xtensor<double, 2>& start() {
    static const xt::xtensor<double, 2> w = random_array<double, 2>({1, 10}, 4);
    return w;
}

/// Runs a projection of `options` from start().
/// @return w after each step
std::vector<std::vector<double>> run(const ProjectionOptions& options, double deviation, Seen& all) {
    Watched g(tiny, 7, Exact{.threads = 1});
    Projection search(g, weighted_sum, start(), deviation, options);
    std::vector<std::vector<double>> w;
    seen = &all;
    while (!search.finished()) {
        (void)search.step();
        const auto now = search.w();
        w.emplace_back(now.begin(), now.end());
    }
    seen = nullptr;
    return w;
}

}  // namespace

// The rate is so small that the gradient stays the same. Then Adam, bias-corrected, moves each number by the rate.
BOOST_AUTO_TEST_CASE(the_learning_rate_rises_and_falls) {
    constexpr int steps = 100;
    const ProjectionOptions defaults;
    BOOST_TEST(defaults.rampup == 0.05);
    BOOST_TEST(defaults.rampdown == 0.25);
    for (const double rampup : {0.05, 0.4}) {
        const double lr = 1e-7;
        Seen all;
        const auto w =
            run({.steps = steps, .lr = lr, .rampup = rampup, .initial_noise = 0, .stored_noise_from = 0}, 1, all);
        for (int i = 0; i < steps; ++i) {
            const double t = static_cast<double>(i) / steps, ramp = std::min(1.0, (1 - t) / 0.25);
            const double expected = lr * (0.5 - 0.5 * std::cos(ramp * 3.14159265358979324)) * std::min(1.0, t / rampup);
            const auto n = static_cast<std::size_t>(i);
            for (std::size_t k = 0; k < 10; ++k) {
                const double moved = std::abs(w[n][k] - (i == 0 ? start()(0, k) : w[n - 1][k]));
                // 1e-3: the gradient changes a little on the way, and w is near 1
                BOOST_TEST(std::abs(moved - expected) < 1e-3 * lr, "step " << i << ": " << moved / lr);
            }
        }
    }
}

// n squares of standard normal numbers sum to n, with a standard deviation of sqrt(2 n).
BOOST_AUTO_TEST_CASE(w_gets_noise_that_fades) {
    constexpr int steps = 400;
    const double deviation = 3;
    BOOST_TEST(ProjectionOptions{}.initial_noise == 0.05);
    BOOST_TEST(ProjectionOptions{}.noise_ramp == 0.75);
    Seen all;
    const auto w = run({.steps = steps, .lr = 1e-3, .stored_noise_from = 0}, deviation, all);
    double early = 0, late = 0, sum = 0;
    std::vector<double> before;
    for (int i = 0; i < steps; ++i) {
        const double t = static_cast<double>(i) / steps, fade = std::max(0.0, 1 - t / 0.75);
        const double scale = deviation * 0.05 * fade * fade;
        const auto n = static_cast<std::size_t>(i);
        std::vector<double> noise(10);
        for (std::size_t k = 0; k < 10; ++k) noise[k] = all.styles[n][k] - (i == 0 ? start()(0, k) : w[n - 1][k]);
        if (t >= 0.75) {
            for (const double v : noise) BOOST_TEST(v == 0);
            continue;
        }
        for (double& v : noise) {
            (i < 150 ? early : late) += (v / scale) * (v / scale);
            sum += v / scale;
        }
        BOOST_TEST((noise != before));
        before = noise;
    }
    BOOST_TEST(std::abs(early - 1500) < 5 * std::sqrt(2 * 1500.0), early);
    BOOST_TEST(std::abs(late - 1500) < 5 * std::sqrt(2 * 1500.0), late);
    BOOST_TEST(std::abs(sum) < 5 * std::sqrt(3000.0), sum);
}

BOOST_AUTO_TEST_CASE(noise_maps_are_normalized_after_every_step) {
    constexpr int steps = 40;
    for (const double lr : {0.0, 0.1}) {
        Seen all;
        (void)run({.steps = steps, .lr = lr, .stored_noise_from = 0.5}, 1, all);
        for (std::size_t i = 1; i < steps / 2; ++i) {
            BOOST_TEST_REQUIRE(all.noise[i].size() == static_cast<std::size_t>(tiny.layers()));
            for (const auto& map : all.noise[i]) {
                const auto n = static_cast<double>(map.size());
                double mean = 0, squares = 0;
                for (const double v : map) mean += v / n;
                for (const double v : map) squares += (v - mean) * (v - mean) / n;
                BOOST_TEST(std::abs(mean) < 1e-12);
                BOOST_TEST(std::abs(squares - 1) < 1e-12);
            }
            BOOST_TEST((all.noise[i] != all.noise[i - 1] || lr == 0));  // a projection moves them, too
        }
        // from then on the network's own, which no step changes
        for (std::size_t i = steps / 2 + 1; i < steps; ++i)
            BOOST_TEST((all.noise[i] == all.noise[steps / 2] && all.noise[i] != all.noise[steps / 2 - 1]));
    }
}

BOOST_AUTO_TEST_SUITE_END()
