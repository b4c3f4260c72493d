// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/kernel_distance.hpp>
#include <stylegan/metrics/distribution/precision_recall.hpp>

#include "feature_sets.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using golden::FeatureSet;

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0, difference = 0;
    BOOST_TEST_REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < b.size(); ++i) {
        difference = std::max(difference, std::abs(a[i] - b[i]));
        largest = std::max(largest, std::abs(b[i]));
    }
    return largest > 0 ? difference / largest : difference;
}

std::vector<double> values_of(const detail::PaddedMatrix& m) {
    std::vector<double> values;
    for (Index r = 0; r < m.rows(); ++r) values.insert(values.end(), m.row(r), m.row(r) + m.columns());
    return values;
}

/// Moments of one half of a pair, compared with those that the file holds.
FeatureMoments checked_moments(Context<Cpu>& context, const SafetensorsFile& file, const std::string& set,
                               const std::string& half, Rows<const float> rows) {
    FeatureMoments moments(rows.extent(1));
    moments.add(context, rows.part(0, rows.extent(0) / 3));
    moments.add(context, rows.part(rows.extent(0) / 3, rows.extent(0) - rows.extent(0) / 3));
    const std::string prefix = "f64/" + set + "/";
    BOOST_TEST(largest_difference(moments.mean(), file.read_double(prefix + "mean_" + half)) <= 1e-9);
    for (const bool less_one : {true, false}) {
        const std::string name = less_one ? "n1_" : "n_";
        const detail::PaddedMatrix covariance = moments.covariance(context, less_one);
        if (file.contains(prefix + "cov_" + name + half))
            BOOST_TEST(largest_difference(values_of(covariance), file.read_double(prefix + "cov_" + name + half)) <=
                       1e-9);
        if (!file.contains(prefix + "var_" + name + half)) continue;
        std::vector<double> diagonal;
        for (Index k = 0; k < covariance.rows(); ++k) diagonal.push_back(covariance(k, k));
        BOOST_TEST(largest_difference(diagonal, file.read_double(prefix + "var_" + name + half)) <= 1e-9);
    }
    return moments;
}

void check_fid(Context<Cpu>& context, const SafetensorsFile& file, const std::string& set, const FeatureSet& x,
               const FeatureSet& y) {
    BOOST_TEST_CONTEXT(set) {
        const FeatureMoments a = checked_moments(context, file, set, "x", x.rows());
        const FeatureMoments b = checked_moments(context, file, set, "y", y.rows());
        for (const bool less_one : {true, false}) {
            const std::string name = "f64/" + set + (less_one ? "/fid_n1" : "/fid_n");
            if (!file.contains(name)) continue;
            const double expected = file.read_double(name)[0], found = frechet_distance(context, a, b, less_one);
            double traces = 0;
            for (const FeatureMoments* m : {&a, &b}) {
                const detail::PaddedMatrix c = m->covariance(context, less_one);
                for (Index k = 0; k < c.rows(); ++k) traces += c(k, k);
            }
            const bool singular = set.starts_with("n40_") || set.starts_with("constant_") || set.starts_with("seeded_");
            const double allowed =
                set.starts_with("identical_") ? 1e-9 * traces : (singular ? 1e-5 : 1e-6) * std::abs(expected);
            BOOST_TEST(std::abs(found - expected) <= allowed, name << ": " << found << ", expected " << expected);
        }
    }
}

/// |randn| * scale + shift, as the file's metadata says that the seeded set is made.
FeatureSet seeded(NumpyRandomState& random, Index count, Index width, double scale, double shift) {
    FeatureSet set;
    set.count = count;
    set.width = width;
    for (const double v : random.randn(static_cast<std::size_t>(count * width)))
        set.values.push_back(static_cast<float>(std::abs(v) * scale + shift));
    return set;
}

}  // namespace

/// in/SET/x y, f64/SET/mean_* cov_* fid_*, and one set that is made from a seed.
void golden_metric_fid(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    Context<Cpu> context({.threads = 2});
    for (const std::string& set : golden::set_names(file))
        check_fid(context, file, set, FeatureSet(file, "in/" + set + "/x"), FeatureSet(file, "in/" + set + "/y"));
    const nlohmann::json made = nlohmann::json::parse(file.metadata().at("seeded"));
    NumpyRandomState random(made.at("seed").get<std::uint32_t>());
    const Index width = made.at("d");
    const FeatureSet x = seeded(random, made.at("n_x"), width, 1, 0);
    const FeatureSet y = seeded(random, made.at("n_y"), width, 1.25, 0.125);
    check_fid(context, file, made.at("name"), x, y);
}

/// in/SET/x y, draw/SET/index_x index_y (subsets), f64/SET/mmd2 subset_mmd2 mean std.
void golden_metric_kid(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    Context<Cpu> context({.threads = 2});
    const nlohmann::json facts = nlohmann::json::parse(file.metadata().at("sets"));
    for (const std::string& set : golden::set_names(file)) BOOST_TEST_CONTEXT(set) {
            const FeatureSet x(file, "in/" + set + "/x"), y(file, "in/" + set + "/y");
            const auto close = [&](double found, double expected) {
                return std::abs(found - expected) <=
                       1e-6 * std::abs(expected) + 1e-12 * facts.at(set).at("kernel_max").get<double>();
            };
            const auto whole = [](Index n) {
                std::vector<Index> all(static_cast<std::size_t>(n));
                for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Index>(i);
                return all;
            };
            const std::string to = "f64/" + set + "/";
            BOOST_TEST(close(kernel_distance(context, x.rows(), y.rows(), whole(x.count), whole(y.count)),
                             file.read_double(to + "mmd2")[0]));
            const auto x_rows = file.read_double("draw/" + set + "/index_x"),
                       y_rows = file.read_double("draw/" + set + "/index_y"),
                       expected = file.read_double(to + "subset_mmd2");
            const std::size_t size = x_rows.size() / expected.size();
            for (std::size_t s = 0; s < expected.size(); ++s) {
                const auto part = [&](const std::vector<double>& rows) {
                    std::vector<Index> numbers;
                    for (std::size_t r = 0; r < size; ++r) numbers.push_back(static_cast<Index>(rows[s * size + r]));
                    return numbers;
                };
                BOOST_TEST(
                    close(kernel_distance(context, x.rows(), y.rows(), part(x_rows), part(y_rows)), expected[s]));
            }
        }
}

namespace {

void check_precision_recall(Context<Cpu>& context, const SafetensorsFile& file, const std::string& set, int k) {
    const FeatureSet real(file, "in/" + set + "/real"), fake(file, "in/" + set + "/fake");
    const std::string ending = text("_k", k), f64 = "f64/" + set + "/", out = "out/" + set + "/";
    BOOST_TEST(largest_difference(neighbour_radii(context, real.rows(), k),
                                  file.read_double(f64 + "radius_real" + ending)) <= 1e-9);
    BOOST_TEST(largest_difference(neighbour_radii(context, fake.rows(), k),
                                  file.read_double(f64 + "radius_fake" + ending)) <= 1e-9);
    for (const bool inside : {true, false}) {
        const PrecisionRecall found =
            precision_recall(context, real.rows(), fake.rows(), k, inside ? Boundary::inside : Boundary::outside);
        const std::string kind = inside ? "_inside_le" : "_inside_lt";
        const auto check = [&](const std::vector<Index>& balls, const std::string& name) {
            const auto expected = file.read_double(out + name + kind + ending);
            BOOST_TEST_REQUIRE(balls.size() == expected.size());
            for (std::size_t i = 0; i < balls.size(); ++i)
                BOOST_TEST((balls[i] > 0) == (expected[i] != 0), name << kind << ending << ", row " << i);
        };
        check(found.balls_around_fake, "fake");
        check(found.balls_around_real, "real");
        const auto shares = file.read_double(f64 + (inside ? "precision_recall_le" : "prdc_lt") + ending);
        const std::vector<double> values{found.precision.value, found.recall.value, found.density.value,
                                         found.coverage.value};
        for (std::size_t i = 0; i < shares.size(); ++i) BOOST_TEST(std::abs(values[i] - shares[i]) <= 1e-12);
        if (inside) continue;
        BOOST_TEST(largest_difference(found.nearest_fake_of_real, file.read_double(f64 + "nearest_fake_of_real")) <=
                   1e-9);
        const auto balls = file.read_double(out + "balls_around_fake" + ending);
        for (std::size_t i = 0; i < balls.size(); ++i)
            BOOST_TEST(static_cast<double>(found.balls_around_fake[i]) == balls[i]);
    }
}

}  // namespace

/// in/SET/real fake; for k = 3 and 5 radii, rows inside, precision, recall, density and coverage.
void golden_metric_prc(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    Context<Cpu> context({.threads = 2});
    for (const std::string& set : golden::set_names(file))
        for (const int k : {3, 5}) BOOST_TEST_CONTEXT(set << ", k " << k) check_precision_recall(context, file, set, k);
}
