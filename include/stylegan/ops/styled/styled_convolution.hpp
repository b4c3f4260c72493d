// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/resample.hpp>
#include <stylegan/ops/styled/blocked_maps.hpp>

#include <array>
#include <span>

namespace stylegan::ops {

/// What follows the convolution of a style-based layer.
struct StyledLayer {
    Maps<const float> noise{};              ///< (N or 1, 1, H, W) of the result; empty for none
    std::span<const float> noise_weight{};  ///< (O); ignored without noise
    float strength = 1;
    std::span<const float> bias{};  ///< (O)
    float slope = 0.2f;
    float eps = 1e-8f;
    Rows<const float> style{};  ///< (N, 2 O): [scale (O), bias (O)]
};

/// Whether styled_convolution() is the fastest way for this shape: whether a Winograd form is.
/// @param height, width  of the smaller maps
[[nodiscard]] STYLEGAN_INLINE bool suits_styled_convolution(Resample kind, Index inputs, Index outputs, Index height,
                                                            Index width);

/// A whole layer of the synthesis network for inference, in one pass over memory:
///
///     a = leaky_relu(scale * conv(styled x) + strength * noise_weight * noise + bias)
///     y = norm(a) (style scale + 1) + style bias
///
/// where x is styled as it is read, and styling y is left to its reader; its moments are taken as it is stored.
/// Resample::up and up_rotated scale the maps up by 2 before the convolution and blur them after it, by the filter
/// (side, middle, side).
///
/// @param kind     not Resample::down
/// @param w        (3, 3, I, O)
/// @param filter   only for scaling up: {side, middle}, side not 0
/// @param y        (N, O, H', W'), overwritten; the arrays of the returned maps are in the caller's frame
/// @throws ShapeError if the shapes do not match, ValueError if slope is not in [0, 1]
/// @see Karras, Laine, Aila (2019), figure 1b and equation 1
STYLEGAN_INLINE StyledMaps styled_convolution(Context<Cpu>& c, Resample kind, const StyledMaps& x,
                                              View<const float, 4> w, float scale, std::array<float, 2> filter,
                                              const StyledLayer& layer, BlockedMaps<float> y);

}  // namespace stylegan::ops

#ifndef STYLEGAN_COMPILED
#include <stylegan/ops/styled/detail/styled_convolution_inl.hpp>
#endif
