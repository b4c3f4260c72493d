// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/gemm.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(gemm)

using namespace stylegan;
using namespace stylegan::ops;

// Pictures of a batch are computed side by side, in tiles whose heights follow from their number: a row must not tell which.
BOOST_AUTO_TEST_CASE(a_row_is_the_same_in_a_tile_of_any_height) {
    constexpr Index length = 37, count = 4 * ops::gemm::rows + 5;
    std::vector<float> a(static_cast<std::size_t>(count * length)),
        b(static_cast<std::size_t>(length * ops::gemm::panel));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<float>(i) * 0.7f);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::cos(static_cast<float>(i) * 1.3f);
    std::vector<const float*> start;
    for (Index t = 0; t < count; ++t) start.push_back(a.data() + t * length);
    for (const Index columns : {Index{1}, Index{ops::gemm::lanes}, Index{ops::gemm::panel}}) {
        const auto multiplied = [&](Index first, Index n) {
            std::vector<float> c(static_cast<std::size_t>(n * ops::gemm::panel));
            ops::gemm::multiply_rows(n, columns, start.data() + first, {1, length, length}, b.data(), ops::gemm::panel,
                                     0.3f, c.data());
            return c;
        };
        const std::vector<float> all = multiplied(0, count);
        for (Index n = 1; n <= count; ++n)
            for (Index first = 0; first + n <= count; first += 3) {
                const std::vector<float> part = multiplied(first, n);
                for (Index t = 0; t < n; ++t)
                    for (Index j = 0; j < columns; ++j) {
                        const auto at = static_cast<std::size_t>(t * ops::gemm::panel + j),
                                   of_all = at + static_cast<std::size_t>(first * ops::gemm::panel);
                        if (part[at] != all[of_all])
                            BOOST_TEST(part[at] == all[of_all],
                                       n << " rows from " << first << ", row " << t << ", column " << j);
                    }
            }
        double expected = 0;
        for (Index k = 0; k < length; ++k)
            expected += static_cast<double>(a[static_cast<std::size_t>(k)]) *
                        static_cast<double>(b[static_cast<std::size_t>(k * ops::gemm::panel)]);
        BOOST_TEST(std::abs(static_cast<double>(all[0]) - 0.3 * expected) < 1e-5);
    }
}

BOOST_AUTO_TEST_SUITE_END()
