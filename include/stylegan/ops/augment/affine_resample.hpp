// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/vector/scratch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

/// Pictures turned, scaled and moved by affine maps, without aliasing: mirrored at the borders, doubled, read between
/// pixels, halved. Linear in the picture, so the tangent is the op itself.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020), appendix B
namespace stylegan::ops {

/// The first two rows of a matrix that takes a position (x, y, 1) in the result to the position in the picture that it
/// shows. Both are in pixels, from the centre of the picture.
using AffineMap = std::array<double, 6>;

/// Pixels by which a picture is extended on each side.
struct Margins {
    Index left = 0, top = 0, right = 0, bottom = 0;
    friend bool operator==(const Margins&, const Margins&) = default;
};

namespace detail {

/// The wavelet sym6, scaled to sum up to 1: what doubles and halves.
inline constexpr std::array<double, 12> sym6 = [] {
    std::array<double, 12> h{0.015404109327027373, 0.0034907120842174702, -0.11799011114819057,
                             -0.048311742585633,   0.4910559419267466,    0.787641141030194,
                             0.3379294217276218,   -0.07263752278646252,  -0.021060292512300564,
                             0.04472490177066578,  0.0017677118642428036, -0.007800708325034148};
    double sum = 0;
    for (const double v : h) sum += v;
    for (double& v : h) v /= sum;
    return h;
}();
inline constexpr Index sym6_border = 6;  ///< pixels around the result that halving reads

/// The pixel that extends a line of `size` pixels at `i`, mirrored without repeating the last one.
[[nodiscard]] inline Index mirrored(Index i, Index size) { return i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i; }

}  // namespace detail

/// The margins that no picture of the batch reads beyond, as far as mirroring reaches.
[[nodiscard]] inline Margins margins_of(std::span<const AffineMap> maps, Index height, Index width) {
    const double cx = static_cast<double>(width - 1) / 2, cy = static_cast<double>(height - 1) / 2;
    std::array<double, 4> most{};
    most.fill(-1e300);
    for (const AffineMap& m : maps)
        for (const double x : {-cx, cx})
            for (const double y : {-cy, cy}) {
                const double u = m[0] * x + m[1] * y + m[2], v = m[3] * x + m[4] * y + m[5];
                most = {std::max(most[0], -u), std::max(most[1], -v), std::max(most[2], u), std::max(most[3], v)};
            }
    const auto margin = [](double reach, double half, Index size) {
        const double needed = reach + static_cast<double>(detail::sym6_border) - half;
        return static_cast<Index>(std::ceil(std::clamp(needed, 0.0, static_cast<double>(size - 1))));
    };
    return {margin(most[0], cx, width), margin(most[1], cy, height), margin(most[2], cx, width),
            margin(most[3], cy, height)};
}

namespace detail {

/// to[j] = gain * sum over k of sym6[k] from[2 j + k + offset], along columns of `width` values; zeros outside.
template <class S>
void reduce_rows(const S* from, Index rows, Index width, Index step, Index offset, S gain, S* to, Index to_rows) {
    for (Index j = 0; j < to_rows; ++j) {
        S* const out = to + j * width;
        std::fill_n(out, width, S(0));
        for (Index k = 0; k < 12; ++k) {
            const Index r = 2 * j + k + offset;
            if (r < 0 || r >= rows) continue;
            const S weight = gain * static_cast<S>(sym6[static_cast<std::size_t>(k)]);
            const S* const in = from + r * step;
            for (Index c = 0; c < width; ++c) out[c] += weight * in[c];
        }
    }
}

/// to[t] = gain * sum over k of sym6[k] from[(t + offset - k) / 2] where that is a whole number; zeros outside.
template <class S>
void expand_rows(const S* from, Index rows, Index width, Index offset, S gain, S* to, Index to_rows, Index to_step) {
    for (Index t = 0; t < to_rows; ++t) {
        S* const out = to + t * to_step;
        std::fill_n(out, width, S(0));
        for (Index k = (t + offset) & 1; k < 12; k += 2) {
            const Index r = (t + offset - k) / 2;
            if (t + offset - k < 0 || r >= rows) continue;
            const S weight = gain * static_cast<S>(sym6[static_cast<std::size_t>(k)]);
            const S* const in = from + r * width;
            for (Index c = 0; c < width; ++c) out[c] += weight * in[c];
        }
    }
}

/// As reduce_rows(), along a row.
template <class S>
void reduce_row(const S* from, Index count, Index offset, S gain, S* to, Index to_count) {
    for (Index j = 0; j < to_count; ++j) {
        S sum = 0;
        for (Index k = 0; k < 12; ++k) {
            const Index at = 2 * j + k + offset;
            if (at >= 0 && at < count) sum += static_cast<S>(sym6[static_cast<std::size_t>(k)]) * from[at];
        }
        to[j] = gain * sum;
    }
}

/// As expand_rows(), along a row.
template <class S>
void expand_row(const S* from, Index count, Index offset, S gain, S* to, Index to_count) {
    for (Index t = 0; t < to_count; ++t) {
        S sum = 0;
        for (Index k = (t + offset) & 1; k < 12; k += 2) {
            const Index at = (t + offset - k) / 2;
            if (t + offset - k >= 0 && at < count) sum += static_cast<S>(sym6[static_cast<std::size_t>(k)]) * from[at];
        }
        to[t] = gain * sum;
    }
}

/// The steps of affine_resample() for one plane, and their transposes in the opposite order.
template <class S>
class AffinePlane {
public:
    AffinePlane(Index height, Index width, const Margins& m)
        : height_(height),
          width_(width),
          m_(m),
          rows_(height + m.top + m.bottom),
          columns_(width + m.left + m.right),
          step_(2 * columns_ + 2),
          out_rows_(2 * (height + sym6_border)),
          out_columns_(2 * (width + sym6_border)) {}

    /// Values of scratch memory.
    [[nodiscard]] Index scratch() const {
        return 3 * rows_ * columns_ + (2 * rows_ + 2) * step_ + out_rows_ * (out_columns_ + width_);
    }

    /// x -> y
    void forward(const AffineMap& map, const S* x, S* y, S* scratch) const {
        const Parts p(*this, scratch);
        for (Index r = 0; r < rows_; ++r) {
            const S* const from = x + mirrored(r - m_.top, height_) * width_;
            for (Index c = 0; c < columns_; ++c) p.padded[r * columns_ + c] = from[mirrored(c - m_.left, width_)];
            expand_row(p.padded + r * columns_, columns_, 5, S(2), p.wide + 2 * r * columns_, 2 * columns_);
        }
        std::fill_n(p.large, (2 * rows_ + 2) * step_, S(0));  // a ring of zeros around
        expand_rows(p.wide, rows_, 2 * columns_, 5, S(2), p.large + step_ + 1, 2 * rows_, step_);
        for_each_sample(map, [&](Index at, Index from, S fx, S fy) {
            if (from < 0) {
                p.sampled[at] = 0;
                return;
            }
            const S* const u = p.large + from;
            const S above = u[0] + fx * (u[1] - u[0]), below = u[step_] + fx * (u[step_ + 1] - u[step_]);
            p.sampled[at] = above + fy * (below - above);
        });
        for (Index r = 0; r < out_rows_; ++r)
            reduce_row(p.sampled + r * out_columns_, out_columns_, 1, S(1), p.narrow + r * width_, width_);
        reduce_rows(p.narrow, out_rows_, width_, width_, 1, S(1), y, height_);
    }

    /// dy -> dx
    void transposed(const AffineMap& map, const S* dy, S* dx, S* scratch) const {
        const Parts p(*this, scratch);
        expand_rows(dy, height_, width_, -1, S(1), p.narrow, out_rows_, width_);
        for (Index r = 0; r < out_rows_; ++r)
            expand_row(p.narrow + r * width_, width_, -1, S(1), p.sampled + r * out_columns_, out_columns_);
        std::fill_n(p.large, (2 * rows_ + 2) * step_, S(0));
        for_each_sample(map, [&](Index at, Index from, S fx, S fy) {
            if (from < 0) return;
            S* const u = p.large + from;
            const S below = fy * p.sampled[at], above = p.sampled[at] - below;
            u[0] += above - fx * above;
            u[1] += fx * above;
            u[step_] += below - fx * below;
            u[step_ + 1] += fx * below;
        });
        reduce_rows(p.large + step_ + 1, 2 * rows_, 2 * columns_, step_, -5, S(2), p.wide, rows_);
        std::fill_n(dx, height_ * width_, S(0));
        for (Index r = 0; r < rows_; ++r) {
            reduce_row(p.wide + 2 * r * columns_, 2 * columns_, -5, S(2), p.padded + r * columns_, columns_);
            S* const to = dx + mirrored(r - m_.top, height_) * width_;
            for (Index c = 0; c < columns_; ++c) to[mirrored(c - m_.left, width_)] += p.padded[r * columns_ + c];
        }
    }

private:
    struct Parts {
        S *padded, *wide, *large, *sampled, *narrow;

        Parts(const AffinePlane& a, S* scratch)
            : padded(scratch),
              wide(padded + a.rows_ * a.columns_),
              large(wide + 2 * a.rows_ * a.columns_),
              sampled(large + (2 * a.rows_ + 2) * a.step_),
              narrow(sampled + a.out_rows_ * a.out_columns_) {}
    };

    /// Calls f(sample, index of the upper left neighbour in the doubled picture, distances to it) for each sample;
    /// the index is negative where all four neighbours are outside.
    template <class F>
    void for_each_sample(const AffineMap& map, const F& f) const {
        const double cx = static_cast<double>(width_ - 1) / 2, cy = static_cast<double>(height_ - 1) / 2;
        for (Index r = 0; r < out_rows_; ++r) {
            const double y = static_cast<double>(r - sym6_border) / 2 - cy;
            for (Index c = 0; c < out_columns_; ++c) {
                const double x = static_cast<double>(c - sym6_border) / 2 - cx;
                const double u = 2 * (map[0] * x + map[1] * y + map[2] + cx + static_cast<double>(m_.left)),
                             v = 2 * (map[3] * x + map[4] * y + map[5] + cy + static_cast<double>(m_.top));
                const double left = std::floor(u), top = std::floor(v);
                const bool seen = left >= -1 && left < static_cast<double>(2 * columns_) && top >= -1 &&
                                  top < static_cast<double>(2 * rows_);
                const Index from = seen ? (static_cast<Index>(top) + 1) * step_ + static_cast<Index>(left) + 1 : -1;
                f(r * out_columns_ + c, from, static_cast<S>(u - left), static_cast<S>(v - top));
            }
        }
    }

    Index height_, width_;
    Margins m_;
    Index rows_, columns_;          ///< of the extended picture
    Index step_;                    ///< values from one row of the doubled picture to the next
    Index out_rows_, out_columns_;  ///< of the doubled result and its border
};

template <class S, class F>
void for_each_affine_plane(Context<BasicCpu<S>>& c, const char* op, Maps<const S> from, std::span<const AffineMap> maps,
                           const Margins& margins, Maps<S> to, const F& f) {
    require_same_shape(op, "result", to, from);
    require_equal(op, "number of maps", static_cast<Index>(maps.size()), from.extent(0));
    const AffinePlane<S> plane(from.extent(2), from.extent(3), margins);
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
