// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/array_kind.hpp>
#include <stylegan/core/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>

namespace stylegan {

namespace detail {
template <int... Ranks>
inline constexpr std::array<int, sizeof...(Ranks)> ranks{Ranks...};
}  // namespace detail

/// The parameter type of functions that take an array of any library. Callers pass their array; the function sees its
/// values in row-major order (the last axis fastest).
///
/// Accepts
/// - xt::xtensor, xt::xarray, what xt::adapt and xt::view return, expressions of xtensor;
/// - Eigen::Matrix, Array, Map, Ref, Block, expressions of Eigen;
/// - Eigen::Tensor, TensorMap, TensorFixedSize;
/// - View and Tensor of this library, and thus view_of(values, extents...) of a std::span or a pointer;
/// - nested braces, `{{0.1f, 0.2f}, {0.3f, 0.4f}}`; `{}` is an array without values.
///
/// Row-major values without gaps are not copied. If the function reads the array, others are copied once: column-major
/// arrays of more than one row and column, arrays with gaps, expressions. If the function writes to it (T not const),
/// they are an error.
///
/// An Eigen row vector may have two axes, (1, n), or one. A column vector, and any other array with one axis, has one
/// only: `v.transpose()` or view_of(v, 1, n) makes a row of it.
///
/// An ArrayRef does not keep the array alive. Use it for parameters; do not store it.
///
/// @tparam T      const Scalar if the function reads the values, Scalar if it writes them
/// @tparam Ranks  the numbers of axes that the array may have
template <class T, int... Ranks>
class ArrayRef {
    static_assert(sizeof...(Ranks) > 0 && ((Ranks > 0) && ...), "stylegan::ArrayRef: at least one number of axes");

    static constexpr bool allows(int rank) { return ((Ranks == rank) || ...); }
    static constexpr int first_rank = detail::ranks<Ranks...>.front();
    static constexpr int most_axes = std::max({Ranks...});

public:
    using Scalar = std::remove_const_t<T>;

    /// No values: every extent is 0.
    ArrayRef() = default;

    /// @throws ShapeError if the array has another number of axes, or is written to and not row-major without gaps,
    ///         where that is known at run time only
    template <detail::ArrayLike A>
    ArrayRef(A&& array) {  // NOLINT: a conversion by design
        using Kind = detail::KindOf<A>;
        constexpr bool scalar_fits = std::is_same_v<typename Kind::Scalar, Scalar>;
        static_assert(scalar_fits,
                      "stylegan::ArrayRef: the array holds another type of number than the function takes");
        constexpr bool rank_fits = ((Kind::has_rank(Ranks)) || ...);
        static_assert(
            rank_fits || Kind::rank != 1 || allows(1),
            "stylegan::ArrayRef: the array has one axis, and the function takes more; v.transpose() makes a row of an "
            "Eigen vector, stylegan::view_of(v, 1, n) of others");
        static_assert(rank_fits || Kind::rank == 1,
                      "stylegan::ArrayRef: the array has another number of axes than the function takes");
        if constexpr (scalar_fits && rank_fits) {
            if constexpr (Kind::rank == dynamic)
                take_any<A>(array);
            else
                take<A, fitting_rank<Kind>()>(array);
        }
    }

    /// Values at a pointer, with extents: `{values, {2, 512}}`.
    ArrayRef(T* values,
             const std::array<Index, static_cast<std::size_t>(first_rank)>& extents) requires(sizeof...(Ranks) == 1) {
        set(values, extents);
    }

    /// Rows in braces. @throws ShapeError if they differ in length
    ArrayRef(std::initializer_list<Scalar> values)  // NOLINT: as an array
        requires(std::is_const_v<T>&& allows(1)) {
        take_nested<1>(values);
    }
    ArrayRef(std::initializer_list<std::initializer_list<Scalar>> values)  // NOLINT: as an array
        requires(std::is_const_v<T>&& allows(2)) {
        take_nested<2>(values);
    }
    ArrayRef(std::initializer_list<std::initializer_list<std::initializer_list<Scalar>>> values)  // NOLINT: as an array
        requires(std::is_const_v<T>&& allows(3)) {
        take_nested<3>(values);
    }
    ArrayRef(std::initializer_list<std::initializer_list<std::initializer_list<std::initializer_list<Scalar>>>>
                 values)  // NOLINT: as an array
        requires(std::is_const_v<T>&& allows(4)) {
        take_nested<4>(values);
    }

    [[nodiscard]] T* data() const { return data_; }
    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] Index extent(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
    [[nodiscard]] Index size() const {
        Index n = 1;
        for (int axis = 0; axis < rank_; ++axis) n *= extent(axis);
        return n;
    }
    /// Whether the values were copied.
    [[nodiscard]] bool copied() const { return copy_ != nullptr; }

    /// The values. Valid while this object and the array exist. @tparam Rank  must equal rank()
    template <int Rank = first_rank>
    [[nodiscard]] View<T, Rank> view() const {
        static_assert(allows(Rank), "stylegan::ArrayRef: it never has this number of axes");
        View<T, Rank> v{data_, {}};
        for (std::size_t axis = 0; axis < Rank; ++axis) v.shape[axis] = shape_[axis];
        return v;
    }

private:
    template <class Kind>
    static constexpr int fitting_rank() {
        int fitting = 0;
        (void)((Kind::has_rank(Ranks) && (fitting = Ranks) > 0) || ...);
        return fitting;
    }

    template <class A>
    void take_any(std::remove_reference_t<A>& array) {
        const int axes = detail::KindOf<A>::axes(array);
        if (!allows(axes))
            throw ShapeError(text("ArrayRef: number of axes is ", axes, ", expected ", expected_ranks()));
        (void)((axes == Ranks && (take<A, Ranks>(array), true)) || ...);
    }

    static std::string expected_ranks() {
        std::string all;
        ((all += (all.empty() ? "" : " or ") + std::to_string(Ranks)), ...);
        return all;
    }

    /// @tparam A  the constructor's
    template <class A, int Rank>
    void take(std::remove_reference_t<A>& array) {
        using Kind = detail::KindOf<A>;
        if constexpr (!std::is_const_v<T>) {
            static_assert(detail::outlives_the_call<A>,
                          "stylegan::ArrayRef: the function writes to the array, and this one is gone after the call");
            static_assert(Kind::in_memory && Kind::row_major,
                          "stylegan::ArrayRef: the function writes to the array, which must be row-major");
            constexpr bool writable = !std::is_const_v<std::remove_pointer_t<decltype(Kind::data(array))>>;
            static_assert(writable, "stylegan::ArrayRef: the function writes to the array, and this one is const");
            if constexpr (writable && Kind::in_memory && Kind::row_major) {
                const auto s = detail::strided<Rank>(array);
                if (!s.row_major())
                    throw ShapeError(
                        "ArrayRef: the array is written to, but its values are not row-major without gaps");
                set(s.data, s.shape);
            }
        } else if constexpr (Kind::in_memory) {
            const auto s = detail::strided<Rank>(array);
            if (s.data == nullptr && s.size() > 0)
                throw ShapeError("ArrayRef: the array has no values in memory; evaluate it first");
            set(s.data, s.shape);
            if (!s.row_major()) s.copy(copy_of(s.size()));
        } else {
            set(nullptr, Kind::template shape<Rank>(array));
            Kind::evaluate(array, copy_of(size()));
        }
    }

    template <int Rank>
    void take_nested(const auto& values) {
        std::array<Index, Rank> shape{};
        extents_of<0>(values, shape);
        set(nullptr, shape);
        Scalar* to = copy_of(size());
        append<0>(values, shape, to);
    }
    template <std::size_t Axis, std::size_t Rank>
    static void extents_of(const auto& values, std::array<Index, Rank>& shape) {
        shape[Axis] = static_cast<Index>(values.size());
        if constexpr (Axis + 1 < Rank)
            if (values.size() > 0) extents_of<Axis + 1>(*values.begin(), shape);
    }
    template <std::size_t Axis, std::size_t Rank>
    static void append(const auto& values, const std::array<Index, Rank>& shape, Scalar*& to) {
        require_equal("ArrayRef", "length of a row in braces", static_cast<Index>(values.size()), shape[Axis]);
        for (const auto& v : values) {
            if constexpr (Axis + 1 < Rank)
                append<Axis + 1>(v, shape, to);
            else
                *to++ = v;
        }
    }

    template <std::size_t Rank>
    void set(T* data, const std::array<Index, Rank>& shape) {
        data_ = data;
        rank_ = static_cast<int>(Rank);
        for (std::size_t axis = 0; axis < Rank; ++axis) shape_[axis] = shape[axis];
    }

    [[nodiscard]] Scalar* copy_of(Index size) {
        copy_ = std::make_shared<HostBuffer<Scalar>>(static_cast<std::size_t>(size));
        data_ = copy_->data();
        return copy_->data();
    }

    T* data_ = nullptr;
    int rank_ = first_rank;
    std::array<Index, static_cast<std::size_t>(most_axes)> shape_{};
    std::shared_ptr<HostBuffer<Scalar>> copy_;  // shared by copies of this object
};

}  // namespace stylegan
