// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/channels/channel_affine.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// scale and shift are in host memory: they are constants of a program. @see the overload for the CPU
inline void channel_affine(Context<Cuda>& c, Maps<const float> x, std::span<const float> scale,
                           std::span<const float> shift, Maps<float> y) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    require_same_shape("channel_affine", "y", y, x);
    require_equal("channel_affine", "size of scale", static_cast<Index>(scale.size()), channels);
    if (!shift.empty()) require_equal("channel_affine", "size of shift", static_cast<Index>(shift.size()), channels);
    const Workspace::Frame frame(c.workspace());
    float* const constants = c.take(2, channels).data;
    c.upload(scale.data(), channels, constants);
    if (shift.empty())
        c.fill(View<float, 1>{constants + channels, {channels}}, 0.0f);
    else
        c.upload(shift.data(), channels, constants + channels);
    const float* const from = x.data;
    float* const to = y.data;
    c.compute(x.extent(0) * channels, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const Index channel = PlaneIndex::of(plane, channels).channel;
        return Affine<float>{constants[channel], constants[channels + channel]}(from[plane * pixels + pixel]);
    });
}

}  // namespace stylegan::ops
#endif
