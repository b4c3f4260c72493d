// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/channels/channel_moments.hpp>
#include <stylegan/ops/styled/blocked_maps.hpp>
#include <stylegan/ops/winograd/tiles.hpp>

#include <algorithm>

#include <stylegan/device/gcc_unroll_begin.hpp>

/// The end of a whole layer. While the results of its convolution are in registers, they are transformed back, blurred
/// if the layer does that (blurred_layer_store.hpp), given noise, bias and activation, and added to the moments of the
/// instance norm.
namespace stylegan::ops::winograd {

/// What follows the convolution of a layer, with arrays padded to whole blocks.
struct LayerFinish {
    const float* noise;                ///< without noise: a row of zeros with steps 0
    Index noise_picture, noise_row;    ///< steps
    const float *noise_weight, *bias;  ///< (blocks * lanes)
    float factor;                      ///< of the convolution
    float slope;
};

/// What LayerStore and BlurredLayerStore share.
struct LayerOutput {
    Bands cut;
    BlockedMaps<float> y;
    LayerFinish finish;
    bool streamed;            ///< y is larger than the caches
    ChannelMoments* moments;  ///< (N, 2 bands, blocks): of each band, and of the rows between it and the next

    [[nodiscard]] Index blocks() const { return y.blocks(); }
    [[nodiscard]] ChannelMoments& moments_of(Index n, Index part, Index block) const {
        return moments[(n * 2 * cut.bands + part) * y.blocks() + block];
    }

    /// The constants of a block, in registers.
    struct Block {
        Vector weight, bias;
    };
    [[nodiscard]] Block block(Index b) const {
        return {load<Vector>(finish.noise_weight + b * lanes), load<Vector>(finish.bias + b * lanes)};
    }
    [[nodiscard]] const float* noise(Index n, Index row) const {
        return finish.noise + n * finish.noise_picture + row * finish.noise_row;
    }

    /// Finishes and stores pixels [first, last) of v, a part of a row that begins at `to`.
    template <int Count>
    [[gnu::always_inline]] void put(Vector (&v)[Count], const Block& b, const float* noise, float* to,
                                    MomentGroup& group, int first = 0, int last = Count) const {
        const auto one = [&](int k) {
            const Vector a = finish.factor * v[k] + (b.weight * noise[k] + b.bias), low = finish.slope * a;
            v[k] = a > low ? a : low;
        };
        if (first == 0 && last == Count) {
#pragma GCC unroll 8
            for (int k = 0; k < Count; ++k) one(k);
            if (streamed)
#pragma GCC unroll 8
                for (int k = 0; k < Count; ++k) stream(to + k * lanes, v[k]);
            else
#pragma GCC unroll 8
                for (int k = 0; k < Count; ++k) store(to + k * lanes, v[k]);
            group.add(v);
        } else {
            if (first >= last) return;
            for (int k = first; k < last; ++k) {
                one(k);
                store(to + k * lanes, v[k]);
            }
            group.add(v, first, last);
        }
    }
};

/// Stores a layer's results without a blur.
template <class Form>
struct LayerStore : LayerOutput {
    void begin(Index, Index, Index, Index) const {}
    void end(Index, Index, Index, Index) const {}

    /// @param m  products of blocks [first, last), at most gemm::vectors
    void tiles(const float* m, ProductSteps step, const Region& region, Index first, Index last) const {
        constexpr int size = Form::size, products = Form::products;
        for (Index row = 0; row < region.rows; ++row)
            for (Index j = first; j < last; ++j) {
                const Block b = block(j);
                MomentGroup group;
                const float* from = m + (j - first) * step.vector + row * region.columns * lanes;
                const Index top = (region.row + row) * size, high = std::min<Index>(size, y.height - top);
                for (Index column = 0; column < region.columns; ++column, from += lanes) {
                    Vector rows[size][products];
                    transform_columns_back<Form>(from, step.product, rows);
                    const Index left = (region.column + column) * size;
                    const int wide = static_cast<int>(std::min<Index>(size, y.width - left));
                    for (Index i = 0; i < high; ++i) {
                        Vector t[size];
                        Form::output(rows[i], t);
                        put(t, b, noise(region.picture, top + i) + left,
                            y.row(region.picture, j, top + i) + left * lanes, group, 0, wide);
                    }
                }
                group.flush(moments_of(region.picture, 2 * (region.row / cut.band), j));
            }
    }
};

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
