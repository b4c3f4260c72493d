// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>

#include <span>

namespace stylegan::ops {

/// Where the sum of each channel is added.
template <class S>
struct ChannelSum {
    std::span<S> into;  ///< (C); empty if not needed
    S scale = 1;
};

/// into[k](c) += scale[k] * sum over n of f(n, c, at)[k], where `at` is the offset of plane (n, c) and f returns K sums
/// over that plane. Planes are visited in memory order; the sums over n are taken in order.
template <int K, class S, class F>
void add_channel_sums(Context<BasicCpu<S>>& c, Index batch, Index channels, Index pixels,
                      const std::array<ChannelSum<S>, static_cast<std::size_t>(K)>& sums, const F& f) {
    const Workspace::Frame frame(c.workspace());
    double* const of_plane = c.workspace().template take<double>(batch * channels * K);
    for_each_plane(c, batch * channels, pixels, [&](Index plane) {
        const auto s = f(plane / channels, plane % channels, plane * pixels);
        std::copy(s.begin(), s.end(), of_plane + plane * K);
    });
    for (int k = 0; k < K; ++k) {
        const ChannelSum<S>& sum = sums[static_cast<std::size_t>(k)];
        if (sum.into.empty()) continue;
        for (Index channel = 0; channel < channels; ++channel) {
            double total = 0;
            for (Index n = 0; n < batch; ++n) total += of_plane[(n * channels + channel) * K + k];
            sum.into[static_cast<std::size_t>(channel)] += sum.scale * static_cast<S>(total);
        }
    }
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/channel_sums.hpp>
#endif
