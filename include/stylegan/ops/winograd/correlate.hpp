// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/function_ref.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/vector/scratch.hpp>
#include <stylegan/ops/winograd/tiles.hpp>
#include <stylegan/ops/winograd/weights.hpp>

#include <algorithm>

namespace stylegan::ops::winograd {

/// The order of the work of a convolution.
///
/// By regions: the kernel is transformed once; each region of tiles is transformed, multiplied with all of it and
/// transformed back while it is in the L2 cache. By panels, for few tiles of many channels: the tiles are transformed
/// once, and each panel of the kernel is transformed and multiplied with them. Either way the larger of the two never
/// goes to memory. Transformed kernels are not stored between calls, since reading them from memory takes longer than
/// transforming them again. The order does not change a result: each is the sum over slabs, in order, of sums over
/// channels, in order.
template <class Form>
struct Plan {
    static constexpr Index points = Index{Form::points} * Form::points,
                           products = Index{Form::products} * Form::products;

    bool by_panels;  ///< else by regions
    Bands cut;

    /// @param height, width  of the result
    /// @param together       pictures that may share a region; 1 if moments are summed in the order of the work
    Plan(Index batch, Index inputs, Index outputs, Index height, Index width, Index together = 1)
        : by_panels(few_tiles(together, inputs, outputs, height, width)),
          cut(batch, height, width, Form::size, tiles_of_a_region(inputs), by_panels, together) {}

    [[nodiscard]] static Index tile_values(Index inputs) { return points * ((inputs + lanes - 1) / lanes * lanes); }

private:
    /// Each region reads the whole transformed kernel, perhaps from the L3 cache; `enough` tiles hide that behind
    /// arithmetic.
    static Index tiles_of_a_region(Index inputs) {
        constexpr Index enough = 32;
        constexpr Index budget = Index{1}
                                 << (vector_bytes == 64 ? 18 : 17);  // values of transformed tiles and products
        return std::clamp<Index>(budget / (tile_values(inputs) + products * gemm::panel), gemm::rows, enough);
    }
    /// Whether all transformed tiles are not much larger than the transformed kernel, which every region would read
    /// again.
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

/// m (+)= (tiles at the points of the products) * (kernels of the products), over the input channels of one slab.
/// @param u  the slab
/// @param m  products, `step` values apart; the distance of their vectors is that of blocks of tiles
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

/// What the loops over the work need of a form, and of the code that reads and writes feature maps. A call serves many
/// tiles, so its cost does not matter, and the loops are compiled once for all forms.
struct Work {
    const Bands& cut;
    Index points, products;          ///< of a tile, in two dimensions
    Index panels, slabs, slab_size;  ///< of the transformed kernel
    Index inputs, blocks_in, blocks;
    Index tile_values;  ///< of a transformed tile
    bool streamed;      ///< results are stored past the caches
    FunctionRef<void(Index panel, Index slab, float* u)> transform_kernel;
    FunctionRef<void(const Region&, Index block, const Spectrum&, float* v)> transform_pixels;
    FunctionRef<void(Index panel, Index slab, const float* u, Index tiles, const Spectrum&, const float* v, float* m,
                     Index step)>
        multiply;
    FunctionRef<void(Index picture, Index band, Index first, Index last)> begin, end;
    FunctionRef<void(const float* m, ProductSteps, const Region&, Index first, Index last)> tiles;

    /// The layout of the products of tiles laid out as `at` says.
    [[nodiscard]] static ProductSteps steps(const Spectrum& at) {
        return {odd_lines(gemm::vectors * at.block_step), at.block_step};
    }
};

/// Transforms the kernel once; threads take bands of tiles, region by region.
inline void correlate_by_regions(Context<Cpu>& c, const Work& w) {
    const Bands& cut = w.cut;
    const Workspace::Frame frame(c.workspace());
    const Index u_size = w.slabs * w.slab_size;
    float* const u = c.workspace().take<float>(w.panels * u_size);
    c.parallel_for(w.panels * w.slabs,
                   [&](Index item) { w.transform_kernel(item / w.slabs, item % w.slabs, u + item * w.slab_size); });
    const Spectrum at(cut.most(), w.inputs);
    const ProductSteps step = Work::steps(at);
    const Index v_size = w.points * at.point_step, m_size = w.products * step.product;
    parallel_for_with_scratch(c, cut.groups() * cut.bands, v_size + m_size, [&](Index item, float* v) {
        const Index n = item / cut.bands * cut.pictures, band = item % cut.bands;
        float* const m = v + v_size;
        w.begin(n, band, 0, w.blocks);
        cut.for_each(n, band, [&](const Region& region) {
            for (Index i = 0; i < w.blocks_in; ++i) w.transform_pixels(region, i, at, v);
            for (Index p = 0; p < w.panels; ++p) {
                for (Index slab = 0; slab < w.slabs; ++slab)
                    w.multiply(p, slab, u + p * u_size + slab * w.slab_size, region.tiles(), at, v, m, step.product);
                const PanelBlocks b(p, w.blocks);
                w.tiles(m, step, region, b.first, b.last);
            }
        });
        w.end(n, band, 0, w.blocks);
        if (w.streamed) stream_fence();
    });
}

/// Transforms the tiles of several pictures, as many as a large part of the last-level cache holds; threads take panels
/// of the kernel, which is read once for all of these pictures.
inline void correlate_by_panels(Context<Cpu>& c, const Work& w) {
    constexpr Index budget = Index{1} << 22;
    const Bands& cut = w.cut;
    const Workspace::Frame frame(c.workspace());
    const Index tiles = cut.tiles(), most = std::clamp<Index>(budget / (tiles * w.tile_values), 1, cut.batch);
    const Spectrum at(most * tiles, w.inputs);
    const ProductSteps step = Work::steps(at);
    const Index m_size = w.products * step.product;
    float* const v = c.workspace().take<float>(w.points * at.point_step);
    const auto offset = [&](const Region& region) {
        return region.row * cut.tile_columns + region.rows * region.column;
    };
    for (Index first = 0; first < cut.batch; first += most) {
        const Index pictures = std::min(most, cut.batch - first);
        c.parallel_for(pictures * w.blocks_in, [&](Index item) {
            const Index n = item / w.blocks_in, block = item % w.blocks_in;
            cut.for_each(first + n, 0, [&](const Region& region) {
                w.transform_pixels(region, block, at, v + (n * tiles + offset(region)) * lanes);
            });
        });
        parallel_for_with_scratch(c, w.panels, w.slab_size + m_size, [&](Index p, float* u) {
            float* const m = u + w.slab_size;
            for (Index slab = 0; slab < w.slabs; ++slab) {
                w.transform_kernel(p, slab, u);
                w.multiply(p, slab, u, pictures * tiles, at, v, m, step.product);
            }
            const PanelBlocks b(p, w.blocks);
            for (Index n = 0; n < pictures; ++n) {
                w.begin(first + n, 0, b.first, b.last);
                cut.for_each(first + n, 0, [&](const Region& region) {
                    w.tiles(m + (n * tiles + offset(region)) * lanes, step, region, b.first, b.last);
                });
                w.end(first + n, 0, b.first, b.last);
            }
            if (w.streamed) stream_fence();
        });
    }
}

/// x correlated with w, handed to `result` region by region.
/// @param x       transforms its tiles: StyledPixels or PlainPixels
/// @param plan    the one that `result` is made for
/// @param result  PlainStore, LayerStore or BlurredLayerStore
template <class Form, class Pixels, class Result>
void correlate_into(Context<Cpu>& c, KernelReading reading, const Pixels& x, View<const float, 4> w,
                    const Plan<Form>& plan, const Result& result) {
    const TransformedKernel<Form> kernel(w, reading);
    const auto transform_kernel = [&](Index panel, Index slab, float* u) { kernel.transform(panel, slab, u); };
    const auto transform_pixels = [&](const Region& region, Index block, const Spectrum& at, float* v) {
        x.template transform<Form>(region, block, at, v);
    };
    const auto multiply = [&](Index panel, Index slab, const float* u, Index tiles, const Spectrum& at, const float* v,
                              float* m, Index step) { multiply_slab(kernel, panel, slab, u, tiles, at, v, m, step); };
    const auto begin = [&](Index n, Index band, Index first, Index last) { result.begin(n, band, first, last); };
    const auto end = [&](Index n, Index band, Index first, Index last) { result.end(n, band, first, last); };
    const auto tiles = [&](const float* m, ProductSteps step, const Region& region, Index first, Index last) {
        result.tiles(m, step, region, first, last);
    };
    const Work work{.cut = plan.cut,
                    .points = Plan<Form>::points,
                    .products = Plan<Form>::products,
                    .panels = kernel.panels,
                    .slabs = kernel.slabs,
                    .slab_size = kernel.slab_size(),
                    .inputs = kernel.inputs,
                    .blocks_in = x.blocks(),
                    .blocks = result.blocks(),
                    .tile_values = plan.tile_values(kernel.inputs),
                    .streamed = result.streamed,
                    .transform_kernel = transform_kernel,
                    .transform_pixels = transform_pixels,
                    .multiply = multiply,
                    .begin = begin,
                    .end = end,
                    .tiles = tiles};
    plan.by_panels ? correlate_by_panels(c, work) : correlate_by_regions(c, work);
}

}  // namespace stylegan::ops::winograd
