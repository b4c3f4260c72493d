// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/styled/blocked_maps.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <span>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops {
namespace detail {

/// A 1x1 convolution with the style multiplied into the weights of each picture:
///
///     y[n,o,p] = shift[n,o] + sum over i of  weight[n,i,o] (x[n,i,p] - mean[n,i])
struct StyledRgb {
    static constexpr int lanes = vector_width<float>;
    static constexpr Index most = 4;  ///< outputs
    using Vector = Lanes<float>;

    StyledMaps x;
    Index outputs, weights;  ///< weights: values of one picture
    float *weight, *shift;   ///< (N, channels, outputs), (N, outputs)
    Maps<float> y;

    /// Uses scratch memory of the innermost frame.
    StyledRgb(Context<Cpu>& c, const StyledMaps& maps, View<const float, 4> w, float scale, std::span<const float> bias,
              Maps<float> result)
        : x(maps),
          outputs(result.extent(1)),
          weights(x.maps.blocks() * lanes * outputs),
          weight(c.workspace().take<float>(x.maps.batch * weights)),
          shift(c.workspace().take<float>(x.maps.batch * outputs)),
          y(result) {
        std::fill_n(weight, x.maps.batch * weights, 0.0f);
        for (Index n = 0; n < x.maps.batch; ++n)
            for (Index o = 0; o < outputs; ++o) {
                double sum = static_cast<double>(bias[static_cast<std::size_t>(o)]);
                for (Index i = 0; i < x.maps.channels; ++i) {
                    const float here = scale * w(0, 0, i, o);
                    weight[n * weights + i * outputs + o] = here * x.factor_of(n, 0)[i];
                    sum += static_cast<double>(here) * static_cast<double>(x.shift_of(n, 0)[i]);
                }
                shift[n * outputs + o] = static_cast<float>(sum);
            }
    }

    /// Computes pixels [begin, end) of picture n.
    void compute(Index n, Index begin, Index end) const {
        const BlockedMaps<const float> maps = x.maps;  // local copies: stores cannot alias them
        const Index plane = maps.height * maps.width, blocks = maps.blocks(), outs = outputs;
        const float *const wn = weight + n * weights, *const means = x.mean_of(n, 0), *const sn = shift + n * outs;
        float* const yn = y.data + n * outs * plane;
        for (Index p = begin; p < end; p += lanes) {
            Vector sum[most];
            for (Index o = 0; o < outs; ++o) sum[o] = Vector{} + sn[o];
            const Index count = std::min<Index>(lanes, end - p);
            for (Index block = 0; block < blocks; ++block)
                add_block(maps.row(n, block, 0) + p * lanes, count, means + block * lanes, outs,
                          wn + block * lanes * outs, sum);
            for (Index o = 0; o < outs; ++o) {
                float* const to = yn + o * plane + p;
                if (count == lanes)
                    store(to, sum[o]);
                else
                    for (Index i = 0; i < count; ++i) to[i] = sum[o][i];
            }
        }
    }

private:
    /// sum += the products of a block of channels
    /// @param from       (count, lanes)
    /// @param weight_of  (lanes, outputs)
    [[gnu::always_inline]] static void add_block(const float* from, Index count, const float* means, Index outputs,
                                                 const float* weight_of, Vector (&sum)[most]) {
        Vector m[lanes];
        if (count == lanes)
            for (int i = 0; i < lanes; ++i) m[i] = load<Vector>(from + i * lanes);
        else
            for (int i = 0; i < lanes; ++i) m[i] = i < count ? load<Vector>(from + i * lanes) : Vector{};
        transpose<lanes>(m);
        for (int i = 0; i < lanes; ++i) m[i] -= means[i];
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
};

}  // namespace detail

/// A 1x1 convolution of styled maps to the few channels of a picture. x is read once: its style is multiplied into the
/// weights, for each picture.
/// @param w     (1, 1, I, O), O at most 4
/// @param bias  (O)
/// @param y     (N, O, H, W), overwritten
/// @throws ShapeError if the shapes do not match
inline void styled_to_rgb(Context<Cpu>& c, const StyledMaps& x, View<const float, 4> w, float scale,
                          std::span<const float> bias, Maps<float> y) {
    constexpr const char* where = "styled_to_rgb";
    using Rgb = detail::StyledRgb;
    const Index outputs = y.extent(1), pixels = x.maps.height * x.maps.width;
    require_shape(where, "w", w, 1, 1, x.maps.channels, outputs);
    require_shape(where, "y", y, x.maps.batch, outputs, x.maps.height, x.maps.width);
    require_equal(where, "size of bias", static_cast<Index>(bias.size()), outputs);
    if (outputs > Rgb::most)
        throw ShapeError(text(where, ": number of outputs is ", outputs, ", expected at most ", Rgb::most));

    const Workspace::Frame frame(c.workspace());
    const Rgb rgb(c, x, w, scale, bias, y);
    constexpr Index part = 256 * Rgb::lanes;  // pixels of an item
    const Index parts = (pixels + part - 1) / part;
    c.parallel_for(x.maps.batch * parts, [&](Index item) {
        const Index n = item / parts, begin = item % parts * part;
        rgb.compute(n, begin, std::min(pixels, begin + part));
    });
}

}  // namespace stylegan::ops

#include <stylegan/device/gcc_unroll_end.hpp>
