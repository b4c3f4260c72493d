// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/scratch.hpp>
#include <stylegan/ops/winograd_tiles.hpp>
#include <stylegan/ops/winograd_weights.hpp>

#include <algorithm>

namespace stylegan::ops::winograd {

/// How a convolution goes through its work.
///
/// Either the transformed kernel is made once and regions of tiles pass by, each transformed, multiplied with all of it and
/// transformed back while it is in the second-level cache; or, where there are few tiles for many channels, the transformed
/// tiles are made once and panels of the kernel pass by. So the larger one of the two never goes to memory. That is also why
/// transformed kernels are not kept from call to call: to read them from memory would take longer than to make them.
/// None of this changes a product: each is the sum of its slabs' sums over channels in their order.
template <class Form>
struct Plan {
    static constexpr Index points = Index{Form::points} * Form::points,
                           products = Index{Form::products} * Form::products;

    bool by_panels;  ///< all tiles are transformed first, and panels of the kernel pass by
    Bands cut;

    /// @param height, width  of what is computed
    /// @param together       pictures that may be taken together: 1 if sums are taken in the order of the work
    Plan(Index batch, Index inputs, Index outputs, Index height, Index width, Index together = 1)
        : by_panels(few_tiles(together, inputs, outputs, height, width)),
          cut(batch, height, width, Form::size, tiles_of_a_region(inputs), by_panels, together) {}

    [[nodiscard]] static Index tile_values(Index inputs) { return points * ((inputs + lanes - 1) / lanes * lanes); }

private:
    /// Each region reads the whole transformed kernel, which may come from the third-level cache: with `enough` tiles that hides
    /// behind arithmetic.
    static Index tiles_of_a_region(Index inputs) {
        constexpr Index enough = 32;
        constexpr Index budget = Index{1}
                                 << (vector_bytes == 64 ? 18 : 17);  // values of transformed tiles and products
        return std::clamp<Index>(budget / (tile_values(inputs) + products * gemm::panel), gemm::rows, enough);
    }
    /// Whether all transformed tiles together are not much more than the transformed kernel, which regions would read
    /// again and again.
    static bool few_tiles(Index pictures, Index inputs, Index outputs, Index height, Index width) {
        constexpr Index most_values = Index{1} << 22;
        const Index tiles = ((height + Form::size - 1) / Form::size) * ((width + Form::size - 1) / Form::size);
        return pictures * tiles * points < 2 * outputs * Form::weights * Form::weights &&
               tiles * tile_values(inputs) <= most_values;
    }
};

/// Blocks [first, last) that a panel of columns computes.
struct PanelBlocks {
    Index first, last;
    PanelBlocks(Index panel, Index blocks)
        : first(panel * gemm::vectors), last(std::min(blocks, (panel + 1) * gemm::vectors)) {}
};

/// m (+)= (tiles at the points of the products) * (kernels of the products), over the channels read of one slab.
/// @param u  the slab
/// @param m  products, `step` values apart; their vectors are as far apart as blocks of tiles
template <class Form>
void multiply_slab(const TransformedKernel<Form>& kernel, Index panel, Index slab, const float* u, Index tiles,
                   const Spectrum& at, const float* v, float* m, Index step) {
    constexpr int products = Form::products;
    const auto factors = [&](int q) {
        const int y = q / products, x = q % products;
        return gemm::Ahead{v + (Form::point[y] * Form::points + Form::point[x]) * at.point_step +
                               slab * kernel.depth / lanes * at.block_step,
                           u + (Form::weight[y] * Form::weights + Form::weight[x]) * kernel.step()};
    };
    for (int q = 0; q < products * products; ++q) {
        const auto [a, b] = factors(q);
        gemm::multiply_blocks(tiles, kernel.columns(panel), a, {kernel.rows(slab), at.block_step}, b, m + q * step,
                              at.block_step, slab > 0, factors(q + 1 < products * products ? q + 1 : 0));
    }
}

/// x correlated with w, handed to `result` region by region.
/// @param x       transforms its tiles: StyledPixels or PlainPixels
/// @param plan    the one that `result` is made for
/// @param result  StyledTiles, BlurredTiles or PlainTiles
template <class Form, class Pixels, class Result>
void correlate(Context<Cpu>& c, KernelReading reading, const Pixels& x, View<const float, 4> w, const Plan<Form>& plan,
               const Result& result) {
    const TransformedKernel<Form> kernel(w, reading);
    const Bands& cut = plan.cut;
    const Index inputs = kernel.inputs, blocks_in = x.blocks(), blocks = result.blocks();
    constexpr Index points = Plan<Form>::points, products = Plan<Form>::products;
    const auto steps = [](const Spectrum& at) {
        return ProductSteps{odd_lines(gemm::vectors * at.block_step), at.block_step};
    };
    const Workspace::Frame frame(c.workspace());

    if (!plan.by_panels) {
        const Index u_size = kernel.slabs * kernel.slab_size();
        float* const u = c.workspace().take<float>(kernel.panels * u_size);
        c.parallel_for(kernel.panels * kernel.slabs, [&](Index item) {
            kernel.transform(item / kernel.slabs, item % kernel.slabs, u + item * kernel.slab_size());
        });
        const Spectrum at(cut.most(), inputs);
        const ProductSteps step = steps(at);
        const Index v_size = points * at.point_step, m_size = products * step.product;
        parallel_for_with_scratch(c, cut.groups() * cut.bands, v_size + m_size, [&](Index item, float* v) {
            const Index n = item / cut.bands * cut.pictures, band = item % cut.bands;
            float* const m = v + v_size;
            result.begin(n, band, 0, blocks);
            cut.for_each(n, band, [&](const Region& region) {
                for (Index i = 0; i < blocks_in; ++i) x.template transform<Form>(region, i, at, v);
                for (Index p = 0; p < kernel.panels; ++p) {
                    for (Index slab = 0; slab < kernel.slabs; ++slab)
                        multiply_slab(kernel, p, slab, u + p * u_size + slab * kernel.slab_size(), region.tiles(), at,
                                      v, m, step.product);
                    const PanelBlocks b(p, blocks);
                    result.tiles(m, step, region, b.first, b.last);
                }
            });
            result.end(n, band, 0, blocks);
            if (result.streamed) stream_fence();
        });
        return;
    }

    // Tiles of as many pictures as a large part of the last-level cache holds: the weights are read once for all of them.
    constexpr Index budget = Index{1} << 22;
    const Index tiles = cut.tiles(),
                most = std::clamp<Index>(budget / (tiles * plan.tile_values(inputs)), 1, cut.batch);
    const Spectrum at(most * tiles, inputs);
    const ProductSteps step = steps(at);
    const Index m_size = products * step.product;
    float* const v = c.workspace().take<float>(points * at.point_step);
    const auto offset = [&](const Region& region) {
        return region.row * cut.tile_columns + region.rows * region.column;
    };
    for (Index first = 0; first < cut.batch; first += most) {
        const Index pictures = std::min(most, cut.batch - first);
        c.parallel_for(pictures * blocks_in, [&](Index item) {
            const Index n = item / blocks_in, block = item % blocks_in;
            cut.for_each(first + n, 0, [&](const Region& region) {
                x.template transform<Form>(region, block, at, v + (n * tiles + offset(region)) * lanes);
            });
        });
        parallel_for_with_scratch(c, kernel.panels, kernel.slab_size() + m_size, [&](Index p, float* u) {
            float* const m = u + kernel.slab_size();
            for (Index slab = 0; slab < kernel.slabs; ++slab) {
                kernel.transform(p, slab, u);
                multiply_slab(kernel, p, slab, u, pictures * tiles, at, v, m, step.product);
            }
            const PanelBlocks b(p, blocks);
            for (Index n = 0; n < pictures; ++n) {
                result.begin(first + n, 0, b.first, b.last);
                cut.for_each(first + n, 0, [&](const Region& region) {
                    result.tiles(m + (n * tiles + offset(region)) * lanes, step, region, b.first, b.last);
                });
                result.end(first + n, 0, b.first, b.last);
            }
            if (result.streamed) stream_fence();
        });
    }
}

}  // namespace stylegan::ops::winograd
