// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/core/view.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <type_traits>

/// Which types are arrays, and where their values are. Used by core/array_ref.hpp and core/arrays.hpp.
namespace stylegan::detail {

template <class D>
void of_eigen(const Eigen::DenseBase<D>&);
template <class D>
void plain_eigen(const Eigen::PlainObjectBase<D>&);
template <class D>
void of_xtensor(const xt::xexpression<D>&);

/// Eigen's Matrix, Array, Map, Ref, Block, and expressions of them.
template <class A>
concept EigenDense = requires(const A& a) {
    detail::of_eigen(a);
};

/// xtensor's containers, adaptors, views and expressions.
template <class A>
concept XtensorExpression = requires(const A& a) {
    detail::of_xtensor(a);
};

/// Eigen's Tensor, TensorFixedSize and TensorMap, recognised by their members: their header is not included.
template <class A>
concept EigenTensor = !EigenDense<A> && !XtensorExpression<A> && requires(const A& a) {
    { A::NumDimensions + 0 } -> std::convertible_to<int>;
    { A::Layout + 0 } -> std::convertible_to<int>;
    a.dimensions()[0];
    a.data();
};

/// std::vector, std::span, std::array of numbers, and arrays of C.
template <class A>
concept NumberRange = !EigenDense<A> && !XtensorExpression<A> && std::ranges::contiguous_range<A> &&
                      std::ranges::sized_range<A> && std::is_arithmetic_v<std::ranges::range_value_t<A>>;

/// What a kind of array can do:
///
///     Scalar              the type of its values, without const
///     rank                its number of axes, or dynamic
///     has_rank(r)         whether it can be seen with r axes, as far as known at compile time
///     in_memory           its values are in memory: it has data() and strides(), otherwise evaluate()
///     row_major           false if its values are not row-major, unless they have one row or column only
///     borrowed            it owns no values: they outlive it
///     axes(a), shape<Rank>(a), strides<Rank>(a), data(a), evaluate(a, to)
template <class A>
struct ArrayKind;

template <EigenDense A>
struct ArrayKind<A> {
    using Scalar = typename A::Scalar;
    static constexpr bool is_row = A::RowsAtCompileTime == 1, is_column = A::ColsAtCompileTime == 1 && !is_row;
    static constexpr int rank = is_column ? 1 : 2;
    static constexpr bool in_memory = (static_cast<unsigned>(A::Flags) & Eigen::DirectAccessBit) != 0;
    static constexpr bool row_major = A::IsRowMajor || is_row || is_column;
    static constexpr bool borrowed = in_memory && !requires(const A& a) { detail::plain_eigen(a); };

    static constexpr bool has_rank(int r) { return r == rank || (is_row && r == 1); }
    static int axes(const A&) { return rank; }

    template <int Rank>
    static std::array<Index, Rank> shape(const A& a) {
        if constexpr (Rank == 1)
            return {a.size()};
        else
            return {a.rows(), a.cols()};
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const A& a) {
        if constexpr (Rank == 1)
            return {a.innerStride()};
        else
            return {a.rowStride(), a.colStride()};
    }
    static auto data(auto& a) { return a.data(); }
    static void evaluate(const A& a, Scalar* to) {
        using Rows = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
        Eigen::Map<Rows>(to, a.rows(), a.cols()) = a;
    }
};

/// Eigen::Ref<const M> owns a copy if it was made from something of another layout.
template <class M, int Options, class Stride>
inline constexpr bool may_own_copy(const Eigen::Ref<const M, Options, Stride>*) {
    return true;
}
inline constexpr bool may_own_copy(const void*) { return false; }

/// Extents, strides or the like, as an array of Index.
template <int Rank>
std::array<Index, Rank> indices(const auto& values) {
    std::array<Index, Rank> all{};
    if constexpr (requires { values.begin(); })
        std::transform(values.begin(), values.end(), all.begin(), [](auto v) { return static_cast<Index>(v); });
    else  // Eigen::Sizes
        for (Index axis = 0; axis < Rank; ++axis) all[static_cast<std::size_t>(axis)] = values[axis];
    return all;
}

/// Strides of values without gaps, with the last axis fastest, or else the first.
template <std::size_t Rank>
constexpr std::array<Index, Rank> packed_strides(const std::array<Index, Rank>& shape, bool last_fastest) {
    std::array<Index, Rank> strides{};
    Index step = 1;
    for (std::size_t i = 0; i < Rank; ++i) {
        const std::size_t axis = last_fastest ? Rank - 1 - i : i;
        strides[axis] = step;
        step *= shape[axis];
    }
    return strides;
}

template <XtensorExpression A>
struct ArrayKind<A> {
    using Scalar = std::remove_const_t<typename A::value_type>;
    static constexpr int rank = xt::get_rank<A>::value == SIZE_MAX ? dynamic : static_cast<int>(xt::get_rank<A>::value);
    static constexpr bool in_memory = xt::has_data_interface<A>::value && requires(const A& a) {
        a.strides();
        a.data_offset();
    };
    static constexpr bool row_major = true;
    static constexpr bool borrowed = false;

    static constexpr bool has_rank(int r) { return rank == r || rank == dynamic; }
    static int axes(const A& a) { return static_cast<int>(a.dimension()); }
    template <int Rank>
    static std::array<Index, Rank> shape(const A& a) {
        return indices<Rank>(a.shape());
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const A& a) {
        return indices<Rank>(a.strides());
    }
    static auto data(auto& a) {  // data() of an adaptor of a const container does not compile
        return a.storage().data() + static_cast<Index>(a.data_offset());
    }
    static void evaluate(const A& a, Scalar* to) {
        std::copy(a.template cbegin<xt::layout_type::row_major>(), a.template cend<xt::layout_type::row_major>(), to);
    }
};

/// The common part of the kinds with a known number of axes.
template <int Rank, bool RowMajor, bool Borrowed>
struct KindOfRank {
    static constexpr int rank = Rank;
    static constexpr bool in_memory = true;
    static constexpr bool row_major = RowMajor;
    static constexpr bool borrowed = Borrowed;
    static constexpr bool has_rank(int r) { return r == Rank; }
    static int axes(const auto&) { return Rank; }
};

template <EigenTensor A>
struct ArrayKind<A>
    : KindOfRank<int{A::NumDimensions}, int{A::Layout} == int{Eigen::RowMajor} || A::NumDimensions == 1, false> {
    using Scalar = std::remove_const_t<typename A::Scalar>;
    template <int Rank>
    static std::array<Index, Rank> shape(const A& a) {
        return indices<Rank>(a.dimensions());
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const A& a) {
        return packed_strides(shape<Rank>(a), int{A::Layout} == int{Eigen::RowMajor});
    }
    static auto data(auto& a) { return a.data(); }
};

template <class T, int R>
struct ArrayKind<View<T, R>> : KindOfRank<R, true, true> {
    using Scalar = std::remove_const_t<T>;
    template <int Rank>
    static std::array<Index, Rank> shape(const View<T, R>& a) {
        return a.shape;
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const View<T, R>& a) {
        return packed_strides(a.shape, true);
    }
    static T* data(const View<T, R>& a) { return a.data; }
};

/// Tensors in host memory only.
template <class Device, int... Extents>
requires(!Device::asynchronous) struct ArrayKind<Tensor<Device, Extents...>>
    : KindOfRank<static_cast<int>(sizeof...(Extents)), true, false> {
    using Scalar = typename Device::Scalar;
    template <int Rank>
    static std::array<Index, Rank> shape(const Tensor<Device, Extents...>& a) {
        return a.shape();
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const Tensor<Device, Extents...>& a) {
        return packed_strides(a.shape(), true);
    }
    static auto data(auto& a) { return a.data(); }
};

template <NumberRange A>
struct ArrayKind<A> : KindOfRank<1, true, std::ranges::borrowed_range<A>> {
    using Scalar = std::ranges::range_value_t<A>;
    template <int Rank>
    static std::array<Index, Rank> shape(const A& a) {
        return {static_cast<Index>(std::ranges::size(a))};
    }
    template <int Rank>
    static std::array<Index, Rank> strides(const A&) {
        return {1};
    }
    static auto data(auto& a) { return std::ranges::data(a); }
};

/// Any type that counts as an array.
template <class A>
concept ArrayLike = requires {
    typename ArrayKind<std::remove_cvref_t<A>>::Scalar;
};

template <class A>
using KindOf = ArrayKind<std::remove_cvref_t<A>>;

/// Whether the values of an argument declared A&& outlive the call: it has a name, or does not own them.
template <class A>
inline constexpr bool outlives_the_call = std::is_lvalue_reference_v<A> ||
                                          (KindOf<A>::borrowed &&
                                           !may_own_copy(static_cast<std::remove_cvref_t<A>*>(nullptr)));

/// Values with a distance along each axis.
template <class T, int Rank>
struct Strided {
    T* data = nullptr;
    std::array<Index, Rank> shape{}, strides{};

    [[nodiscard]] Index size() const { return View<T, Rank>{data, shape}.size(); }

    /// Whether the values are row-major without gaps.
    [[nodiscard]] bool row_major() const {
        const std::array<Index, Rank> packed = packed_strides(shape, true);
        for (std::size_t axis = 0; axis < Rank; ++axis)
            if (shape[axis] > 1 && strides[axis] != packed[axis] && size() > 0) return false;
        return true;
    }

    /// Copies the values to row-major memory without gaps.
    void copy(std::remove_const_t<T>* to) const { copy_axis<0>(data, to); }

private:
    template <int Axis>
    void copy_axis(T* from, std::remove_const_t<T>*& to) const {
        constexpr auto axis = static_cast<std::size_t>(Axis);
        for (Index i = 0; i < shape[axis]; ++i) {
            if constexpr (Axis + 1 == Rank)
                *to++ = from[i * strides[axis]];
            else
                copy_axis<Axis + 1>(from + i * strides[axis], to);
        }
    }
};

/// An array in memory, seen with Rank axes.
template <int Rank, class A>
[[nodiscard]] auto strided(A& a) {
    using Kind = KindOf<A>;
    auto* const data = Kind::data(a);
    Strided<std::remove_pointer_t<decltype(Kind::data(a))>, Rank> s{data, Kind::template shape<Rank>(a),
                                                                    Kind::template strides<Rank>(a)};
    return s;
}

}  // namespace stylegan::detail
