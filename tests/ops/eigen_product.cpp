// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/eigen/product.hpp>

#include "maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>
#include <vector>

BOOST_AUTO_TEST_SUITE(eigen_product)

namespace eigen = stylegan::ops::eigen;
using stylegan::Index;
using Scalars = std::tuple<float, double>;

namespace {

template <class S>
std::vector<S> random(Index count, unsigned seed) {
    const auto v = finite_difference::normal_values(count, seed);
    return {v.begin(), v.end()};
}

/// The storage orders of the operands of a tile.
enum class Form { terms_in_rows, b_transposed, both_rows };

/// a (depth, rows) and b (depth, columns), multiplied in blocks of Tile::depth terms in one of the forms.
template <class S>
std::vector<S> product(Form form, const std::vector<S>& a, const std::vector<S>& b, Index rows, Index columns,
                       Index depth) {
    const auto transposed = [depth](const std::vector<S>& m, Index width) {
        std::vector<S> t(m.size());
        for (Index k = 0; k < depth; ++k)
            for (Index j = 0; j < width; ++j)
                t[static_cast<std::size_t>(j * depth + k)] = m[static_cast<std::size_t>(k * width + j)];
        return t;
    };
    const std::vector<S> at = transposed(a, rows), bt = transposed(b, columns);
    std::vector<S> c(static_cast<std::size_t>(rows * columns));
    for (Index k = 0; k < depth; k += eigen::Tile<S>::depth) {
        const eigen::TileSize n{rows, columns, std::min<Index>(eigen::Tile<S>::depth, depth - k)};
        if (form == Form::terms_in_rows)
            eigen::add_product<Eigen::ColMajor, Eigen::RowMajor>(n, a.data() + k * rows, rows, b.data() + k * columns,
                                                                 columns, c.data(), columns);
        else if (form == Form::b_transposed)
            eigen::add_product<Eigen::ColMajor, Eigen::ColMajor>(n, a.data() + k * rows, rows, bt.data() + k, depth,
                                                                 c.data(), columns);
        else
            eigen::add_product<Eigen::RowMajor, Eigen::ColMajor>(n, at.data() + k, depth, bt.data() + k, depth,
                                                                 c.data(), columns);
    }
    return c;
}

constexpr Form forms[] = {Form::terms_in_rows, Form::b_transposed, Form::both_rows};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_the_product_of_its_operands, S, Scalars) {
    using T = eigen::Tile<S>;
    for (const Index depth : {Index{1}, Index{3}, Index{64}, Index{127}, Index{300}}) {
        const Index rows = 3 * T::row_step, columns = 2 * T::column_step;
        const auto a = random<S>(depth * rows, 1), b = random<S>(depth * columns, 2);
        finite_difference::Values expected;
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j) {
                double sum = 0;
                for (Index k = 0; k < depth; ++k)
                    sum += double(a[static_cast<std::size_t>(k * rows + i)]) *
                           double(b[static_cast<std::size_t>(k * columns + j)]);
                expected.push_back(sum);
            }
        for (const Form form : forms) {
            const auto c = product(form, a, b, rows, columns, depth);
            BOOST_TEST(finite_difference::error_of({c.begin(), c.end()}, expected) < maps::tolerance<S>);
        }
    }
}

// The promise of equal bits rests on this, for any version of Eigen.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_value_does_not_depend_on_its_place_or_on_the_size_of_the_tile, S, Scalars) {
    using T = eigen::Tile<S>;
    for (const Index depth : {Index{17}, Index{128}, Index{301}, Index{4608}}) {
        const Index most_rows = T::rows, most_columns = T::columns;
        const auto a = random<S>(depth * most_rows, 3), b = random<S>(depth * most_columns, 4);
        const auto all = product(Form::terms_in_rows, a, b, most_rows, most_columns, depth);
        for (const Index rows : {Index{T::row_step}, Index{3 * T::row_step}, Index{T::rows}})
            for (Index columns = T::column_step; columns <= most_columns; columns += T::column_step) {
                // row i of the small product is row (7 i + 3) % most_rows of the large one, and columns likewise
                const auto row = [&](Index i) { return (7 * i + 3) % most_rows; };
                const auto column = [&](Index j) { return (5 * j + 11) % most_columns; };
                std::vector<S> some_a, some_b;
                for (Index k = 0; k < depth; ++k) {
                    for (Index i = 0; i < rows; ++i)
                        some_a.push_back(a[static_cast<std::size_t>(k * most_rows + row(i))]);
                    for (Index j = 0; j < columns; ++j)
                        some_b.push_back(b[static_cast<std::size_t>(k * most_columns + column(j))]);
                }
                for (const Form form : forms) {
                    const auto c = product(form, some_a, some_b, rows, columns, depth);
                    Index different = 0;
                    for (Index i = 0; i < rows; ++i)
                        for (Index j = 0; j < columns; ++j)
                            different += c[static_cast<std::size_t>(i * columns + j)] !=
                                         all[static_cast<std::size_t>(row(i) * most_columns + column(j))];
                    BOOST_TEST(different == 0, rows << "x" << columns << ", " << depth << " terms, form "
                                                    << static_cast<int>(form) << ": " << different << " differ");
                }
            }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(settings_of_eigen_have_no_part_in_it, S, Scalars) {
    using T = eigen::Tile<S>;
    const Index rows = T::rows, columns = T::columns, depth = 900;
    const auto a = random<S>(depth * rows, 5), b = random<S>(depth * columns, 6);
    const auto before = product(Form::terms_in_rows, a, b, rows, columns, depth);
    std::ptrdiff_t l1 = 0, l2 = 0, l3 = 0;
    Eigen::internal::manage_caching_sizes(Eigen::GetAction, &l1, &l2, &l3);
    for (const auto& [first, second, third] :
         {std::tuple{1111, 3333, 7777}, std::tuple{64, 64, 64}, std::tuple{1 << 26, 1 << 27, 1 << 28}}) {
        Eigen::setCpuCacheSizes(first, second, third);
        Eigen::setNbThreads(4);
        for (const Form form : forms) BOOST_TEST((product(form, a, b, rows, columns, depth) == before));
        BOOST_TEST(Eigen::l1CacheSize() == first);  // nor does it change them
    }
    Eigen::setCpuCacheSizes(l1, l2, l3);
    Eigen::setNbThreads(0);
}

BOOST_AUTO_TEST_SUITE_END()
