// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/array_ref.hpp>

#include <xtensor/xadapt.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

/// Converts between arrays of this library, Eigen and xtensor: docs/arrays.md. In: ArrayRef, the parameter type of
/// every function that takes an array. Out: the functions below. Those that copy say so.
namespace stylegan {

namespace detail {

/// The shape of a view as xtensor's functions take it.
template <class T, int Rank>
[[nodiscard]] std::array<std::size_t, static_cast<std::size_t>(Rank)> xtensor_shape(const View<T, Rank>& v) {
    std::array<std::size_t, static_cast<std::size_t>(Rank)> shape{};
    std::transform(v.shape.begin(), v.shape.end(), shape.begin(), [](Index e) { return static_cast<std::size_t>(e); });
    return shape;
}

}  // namespace detail

/// An xt::xtensor that can be made from any array (see ArrayRef), by a copy. For arrays that are stored.
template <class Scalar, int Rank>
class Array : public xt::xtensor<Scalar, static_cast<std::size_t>(Rank)> {
public:
    using Base = xt::xtensor<Scalar, static_cast<std::size_t>(Rank)>;  ///< the xtensor it is
    using Base::Base;

    Array() = default;
    Array(const Base& array) : Base(array) {}           // NOLINT: a conversion by design
    Array(Base&& array) : Base(std::move(array)) {}     // NOLINT: a conversion by design
    Array(const ArrayRef<const Scalar, Rank>& array) {  // NOLINT: a conversion by design
        const View<const Scalar, Rank> v = array.view();
        this->resize(detail::xtensor_shape(v));
        std::copy_n(v.data, v.size(), this->data());
    }
    template <detail::ArrayLike A>
    Array(const A& array)  // NOLINT: a conversion by design
        requires(!std::is_base_of_v<Base, A>)
        : Array(ArrayRef<const Scalar, Rank>(array)) {}
};

/// A std::vector of Array that can be made from a std::vector of any arrays.
template <class Scalar, int Rank>
class Arrays : public std::vector<Array<Scalar, Rank>> {
public:
    using std::vector<Array<Scalar, Rank>>::vector;

    template <detail::ArrayLike A>
    Arrays(const std::vector<A>& arrays)  // NOLINT: a conversion by design
        : std::vector<Array<Scalar, Rank>>(arrays.begin(), arrays.end()) {}
};

/// A View of a named array; of const values if the array is const.
/// @tparam Rank  the number of axes; needed for arrays that know it at run time only: `view_of<2>(xarray)`
/// @throws ShapeError if the values are not row-major without gaps, or the number of axes differs
template <int Rank = dynamic, detail::ArrayLike A>
[[nodiscard]] auto view_of(A&& array) {
    using Kind = detail::KindOf<A>;
    constexpr int rank = Rank != dynamic ? Rank : Kind::rank;
    static_assert(detail::outlives_the_call<A>,
                  "stylegan::view_of: the array is gone after this call; give it a name first, or copy it by to_eigen");
    static_assert(rank != dynamic, "stylegan::view_of: say the number of axes: view_of<2>(array)");
    static_assert(
        Kind::in_memory && Kind::row_major,
        "stylegan::view_of: the array is column-major or an expression, which no view can show; copy it by to_eigen");
    static_assert(rank == dynamic || Kind::has_rank(rank), "stylegan::view_of: the array has another number of axes");
    using T = std::remove_pointer_t<decltype(Kind::data(array))>;
    if constexpr (Kind::rank == dynamic) require_equal("view_of", "number of axes", Kind::axes(array), rank);
    const detail::Strided<T, rank> s = detail::strided<rank>(array);
    if (!s.row_major()) throw ShapeError("view_of: the values of the array are not row-major without gaps");
    return View<T, rank>{s.data, s.shape};
}

/// A View of values at a pointer: `view_of(values, 2, 512)`.
template <class T, std::integral... I>
[[nodiscard]] View<T, static_cast<int>(sizeof...(I))> view_of(T* values, I... extents) requires(sizeof...(I) > 0) {
    return {values, {static_cast<Index>(extents)...}};
}

/// A View of a std::span, std::vector or std::array. @throws ShapeError if its size is not the product of the extents
template <detail::ArrayLike R, std::integral... I>
[[nodiscard]] auto view_of(R&& values,
                           I... extents) requires(detail::NumberRange<std::remove_cvref_t<R>> && sizeof...(I) > 0) {
    static_assert(detail::outlives_the_call<R>,
                  "stylegan::view_of: the array is gone after this call; give it a name first, or copy it by to_eigen");
    const auto v = view_of(std::ranges::data(values), extents...);
    require_equal("view_of", "number of values", static_cast<Index>(std::ranges::size(values)), v.size());
    return v;
}

namespace detail {

template <class T>
using EigenRows = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using EigenVector = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, 1>;

/// `Of`; const if T is.
template <class T, class Of>
using ConstAs = std::conditional_t<std::is_const_v<T>, const Of, Of>;

template <class T, int Rank>
[[nodiscard]] auto map_of(const View<T, Rank>& v) {
    if constexpr (Rank == 1)
        return Eigen::Map<ConstAs<T, EigenVector<T>>>(v.data, v.extent(0));
    else
        return Eigen::Map<ConstAs<T, EigenRows<T>>>(v.data, v.extent(0), v.stride());
}

/// An xt::xarray; each index of the first axis is a row.
template <class A>
[[nodiscard]] auto map_of_any_rank(A& array) {
    using Kind = KindOf<A>;
    switch (Kind::axes(array)) {
        case 1: return map_of(view_of<1>(array).as(Kind::template shape<1>(array)[0], 1));
        case 2: return map_of(view_of<2>(array));
        case 3: return map_of(view_of<3>(array));
        case 4: return map_of(view_of<4>(array));
        default: throw ShapeError(text("as_eigen: number of axes is ", Kind::axes(array), ", expected 1 to 4"));
    }
}

}  // namespace detail

/// An array as an Eigen::Map: a matrix with a row for each index of the first axis, (N, rest), or a column vector if
/// there is one axis. It refers to the array's own values, which are const if the array is:
///
///     auto w = generator.map(z);
///     sg::as_eigen(w).row(0) += 0.5f * direction;
///
/// @throws ShapeError if the values are not row-major without gaps
template <detail::ArrayLike A>
[[nodiscard]] auto as_eigen(A&& array) {
    static_assert(
        detail::outlives_the_call<A>,
        "stylegan::as_eigen: the array is gone after this call; give it a name first, or copy it by to_eigen");
    using Kind = detail::KindOf<A>;
    if constexpr (Kind::rank == dynamic)
        return detail::map_of_any_rank(array);
    else
        return detail::map_of(view_of(array));
}

/// A copy of any array (see ArrayRef) as an Eigen matrix or column vector, shaped as by as_eigen().
template <detail::ArrayLike A>
[[nodiscard]] auto to_eigen(const A& array) {
    using Kind = detail::KindOf<A>;
    using S = typename Kind::Scalar;
    if constexpr (Kind::rank == 1) {
        const ArrayRef<const S, 1> values(array);
        return detail::EigenVector<S>(detail::map_of(values.view()));
    } else if constexpr (Kind::rank != dynamic) {
        const ArrayRef<const S, Kind::rank> values(array);
        return detail::EigenRows<S>(detail::map_of(values.view()));
    } else {
        const ArrayRef<const S, 1, 2, 3, 4> values(array);
        const Index rows = values.extent(0);
        return detail::EigenRows<S>(
            detail::map_of(view_of(values.data(), rows, rows > 0 ? values.size() / rows : Index{0})));
    }
}

/// An array as an xtensor adaptor of the same shape. It refers to the array's own values, const if the array is const.
/// @throws ShapeError as view_of()
template <int Rank = dynamic, detail::ArrayLike A>
[[nodiscard]] auto as_xtensor(A&& array) {
    static_assert(detail::outlives_the_call<A>,
                  "stylegan::as_xtensor: the array is gone after this call; give it a name first");
    const auto v = view_of<Rank>(array);
    auto* data = v.data;  // moved, because xtensor keeps a reference to a named pointer
    return xt::adapt<xt::layout_type::row_major>(std::move(data), static_cast<std::size_t>(v.size()),
                                                 xt::no_ownership(), detail::xtensor_shape(v));
}

namespace detail {

template <class To, class T, int Rank, std::size_t... Axis>
[[nodiscard]] To constructed_from(const View<T, Rank>& v, std::index_sequence<Axis...>) {
    constexpr bool by_extents = std::is_constructible_v<To, T*, decltype(v.shape[Axis])...>, by_shape = requires {
        To{v.data, v.shape};
    };
    static_assert(
        by_extents || by_shape,
        "stylegan::as: the wanted type cannot be constructed from a pointer to these values and their extents");
    if constexpr (by_extents)
        return To(v.data, v.shape[Axis]...);
    else if constexpr (by_shape)
        return To{v.data, v.shape};
}

template <class To>
inline constexpr bool is_row_major = true;
template <class To>
requires requires { To::Layout; }
inline constexpr bool is_row_major<To> = int{To::Layout} == int{Eigen::RowMajor} || To::NumDimensions == 1;
template <EigenDense To>
inline constexpr bool is_row_major<To> = KindOf<To>::row_major;

}  // namespace detail

/// An array as any type that is constructed from a pointer and extents. It refers to the array's own values:
///
///     auto x = sg::as<Eigen::TensorMap<Eigen::Tensor<float, 4, Eigen::RowMajor>>>(images);
///
/// For const values, name the type of const values: Tensor<const float, 4, RowMajor>.
/// @throws ShapeError as view_of()
template <class To, int Rank = dynamic, detail::ArrayLike A>
[[nodiscard]] To as(A&& array) {
    static_assert(detail::outlives_the_call<A>,
                  "stylegan::as: the array is gone after this call; give it a name first");
    static_assert(detail::is_row_major<To>,
                  "stylegan::as: the wanted type is column-major, and the values are row-major");
    const auto v = view_of<Rank>(array);
    return detail::constructed_from<To>(v, std::make_index_sequence<std::tuple_size_v<decltype(v.shape)>>{});
}

}  // namespace stylegan
