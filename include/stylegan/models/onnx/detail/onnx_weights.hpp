// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace stylegan::detail {

// Weights of the library in the layouts of ONNX, times a factor.

/// A sum of products is taken in double precision and rounded once.
inline float scaled(double sum, double factor) { return static_cast<float>(sum * factor); }

/// All values, times a factor.
inline std::vector<float> onnx_scaled(std::vector<float> values, double factor) {
    for (float& v : values) v = scaled(static_cast<double>(v), factor);
    return values;
}

/// Columns [first, first + count) of rows of `width` values, times a factor, plus a summand.
inline std::vector<float> onnx_columns(const std::vector<float>& rows, Index width, Index first, Index count,
                                       double factor, double summand = 0) {
    std::vector<float> part;
    part.reserve(rows.size() / static_cast<std::size_t>(width) * static_cast<std::size_t>(count));
    for (std::size_t row = 0; row < rows.size(); row += static_cast<std::size_t>(width))
        for (Index c = first; c < first + count; ++c)
            part.push_back(
                static_cast<float>(static_cast<double>(rows[row + static_cast<std::size_t>(c)]) * factor + summand));
    return part;
}

/// Weights of a convolution, (kernel, kernel, in, out) -> (out, in, kernel, kernel).
inline std::vector<float> onnx_convolution(const std::vector<float>& w, Index kernel, Index in, Index out,
                                           double factor) {
    std::vector<float> y(w.size());
    const Index area = kernel * kernel;
    for (Index t = 0; t < area; ++t)
        for (Index i = 0; i < in; ++i)
            for (Index o = 0; o < out; ++o)
                y[static_cast<std::size_t>((o * in + i) * area + t)] =
                    scaled(static_cast<double>(w[static_cast<std::size_t>((t * in + i) * out + o)]), factor);
    return y;
}

/// Weights of an upscaling convolution, (3, 3, in, out) -> (in, out, 4, 4) of a transposed convolution of stride 2. It is
/// the nearest upscale followed by the convolution, at the borders, too: a pixel is read by up to two neighbouring rows
/// of the kernel, whose weights add up.
/// @param rotated  whether the kernel is rotated by 180 degrees; see Resample::up_rotated
inline std::vector<float> onnx_up_convolution(const std::vector<float>& w, Index in, Index out, bool rotated,
                                              double factor) {
    std::vector<float> y(static_cast<std::size_t>(in * out * 16));
    const auto rows_of = [&](Index t) {  // rows of the kernel in row t of the transposed one: [first, last]
        const Index last = rotated ? t : 3 - t;
        return std::pair{std::max<Index>(last - 1, 0), std::min<Index>(last, 2)};
    };
    for (Index i = 0; i < in; ++i)
        for (Index o = 0; o < out; ++o)
            for (Index t = 0; t < 16; ++t) {
                const auto [top, bottom] = rows_of(t / 4);
                const auto [left, right] = rows_of(t % 4);
                double sum = 0;
                for (Index r = top; r <= bottom; ++r)
                    for (Index c = left; c <= right; ++c)
                        sum += static_cast<double>(w[static_cast<std::size_t>(((r * 3 + c) * in + i) * out + o)]);
                y[static_cast<std::size_t>((i * out + o) * 16 + t)] = scaled(sum, factor);
            }
    return y;
}

/// A filter for each of some feature maps, (maps, 1, length, length).
inline std::vector<float> onnx_blur(const std::vector<double>& taps, Index maps) {
    std::vector<float> y;
    y.reserve(static_cast<std::size_t>(maps) * taps.size() * taps.size());
    for (Index m = 0; m < maps; ++m)
        for (const double row : taps)
            for (const double column : taps) y.push_back(static_cast<float>(row * column));
    return y;
}

}  // namespace stylegan::detail
