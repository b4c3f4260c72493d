// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/ops/blocked/maps.hpp>
#include <stylegan/ops/blocked/window_kernel.hpp>

#include <span>

namespace stylegan::ops::blocked {

/// ops::window_convolution() of feature maps in blocks.
/// @param kernel  for feature maps in blocks
/// @param packed  all panels of kernel.pack()
/// @param w       (KH, KW, I, O), which Method::square reads instead
/// @param bias    (O), padded to whole blocks
STYLEGAN_INLINE void window_convolution(Context<Cpu>& c, const WindowKernel& kernel, const float* packed,
                                        View<const float, 4> w, const float* bias, BlockedMaps<const float> x,
                                        BlockedMaps<float> y);

/// The same from feature maps in planes, by Method::picture.
STYLEGAN_INLINE void picture_convolution(Context<Cpu>& c, const WindowKernel& kernel, const float* packed,
                                         const float* bias, Maps<const float> x, BlockedMaps<float> y);

/// ops::window_convolution() of feature maps in planes, which are brought into blocks and back.
STYLEGAN_INLINE void planar_window_convolution(Context<Cpu>& c, const Window& window, Maps<const float> x,
                                               View<const float, 4> w, std::span<const float> bias, Maps<float> y,
                                               Index first);

}  // namespace stylegan::ops::blocked

#ifndef STYLEGAN_COMPILED
#include <stylegan/ops/blocked/detail/window_convolution_inl.hpp>
#endif
