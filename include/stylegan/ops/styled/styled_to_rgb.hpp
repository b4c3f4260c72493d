// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/styled/blocked_maps.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <span>

#if defined(__CUDACC__)  // nvcc's own parser does not know `#pragma GCC unroll`; g++, to which it hands this on, does
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1675
#endif

namespace stylegan::ops {

/// A 1x1 convolution of maps, styled on reading, to the few channels of a picture: x is read once.
/// The style is multiplied into the weights, for each picture.
/// @param w     (1, 1, I, O)
/// @param bias  (O)
/// @param y     (N, O, H, W), overwritten
/// @throws ShapeError if the shapes do not belong together
inline void styled_to_rgb(Context<Cpu>& c, const StyledMaps& x, View<const float, 4> w, float scale,
                          std::span<const float> bias, Maps<float> y) {
    constexpr const char* where = "styled_to_rgb";
    constexpr int lanes = vector_width<float>;
    constexpr Index most = 4;  // outputs
    using Vector = Lanes<float>;
    const BlockedMaps<const float>& maps = x.maps;
    const Index inputs = maps.channels, outputs = y.extent(1), blocks = maps.blocks(),
                pixels = maps.height * maps.width;
    require_shape(where, "w", w, 1, 1, inputs, outputs);
    require_shape(where, "y", y, maps.batch, outputs, maps.height, maps.width);
    require_equal(where, "size of bias", static_cast<Index>(bias.size()), outputs);
    if (outputs > most) throw ShapeError(text(where, ": number of outputs is ", outputs, ", expected at most ", most));

    const Workspace::Frame frame(c.workspace());
    const Index weights = blocks * lanes * outputs;
    float* const weight = c.workspace().take<float>(maps.batch * weights);  // (N, channels, outputs)
    float* const shift = c.workspace().take<float>(maps.batch * outputs);
    std::fill_n(weight, maps.batch * weights, 0.0f);
    for (Index n = 0; n < maps.batch; ++n)
        for (Index o = 0; o < outputs; ++o) {
            double sum = static_cast<double>(bias[static_cast<std::size_t>(o)]);
            for (Index i = 0; i < inputs; ++i) {
                const float here = scale * w(0, 0, i, o);
                weight[n * weights + i * outputs + o] = here * x.factor_of(n, 0)[i];
                sum += static_cast<double>(here) * static_cast<double>(x.shift_of(n, 0)[i]);
            }
            shift[n * outputs + o] = static_cast<float>(sum);
        }

    constexpr Index part = 256 * lanes;  // pixels of an item
    const Index parts = (pixels + part - 1) / part;
    c.parallel_for(maps.batch * parts, [&](Index item) {
        const Index n = item / parts, begin = item % parts * part, end = std::min(pixels, begin + part);
        const float *const wn = weight + n * weights, *const means = x.mean_of(n, 0);
        for (Index p = begin; p < end; p += lanes) {
            Vector sum[most];
            for (Index o = 0; o < outputs; ++o) sum[o] = Vector{} + shift[n * outputs + o];
            const Index count = std::min<Index>(lanes, end - p);
            for (Index block = 0; block < blocks; ++block) {
                const float* const from = maps.row(n, block, 0) + p * lanes;
                Vector m[lanes];
                if (count == lanes)
                    for (int i = 0; i < lanes; ++i) m[i] = load<Vector>(from + i * lanes);
                else
                    for (int i = 0; i < lanes; ++i) m[i] = i < count ? load<Vector>(from + i * lanes) : Vector{};
                transpose<lanes>(m);
                for (int i = 0; i < lanes; ++i) m[i] -= means[block * lanes + i];
                const float* weight_of = wn + block * lanes * outputs;
                if (outputs == 3)
#pragma GCC unroll 16
                    for (int i = 0; i < lanes; ++i, weight_of += 3) {
                        sum[0] += weight_of[0] * m[i];
                        sum[1] += weight_of[1] * m[i];
                        sum[2] += weight_of[2] * m[i];
                    }
                else
                    for (int i = 0; i < lanes; ++i, weight_of += outputs)
                        for (Index o = 0; o < outputs; ++o) sum[o] += weight_of[o] * m[i];
            }
            for (Index o = 0; o < outputs; ++o) {
                float* const to = y.data + (n * outputs + o) * pixels + p;
                if (count == lanes)
                    store(to, sum[o]);
                else
                    for (Index i = 0; i < count; ++i) to[i] = sum[o][i];
            }
        }
    });
}

}  // namespace stylegan::ops

#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
