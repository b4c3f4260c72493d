// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace stylegan::ops {

/// The first three rows of a matrix that takes a colour (r, g, b, 1) to another one.
using ColourMatrix = std::array<std::array<double, 4>, 3>;

/// The factor and the summand of grey values: grey is treated as a colour of three equal channels, of which the mean is
/// taken afterwards.
[[nodiscard]] constexpr std::array<double, 2> grey_of(const ColourMatrix& m) {
    std::array<double, 2> g{};
    for (const auto& row : m) {
        g[0] += (row[0] + row[1] + row[2]) / 3;
        g[1] += row[3] / 3;
    }
    return g;
}

/// What a pass over colours computes: y = A x + b, its tangent A x, or its gradient A' x.
enum class AffinePass { value, tangent, gradient };

/// Each picture's colours under a matrix of its own.
/// @param x         (N, 3, H, W) or (N, 1, H, W)
/// @param matrices  one for each picture
/// @param y         as x, overwritten; may be x
/// @throws ShapeError if the shapes do not match or there are neither 1 nor 3 channels
template <class S>
void colour_matrix(Context<BasicCpu<S>>& c, AffinePass pass, Maps<const Same<S>> x,
                   std::span<const ColourMatrix> matrices, Maps<Same<S>> y) {
    require_same_shape("colour_matrix", "y", y, x);
    require_equal("colour_matrix", "number of matrices", static_cast<Index>(matrices.size()), x.extent(0));
    const Index channels = x.extent(1), pixels = x.extent(2) * x.extent(3);
    if (channels != 1 && channels != 3)
        throw ShapeError(text("colour_matrix: number of channels is ", channels, ", expected 1 or 3"));
    c.parallel_for(x.extent(0), [&](Index n) {
        const ColourMatrix& m = matrices[static_cast<std::size_t>(n)];
        const S* const from = x.data + n * channels * pixels;
        S* const to = y.data + n * channels * pixels;
        const auto shift = [&](double v) { return pass == AffinePass::value ? static_cast<S>(v) : S(0); };
        if (channels == 1) {
            const auto [scale, summand] = grey_of(m);
            const S a = static_cast<S>(scale), b = shift(summand);
            for (Index p = 0; p < pixels; ++p) to[p] = a * from[p] + b;
            return;
        }
        std::array<std::array<S, 4>, 3> a{};
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t k = 0; k < 3; ++k)
                a[r][k] = static_cast<S>(pass == AffinePass::gradient ? m[k][r] : m[r][k]);
            a[r][3] = shift(m[r][3]);
        }
        for (Index p = 0; p < pixels; ++p) {
            const S red = from[p], green = from[p + pixels], blue = from[p + 2 * pixels];
            for (std::size_t r = 0; r < 3; ++r)
                to[p + static_cast<Index>(r) * pixels] = a[r][0] * red + a[r][1] * green + a[r][2] * blue + a[r][3];
        }
    });
}

}  // namespace stylegan::ops
