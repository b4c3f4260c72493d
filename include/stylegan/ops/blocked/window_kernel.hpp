// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/blocked/line_form.hpp>
#include <stylegan/ops/blocked/product.hpp>
#include <stylegan/ops/convolution/window.hpp>

#include <algorithm>
#include <type_traits>

namespace stylegan::ops::blocked {

/// How a window is computed.
enum class Method {
    direct,  ///< as it is
    line_x,
    line_y,  ///< by a LineForm along rows or columns
    square,  ///< 3x3 by F(4x4,3x3)
    picture  ///< direct, from few channels that are not in blocks
};

/// @param inputs   channels
/// @param blocked  whether the feature maps are in blocks
[[nodiscard]] inline Method method_of(const Window& w, Index inputs, bool blocked) {
    const auto has_form = [](Index taps) { return taps == 3 || taps == 5 || taps == 7; };
    if (!blocked && inputs < lanes && w.pad_height == 0 && w.pad_width == 0) return Method::picture;
    if (w.stride != 1) return Method::direct;
    if (w.height == 3 && w.width == 3) return Method::square;
    if (has_form(w.width)) return Method::line_x;
    if (has_form(w.height) && w.width == 1) return Method::line_y;
    return Method::direct;
}

/// Calls f(form) with the LineForm of so many taps: 3, 5 or 7.
template <class F>
void with_line_form(Index taps, const F& f) {
    if (taps == 3) f(Line3{});
    if (taps == 5) f(Line5{});
    if (taps == 7) f(Line7{});
}

/// The weights of a window as its method reads them: for each panel of output channels, for each point of the form, a
/// matrix (taps across the form, input channels, channels of the panel). The panels are padded to whole blocks.
struct WindowKernel {
    Window window;
    Index inputs, outputs;
    Method method;

    WindowKernel(const Window& w, Index in, Index out, bool blocked)
        : window(w), inputs(in), outputs(out), method(method_of(w, in, blocked)) {}

    [[nodiscard]] Index taps_along() const {
        return method == Method::line_x ? window.width : method == Method::line_y ? window.height : 1;
    }
    [[nodiscard]] Index points() const { return taps_along() == 1 ? 1 : taps_along() + 3; }
    [[nodiscard]] Index taps_across() const { return window.height * window.width / taps_along(); }
    /// Channels of a tap.
    [[nodiscard]] Index channels() const { return method == Method::picture ? inputs : blocks_of(inputs) * lanes; }
    [[nodiscard]] Index terms() const { return taps_across() * channels(); }
    [[nodiscard]] Index blocks() const { return blocks_of(outputs); }
    [[nodiscard]] Index panels() const { return (blocks() + tile_vectors - 1) / tile_vectors; }
    [[nodiscard]] Index vectors(Index p) const { return std::min<Index>(tile_vectors, blocks() - p * tile_vectors); }
    [[nodiscard]] Index matrix_size(Index p) const { return terms() * vectors(p) * lanes; }
    /// Where a panel begins.
    [[nodiscard]] Index panel_offset(Index p) const { return p * points() * terms() * panel; }
    /// Values of all panels; 0 for Method::square, which transforms its weights with each call.
    [[nodiscard]] Index size() const { return method == Method::square ? 0 : points() * terms() * blocks() * lanes; }

    /// Writes one panel.
    /// @param w   (KH, KW, I, O)
    /// @param to  the first panel
    void pack(View<const float, 4> w, Index p, float* to) const {
        to += panel_offset(p);
        const Index columns = vectors(p) * lanes, step = w.extent(2) * w.extent(3);
        const Index real = std::min(columns, outputs - p * panel);
        std::fill_n(to, points() * matrix_size(p), 0.0f);
        const auto each = [&](const auto& f) {  // f(weight of the first tap along, packed, one past it)
            for (Index tap = 0; tap < taps_across(); ++tap)
                for (Index i = 0; i < inputs; ++i)
                    f(w.data + tap * (method == Method::line_x ? window.width : 1) * step + i * w.extent(3) + p * panel,
                      to + (tap * channels() + i) * columns);
        };
        if (taps_along() == 1) return each([&](const float* from, float* row) { std::copy_n(from, real, row); });
        with_line_form(taps_along(), [&](auto form) {
            each([&](const float* from, float* row) {
                for (int point = 0; point < form.reach; ++point, row += matrix_size(p))
                    for (Index o = 0; o < real; ++o) row[o] = static_cast<float>(form.kernel(point, from + o, step));
            });
        });
    }
};

}  // namespace stylegan::ops::blocked
