// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/augment/cut_out.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void cut_out(Context<Cuda>& c, std::span<const PictureArea> areas, Maps<float> y) {
    require_equal("cut_out", "number of areas", static_cast<Index>(areas.size()), y.extent(0));
    const Workspace::Frame frame(c.workspace());
    auto* const on_gpu = c.workspace().template take<PictureArea>(y.extent(0));
    c.upload(areas.data(), y.extent(0), on_gpu);
    const Index channels = y.extent(1), width = y.extent(3), pixels = pixels_of(y);
    float* const to = y.data;
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const MapsIndex at = MapsIndex::of(i, channels, pixels);
        const Index r = quotient(at.pixel, width);
        if (on_gpu[at.sample].contains(r, at.pixel - r * width)) to[i] = 0;
    });
}

}  // namespace stylegan::ops
#endif
