// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

namespace stylegan {

/// Extents, strides and positions.
using Index = std::ptrdiff_t;

/// An extent that is known at run time only.
inline constexpr int dynamic = -1;

/// Refers to a dense row-major array that somebody else owns. Every kernel takes views. Their extents are run-time
/// values, so kernels are compiled once; Tensor has extents in its type.
template <class T, int Rank>
struct View {
    T* data = nullptr;                                          ///< the first value; null for no array
    std::array<Index, static_cast<std::size_t>(Rank)> shape{};  ///< the extent of each axis

    [[nodiscard]] constexpr Index extent(int axis) const { return shape[static_cast<std::size_t>(axis)]; }

    [[nodiscard]] constexpr Index size() const {
        Index n = 1;
        for (Index e : shape) n *= e;
        return n;
    }

    [[nodiscard]] constexpr bool empty() const { return data == nullptr; }

    /// The number of values for each index of the first axis.
    [[nodiscard]] constexpr Index stride() const {
        Index n = 1;
        for (int axis = 1; axis < Rank; ++axis) n *= extent(axis);
        return n;
    }

    template <class... I>
    [[nodiscard]] constexpr T& operator()(I... at) const {
        static_assert(sizeof...(I) == Rank, "stylegan::View: one index for each axis");
        Index offset = 0;
        int axis = 0;
        ((offset = offset * extent(axis++) + static_cast<Index>(at)), ...);
        return data[offset];
    }

    /// Entries [first, first + count) of the first axis.
    [[nodiscard]] constexpr View part(Index first, Index count) const {
        View v = *this;
        v.data = data + first * stride();
        v.shape[0] = count;
        return v;
    }

    /// The same values under another shape of the same size.
    template <class... I>
    [[nodiscard]] constexpr View<T, static_cast<int>(sizeof...(I))> as(I... extents) const {
        return {data, {static_cast<Index>(extents)...}};
    }

#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_suppress 554  // a conversion to the same type is never used: the constraint excludes it
#endif
    constexpr operator View<const T, Rank>() const  // NOLINT: a conversion by design
        requires(!std::is_const_v<T>) {
        return {data, shape};
    }
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
};

/// The shape of feature maps or pictures, (N, C, H, W).
using Shape4 = std::array<Index, 4>;

/// Feature maps or pictures, (N, C, H, W).
template <class T>
using Maps = View<T, 4>;

/// Vectors, (N, length).
template <class T>
using Rows = View<T, 2>;

/// Vectors as feature maps of one pixel, so that one kernel handles both: (N, C) -> (N, C, 1, 1)
template <class T>
[[nodiscard]] constexpr Maps<T> as_maps(Rows<T> v) {
    return {v.data, {v.extent(0), v.extent(1), 1, 1}};
}

/// Feature maps as vectors: (N, C, H, W) -> (N, C * H * W)
template <class T>
[[nodiscard]] constexpr Rows<T> as_rows(Maps<T> v) {
    return {v.data, {v.extent(0), v.stride()}};
}

}  // namespace stylegan
