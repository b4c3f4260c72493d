// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/augment/mirrored.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace stylegan::ops {

/// A symmetric filter of 43 values.
using BandFilter = std::array<double, 43>;
inline constexpr Index band_filter_reach = 21;     ///< pixels that it reads on each side
inline constexpr Index band_filter_smallest = 22;  ///< least height and width of a picture

/// The four bands that band filters are made of, from low to high frequencies; they sum up to the unit impulse.
/// @see Karras et al. (2020), appendix B: from the wavelet sym2
[[nodiscard]] inline std::array<BandFilter, 4> filter_bands() {
    constexpr std::array<double, 4> f{-0.12940952255092145, 0.22414386804185735, 0.836516303737469,
                                      0.48296291314469025};
    const auto autocorrelation = [&](bool alternating) {  // f * reverse f / 2
        std::array<double, 7> a{};
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t j = 0; j < 4; ++j)
                a[i + 3 - j] += (alternating && (i + j) % 2 != 0 ? -1 : 1) * f[i] * f[j] / 2;
        return a;
    };
    const auto low = autocorrelation(false), high = autocorrelation(true);
    std::vector<std::vector<double>> rows(4, std::vector<double>(1));
    rows[0][0] = 1;
    for (std::size_t band = 1; band < 4; ++band)
        for (std::size_t r = 0; r < 4; ++r) {
            std::vector<double> spread(2 * rows[r].size() - 1), next(2 * rows[r].size() - 1 + 6);
            for (std::size_t k = 0; k < rows[r].size(); ++k) spread[2 * k] = rows[r][k];
            for (std::size_t k = 0; k < spread.size(); ++k)
                for (std::size_t j = 0; j < 7; ++j) next[k + j] += spread[k] * low[j];
            if (r == band)
                for (std::size_t j = 0; j < 7; ++j) next[(next.size() - 7) / 2 + j] += high[j];
            rows[r] = next;
        }
    std::array<BandFilter, 4> bands{};
    for (std::size_t r = 0; r < 4; ++r) std::copy(rows[r].begin(), rows[r].end(), bands[r].begin());
    return bands;
}

/// The filter with a gain for each band.
[[nodiscard]] inline BandFilter band_filter_of(const std::array<double, 4>& gains) {
    static const std::array<BandFilter, 4> bands = filter_bands();
    BandFilter f{};
    for (std::size_t band = 0; band < 4; ++band)
        for (std::size_t k = 0; k < f.size(); ++k) f[k] += gains[band] * bands[band][k];
    return f;
}

namespace detail {

template <class S>
[[nodiscard]] std::array<S, 43> rounded(const BandFilter& filter) {
    std::array<S, 43> f{};
    for (std::size_t k = 0; k < f.size(); ++k) f[k] = static_cast<S>(filter[k]);
    return f;
}

inline void require_band_filter(const Shape4& x, Index filters) {
    require_equal("band_filter", "number of filters", filters, x[0]);
    if (std::min(x[2], x[3]) < band_filter_smallest)
        throw ShapeError(text("band_filter: pictures are ", x[3], 'x', x[2], ", expected at least ",
                              band_filter_smallest, 'x', band_filter_smallest));
}

}  // namespace detail

/// Each picture under a filter of its own, along rows and columns, mirrored at the borders.
/// @param transpose  the gradient instead, x being dy and y dx
/// @param x          (N, C, H, W), H and W at least 22
/// @param filters    one for each picture, in host memory
/// @param y          as x, overwritten; another block of memory
/// @throws ShapeError if the shapes do not match or the pictures are too small
template <class S>
void band_filter(Context<BasicCpu<S>>& c, bool transpose, Maps<const Same<S>> x, std::span<const BandFilter> filters,
                 Maps<Same<S>> y) {
    require_same_shape("band_filter", "y", y, x);
    detail::require_band_filter(x.shape, static_cast<Index>(filters.size()));
    const Index channels = x.extent(1), height = x.extent(2), width = x.extent(3), pixels = height * width;
    parallel_for_with_scratch(c, x.extent(0) * channels, pixels, [&](Index item, S* between) {
        const std::array<S, 43> f = detail::rounded<S>(filters[static_cast<std::size_t>(item / channels)]);
        const S* const from = x.data + item * pixels;
        S* const to = y.data + item * pixels;
        // out[i] = sum over k of f[k] in[mirrored(i + k - reach)], or its transpose
        const auto along = [&](const S* in, Index size, Index step, S* out) {
            for (Index i = 0; i < size; ++i) out[i * step] = 0;
            for (Index i = 0; i < size; ++i)
                for (std::size_t k = 0; k < f.size(); ++k) {
                    const Index j = detail::mirrored(i + static_cast<Index>(k) - band_filter_reach, size);
                    if (transpose)
                        out[j * step] += f[k] * in[i * step];
                    else
                        out[i * step] += f[k] * in[j * step];
                }
        };
        for (Index r = 0; r < height; ++r) along(from + r * width, width, 1, between + r * width);
        for (Index column = 0; column < width; ++column) along(between + column, height, width, to + column);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/band_filter.hpp>
#endif
