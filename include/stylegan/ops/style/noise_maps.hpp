// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// @throws ShapeError unless noise is (N, 1, H, W) or (1, 1, H, W) for maps of (N, C, H, W)
template <class A, class B>
void require_noise(const char* where, const Maps<A>& noise, const Maps<B>& x) {
    const Index batch = noise.extent(0) == 1 ? 1 : x.extent(0);
    require_shape(where, "noise", noise, batch, 1, x.extent(2), x.extent(3));
}

/// The noise map of sample n: its own, or the shared one.
template <class S>
[[nodiscard]] inline const S* noise_of(const Maps<const S>& noise, Index n) {
    return noise.data + (noise.extent(0) == 1 ? 0 : n * noise.stride());
}

}  // namespace stylegan::ops
