// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

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

namespace detail {

/// The colours of one pixel under a matrix, as one pass takes it. Of grey pictures a[0][0] and a[0][3] alone.
template <class S>
struct ColourStep {
    S a[3][4];

    [[nodiscard]] static ColourStep of(AffinePass pass, const ColourMatrix& m, Index channels) {
        ColourStep step{};
        const auto shift = [&](double v) { return pass == AffinePass::value ? static_cast<S>(v) : S(0); };
        if (channels == 1) {
            const auto [scale, summand] = grey_of(m);
            step.a[0][0] = static_cast<S>(scale);
            step.a[0][3] = shift(summand);
            return step;
        }
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t k = 0; k < 3; ++k)
                step.a[r][k] = static_cast<S>(pass == AffinePass::gradient ? m[k][r] : m[r][k]);
            step.a[r][3] = shift(m[r][3]);
        }
        return step;
    }

    STYLEGAN_HOST_DEVICE S grey(S x) const { return a[0][0] * x + a[0][3]; }

    /// The three values of a pixel, a plane of `pixels` values apart; `to` may be `from`.
    STYLEGAN_HOST_DEVICE void colour(const S* from, Index pixels, S* to) const {
        const S red = from[0], green = from[pixels], blue = from[2 * pixels];
        for (Index r = 0; r < 3; ++r) to[r * pixels] = a[r][0] * red + a[r][1] * green + a[r][2] * blue + a[r][3];
    }
};

inline void require_colours(const Shape4& x, Index matrices) {
    require_equal("colour_matrix", "number of matrices", matrices, x[0]);
    if (x[1] != 1 && x[1] != 3)
        throw ShapeError(text("colour_matrix: number of channels is ", x[1], ", expected 1 or 3"));
}

}  // namespace detail

/// Each picture's colours under a matrix of its own.
/// @param x         (N, 3, H, W) or (N, 1, H, W)
/// @param matrices  one for each picture, in host memory
/// @param y         as x, overwritten; may be x
/// @throws ShapeError if the shapes do not match or there are neither 1 nor 3 channels
template <class S>
void colour_matrix(Context<BasicCpu<S>>& c, AffinePass pass, Maps<const Same<S>> x,
                   std::span<const ColourMatrix> matrices, Maps<Same<S>> y) {
    require_same_shape("colour_matrix", "y", y, x);
    detail::require_colours(x.shape, static_cast<Index>(matrices.size()));
    const Index channels = x.extent(1), pixels = pixels_of(x);
    c.parallel_for(x.extent(0), [&](Index n) {
        const auto step = detail::ColourStep<S>::of(pass, matrices[static_cast<std::size_t>(n)], channels);
        const S* const from = x.data + n * channels * pixels;
        S* const to = y.data + n * channels * pixels;
        if (channels == 1)
            for (Index p = 0; p < pixels; ++p) to[p] = step.grey(from[p]);
        else
            for (Index p = 0; p < pixels; ++p) step.colour(from + p, pixels, to + p);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/colour_matrix.hpp>
#endif
