// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/scratch.hpp>
#include <stylegan/ops/winograd_tiles.hpp>
#include <stylegan/ops/winograd_weights.hpp>

#include <algorithm>

namespace stylegan::ops::winograd {

/// m[q] = factor * (tiles at the point of q) * (kernel of q) for every product q, over the channels read of one slab; the
/// first slab's overwrites m, the others' are added.
/// @param u  the slab
/// @param v  transformed tiles
/// @param m  (products^2, tiles, gemm::panel), products `step` values apart
template <class Form>
void multiply_tiles(const TransformedKernel<Form>& kernel, Index panel, Index slab, const float* u, Index tiles,
                    const Spectrum& at, const float* v, float factor, float* m, Index step) {
    const gemm::Strided rows{1, kernel.rows(slab), 0};
    for (int qy = 0; qy < Form::products; ++qy)
        for (int qx = 0; qx < Form::products; ++qx) {
            const float* const points = v + (Form::point[qy] * Form::points + Form::point[qx]) * at.point_step;
            const float* const matrix = u + (Form::weight[qy] * Form::weights + Form::weight[qx]) * kernel.step();
            float* const to = m + (qy * Form::products + qx) * step;
            for (Index t = 0; t < tiles; t += gemm::rows) {
                const Index count = std::min<Index>(gemm::rows, tiles - t);
                const float* start[gemm::rows];
                for (Index i = 0; i < count; ++i) start[i] = points + (t + i) * at.pitch + slab * kernel.depth;
                gemm::multiply_rows(count, kernel.columns(panel), start, rows, matrix, kernel.ld(panel), factor,
                                    to + t * gemm::panel, slab > 0);
            }
        }
}

/// y = factor * (x correlated with w), on the grid of `reading`, which is Form's.
///
/// Either the transformed kernel is made once and regions of tiles pass by, each transformed, multiplied with all of it and
/// transformed back while it is in the second-level cache; or, where there are few tiles for many channels, the transformed
/// tiles are made once and panels of the kernel pass by. So the larger one of the two never goes to memory. That is also why
/// transformed kernels are not kept from call to call: to read them from memory would take longer than to make them.
/// None of this changes a result: every product is the sum of its slabs' sums over channels in their order.
/// @param x (N, I, H, W)
/// @param y (N, O, H', W'), overwritten
template <class Form>
void correlate(Context<Cpu>& c, KernelReading reading, Maps<const float> x, View<const float, 4> w, float factor,
               Maps<float> y) {
    if (y.size() == 0) return;
    constexpr Index size = Form::size, points = Index{Form::points} * Form::points;
    constexpr Index products = Index{Form::products} * Form::products;
    const TransformedKernel<Form> kernel(w, reading);
    const Index inputs = kernel.inputs, blocks = (inputs + lanes - 1) / lanes;
    const auto cut = [&](Index most) { return Regions(x.extent(0), y.extent(2), y.extent(3), size, most); };
    const Index all = cut(1).tile_rows * cut(1).tile_columns * x.extent(0), tile = Spectrum(1, inputs).pitch * points;
    const auto m_step = [](Index tiles) { return odd_lines(tiles * gemm::panel); };

    const Workspace::Frame frame(c.workspace());
    if (all * points >= kernel.outputs * kernel.matrices) {
        constexpr Index budget = Index{1}
                                 << 17;  // values of the transformed tiles of a region and of one panel's products
        const Regions regions = cut(std::max<Index>(budget / (tile + products * gemm::panel), gemm::rows));
        float* const u = c.workspace().take<float>(kernel.panels * kernel.slabs * kernel.slab_size());
        c.parallel_for(kernel.panels * kernel.slabs, [&](Index item) {
            kernel.transform(item / kernel.slabs, item % kernel.slabs, u + item * kernel.slab_size());
        });
        const Spectrum at(regions.most(), inputs);
        const Index v_size = points * at.point_step, step = m_step(regions.most()), m_size = products * step;
        const Index rest = std::max(transform_scratch<InputTiles<Form>>(regions.rows, regions.columns),
                                    store_scratch<Form>(regions.columns));
        parallel_for_with_scratch(c, regions.count(), v_size + m_size + rest, [&](Index item, float* v) {
            const Region region = regions(item);
            float *const m = v + v_size, *const scratch = m + m_size;
            for (Index i = 0; i < inputs; i += lanes) {
                const Next next = i + lanes < inputs                     ? Next{region, i + lanes}
                                  : item + c.threads() < regions.count() ? Next{regions(item + c.threads())}
                                                                         : Next{};
                transform_tiles<InputTiles<Form>>(x, region, i, at, v, scratch, next);
            }
            for (Index p = 0; p < kernel.panels; ++p) {
                for (Index slab = 0; slab < kernel.slabs; ++slab)
                    multiply_tiles(kernel, p, slab, u + (p * kernel.slabs + slab) * kernel.slab_size(), region.tiles(),
                                   at, v, factor, m, step);
                store_results<Form>(m, step, region, p * gemm::panel, kernel.columns(p), y, scratch);
            }
        });
        return;
    }

    constexpr Index budget = Index{1} << 21;
    const Regions regions = cut(std::max<Index>(budget / tile, gemm::rows));
    const Spectrum at(regions.most(), inputs);
    const Index step = m_step(regions.most()), m_size = products * step;
    float* const v = c.workspace().take<float>(points * at.point_step);
    for (Index r = 0; r < regions.count(); ++r) {
        const Region region = regions(r);
        parallel_for_with_scratch(
            c, region.pictures * blocks, transform_scratch<InputTiles<Form>>(region.rows, region.columns),
            [&](Index item, float* scratch) {
                Region one = region;
                one.picture += item / blocks;
                one.pictures = 1;
                transform_tiles<InputTiles<Form>>(x, one, item % blocks * lanes, at,
                                                  v + item / blocks * region.rows * region.columns * at.pitch, scratch);
            });
        parallel_for_with_scratch(c, kernel.panels, kernel.slab_size() + m_size + store_scratch<Form>(region.columns),
                                  [&](Index p, float* u) {
                                      float *const m = u + kernel.slab_size(), *const scratch = m + m_size;
                                      for (Index slab = 0; slab < kernel.slabs; ++slab) {
                                          kernel.transform(p, slab, u);
                                          multiply_tiles(kernel, p, slab, u, region.tiles(), at, v, factor, m, step);
                                      }
                                      store_results<Form>(m, step, region, p * gemm::panel, kernel.columns(p), y,
                                                          scratch);
                                  });
    }
}

}  // namespace stylegan::ops::winograd
