// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>
#include <stylegan/metrics/distribution/frechet_extrapolation.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(frechet_extrapolation)

namespace {

using namespace stylegan;

constexpr Index width = 16;

/// Independent normal features of deviation `scale`, with the mean `shift`.
std::vector<float> normal_features(Index count, double scale, double shift, std::uint64_t seed) {
    const RandomStream random(seed, 0, Purpose::test);
    std::vector<float> values;
    for (Index i = 0; i < count * width; ++i)
        values.push_back(static_cast<float>(random.normal(static_cast<std::uint64_t>(i)) * scale + shift));
    return values;
}
Rows<const float> rows(const std::vector<float>& v) {
    return {v.data(), {static_cast<Index>(v.size()) / width, width}};
}

/// Of two such sets, the second of deviation 1 and mean 0.
double closed_form(double scale, double shift) { return width * (shift * shift + (scale - 1) * (scale - 1)); }

}  // namespace

BOOST_AUTO_TEST_CASE(removes_the_bias_that_the_plain_distance_has) {
    Context<Cpu> context({.threads = 2});
    const std::vector<float> data = normal_features(60000, 1, 0, 1);
    const FeatureMoments of_data = moments_of(context, rows(data));
    int within = 0, plain_within = 0;
    for (std::uint64_t seed = 2; seed < 12; ++seed) {
        const std::vector<float> x = normal_features(600, 1.1, 0.05, seed);
        const FrechetExtrapolation e =
            extrapolate_frechet_distance(context, rows(x), rows(data), {.seed = seed, .sampled = Sampled::first});
        const FeatureMoments of_x = moments_of(context, rows(x));
        const double truth = closed_form(1.1, 0.05), plain = stylegan::frechet_distance(context, of_x, of_data),
                     error = frechet_standard_error(context, rows(x), of_x, rows(data), of_data, Sampled::first);
        BOOST_TEST(e.slope > 0);
        BOOST_TEST(e.value < plain);
        BOOST_TEST(e.standard_error > 0);
        within += std::abs(e.value - truth) <= 1.96 * e.standard_error ? 1 : 0;
        plain_within += std::abs(plain - truth) <= 1.96 * error ? 1 : 0;
    }
    BOOST_TEST(within >= 8);
    BOOST_TEST(plain_within <= 1);
}

BOOST_AUTO_TEST_CASE(the_standard_error_is_the_deviation_of_repeated_samples) {
    Context<Cpu> context({.threads = 2});
    const std::vector<float> data = normal_features(4000, 1, 0, 1);
    constexpr int repeats = 80;
    double sum = 0, squares = 0, error = 0;
    for (int r = 0; r < repeats; ++r) {
        const std::vector<float> x = normal_features(500, 1.3, 0.2, 100 + static_cast<std::uint64_t>(r));
        const FrechetExtrapolation e =
            extrapolate_frechet_distance(context, rows(x), rows(data), {.sampled = Sampled::first});
        sum += e.value;
        squares += e.value * e.value;
        error += e.standard_error / repeats;
    }
    const double deviation = std::sqrt((squares - sum * sum / repeats) / (repeats - 1));
    BOOST_TEST(error > 0.7 * deviation);  // the deviation of 80 values is known within 8 %
    BOOST_TEST(error < 1.4 * deviation);
}

BOOST_AUTO_TEST_CASE(points_weights_and_seeds) {
    Context<Cpu> context({.threads = 1}), other({.threads = 3});
    const std::vector<float> x = normal_features(200, 1.2, 0, 3), y = normal_features(300, 1, 0, 4);
    const FrechetExtrapolation e = extrapolate_frechet_distance(context, rows(x), rows(y), {.seed = 5});
    BOOST_TEST(e.counts.size() == 15u);
    BOOST_TEST(e.counts.front() == 40);
    BOOST_TEST(e.counts.back() == 200);
    BOOST_TEST(e.distances.size() == 15u);
    const FrechetExtrapolation again = extrapolate_frechet_distance(other, rows(x), rows(y), {.seed = 5}),
                               seeded = extrapolate_frechet_distance(context, rows(x), rows(y), {.seed = 6}),
                               whole = extrapolate_frechet_distance(context, rows(x), rows(y),
                                                                    {.seed = 5, .sampled = Sampled::first});
    BOOST_TEST(again.value == e.value);
    BOOST_TEST(again.standard_error == e.standard_error);
    BOOST_TEST(seeded.value != e.value);
    BOOST_TEST(whole.value == e.value);
    BOOST_TEST(whole.standard_error < e.standard_error);
    const std::vector<double> w = detail::intercept_weights({1, 2, 4});  // of the line 3 + 2 x
    BOOST_TEST(std::abs(w[0] * 5 + w[1] * 7 + w[2] * 11 - 3) < 1e-12);
}

BOOST_AUTO_TEST_CASE(too_few_pictures_are_an_error) {
    Context<Cpu> context({.threads = 1});
    std::vector<float> x = normal_features(79, 1, 0, 7);
    const std::vector<float> y = normal_features(90, 1, 0, 8);
    BOOST_CHECK_EXCEPTION(
        (void)extrapolate_frechet_distance(context, rows(x), rows(y)), ValueError, [](const ValueError& e) {
            return std::string(e.what()).find("79 pictures, expected at least 80") != std::string::npos;
        });
    BOOST_CHECK_THROW((void)extrapolate_frechet_distance(context, rows(y), rows(x), {.subsets = 2}), ValueError);
    x[40] = std::numeric_limits<float>::infinity();
    BOOST_CHECK_THROW((void)extrapolate_frechet_distance(context, rows(y), rows(x)), ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
