// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/vector/gemm.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(gemm)

using namespace stylegan;
namespace tile = stylegan::ops::gemm;

namespace {

/// `rows` rows of `depth` values in blocks of lanes, with room for prefetches.
std::vector<float> in_blocks(const finite_difference::Values& a, Index rows, Index depth) {
    const Index blocks = (depth + tile::lanes - 1) / tile::lanes;
    std::vector<float> out(static_cast<std::size_t>(blocks * rows * tile::lanes));
    for (Index t = 0; t < rows; ++t)
        for (Index k = 0; k < depth; ++k)
            out[static_cast<std::size_t>((k / tile::lanes * rows + t) * tile::lanes + k % tile::lanes)] =
                static_cast<float>(a[static_cast<std::size_t>(t * depth + k)]);
    return out;
}

}  // namespace

// Tiles of a picture are multiplied in groups whose heights follow from their number; the bits of a row must not depend
// on that.
BOOST_AUTO_TEST_CASE(a_row_is_the_same_in_a_product_of_any_height) {
    constexpr Index depth = 37, count = 3 * tile::rows + 5;
    const auto a = finite_difference::normal_values(count * depth, 1),
               b_values = finite_difference::normal_values(depth * tile::panel, 2);
    const std::vector<float> b(b_values.begin(), b_values.end());
    const auto multiplied = [&](Index first, Index n) {
        const finite_difference::Values part(a.begin() + first * depth, a.begin() + (first + n) * depth);
        const std::vector<float> left = in_blocks(part, n, depth);
        std::vector<float> c(static_cast<std::size_t>(n * tile::panel));
        tile::multiply_blocks(n, tile::panel, left.data(), {depth, n * tile::lanes}, b.data(), c.data(),
                              n * tile::lanes, false, {left.data(), b.data()});
        return c;
    };
    const std::vector<float> all = multiplied(0, count);
    for (Index t = 0; t < count; ++t)
        for (Index j = 0; j < tile::panel; ++j) {
            double expected = 0;
            for (Index k = 0; k < depth; ++k)
                expected += double(static_cast<float>(a[static_cast<std::size_t>(t * depth + k)])) *
                            double(b[static_cast<std::size_t>(k * tile::panel + j)]);
            const Index at = (j / tile::lanes * count + t) * tile::lanes + j % tile::lanes;
            BOOST_TEST(std::abs(double(all[static_cast<std::size_t>(at)]) - expected) < 2e-5);
        }
    for (Index n = 1; n < count; ++n)
        for (Index first = 0; first + n <= count; first += 3) {
            const std::vector<float> part = multiplied(first, n);
            bool same = true;
            for (Index t = 0; t < n; ++t)
                for (Index j = 0; j < tile::panel; ++j)
                    same = same &&
                           part[static_cast<std::size_t>((j / tile::lanes * n + t) * tile::lanes + j % tile::lanes)] ==
                               all[static_cast<std::size_t>((j / tile::lanes * count + first + t) * tile::lanes +
                                                            j % tile::lanes)];
            BOOST_TEST(same, n << " rows from " << first);
        }
}

BOOST_AUTO_TEST_SUITE_END()
