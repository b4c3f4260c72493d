// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/channels/channel_sums.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// into[k](c) += scale[k] * sum over n, h, w of f(plane, pixel)[k], over the planes of maps (N, C, H, W), where f, on
/// the GPU, returns gpu::Sums<K>. The sums over n are taken in order.
template <int K, class F>
void add_channel_sums(Context<Cuda>& c, Index batch, Index channels, Index pixels,
                      const std::array<ChannelSum<float>, static_cast<std::size_t>(K)>& sums, const F& f) {
    const Workspace::Frame frame(c.workspace());
    const gpu::Sums<K>* const of_plane = c.template segmented_sums<K>(batch * channels, pixels, f);
    for (int k = 0; k < K; ++k) {
        const ChannelSum<float>& sum = sums[static_cast<std::size_t>(k)];
        if (sum.into.empty()) continue;
        float* const into = sum.into.data();
        const float scale = sum.scale;
        c.launch(channels, [=] STYLEGAN_DEVICE(Index channel) {
            double total = 0;
            for (Index n = 0; n < batch; ++n) total += of_plane[n * channels + channel].value[k];
            into[channel] += scale * static_cast<float>(total);
        });
    }
}

/// The same for vectors, (N, C), with one thread for each sum over n.
template <class F>
void add_vector_sums(Context<Cuda>& c, Index batch, Index channels, ChannelSum<float> sum, const F& f) {
    float* const into = sum.into.data();
    const float scale = sum.scale;
    c.launch(channels, [=] STYLEGAN_DEVICE(Index channel) {
        double total = 0;
        for (Index n = 0; n < batch; ++n) total += f(n * channels + channel, 0).value[0];
        into[channel] += scale * static_cast<float>(total);
    });
}

}  // namespace stylegan::ops
#endif
