// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/convolution_shape.hpp>
#include <stylegan/ops/elementwise/leaky_relu.hpp>
#include <stylegan/ops/style/noise.hpp>
#include <stylegan/ops/styled/styled_convolution.hpp>
#include <stylegan/ops/styled/styled_store.hpp>
#include <stylegan/ops/styled/styled_tiles.hpp>
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

/// `values`, if any, times `factor`, filled up with zeros.
inline const float* filled_up(Context<Cpu>& c, std::span<const float> values, float factor, Index count) {
    float* const out = c.workspace().take<float>(count);
    std::fill_n(out, count, 0.0f);
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = factor * values[i];
    return out;
}

/// What is left to do with y by its moments and the style.
inline StyledMaps waiting(const StyledLayer& layer, const BlockedMaps<float>& y, const ChannelMoments* moments,
                          Index parts, float* mean, float* factor, float* shift) {
    const Index blocks = y.blocks(), lanes = y.lanes;
    for (Index n = 0; n < y.batch; ++n)
        for (Index block = 0; block < blocks; ++block) {
            ChannelMoments all;
            for (Index part = 0; part < parts; ++part) all.add(moments[(n * parts + part) * blocks + block]);
            for (Index lane = 0; lane < lanes; ++lane) {
                const Index channel = block * lanes + lane, at = n * blocks * lanes + channel;
                mean[at] = factor[at] = shift[at] = 0;
                if (channel >= y.channels) continue;
                const float* const s = layer.style.data + n * 2 * y.channels + channel;
                const double variance = std::max(0.0, all.squares[lane] / all.count);
                const double f = (static_cast<double>(s[0]) + 1) / std::sqrt(variance + static_cast<double>(layer.eps));
                factor[at] = static_cast<float>(f);
                mean[at] = static_cast<float>(all.mean[lane]);
                const double rest = all.mean[lane] - static_cast<double>(mean[at]);
                shift[at] = static_cast<float>(static_cast<double>(s[y.channels]) - rest * f);
            }
        }
    return {y, mean, factor, shift};
}

}  // namespace detail

STYLEGAN_INLINE StyledMaps styled_convolution(Context<Cpu>& c, Resample kind, const StyledMaps& x,
                                              View<const float, 4> w, float scale, std::array<float, 2> filter,
                                              const StyledLayer& layer, BlockedMaps<float> y) {
    constexpr const char* where = "styled_convolution";
    const auto shape = [](const auto& maps) {
        return Maps<const float>{nullptr, {maps.batch, maps.channels, maps.height, maps.width}};
    };
    check_convolution(where, kind, shape(x.maps), w, shape(y));
    require_equal(where, "size of the kernel", w.extent(0), 3);
    require_slope(where, layer.slope);
    require_equal(where, "size of bias", static_cast<Index>(layer.bias.size()), y.channels);
    require_shape(where, "style", layer.style, y.batch, 2 * y.channels);
    const bool noisy = !layer.noise.empty();
    if (noisy) {
        require_noise(where, layer.noise, shape(y));
        require_equal(where, "size of noise_weight", static_cast<Index>(layer.noise_weight.size()), y.channels);
    }
    const Index values = y.blocks() * y.lanes;
    float *const mean = c.workspace().take<float>(y.batch * values),
                 *const factor = c.workspace().take<float>(y.batch * values),
                 *const shift = c.workspace().take<float>(y.batch * values);
    if (y.size() == 0) return {y, mean, factor, shift};

    const Workspace::Frame frame(c.workspace());
    const KernelReading reading = forward_reading(kind);
    winograd::LayerFinish finish{};
    finish.noise = noisy ? layer.noise.data : detail::filled_up(c, {}, 0, y.width);
    finish.noise_picture = noisy && layer.noise.extent(0) > 1 ? y.height * y.width : 0;
    finish.noise_row = noisy ? y.width : 0;
    finish.noise_weight =
        detail::filled_up(c, noisy ? layer.noise_weight : std::span<const float>{}, layer.strength, values);
    finish.bias = detail::filled_up(c, layer.bias, 1, values);
    finish.factor = reading.grid == Grid::up ? scale * filter[0] * filter[0] : scale;
    finish.slope = layer.slope;

    const bool streamed = y.size() / y.batch > winograd::larger_than_caches && y.width % 8 == 0;
    const auto result_of = [&](const winograd::Bands& cut) {
        const Index count = y.batch * 2 * cut.bands * y.blocks();
        ChannelMoments* const moments = c.workspace().take<ChannelMoments>(count);
        std::fill_n(moments, count, ChannelMoments{});
        return winograd::StyledResult{cut, y, finish, streamed, moments};
    };
    if (reading.grid == Grid::same) {
        const winograd::Plan<winograd::Same4> plan(y.batch, x.maps.channels, y.channels, y.height, y.width);
        const winograd::StyledTiles<winograd::Same4> result{result_of(plan.cut)};
        winograd::correlate(c, reading, winograd::StyledPixels{x}, w, plan, result);
        return detail::waiting(layer, y, result.moments, 2 * plan.cut.bands, mean, factor, shift);
    }
    const auto upscaled = [&]<class Form>(std::type_identity<Form>) {
        using Result = winograd::BlurredTiles<Form>;
        const winograd::Plan<Form> plan(y.batch, x.maps.channels, y.channels, y.height, y.width);
        const winograd::Bands& cut = plan.cut;
        float* const down = c.workspace().take<float>(Result::handed(cut, y.blocks()));
        float* const up = c.workspace().take<float>(Result::handed(cut, y.blocks()));
        float* const edges = c.workspace().take<float>(Result::edge_values(cut, y.blocks()));
        const Result result{result_of(cut), filter[1] / filter[0], down, up, edges};
        winograd::correlate(c, reading, winograd::StyledPixels{x}, w, plan, result);
        const Index seams = cut.bands - 1;
        c.parallel_for(y.batch * seams * y.blocks(), [&](Index item) {
            const Index j = item % y.blocks(), seam = item / y.blocks();
            result.between(seam / seams, seam % seams, j);
            if (streamed) stream_fence();
        });
        return detail::waiting(layer, y, result.moments, 2 * cut.bands, mean, factor, shift);
    };
    return ConvolutionShape{x.maps.channels, y.channels, x.maps.height, x.maps.width}.suits_large_tiles_up()
               ? upscaled(std::type_identity<winograd::Up4>{})
               : upscaled(std::type_identity<winograd::Up2>{});
}

}  // namespace stylegan::ops
