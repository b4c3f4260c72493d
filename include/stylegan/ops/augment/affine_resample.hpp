// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/augment/affine_map.hpp>
#include <stylegan/ops/augment/mirrored.hpp>
#include <stylegan/ops/augment/sym6.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

/// Pictures turned, scaled and moved by affine maps, without aliasing: mirrored at the borders, doubled, read between
/// pixels, halved. Linear in the picture, so the tangent is the op itself.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020), appendix B
namespace stylegan::ops {
namespace detail {

/// The steps of affine_resample() for one plane, and their transposes in the opposite order.
template <class S>
class AffinePlane {
public:
    explicit AffinePlane(const AffineSizes& sizes) : s_(sizes), step_(2 * s_.columns + 2) {}

    /// Values of scratch memory.
    [[nodiscard]] Index scratch() const {
        return 3 * s_.rows * s_.columns + (2 * s_.rows + 2) * step_ + s_.out_rows * (s_.out_columns + s_.width);
    }

    /// x -> y
    void forward(const AffineMap& map, const S* x, S* y, S* scratch) const {
        const Parts p(*this, scratch);
        const Expand<S> twice{filter_, 5, S(2)};
        for (Index r = 0; r < s_.rows; ++r) {
            const S* const from = x + mirrored(r - s_.margins.top, s_.height) * s_.width;
            S* const padded = p.padded + r * s_.columns;
            for (Index c = 0; c < s_.columns; ++c) padded[c] = from[mirrored(c - s_.margins.left, s_.width)];
            along_row(twice, padded, s_.columns, p.wide + 2 * r * s_.columns, 2 * s_.columns);
        }
        std::fill_n(p.large, (2 * s_.rows + 2) * step_, S(0));  // a ring of zeros around
        expand_rows(p.wide, s_.rows, 2 * s_.columns, 5, S(2), p.large + step_ + 1, 2 * s_.rows, step_);
        for_each_sample(map, [&](Index at, Index from, S fx, S fy) {
            if (from < 0) {
                p.sampled[at] = 0;
                return;
            }
            const S* const u = p.large + from;
            p.sampled[at] = Bilinear<S>{fx, fy}(u[0], u[1], u[step_], u[step_ + 1]);
        });
        const Reduce<S> half{filter_, 1, S(1)};
        for (Index r = 0; r < s_.out_rows; ++r)
            along_row(half, p.sampled + r * s_.out_columns, s_.out_columns, p.narrow + r * s_.width, s_.width);
        reduce_rows(p.narrow, s_.out_rows, s_.width, s_.width, 1, S(1), y, s_.height);
    }

    /// dy -> dx
    void transposed(const AffineMap& map, const S* dy, S* dx, S* scratch) const {
        const Parts p(*this, scratch);
        expand_rows(dy, s_.height, s_.width, -1, S(1), p.narrow, s_.out_rows, s_.width);
        const Expand<S> twice{filter_, -1, S(1)};
        for (Index r = 0; r < s_.out_rows; ++r)
            along_row(twice, p.narrow + r * s_.width, s_.width, p.sampled + r * s_.out_columns, s_.out_columns);
        std::fill_n(p.large, (2 * s_.rows + 2) * step_, S(0));
        for_each_sample(map, [&](Index at, Index from, S fx, S fy) {
            if (from < 0) return;
            S* const u = p.large + from;
            const S below = fy * p.sampled[at], above = p.sampled[at] - below;
            u[0] += above - fx * above;
            u[1] += fx * above;
            u[step_] += below - fx * below;
            u[step_ + 1] += fx * below;
        });
        reduce_rows(p.large + step_ + 1, 2 * s_.rows, 2 * s_.columns, step_, -5, S(2), p.wide, s_.rows);
        std::fill_n(dx, s_.height * s_.width, S(0));
        const Reduce<S> half{filter_, -5, S(2)};
        for (Index r = 0; r < s_.rows; ++r) {
            S* const padded = p.padded + r * s_.columns;
            along_row(half, p.wide + 2 * r * s_.columns, 2 * s_.columns, padded, s_.columns);
            S* const to = dx + mirrored(r - s_.margins.top, s_.height) * s_.width;
            for (Index c = 0; c < s_.columns; ++c) to[mirrored(c - s_.margins.left, s_.width)] += padded[c];
        }
    }

private:
    struct Parts {
        S *padded, *wide, *large, *sampled, *narrow;

        Parts(const AffinePlane& a, S* scratch)
            : padded(scratch),
              wide(padded + a.s_.rows * a.s_.columns),
              large(wide + 2 * a.s_.rows * a.s_.columns),
              sampled(large + (2 * a.s_.rows + 2) * a.step_),
              narrow(sampled + a.s_.out_rows * a.s_.out_columns) {}
    };

    /// Calls f(sample, index of the upper left neighbour in the doubled picture, distances to it) for each sample;
    /// the index is negative where all four neighbours are outside.
    template <class F>
    void for_each_sample(const AffineMap& map, const F& f) const {
        for (Index r = 0; r < s_.out_rows; ++r)
            for (Index c = 0; c < s_.out_columns; ++c) {
                const AffinePosition p = s_.position(map.data(), r, c);
                const double left = std::floor(p.u), top = std::floor(p.v);
                const Index from =
                    s_.seen(left, top) ? (static_cast<Index>(top) + 1) * step_ + static_cast<Index>(left) + 1 : -1;
                f(r * s_.out_columns + c, from, static_cast<S>(p.u - left), static_cast<S>(p.v - top));
            }
    }

    static constexpr Sym6<S> filter_ = Sym6<S>::values();

    AffineSizes s_;
    Index step_;  ///< values from one row of the doubled picture to the next
};

template <class S, class F>
void for_each_affine_plane(Context<BasicCpu<S>>& c, const char* op, Maps<const S> from, std::span<const AffineMap> maps,
                           const Margins& margins, Maps<S> to, const F& f) {
    require_same_shape(op, "result", to, from);
    require_equal(op, "number of maps", static_cast<Index>(maps.size()), from.extent(0));
    const AffinePlane<S> plane(AffineSizes::of(from.extent(2), from.extent(3), margins));
    const Index channels = from.extent(1), pixels = from.extent(2) * from.extent(3);
    parallel_for_with_scratch(c, from.extent(0) * channels, plane.scratch(), [&](Index item, S* scratch) {
        f(plane, maps[static_cast<std::size_t>(item / channels)], from.data + item * pixels, to.data + item * pixels,
          scratch);
    });
}

}  // namespace detail

/// y(n) = what maps[n] shows of x(n). Positions outside of the picture show its mirror image.
/// @param x        (N, C, H, W)
/// @param maps     one for each picture
/// @param margins  margins_of(maps, H, W)
/// @param y        as x, overwritten; another block of memory
/// @throws ShapeError if the shapes do not match
template <class S>
void affine_resample(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, std::span<const AffineMap> maps,
                     const Margins& margins, Maps<Same<S>> y) {
    detail::for_each_affine_plane<S>(c, "affine_resample", x, maps, margins, y,
                                     [](const auto& plane, const AffineMap& map, const S* from, S* to, S* scratch) {
                                         plane.forward(map, from, to, scratch);
                                     });
}

/// The gradient of affine_resample(): dy -> dx.
/// @param dx  as dy, overwritten; another block of memory
/// @throws ShapeError if the shapes do not match
template <class S>
void affine_resample_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> dy, std::span<const AffineMap> maps,
                              const Margins& margins, Maps<Same<S>> dx) {
    detail::for_each_affine_plane<S>(c, "affine_resample_gradient", dy, maps, margins, dx,
                                     [](const auto& plane, const AffineMap& map, const S* from, S* to, S* scratch) {
                                         plane.transposed(map, from, to, scratch);
                                     });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/affine_resample.hpp>
#endif
