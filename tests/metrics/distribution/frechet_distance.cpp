// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/frechet_uncertainty.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(frechet_distance)

namespace {

using namespace stylegan;

/// Independent normal features: feature k has the mean `shift` and the deviation `scale` (k + 1).
struct Normal {
    std::vector<float> values;
    Index count, width;

    Normal(Index n, Index d, double scale, double shift, std::uint64_t seed) : count(n), width(d) {
        const RandomStream random(seed, 0, Purpose::test);
        for (Index i = 0; i < n * d; ++i)
            values.push_back(static_cast<float>(
                random.normal(static_cast<std::uint64_t>(i)) * scale * static_cast<double>(i % d + 1) + shift));
    }
    [[nodiscard]] Rows<const float> rows() const { return {values.data(), {count, width}}; }
    [[nodiscard]] FeatureMoments moments(Context<Cpu>& context) const {
        FeatureMoments m(width);
        m.add(context, rows());
        return m;
    }
};

/// Of Normal(.., 1, 0) and Normal(.., scale, shift).
double closed_form(Index width, double scale, double shift) {
    double distance = 0;
    for (Index k = 1; k <= width; ++k) distance += shift * shift + std::pow(static_cast<double>(k) * (1 - scale), 2);
    return distance;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_set_has_no_distance_from_itself) {
    Context<Cpu> context({.threads = 2});
    for (const Index n : {5, 40, 300}) {  // fewer than features, too
        const Normal x(n, 24, 1, 3, 1);
        const FeatureMoments m = x.moments(context);
        BOOST_TEST(std::abs(stylegan::frechet_distance(context, m, m)) <= 1e-6 * 24 * 24 * 24 / 3);
    }
}

BOOST_AUTO_TEST_CASE(two_normal_distributions_have_the_distance_of_the_formula_within_its_error) {
    Context<Cpu> context({.threads = 2});
    const Index width = 5;
    const Normal x(40000, width, 1, 0, 2), y(40000, width, 1.25, 0.5, 3);
    const double found = stylegan::frechet_distance(context, x.moments(context), y.moments(context));
    const double error = frechet_standard_error(context, x.rows(), y.rows());
    BOOST_TEST(error > 0);
    BOOST_TEST(error < 0.05 * found);
    BOOST_TEST(std::abs(found - closed_form(width, 1.25, 0.5)) <= 4 * error);
}

BOOST_AUTO_TEST_CASE(the_standard_error_is_the_deviation_of_repeated_samples) {
    Context<Cpu> context({.threads = 2});
    constexpr Index width = 4, count = 400;
    constexpr int repeats = 120;
    double sum = 0, squares = 0, error = 0;
    for (int r = 0; r < repeats; ++r) {
        const auto seed = static_cast<std::uint64_t>(100 + 2 * r);
        const Normal x(count, width, 1, 0, seed), y(count, width, 1.5, 0.25, seed + 1);
        const double d = stylegan::frechet_distance(context, x.moments(context), y.moments(context));
        sum += d;
        squares += d * d;
        if (r < 10) error += frechet_standard_error(context, x.rows(), y.rows()) / 10;
    }
    const double deviation = std::sqrt((squares - sum * sum / repeats) / (repeats - 1));
    BOOST_TEST(error > 0.75 * deviation);  // the deviation of 120 values is known within 6.5 %
    BOOST_TEST(error < 1.25 * deviation);
}

BOOST_AUTO_TEST_CASE(a_whole_data_set_adds_no_error) {
    Context<Cpu> context({.threads = 2});
    const Normal x(500, 6, 1, 0, 5), y(500, 6, 1.2, 0.3, 6);
    BOOST_TEST(frechet_standard_error(context, x.rows(), y.rows(), Sampled::first) <
               frechet_standard_error(context, x.rows(), y.rows(), Sampled::both));
    const Normal few(12, 20, 1, 0, 7), others(15, 20, 1.2, 0.3, 8);  // covariances without an inverse
    const double error = frechet_standard_error(context, few.rows(), others.rows());
    BOOST_TEST(std::isfinite(error));
    BOOST_TEST(error > 0);
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_threads_or_parts) {
    const Normal x(301, 70, 1, 2, 9), y(200, 70, 1.1, 2, 10);
    std::vector<double> found;
    for (const int threads : {1, 2, 3}) {
        Context<Cpu> context({.threads = threads});
        FeatureMoments m(70);
        for (Index r = 0; r < 301; r += 43) m.add(context, x.rows().part(r, 43));
        found.push_back(stylegan::frechet_distance(context, m, y.moments(context)));
        found.push_back(stylegan::frechet_distance(context, x.moments(context), y.moments(context)));
    }
    for (const double d : found) BOOST_TEST(d == found[0]);
}

BOOST_AUTO_TEST_CASE(wrong_features_are_errors) {
    Context<Cpu> context({.threads = 1});
    Normal x(10, 4, 1, 0, 11);
    BOOST_CHECK_THROW((void)stylegan::frechet_distance(context, x.moments(context), FeatureMoments(5)), ShapeError);
    BOOST_CHECK_THROW((void)stylegan::frechet_distance(context, x.moments(context), FeatureMoments(4)), ValueError);
    BOOST_CHECK_THROW(FeatureMoments(0), ValueError);
    x.values[9] = std::numeric_limits<float>::quiet_NaN();
    BOOST_CHECK_EXCEPTION((void)x.moments(context), ValueError, [](const ValueError& e) {
        return std::string(e.what()).find("feature 1 of picture 2 is") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()
