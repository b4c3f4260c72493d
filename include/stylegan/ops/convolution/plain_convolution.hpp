// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/convolution/resample.hpp>

#include <algorithm>

/// Convolution by its definition, one loop for each index, with sums in double. The tests compare the tiled kernels
/// with it.
///
/// One definition serves every Resample. On a fine grid of (H << up) x (W << up) pixels, with u, v the rows of that
/// grid (columns alike) and zeros outside of it,
///
///     y[n,o,Y] = 4^-down sum over v in [Y << down, (Y + 1) << down), i, k of  w[k,i,o] x[n,i,u >> up],  u = v + k - K/2
namespace stylegan::ops::plain {

/// Resample as numbers of that formula.
struct FineGrid {
    int up, down;
    bool rotated;  ///< the kernel, by 180 degrees

    explicit FineGrid(Resample kind)
        : up(kind == Resample::up || kind == Resample::up_rotated ? 1 : 0),
          down(kind == Resample::down ? 1 : 0),
          rotated(kind == Resample::up_rotated) {}

    [[nodiscard]] double mean() const { return down == 0 ? 1.0 : 0.25; }
    [[nodiscard]] Index tap(Index k, Index size) const { return rotated ? size - 1 - k : k; }
};

template <class S>
void convolution(Context<BasicCpu<S>>& c, Resample kind, Maps<const S> x, View<const S, 4> w, S scale, Maps<S> y) {
    const FineGrid g(kind);
    const Index size = w.extent(0), inputs = x.extent(1), outputs = y.extent(1);
    const Index height = x.extent(2) << g.up, width = x.extent(3) << g.up, block = Index{1} << g.down;
    c.parallel_for(y.extent(0) * outputs, [&](Index item) {
        const Index n = item / outputs, o = item % outputs;
        for (Index row = 0; row < y.extent(2); ++row)
            for (Index column = 0; column < y.extent(3); ++column) {
                double sum = 0;
                for (Index ky = 0; ky < size; ++ky)
                    for (Index kx = 0; kx < size; ++kx)
                        for (Index b = 0; b < block * block; ++b) {
                            const Index v = (row << g.down) + b / block + ky - size / 2;
                            const Index h = (column << g.down) + b % block + kx - size / 2;
                            if (v < 0 || v >= height || h < 0 || h >= width) continue;
                            for (Index i = 0; i < inputs; ++i)
                                sum += double(w(g.tap(ky, size), g.tap(kx, size), i, o)) *
                                       double(x(n, i, v >> g.up, h >> g.up));
                        }
                y(n, o, row, column) = static_cast<S>(sum * g.mean() * double(scale));
            }
    });
}

template <class S>
void convolution_input_gradient(Context<BasicCpu<S>>& c, Resample kind, Maps<const S> dy, View<const S, 4> w, S scale,
                                Maps<S> dx) {
    const FineGrid g(kind);
    const Index size = w.extent(0), inputs = dx.extent(1), outputs = dy.extent(1);
    const Index height = dx.extent(2) << g.up, width = dx.extent(3) << g.up, block = Index{1} << g.up;
    c.parallel_for(dx.extent(0) * inputs, [&](Index item) {
        const Index n = item / inputs, i = item % inputs;
        for (Index row = 0; row < dx.extent(2); ++row)
            for (Index column = 0; column < dx.extent(3); ++column) {
                double sum = 0;
                for (Index ky = 0; ky < size; ++ky)
                    for (Index kx = 0; kx < size; ++kx)
                        for (Index b = 0; b < block * block; ++b) {
                            const Index v = (row << g.up) + b / block - ky + size / 2;
                            const Index h = (column << g.up) + b % block - kx + size / 2;
                            if (v < 0 || v >= height || h < 0 || h >= width) continue;
                            for (Index o = 0; o < outputs; ++o)
                                sum += double(w(g.tap(ky, size), g.tap(kx, size), i, o)) *
                                       double(dy(n, o, v >> g.down, h >> g.down));
                        }
                dx(n, i, row, column) = static_cast<S>(sum * g.mean() * double(scale));
            }
    });
}

template <class S>
void convolution_weight_gradient(Context<BasicCpu<S>>& c, Resample kind, Maps<const S> x, Maps<const S> dy, S scale,
                                 View<S, 4> dw) {
    const FineGrid g(kind);
    const Index size = dw.extent(0), inputs = x.extent(1), outputs = dy.extent(1);
    const Index height = x.extent(2) << g.up, width = x.extent(3) << g.up;
    c.parallel_for(inputs * outputs, [&](Index item) {
        const Index i = item / outputs, o = item % outputs;
        for (Index ky = 0; ky < size; ++ky)
            for (Index kx = 0; kx < size; ++kx) {
                const Index dv = ky - size / 2, dh = kx - size / 2;
                double sum = 0;
                for (Index n = 0; n < x.extent(0); ++n)
                    for (Index v = std::max<Index>(0, -dv); v < std::min(height, height - dv); ++v)
                        for (Index h = std::max<Index>(0, -dh); h < std::min(width, width - dh); ++h)
                            sum += double(x(n, i, (v + dv) >> g.up, (h + dh) >> g.up)) *
                                   double(dy(n, o, v >> g.down, h >> g.down));
                S& to = dw(g.tap(ky, size), g.tap(kx, size), i, o);
                to += static_cast<S>(sum * g.mean() * double(scale));
            }
    });
}

}  // namespace stylegan::ops::plain
