// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/vector/transpose.hpp>
#include <stylegan/ops/winograd/correlate.hpp>

#include <algorithm>
#include <cstdint>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::winograd {

/// Reads plain feature maps.
struct PlainPixels {
    Maps<const float> x;  ///< (N, C, H, W)

    [[nodiscard]] Index blocks() const { return (x.extent(1) + lanes - 1) / lanes; }

    template <class Form>
    void transform(const Region& region, Index block, const Spectrum& to, float* v) const {
        transform_tiles<InputTiles<Form>>(x, region, block, to, v);
    }
};

/// Stores the results of the form, times a factor.
template <class Form>
struct PlainStore {
    Maps<float> y;  ///< (N, C, H, W)
    float factor;
    bool streamed;  ///< y is larger than the caches, and its rows are whole vectors

    PlainStore(Maps<float> maps, float by)
        : y(maps),
          factor(by),
          // streaming parts of cache lines costs more than it saves
          streamed(lanes == gemm::cache_line && y.size() > larger_than_caches && y.extent(3) % lanes == 0 &&
                   reinterpret_cast<std::uintptr_t>(y.data) % vector_bytes == 0) {}

    [[nodiscard]] Index blocks() const { return (y.extent(1) + lanes - 1) / lanes; }
    void begin(Index, Index, Index, Index) const {}
    void end(Index, Index, Index, Index) const {}

    /// @param m  products of blocks [first, last), at most gemm::vectors
    void tiles(const float* m, ProductSteps step, const Region& region, Index first, Index last) const {
        constexpr int size = Form::size;
        constexpr Index together = std::max(lanes / size, 1), across = together * size;
        const Index height = y.extent(2), width = y.extent(3), plane = height * width;
        alignas(64) float pixels[size * across * lanes];  // (size, across, lanes), of `together` tiles
        for (Index n = 0; n < region.pictures; ++n)
            for (Index row = 0; row < region.rows; ++row) {
                const Index top = (region.row + row) * size, high = std::min<Index>(size, height - top);
                for (Index j = first; j < last; ++j) {
                    const float* from =
                        m + (j - first) * step.vector + (n * region.rows + row) * region.columns * lanes;
                    const Index real = std::min<Index>(lanes, y.extent(1) - j * lanes);
                    float* const to = y.data + ((region.picture + n) * y.extent(1) + j * lanes) * plane + top * width;
                    for (Index column = 0; column < region.columns; column += together) {
                        const Index count = std::min(together, region.columns - column);
                        for (Index k = 0; k < count; ++k, from += lanes) {
                            Vector rows[size][Form::products];
                            transform_columns_back<Form>(from, step.product, rows);
                            for (Index i = 0; i < high; ++i) {
                                Vector t[size];
                                Form::output(rows[i], t);
#pragma GCC unroll 8
                                for (int p = 0; p < size; ++p)
                                    store(pixels + (i * across + k * size + p) * lanes, factor * t[p]);
                            }
                        }
                        const Index left = (region.column + column) * size, wide = std::min(count * size, width - left);
                        const bool vectors = streamed && real == lanes && wide == lanes && left % lanes == 0;
                        for (Index i = 0; i < high; ++i) {
                            const float* const line = pixels + i * across * lanes;
                            if (vectors)
                                transpose<lanes, true>(line, lanes, to + i * width + left, plane);
                            else
                                transpose(wide, real, line, lanes, to + i * width + left, plane);
                        }
                    }
                }
            }
    }
};

/// y = factor * (x correlated with w) on the grid of Form.
/// @param reading  of that grid
/// @param x (N, I, H, W)
/// @param y (N, O, H', W'), overwritten
template <class Form>
void correlate(Context<Cpu>& c, KernelReading reading, Maps<const float> x, View<const float, 4> w, float factor,
               Maps<float> y) {
    if (y.size() == 0) return;
    const Plan<Form> plan(y.extent(0), x.extent(1), y.extent(1), y.extent(2), y.extent(3), y.extent(0));
    correlate_into(c, reading, PlainPixels{x}, w, plan, PlainStore<Form>{y, factor});
}

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
