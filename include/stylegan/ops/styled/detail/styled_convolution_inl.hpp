// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/convolution_shape.hpp>
#include <stylegan/ops/elementwise/leaky_relu.hpp>
#include <stylegan/ops/style/noise.hpp>
#include <stylegan/ops/styled/blurred_layer_store.hpp>
#include <stylegan/ops/styled/layer_store.hpp>
#include <stylegan/ops/styled/styled_convolution.hpp>
#include <stylegan/ops/styled/styled_pixels.hpp>
#include <stylegan/ops/winograd/correlate.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace stylegan::ops {

STYLEGAN_INLINE bool suits_styled_convolution(Resample kind, Index inputs, Index outputs, Index height, Index width) {
    const ConvolutionShape s{inputs, outputs, height, width};
    const Grid grid = grid_of(kind);
    return grid == Grid::same ? s.suits(4) : grid == Grid::up && (s.suits_large_tiles_up() || s.suits(2));
}

namespace detail {

inline constexpr const char* styled_convolution_name = "styled_convolution";

inline Maps<const float> shape_of(const BlockedMaps<const float>& maps) {
    return {nullptr, {maps.batch, maps.channels, maps.height, maps.width}};
}

inline void check_styled_layer(const StyledLayer& layer, const BlockedMaps<float>& y) {
    constexpr const char* where = styled_convolution_name;
    require_slope(where, layer.slope);
    require_equal(where, "size of bias", static_cast<Index>(layer.bias.size()), y.channels);
    require_shape(where, "style", layer.style, y.batch, 2 * y.channels);
    if (layer.noise.empty()) return;
    require_noise(where, layer.noise, shape_of(y));
    require_equal(where, "size of noise_weight", static_cast<Index>(layer.noise_weight.size()), y.channels);
}

/// `values`, if any, times `factor`, padded with zeros.
inline const float* filled_up(Context<Cpu>& c, std::span<const float> values, float factor, Index count) {
    float* const out = c.workspace().take<float>(count);
    std::fill_n(out, count, 0.0f);
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = factor * values[i];
    return out;
}

/// @param factor  of the convolution
inline winograd::LayerFinish layer_finish(Context<Cpu>& c, const StyledLayer& layer, float factor,
                                          const BlockedMaps<float>& y) {
    const bool noisy = !layer.noise.empty();
    const Index values = y.blocks() * y.lanes;
    winograd::LayerFinish finish{};
    finish.noise = noisy ? layer.noise.data : filled_up(c, {}, 0, y.width);
    finish.noise_picture = noisy && layer.noise.extent(0) > 1 ? y.height * y.width : 0;
    finish.noise_row = noisy ? y.width : 0;
    finish.noise_weight = filled_up(c, noisy ? layer.noise_weight : std::span<const float>{}, layer.strength, values);
    finish.bias = filled_up(c, layer.bias, 1, values);
    finish.factor = factor;
    finish.slope = layer.slope;
    return finish;
}

/// With empty moments.
inline winograd::LayerOutput layer_output(Context<Cpu>& c, const winograd::Bands& cut, const BlockedMaps<float>& y,
                                          const winograd::LayerFinish& finish) {
    const bool streamed = y.size() / y.batch > winograd::larger_than_caches && y.width % 8 == 0;
    const Index count = y.batch * 2 * cut.bands * y.blocks();
    ChannelMoments* const moments = c.workspace().take<ChannelMoments>(count);
    std::fill_n(moments, count, ChannelMoments{});
    return {cut, y, finish, streamed, moments};
}

/// The arrays with which the reader of y normalises and styles it.
struct StyleOfReader {
    float *mean, *factor, *shift;  ///< (N, blocks * lanes)

    StyleOfReader(Context<Cpu>& c, const BlockedMaps<float>& y) {
        const Index values = y.batch * y.blocks() * y.lanes;
        mean = c.workspace().take<float>(values);
        factor = c.workspace().take<float>(values);
        shift = c.workspace().take<float>(values);
    }

    /// Computes them from the moments of y and the style.
    void fill(const StyledLayer& layer, const winograd::LayerOutput& out) const {
        const BlockedMaps<float>& y = out.y;
        const Index blocks = y.blocks(), lanes = y.lanes, parts = 2 * out.cut.bands;
        for (Index n = 0; n < y.batch; ++n)
            for (Index block = 0; block < blocks; ++block) {
                ChannelMoments all;
                for (Index part = 0; part < parts; ++part) all.add(out.moments_of(n, part, block));
                for (Index lane = 0; lane < lanes; ++lane) {
                    const Index channel = block * lanes + lane, at = n * blocks * lanes + channel;
                    mean[at] = factor[at] = shift[at] = 0;
                    if (channel >= y.channels) continue;
                    const float* const s = layer.style.data + n * 2 * y.channels + channel;
                    const double variance = std::max(0.0, all.squares[lane] / all.count);
                    const double f =
                        (static_cast<double>(s[0]) + 1) / std::sqrt(variance + static_cast<double>(layer.eps));
                    factor[at] = static_cast<float>(f);
                    mean[at] = static_cast<float>(all.mean[lane]);
                    const double rest = all.mean[lane] - static_cast<double>(mean[at]);
                    shift[at] = static_cast<float>(static_cast<double>(s[y.channels]) - rest * f);
                }
            }
    }
};

/// A layer with an upscaling convolution and a blur.
template <class Form>
winograd::LayerOutput blurred_layer(Context<Cpu>& c, KernelReading reading, const StyledMaps& x, View<const float, 4> w,
                                    float middle, const winograd::LayerFinish& finish, const BlockedMaps<float>& y) {
    using Store = winograd::BlurredLayerStore<Form>;
    const winograd::Plan<Form> plan(y.batch, x.maps.channels, y.channels, y.height, y.width);
    const winograd::Bands& cut = plan.cut;
    float* const down = c.workspace().take<float>(Store::handed(cut, y.blocks()));
    float* const up = c.workspace().take<float>(Store::handed(cut, y.blocks()));
    float* const edges = c.workspace().take<float>(Store::edge_values(cut, y.blocks()));
    const Store store{layer_output(c, cut, y, finish), middle, down, up, edges};
    winograd::correlate_into(c, reading, winograd::StyledPixels{x}, w, plan, store);
    const Index seams = cut.bands - 1;
    c.parallel_for(y.batch * seams * y.blocks(), [&](Index item) {
        const Index j = item % y.blocks(), seam = item / y.blocks();
        store.between(seam / seams, seam % seams, j);
        if (store.streamed) stream_fence();
    });
    return store;
}

}  // namespace detail

STYLEGAN_INLINE StyledMaps styled_convolution(Context<Cpu>& c, Resample kind, const StyledMaps& x,
                                              View<const float, 4> w, float scale, std::array<float, 2> filter,
                                              const StyledLayer& layer, BlockedMaps<float> y) {
    check_convolution(detail::styled_convolution_name, kind, detail::shape_of(x.maps), w, detail::shape_of(y));
    require_equal(detail::styled_convolution_name, "size of the kernel", w.extent(0), 3);
    detail::check_styled_layer(layer, y);
    const detail::StyleOfReader style(c, y);
    const StyledMaps result{y, style.mean, style.factor, style.shift};
    if (y.size() == 0) return result;

    const Workspace::Frame frame(c.workspace());
    const KernelReading reading = forward_reading(kind);
    const bool up = reading.grid == Grid::up;
    const winograd::LayerFinish finish = detail::layer_finish(c, layer, up ? scale * filter[0] * filter[0] : scale, y);
    if (!up) {
        using winograd::Same4;
        const winograd::Plan<Same4> plan(y.batch, x.maps.channels, y.channels, y.height, y.width);
        const winograd::LayerStore<Same4> store{detail::layer_output(c, plan.cut, y, finish)};
        winograd::correlate_into(c, reading, winograd::StyledPixels{x}, w, plan, store);
        style.fill(layer, store);
        return result;
    }
    const ConvolutionShape s{x.maps.channels, y.channels, x.maps.height, x.maps.width};
    const float middle = filter[1] / filter[0];
    style.fill(layer, s.suits_large_tiles_up()
                          ? detail::blurred_layer<winograd::Up4>(c, reading, x, w, middle, finish, y)
                          : detail::blurred_layer<winograd::Up2>(c, reading, x, w, middle, finish, y));
    return result;
}

}  // namespace stylegan::ops
