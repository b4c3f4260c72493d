// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/augment/affine_resample.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

#include <limits>
#include <vector>

namespace stylegan::ops {
namespace detail {

/// The map of a picture, in double precision, and the way back.
struct AffineOnGpu {
    double map[6];
    double back[4];                    ///< from (u, v) to samples (c, r), without the shift
    double reach_columns, reach_rows;  ///< samples that lie within 1 of a position along both axes lie within these

    [[nodiscard]] static AffineOnGpu of(const AffineMap& m) {
        AffineOnGpu a{};
        std::copy(m.begin(), m.end(), a.map);
        // a sample's steps are halves of a pixel, and a pixel is two steps of the doubled picture
        const double determinant = m[0] * m[4] - m[1] * m[3];
        const double back[4] = {m[4] / determinant, -m[1] / determinant, -m[3] / determinant, m[0] / determinant};
        a.reach_columns = std::abs(back[0]) + std::abs(back[1]);
        a.reach_rows = std::abs(back[2]) + std::abs(back[3]);
        if (std::isfinite(a.reach_columns) && std::isfinite(a.reach_rows))
            std::copy_n(back, 4, a.back);
        else  // a singular map: any sample may be near
            a.reach_columns = a.reach_rows = std::numeric_limits<double>::max();
        return a;
    }
};

/// The whole numbers within `reach` of a position, clipped to [0, count).
struct NearSamples {
    Index first, end;

    STYLEGAN_HOST_DEVICE static NearSamples of(double position, double reach, Index count) {
        const double all = reach * (1 + 1e-9) + 1e-9;  // rounding must not lose one: weights decide
        const auto last = static_cast<double>(count - 1);
        return {static_cast<Index>(std::fmin(last + 1, std::fmax(0.0, std::ceil(position - all)))),
                static_cast<Index>(std::fmax(-1.0, std::fmin(last, std::floor(position + all)))) + 1};
    }
};

/// f for lines that are rows: compute(lines, ...).
template <class F>
struct AlongRows {
    F f;
    const float* from;
    Index count;
    STYLEGAN_DEVICE float operator()(Index line, Index i) const {
        return f(i, count, Line<float>{from + line * count, 1});
    }
};

/// f for the columns of planes (count, width): compute(planes, ...).
template <class F>
struct AlongColumns {
    F f;
    const float* from;
    Index count, width;
    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const Index i = quotient(at, width);
        return f(i, count, Line<float>{from + plane * count * width + at - i * width, width});
    }
};

/// A row of a picture that is extended as in a mirror.
struct MirroredRow {
    const float* from;
    Index before, size;
    STYLEGAN_HOST_DEVICE float operator()(Index i) const { return from[mirrored(i - before, size)]; }
};

/// Extends pictures and doubles their rows: compute(planes * rows, 2 columns, ...).
struct DoubleMirroredRows {
    Expand<float> f;
    AffineSizes s;
    const float* from;
    STYLEGAN_DEVICE float operator()(Index line, Index i) const {
        const Index plane = quotient(line, s.rows), row = line - plane * s.rows;
        const float* const here = from + (plane * s.height + mirrored(row - s.margins.top, s.height)) * s.width;
        return f(i, s.columns, MirroredRow{here, s.margins.left, s.width});
    }
};

/// Values of the doubled result, between four pixels of the doubled picture: compute(planes, ...).
struct SampleDoubled {
    AffineSizes s;
    const AffineOnGpu* maps;
    Index channels;
    const float* from;

    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const Index r = quotient(at, s.out_columns), height = 2 * s.rows, width = 2 * s.columns;
        const AffinePosition p = s.position(maps[quotient(plane, channels)].map, r, at - r * s.out_columns);
        const double left = std::floor(p.u), top = std::floor(p.v);
        if (!s.seen(left, top)) return 0.0f;
        const Index i = static_cast<Index>(left), j = static_cast<Index>(top);
        const float* const here = from + plane * height * width + j * width + i;
        const bool is_left = i >= 0, is_right = i + 1 < width, is_top = j >= 0, is_bottom = j + 1 < height;
        return Bilinear<float>{static_cast<float>(p.u - left), static_cast<float>(p.v - top)}(
            is_top && is_left ? here[0] : 0.0f, is_top && is_right ? here[1] : 0.0f,
            is_bottom && is_left ? here[width] : 0.0f, is_bottom && is_right ? here[width + 1] : 0.0f);
    }
};

/// Its transpose: a pixel of the doubled picture gathers the samples that read it.
struct GatherSamples {
    AffineSizes s;
    const AffineOnGpu* maps;
    Index channels;
    const float* from;

    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const Index width = 2 * s.columns, row = quotient(at, width);
        const auto i = static_cast<double>(at - row * width), j = static_cast<double>(row);
        const AffineOnGpu& a = maps[quotient(plane, channels)];
        const AffinePosition origin = s.position(a.map, 0, 0);
        const double u = i - origin.u, v = j - origin.v;
        const auto columns = NearSamples::of(a.back[0] * u + a.back[1] * v, a.reach_columns, s.out_columns);
        const auto rows = NearSamples::of(a.back[2] * u + a.back[3] * v, a.reach_rows, s.out_rows);
        const float* const samples = from + plane * s.out_rows * s.out_columns;
        float sum = 0;
        for (Index r = rows.first; r < rows.end; ++r)
            for (Index c = columns.first; c < columns.end; ++c) {
                const AffinePosition p = s.position(a.map, r, c);
                const auto x = static_cast<float>(std::fabs(p.u - i)), y = static_cast<float>(std::fabs(p.v - j));
                if (x < 1 && y < 1) sum += (1 - x) * (1 - y) * samples[r * s.out_columns + c];
            }
        return sum;
    }
};

/// A pixel gathers the positions of the extended picture that show it: compute(planes, ...).
struct GatherMirrored {
    AffineSizes s;
    const float* from;

    STYLEGAN_DEVICE float operator()(Index plane, Index at) const {
        const Index r = quotient(at, s.width);
        const auto rows = MirrorImages::of(r, s.height, s.margins.top, s.margins.bottom);
        const auto columns = MirrorImages::of(at - r * s.width, s.width, s.margins.left, s.margins.right);
        const float* const padded = from + (plane * s.rows + s.margins.top) * s.columns + s.margins.left;
        float sum = 0;
        for (int j = 0; j < rows.count; ++j)
            for (int i = 0; i < columns.count; ++i) sum += padded[rows.at[j] * s.columns + columns.at[i]];
        return sum;
    }
};

/// x -> y for planes of pictures of `channels` planes each.
inline void affine_forward(Context<Cuda>& c, const AffineSizes& s, const AffineOnGpu* maps, Index planes,
                           Index channels, const float* x, float* y) {
    const auto filter = Sym6<float>::values();
    const Expand<float> expand{filter, 5, 2.0f};
    const Reduce<float> reduce{filter, 1, 1.0f};
    float* const wide = c.take(planes, s.rows, 2 * s.columns).data;
    c.compute(planes * s.rows, 2 * s.columns, wide, DoubleMirroredRows{expand, s, x});
    float* const large = c.take(planes, 2 * s.rows, 2 * s.columns).data;
    c.compute(planes, 4 * s.rows * s.columns, large, AlongColumns<Expand<float>>{expand, wide, s.rows, 2 * s.columns});
    float* const sampled = c.take(planes, s.out_rows, s.out_columns).data;
    c.compute(planes, s.out_rows * s.out_columns, sampled, SampleDoubled{s, maps, channels, large});
    float* const narrow = c.take(planes, s.out_rows, s.width).data;
    c.compute(planes * s.out_rows, s.width, narrow, AlongRows<Reduce<float>>{reduce, sampled, s.out_columns});
    c.compute(planes, s.height * s.width, y, AlongColumns<Reduce<float>>{reduce, narrow, s.out_rows, s.width});
}

/// dy -> dx
inline void affine_transposed(Context<Cuda>& c, const AffineSizes& s, const AffineOnGpu* maps, Index planes,
                              Index channels, const float* dy, float* dx) {
    const auto filter = Sym6<float>::values();
    const Expand<float> expand{filter, -1, 1.0f};
    const Reduce<float> reduce{filter, -5, 2.0f};
    float* const narrow = c.take(planes, s.out_rows, s.width).data;
    c.compute(planes, s.out_rows * s.width, narrow, AlongColumns<Expand<float>>{expand, dy, s.height, s.width});
    float* const sampled = c.take(planes, s.out_rows, s.out_columns).data;
    c.compute(planes * s.out_rows, s.out_columns, sampled, AlongRows<Expand<float>>{expand, narrow, s.width});
    float* const large = c.take(planes, 2 * s.rows, 2 * s.columns).data;
    c.compute(planes, 4 * s.rows * s.columns, large, GatherSamples{s, maps, channels, sampled});
    float* const wide = c.take(planes, s.rows, 2 * s.columns).data;
    c.compute(planes, 2 * s.rows * s.columns, wide,
              AlongColumns<Reduce<float>>{reduce, large, 2 * s.rows, 2 * s.columns});
    float* const padded = c.take(planes, s.rows, s.columns).data;
    c.compute(planes * s.rows, s.columns, padded, AlongRows<Reduce<float>>{reduce, wide, 2 * s.columns});
    c.compute(planes, s.height * s.width, dx, GatherMirrored{s, padded});
}

/// The most values of a doubled part of a batch: enough to keep a GPU busy, and little scratch memory.
inline constexpr Index affine_part_values = Index{1} << 26;

/// Calls steps(c, sizes, maps, planes, channels, from, to) for parts of the batch.
template <class Steps>
void in_affine_parts(Context<Cuda>& c, const char* op, Maps<const float> from, std::span<const AffineMap> maps,
                     const Margins& margins, Maps<float> to, Index most, const Steps& steps) {
    require_same_shape(op, "result", to, from);
    require_equal(op, "number of maps", static_cast<Index>(maps.size()), from.extent(0));
    const Index channels = from.extent(1), size = from.stride();
    if (from.size() == 0) return;
    const AffineSizes s = AffineSizes::of(from.extent(2), from.extent(3), margins);
    const Index doubled = channels * std::max(4 * s.rows * s.columns, s.out_rows * s.out_columns);
    const Index part = std::max<Index>(1, most / doubled);
    std::vector<AffineOnGpu> all;
    for (const AffineMap& m : maps) all.push_back(AffineOnGpu::of(m));
    const Workspace::Frame frame(c.workspace());
    auto* const on_gpu = c.workspace().template take<AffineOnGpu>(from.extent(0));
    c.upload(all.data(), from.extent(0), on_gpu);
    for (Index n = 0; n < from.extent(0); n += part) {
        const Workspace::Frame of_part(c.workspace());
        steps(c, s, on_gpu + n, std::min(part, from.extent(0) - n) * channels, channels, from.data + n * size,
              to.data + n * size);
    }
}

}  // namespace detail

/// @see the overload for the CPU
/// @param most  values of the doubled pictures that are computed at once
inline void affine_resample(Context<Cuda>& c, Maps<const float> x, std::span<const AffineMap> maps,
                            const Margins& margins, Maps<float> y, Index most = detail::affine_part_values) {
    detail::in_affine_parts(c, "affine_resample", x, maps, margins, y, most, detail::affine_forward);
}

/// @see the overload for the CPU
/// @param most  values of the doubled pictures that are computed at once
inline void affine_resample_gradient(Context<Cuda>& c, Maps<const float> dy, std::span<const AffineMap> maps,
                                     const Margins& margins, Maps<float> dx, Index most = detail::affine_part_values) {
    detail::in_affine_parts(c, "affine_resample_gradient", dy, maps, margins, dx, most, detail::affine_transposed);
}

}  // namespace stylegan::ops
#endif
