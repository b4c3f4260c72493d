// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/arrays.hpp>
#include <stylegan/device/cpu.hpp>

#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xview.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <string>
#include <unsupported/Eigen/CXX11/Tensor>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(arrays)

using namespace stylegan;

namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <int Rank>
using RowTensor = Eigen::Tensor<float, Rank, Eigen::RowMajor>;

/// A function that reads.
struct Seen {
    int rank = 0;
    std::vector<Index> shape{};
    std::vector<float> values{};
    const float* data = nullptr;
    bool copied = false;
};

template <int... Ranks>
Seen read(const ArrayRef<const float, Ranks...>& x) {
    Seen s{.rank = x.rank(), .data = x.data(), .copied = x.copied()};
    for (int axis = 0; axis < x.rank(); ++axis) s.shape.push_back(x.extent(axis));
    s.values.assign(x.data(), x.data() + x.size());
    return s;
}
Seen read2(const ArrayRef<const float, 2>& x) { return read(x); }
Seen read2or3(const ArrayRef<const float, 2, 3>& x) { return read(x); }
Seen read4(const ArrayRef<const float, 4>& x) { return read(x); }

/// A function that writes.
float* write2(const ArrayRef<float, 2>& x) {
    if (x.size() > 0) x.data()[x.size() - 1] = 77;
    return x.data();
}

/// 1 2 3
/// 4 5 6
const std::vector<float> six{1, 2, 3, 4, 5, 6};

void check_looked_at(const Seen& seen, const float* data) {
    BOOST_TEST(seen.shape == (std::vector<Index>{2, 3}), boost::test_tools::per_element());
    BOOST_TEST(seen.values == six, boost::test_tools::per_element());
    BOOST_TEST(!seen.copied);
    BOOST_TEST(seen.data == data);
}

void check_copied(const Seen& seen, const std::vector<float>& values = six) {
    BOOST_TEST(seen.shape == (std::vector<Index>{2, 3}), boost::test_tools::per_element());
    BOOST_TEST(seen.values == values, boost::test_tools::per_element());
    BOOST_TEST(seen.copied);
}

RowMatrix row_matrix() {
    RowMatrix m(2, 3);
    std::copy(six.begin(), six.end(), m.data());
    return m;
}

xt::xtensor<float, 2> tensor() { return {{1, 2, 3}, {4, 5, 6}}; }

auto what_is(std::string what) {
    return [what = std::move(what)](const Error& e) {
        BOOST_TEST(e.what() == what);
        return true;
    };
}

}  // namespace

BOOST_AUTO_TEST_CASE(eigen_in_row_major_order_is_looked_at) {
    const RowMatrix m = row_matrix();
    check_looked_at(read2(m), m.data());
    check_looked_at(read2(m.array()), m.data());
    check_looked_at(read2(Eigen::Map<const RowMatrix>(m.data(), 2, 3)), m.data());
    check_looked_at(read2(Eigen::Ref<const RowMatrix>(m)), m.data());
    const Eigen::MatrixXf transposed = m.transpose();
    check_looked_at(read2(transposed.transpose()), transposed.data());
    RowMatrix tall(5, 3);
    tall.middleRows(1, 2) = m;
    check_looked_at(read2(tall.middleRows(1, 2)), tall.data() + 3);
    const Eigen::Array<float, 2, 3, Eigen::RowMajor> fixed = m;
    check_looked_at(read2(fixed), fixed.data());
}

BOOST_AUTO_TEST_CASE(eigen_in_another_order_or_with_gaps_is_copied_once) {
    const RowMatrix m = row_matrix();
    const Eigen::MatrixXf columns = m;
    check_copied(read2(columns));
    check_copied(read2(columns.array()));
    check_copied(read2(Eigen::Ref<const Eigen::MatrixXf>(columns)));
    RowMatrix wide(2, 7);
    wide.middleCols(2, 3) = m;
    check_copied(read2(wide.middleCols(2, 3)));
    wide.setZero();
    Eigen::Map<RowMatrix, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>> apart(wide.data(), 2, 3, {7, 2});
    apart = m;
    check_copied(read2(apart));
}

BOOST_AUTO_TEST_CASE(one_row_or_one_column_lies_row_by_row_in_any_order) {
    Eigen::MatrixXf row(1, 4), column(4, 1);
    BOOST_TEST(read2(row).data == row.data());
    BOOST_TEST(read2(column).data == column.data());
}

BOOST_AUTO_TEST_CASE(expressions_are_computed) {
    const RowMatrix m = row_matrix();
    const std::vector<float> twice{2, 4, 6, 8, 10, 12};
    check_copied(read2(m + m), twice);
    check_copied(read2(2 * m.array()), twice);
    check_copied(read2(2 * Eigen::MatrixXf(m)), twice);
    check_copied(read2(RowMatrix::Identity(2, 2) * Eigen::MatrixXf(m)));
    const auto x = tensor();
    check_copied(read2(x + x), twice);
    check_copied(read2(xt::ones<float>({2, 3})), std::vector<float>(6, 1.0f));
}

BOOST_AUTO_TEST_CASE(an_eigen_row_is_one_row) {
    const RowMatrix m = row_matrix();
    const Eigen::RowVectorXf row = m.row(1);
    for (const Seen& seen : {read2(row), read2(m.row(1)), read2(Eigen::VectorXf(row).transpose())}) {
        BOOST_TEST(seen.shape == (std::vector<Index>{1, 3}), boost::test_tools::per_element());
        BOOST_TEST(seen.values == (std::vector<float>{4, 5, 6}), boost::test_tools::per_element());
    }
    BOOST_TEST(read2(m.row(1)).data == m.data() + 3);
    const Eigen::MatrixXf columns = m;
    BOOST_TEST(read2(columns.row(1)).values == (std::vector<float>{4, 5, 6}), boost::test_tools::per_element());
    BOOST_TEST(read(ArrayRef<const float, 1>(row)).shape == (std::vector<Index>{3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tensors_of_eigen) {
    RowTensor<2> t(2, 3);
    std::copy(six.begin(), six.end(), t.data());
    check_looked_at(read2(t), t.data());
    check_looked_at(read2(Eigen::TensorMap<RowTensor<2>>(t.data(), 2, 3)), t.data());
    check_looked_at(
        read2(Eigen::TensorMap<const Eigen::Tensor<const float, 2, Eigen::RowMajor, int>>(six.data(), 2, 3)),
        six.data());
    const Eigen::TensorFixedSize<float, Eigen::Sizes<2, 3>, Eigen::RowMajor> fixed(t);
    check_looked_at(read2(fixed), fixed.data());
    const Eigen::Tensor<float, 2> columns = t.swap_layout().shuffle(std::array<int, 2>{1, 0});
    check_copied(read2(columns));

    RowTensor<4> maps(2, 3, 4, 5);
    std::iota(maps.data(), maps.data() + maps.size(), 0.0f);
    const Eigen::Tensor<float, 4> reversed = maps.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
    const Seen a = read4(maps), b = read4(reversed);
    BOOST_TEST(a.data == maps.data());
    BOOST_TEST(b.copied);
    BOOST_TEST(a.shape == (std::vector<Index>{2, 3, 4, 5}), boost::test_tools::per_element());
    BOOST_TEST(b.shape == a.shape, boost::test_tools::per_element());
    BOOST_TEST(b.values == a.values, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(arrays_of_xtensor) {
    xt::xtensor<float, 2> x = tensor();
    check_looked_at(read2(x), x.data());
    const xt::xarray<float> any = x;
    check_looked_at(read2(any), any.data());
    const xt::xtensor_fixed<float, xt::xshape<2, 3>> fixed = x;
    check_looked_at(read2(fixed), fixed.data());
    check_looked_at(read2(xt::adapt(six, std::array<std::size_t, 2>{2, 3})), six.data());
    check_looked_at(read2(xt::adapt(six, std::vector<std::size_t>{2, 3})), six.data());
    auto named = xt::adapt(six, std::array<std::size_t, 2>{2, 3});
    BOOST_TEST(as_eigen(named).data() == six.data());
    check_looked_at(read2(xt::adapt(x.data(), 6, xt::no_ownership(), std::array<std::size_t, 2>{2, 3})), x.data());
    check_looked_at(read2(xt::view(x, xt::range(0, 2), xt::all())), x.data());
    BOOST_TEST(read2(xt::view(x, xt::range(1, 2), xt::all())).data == x.data() + 3);

    const xt::xtensor<float, 2, xt::layout_type::column_major> columns = x;
    check_copied(read2(columns));
    check_copied(read2(xt::transpose(xt::xtensor<float, 2>(xt::transpose(x)))));
    const xt::xtensor<float, 2> wide = xt::concatenate(xt::xtuple(x, x), 1);
    check_copied(read2(xt::view(wide, xt::all(), xt::range(3, 6))));
}

BOOST_AUTO_TEST_CASE(spans_pointers_braces_and_our_own) {
    check_looked_at(read2(view_of(six, 2, 3)), six.data());
    check_looked_at(read2(view_of(std::span(six), 2, 3)), six.data());
    check_looked_at(read2(view_of(six.data(), 2, 3)), six.data());
    check_looked_at(read2({six.data(), {2, 3}}), six.data());
    check_looked_at(read2(Rows<const float>{six.data(), {2, 3}}), six.data());
    Tensor<Cpu, dynamic, 3> own(2);
    std::copy(six.begin(), six.end(), own.data());
    check_looked_at(read2(own), own.data());
    check_looked_at(read2(own.view()), own.data());
    check_copied(read2({{1, 2, 3}, {4, 5, 6}}));
    BOOST_TEST(read4({{{{0.5f}}}}).values == (std::vector<float>{0.5f}), boost::test_tools::per_element());
    BOOST_TEST(read2({}).shape == (std::vector<Index>{0, 0}), boost::test_tools::per_element());
    BOOST_CHECK_EXCEPTION(read2({{1, 2}, {3}}), ShapeError,
                          what_is("ArrayRef: length of a row in braces is 1, expected 2"));
    BOOST_CHECK_EXCEPTION((void)view_of(six, 2, 2), ShapeError, what_is("view_of: number of values is 6, expected 4"));
}

BOOST_AUTO_TEST_CASE(a_function_of_two_numbers_of_axes_sees_which_it_got) {
    BOOST_TEST(read2or3(row_matrix()).rank == 2);
    BOOST_TEST(read2or3(Eigen::RowVectorXf(3)).rank == 2);
    BOOST_TEST(read2or3(xt::xtensor<float, 3>::from_shape({1, 2, 3})).rank == 3);
    BOOST_TEST(read2or3(xt::xarray<float>::from_shape({1, 2, 3})).rank == 3);
    BOOST_TEST(read2or3(xt::xarray<float>::from_shape({1, 2})).rank == 2);
    BOOST_TEST(read2or3(RowTensor<3>(1, 2, 3)).rank == 3);
    BOOST_TEST(read2or3({{1, 2}}).rank == 2);
    BOOST_TEST(read2or3({{{1, 2}}}).rank == 3);
    BOOST_CHECK_EXCEPTION(read2or3(xt::xarray<float>::from_shape({4})), ShapeError,
                          what_is("ArrayRef: number of axes is 1, expected 2 or 3"));
    BOOST_CHECK_EXCEPTION(read2(xt::xarray<float>::from_shape({1, 2, 3})), ShapeError,
                          what_is("ArrayRef: number of axes is 3, expected 2"));
}

BOOST_AUTO_TEST_CASE(empty_batches) {
    for (const Seen& seen :
         {read2(RowMatrix(0, 3)), read2(Eigen::MatrixXf(0, 3)), read2(xt::xtensor<float, 2>::from_shape({0, 3})),
          read2(RowTensor<2>(0, 3)), read2(Eigen::Tensor<float, 2>(0, 3)), read2(xt::xarray<float>::from_shape({0, 3})),
          read2(RowMatrix(0, 3) * 2), read2(view_of(static_cast<const float*>(nullptr), 0, 3))}) {
        BOOST_TEST(seen.shape == (std::vector<Index>{0, 3}), boost::test_tools::per_element());
        BOOST_TEST(seen.values.empty());
    }
    auto none = xt::xtensor<float, 2>::from_shape({0, 3});
    BOOST_TEST(as_eigen(none).rows() == 0);
    BOOST_TEST(as_eigen(none).cols() == 3);
    BOOST_TEST(to_eigen(none).cols() == 3);
    const RowMatrix nothing(0, 3);
    BOOST_TEST((as_xtensor(nothing).shape() == std::array<std::size_t, 2>{0, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_the_array_itself) {
    RowMatrix m = row_matrix();
    xt::xtensor<float, 2> x = tensor();
    xt::xarray<float> any = x;
    RowTensor<2> t(2, 3);
    Eigen::MatrixXf columns(3, 2);
    std::vector<float> values = six;
    Tensor<Cpu, dynamic, 3> own(2);
    BOOST_TEST(write2(m) == m.data());
    BOOST_TEST(m(1, 2) == 77);
    BOOST_TEST(write2(m.topRows(1)) == m.data());
    BOOST_TEST(write2(Eigen::Map<RowMatrix>(m.data(), 2, 3)) == m.data());
    BOOST_TEST(write2(Eigen::Ref<RowMatrix>(m)) == m.data());
    BOOST_TEST(write2(columns.transpose()) == columns.data());
    BOOST_TEST(write2(x) == x.data());
    BOOST_TEST(write2(any) == any.data());
    BOOST_TEST(write2(t) == t.data());
    BOOST_TEST(write2(own) == own.data());
    BOOST_TEST(write2(view_of(values, 2, 3)) == values.data());
    BOOST_TEST(values[5] == 77);
    BOOST_CHECK_EXCEPTION(write2(m.leftCols(2)), ShapeError,
                          what_is("ArrayRef: the array is written to, but its values are not row-major without gaps"));
}

BOOST_AUTO_TEST_CASE(a_view_is_const_where_the_array_is) {
    xt::xtensor<float, 2> x = tensor();
    RowMatrix m = row_matrix();
    RowTensor<2> t(2, 3);
    static_assert(std::is_same_v<decltype(view_of(x)), View<float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(std::as_const(x))), View<const float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(m)), View<float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(std::as_const(m))), View<const float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(t)), View<float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(std::as_const(t))), View<const float, 2>>);
    static_assert(std::is_same_v<decltype(view_of(six, 2, 3)), View<const float, 2>>);
    static_assert(std::is_same_v<decltype(as_eigen(x)), Eigen::Map<RowMatrix>>);
    static_assert(std::is_same_v<decltype(as_eigen(std::as_const(x))), Eigen::Map<const RowMatrix>>);
    static_assert(std::is_same_v<decltype(as_eigen(six)), Eigen::Map<const Eigen::VectorXf>>);
    static_assert(std::is_const_v<std::remove_reference_t<decltype(as_xtensor(std::as_const(m))(0, 0))>>);
    static_assert(!std::is_const_v<std::remove_reference_t<decltype(as_xtensor(m)(0, 0))>>);
    BOOST_TEST(view_of(x).data == x.data());
    BOOST_TEST(view_of(std::as_const(m)).data == m.data());

    const xt::xarray<float> any = x;
    BOOST_TEST(view_of<2>(any)(1, 2) == 6);
    BOOST_CHECK_EXCEPTION((void)view_of<3>(any), ShapeError, what_is("view_of: number of axes is 2, expected 3"));
    auto part = xt::view(x, xt::all(), xt::range(0, 2));
    BOOST_CHECK_EXCEPTION((void)view_of<2>(part), ShapeError,
                          what_is("view_of: the values of the array are not row-major without gaps"));
}

BOOST_AUTO_TEST_CASE(out_to_eigen_without_a_copy) {
    xt::xtensor<float, 2> x = tensor();
    auto w = as_eigen(x);
    w.row(0) += Eigen::RowVectorXf::Constant(3, 10);
    BOOST_TEST(w.data() == x.data());
    BOOST_TEST(x(0, 2) == 13);
    BOOST_TEST(as_eigen(view_of(x)).data() == x.data());

    const xt::xtensor<float, 4> maps = xt::ones<float>({2, 3, 4, 5});
    BOOST_TEST(as_eigen(maps).rows() == 2);
    BOOST_TEST(as_eigen(maps).cols() == 60);
    BOOST_TEST(as_eigen(maps).data() == maps.data());
    Tensor<Cpu, dynamic, 3> own(2);
    BOOST_TEST(as_eigen(own).data() == own.data());
    RowTensor<3> t(2, 3, 4);
    BOOST_TEST(as_eigen(t).cols() == 12);
    BOOST_TEST(as_eigen(six).size() == 6);
    for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{6}, {6, 1}, {6, 2, 3}, {6, 1, 2, 2}}) {
        const auto any = xt::xarray<float>::from_shape(shape);
        BOOST_TEST(as_eigen(any).rows() == 6);
        BOOST_TEST(as_eigen(any).size() == static_cast<Index>(any.size()));
        BOOST_TEST(as_eigen(any).data() == any.data());
    }
    const auto five = xt::xarray<float>::from_shape({1, 1, 1, 1, 1});
    BOOST_CHECK_EXCEPTION((void)as_eigen(five), ShapeError, what_is("as_eigen: number of axes is 5, expected 1 to 4"));
}

BOOST_AUTO_TEST_CASE(out_to_eigen_by_a_copy_of_anything) {
    const RowMatrix expected = row_matrix();
    const auto x = tensor();
    BOOST_TEST((to_eigen(x) == expected));
    BOOST_TEST((to_eigen(tensor()) == expected));
    BOOST_TEST((to_eigen(x + x) == 2 * expected));
    BOOST_TEST((to_eigen(xt::xarray<float>(x)) == expected));
    BOOST_TEST((to_eigen(Eigen::MatrixXf(expected)) == expected));
    BOOST_TEST((to_eigen(xt::transpose(x)) == expected.transpose()));
    BOOST_TEST(to_eigen(six).size() == 6);
    BOOST_TEST(to_eigen(x).data() != x.data());
    static_assert(std::is_same_v<decltype(to_eigen(x)), RowMatrix>);
}

BOOST_AUTO_TEST_CASE(out_to_xtensor_without_a_copy) {
    RowMatrix m = row_matrix();
    auto x = as_xtensor(m);
    BOOST_TEST(x.data() == m.data());
    BOOST_TEST((x.shape() == std::array<std::size_t, 2>{2, 3}));
    x(1, 0) = 9;
    BOOST_TEST(m(1, 0) == 9);
    RowTensor<4> t(2, 3, 4, 5);
    BOOST_TEST((as_xtensor(t).shape() == std::array<std::size_t, 4>{2, 3, 4, 5}));
    BOOST_TEST(as_xtensor(view_of(six, 3, 2))(2, 1) == 6);
    const xt::xarray<float> any = tensor();
    BOOST_TEST(as_xtensor<2>(any).data() == any.data());
}

BOOST_AUTO_TEST_CASE(out_to_any_type_of_a_pointer_and_extents) {
    xt::xtensor<float, 4> x = xt::ones<float>({2, 3, 4, 5});
    auto t = as<Eigen::TensorMap<RowTensor<4>>>(x);
    BOOST_TEST(t.data() == x.data());
    t(1, 2, 3, 4) = 8;
    BOOST_TEST(x(1, 2, 3, 4) == 8);
    const auto c = as<Eigen::TensorMap<Eigen::Tensor<const float, 4, Eigen::RowMajor>>>(std::as_const(x));
    BOOST_TEST(c.dimension(3) == 5);
    RowMatrix m = row_matrix();
    BOOST_TEST(as<Eigen::Map<RowMatrix>>(m).data() == m.data());
    BOOST_TEST((as<Eigen::Map<const Eigen::Array<float, Eigen::Dynamic, 3, Eigen::RowMajor>>>(m)(1, 1)) == 5);
    BOOST_TEST(as<Rows<const float>>(m).data == m.data());
}

BOOST_AUTO_TEST_CASE(an_array_that_is_kept_is_made_of_any) {
    const RowMatrix m = row_matrix();
    Array<float, 2> a = m;
    BOOST_TEST((xt::xtensor<float, 2>(a) == tensor()));
    BOOST_TEST(a.data() != m.data());
    a = Eigen::MatrixXf(2 * m);
    BOOST_TEST(a(1, 2) == 12);
    xt::xtensor<float, 2> x = tensor();
    const float* const data = x.data();
    a = std::move(x);
    BOOST_TEST(a.data() == data);  // moved, not copied
    a = {{7, 8}};
    BOOST_TEST(a(0, 1) == 8);
    BOOST_TEST((Array<float, 2>{}.size() == 0));

    const std::vector<RowTensor<2>> tensors(3, RowTensor<2>(2, 3));
    Arrays<float, 2> several = tensors;
    several.push_back(m);
    BOOST_TEST(several.size() == 4);
    BOOST_TEST(several[3](1, 2) == 6);
}

BOOST_AUTO_TEST_CASE(a_copy_of_the_reference_shows_the_same_values) {
    const Eigen::MatrixXf columns = row_matrix();
    const ArrayRef<const float, 2> first(columns);
    const ArrayRef<const float, 2> second(first);
    BOOST_TEST(second.data() == first.data());
    BOOST_TEST(second.view()(1, 0) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
