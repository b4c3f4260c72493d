// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/philox.hpp>
#include <stylegan/metrics/distribution/precision_recall.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(precision_recall)

namespace {

using namespace stylegan;

struct Points {
    std::vector<float> values;
    Index width;
    [[nodiscard]] Rows<const float> rows() const {
        return {values.data(), {static_cast<Index>(values.size()) / width, width}};
    }
};

Points normal(Index count, Index width, std::uint64_t seed, float shift = 0) {
    const RandomStream random(seed, 0, Purpose::test);
    Points p{{}, width};
    for (Index i = 0; i < count * width; ++i)
        p.values.push_back(static_cast<float>(random.normal(static_cast<std::uint64_t>(i))) + shift);
    return p;
}

double distance(Rows<const float> a, Index i, Rows<const float> b, Index j) {
    double sum = 0;
    for (Index c = 0; c < a.extent(1); ++c) sum += std::pow(double(a(i, c)) - double(b(j, c)), 2);
    return std::sqrt(sum);
}

}  // namespace

BOOST_AUTO_TEST_CASE(radii_are_those_of_sorted_distances) {
    Context<Cpu> context({.threads = 2});
    for (const Index width : {1, 5, 130})
        for (const int k : {1, 3, 6}) {
            const Points p = normal(41, width, 3);
            const auto found = neighbour_radii(context, p.rows(), k);
            for (Index i = 0; i < 41; ++i) {
                std::vector<double> sorted;
                for (Index j = 0; j < 41; ++j)
                    if (j != i) sorted.push_back(distance(p.rows(), i, p.rows(), j));
                std::sort(sorted.begin(), sorted.end());
                BOOST_TEST(std::abs(found[static_cast<std::size_t>(i)] - sorted[static_cast<std::size_t>(k - 1)]) <=
                           1e-6);
            }
        }
}

BOOST_AUTO_TEST_CASE(a_set_against_itself_is_perfect) {
    Context<Cpu> context({.threads = 2});
    const Points p = normal(2000, 4, 5);  // more than one block of rows
    const PrecisionRecall r = stylegan::precision_recall(context, p.rows(), p.rows(), 3);
    BOOST_TEST(r.precision.value == 1.0);
    BOOST_TEST(r.recall.value == 1.0);
    BOOST_TEST(r.coverage.value == 1.0);
    BOOST_TEST(r.precision.standard_error == 0.0);
}

BOOST_AUTO_TEST_CASE(sets_far_apart_share_nothing) {
    Context<Cpu> context({.threads = 2});
    const PrecisionRecall r =
        stylegan::precision_recall(context, normal(50, 4, 5).rows(), normal(40, 4, 6, 100).rows(), 3);
    BOOST_TEST(r.precision.value == 0.0);
    BOOST_TEST(r.recall.value == 0.0);
    BOOST_TEST(r.density.value == 0.0);
    BOOST_TEST(r.coverage.value == 0.0);
}

BOOST_AUTO_TEST_CASE(one_mode_of_two_is_precise_and_recalls_half) {
    Context<Cpu> context({.threads = 2});
    Points real = normal(300, 3, 7);
    const Points far = normal(300, 3, 8, 60), fake = normal(400, 3, 9);
    real.values.insert(real.values.end(), far.values.begin(), far.values.end());
    const PrecisionRecall r = stylegan::precision_recall(context, real.rows(), fake.rows(), 3);
    BOOST_TEST(r.precision.value > 0.85);
    BOOST_TEST(r.recall.value > 0.4);
    BOOST_TEST(r.recall.value <= 0.5);
    BOOST_TEST(r.coverage.value <= 0.5);
}

BOOST_AUTO_TEST_CASE(equal_rows_are_neighbours_at_no_distance) {
    Context<Cpu> context({.threads = 2});
    Points p = normal(6, 3, 10);  // each four times
    std::vector<float> all;
    for (int copy = 0; copy < 4; ++copy) all.insert(all.end(), p.values.begin(), p.values.end());
    const Points copies{all, 3};
    for (const double radius : neighbour_radii(context, copies.rows(), 3)) BOOST_TEST(radius == 0.0);
    const PrecisionRecall inside = stylegan::precision_recall(context, copies.rows(), copies.rows(), 3);
    const PrecisionRecall outside =
        stylegan::precision_recall(context, copies.rows(), copies.rows(), 3, Boundary::outside);
    BOOST_TEST(inside.precision.value == 1.0);
    BOOST_TEST(outside.precision.value == 0.0);
}

BOOST_AUTO_TEST_CASE(k_needs_enough_pictures) {
    Context<Cpu> context({.threads = 1});
    const Points p = normal(3, 2, 1), q = normal(10, 2, 2), wide = normal(10, 3, 2);
    BOOST_CHECK_THROW((void)stylegan::precision_recall(context, p.rows(), q.rows(), 3), ValueError);
    BOOST_CHECK_THROW((void)stylegan::precision_recall(context, q.rows(), q.rows(), 0), ValueError);
    BOOST_CHECK_THROW((void)stylegan::precision_recall(context, q.rows(), wide.rows(), 3), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
