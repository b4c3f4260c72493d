// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/pixel_norm.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/norm/norm_shapes.hpp>

#include <utility>

/// Pixel normalisation (arXiv 1710.10196, section 4.2), with its gradient and both tangents.
/// Below, r is `inverse`, mean_c() is over the channels of one pixel, and a dot marks a tangent.
namespace stylegan::ops {

/// r * (d - y * product): the gradient of pixel normalisation, and its tangent
template <class S>
struct PixelNormGradient {
    template <class V, class P>
    STYLEGAN_HOST_DEVICE V operator()(V y, V d, P r, P product) const {
        return r * (d - y * product);
    }
};

/// rate * dx + r * (dy_dot - y_dot * product - y * product_dot)
template <class S>
struct PixelNormGradientTangent {
    template <class V, class P>
    STYLEGAN_HOST_DEVICE V operator()(V y, V y_dot, V dx, V dy_dot, P r, P rate, P product, P product_dot) const {
        return rate * dx + r * (dy_dot - y_dot * product - y * product_dot);
    }
};

namespace detail {

/// Pixels whose sums over the channels are kept at the same time.
inline constexpr Index norm_pixels = 256;

/// Some pixels of one sample, in all its channels.
struct PixelBlock {
    Index channels, pixels;  ///< of the maps
    Index at;                ///< offset of the first pixel in the maps
    Index pixel_at;          ///< offset of the first pixel in (N, 1, H, W)
    Index count;             ///< at most norm_pixels
};

/// Calls f(block) for blocks that together cover x.
template <class S, class F>
void for_each_pixel_block(Context<BasicCpu<S>>& c, Maps<const S> x, const F& f) {
    const Index channels = x.extent(1), pixels = pixels_of(x);
    const Index parts = std::max<Index>(1, (pixels + norm_pixels - 1) / norm_pixels);
    for_each_plane(c, x.extent(0) * parts, channels * std::min(pixels, norm_pixels), [&](Index item) {
        const Index n = item / parts, first = item % parts * norm_pixels;
        f(PixelBlock{channels, pixels, n * channels * pixels + first, n * pixels + first,
                     std::min(norm_pixels, pixels - first)});
    });
}

/// mean[k][p] = the mean over the channels of the terms that f(sum, in...) adds to sum[k].
template <int K, class S, class F, class... In>
void channel_means(const PixelBlock& b, S (&mean)[K][norm_pixels], const F& f, const In*... in) {
    const S share = S(1) / static_cast<S>(b.channels);
    if (b.pixels == 1) {  // a vector: contiguous along the channels
        const auto total = sums<K>(b.channels, f, (in + b.at)...);
        for (int k = 0; k < K; ++k)
            mean[k][0] = static_cast<S>(total[static_cast<std::size_t>(k)] / static_cast<double>(b.channels));
        return;
    }
    for (int k = 0; k < K; ++k) std::fill_n(mean[k], b.count, S(0));
    for (Index channel = 0; channel < b.channels; ++channel) {
        const Index at = b.at + channel * b.pixels;
        Index p = 0;
        const auto add = [&]<class V>(const V*) {
            V sum[K];
            for (int k = 0; k < K; ++k) sum[k] = detail::at<V>(static_cast<const S*>(mean[k]), p);
            f(sum, detail::at<V>(in, at + p)...);
            for (int k = 0; k < K; ++k) store(mean[k] + p, sum[k]);
        };
        if constexpr (shared_vectors)
            for (; p + vector_width<S> <= b.count; p += vector_width<S>) add(static_cast<const Lanes<S>*>(nullptr));
        for (; p < b.count; ++p) add(static_cast<const S*>(nullptr));
    }
    for (int k = 0; k < K; ++k)
        map(
            b.count, mean[k], [share](auto v) { return share * v; }, static_cast<const S*>(mean[k]));
}

/// out = f(in..., of_pixel...) for every channel, where `of_pixel` has one value for each pixel of the block.
template <class S, class F, std::size_t M, std::size_t P>
void map_channels(const PixelBlock& b, S* out, const F& f, const std::array<const S*, M>& in,
                  const std::array<const S*, P>& of_pixel) {
    [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>) {
        if (b.pixels == 1) {
            map(
                b.channels, out + b.at, [&](auto... v) { return f(v..., of_pixel[J][0]...); }, (in[I] + b.at)...);
            return;
        }
        for (Index channel = 0; channel < b.channels; ++channel) {
            const Index at = b.at + channel * b.pixels;
            map(b.count, out + at, f, (in[I] + at)..., of_pixel[J]...);
        }
    }
    (std::make_index_sequence<M>{}, std::make_index_sequence<P>{});
}

template <class S, int M>
using Pointers = std::array<const S*, static_cast<std::size_t>(M)>;

}  // namespace detail

/// y = x * r, r = 1 / sqrt(mean_c(x^2) + eps), for each sample and pixel.
///
/// @param x, y     (N, C, H, W); y may be x
/// @param eps      1e-8 in the published networks
/// @param inverse  (N, 1, H, W), r, which the gradient needs
/// @throws ShapeError if the shapes do not match
template <class S>
void pixel_norm(Context<BasicCpu<S>>& c, Maps<const Same<S>> x, Same<S> eps, Maps<Same<S>> y, Maps<Same<S>> inverse) {
    detail::check_norm("pixel_norm", x, y, inverse);
    if (eigen::chosen(c)) return eigen::pixel_norm<S>(c, x, eps, y, inverse);
    detail::for_each_pixel_block<S>(c, x, [&](const detail::PixelBlock& b) {
        S square[1][detail::norm_pixels];
        detail::channel_means<1>(
            b, square, [](auto* s, auto v) { s[0] += v * v; }, x.data);
        S* r = inverse.data + b.pixel_at;
        for (Index p = 0; p < b.count; ++p) r[p] = S(1) / std::sqrt(square[0][p] + eps);
        detail::map_channels(
            b, y.data, [](auto v, auto scale) { return v * scale; }, detail::Pointers<S, 1>{x.data},
            detail::Pointers<S, 1>{r});
    });
}

/// dx = r * (dy - y * mean_c(y * dy))
///
/// @param y        (N, C, H, W), the output of pixel_norm
/// @param inverse  (N, 1, H, W), from pixel_norm
/// @param dy, dx   (N, C, H, W); dx may be dy or y
/// @throws ShapeError if the shapes do not match
template <class S>
void pixel_norm_gradient(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Maps<const Same<S>> inverse,
                         Maps<const Same<S>> dy, Maps<Same<S>> dx) {
    detail::check_norm_gradient("pixel_norm_gradient", y, inverse, dy, dx);
    if (eigen::chosen(c)) return eigen::pixel_norm_product<S>(c, y, inverse, dy, dx, {});
    detail::for_each_pixel_block<S>(c, y, [&](const detail::PixelBlock& b) {
        S product[1][detail::norm_pixels];
        detail::channel_means<1>(
            b, product, [](auto* s, auto out, auto d) { s[0] += out * d; }, y.data, dy.data);
        detail::map_channels(b, dx.data, PixelNormGradient<S>{}, detail::Pointers<S, 2>{y.data, dy.data},
                             detail::Pointers<S, 2>{inverse.data + b.pixel_at, product[0]});
    });
}

/// y_dot = r * (x_dot - y * mean_c(y * x_dot))
///
/// @param y, inverse    from pixel_norm
/// @param x_dot, y_dot  (N, C, H, W); y_dot may be x_dot
/// @param inverse_rate  (N, 1, H, W): r_dot / r = -r * mean_c(y * x_dot), which pixel_norm_gradient_tangent needs
/// @throws ShapeError if the shapes do not match
template <class S>
void pixel_norm_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Maps<const Same<S>> inverse,
                        Maps<const Same<S>> x_dot, Maps<Same<S>> y_dot, Maps<Same<S>> inverse_rate) {
    detail::check_norm_tangent("pixel_norm_tangent", y, inverse, x_dot, y_dot, inverse_rate);
    if (eigen::chosen(c)) return eigen::pixel_norm_product<S>(c, y, inverse, x_dot, y_dot, inverse_rate);
    detail::for_each_pixel_block<S>(c, y, [&](const detail::PixelBlock& b) {
        S product[1][detail::norm_pixels];
        const S* r = inverse.data + b.pixel_at;
        detail::channel_means<1>(
            b, product, [](auto* s, auto out, auto d) { s[0] += out * d; }, y.data, x_dot.data);
        map(
            b.count, inverse_rate.data + b.pixel_at, [](auto scale, auto mean) { return -scale * mean; }, r,
            static_cast<const S*>(product[0]));
        detail::map_channels(b, y_dot.data, PixelNormGradient<S>{}, detail::Pointers<S, 2>{y.data, x_dot.data},
                             detail::Pointers<S, 2>{r, product[0]});
    });
}

/// The tangent of the gradient: dx_dot = (r_dot / r) * dx
///     + r * (dy_dot - y_dot * mean_c(y * dy) - y * mean_c(y_dot * dy + y * dy_dot))
///
/// @param y, inverse           from pixel_norm
/// @param y_dot, inverse_rate  from pixel_norm_tangent
/// @param dy, dx               of pixel_norm_gradient
/// @param dy_dot, dx_dot       (N, C, H, W); dx_dot may be dy_dot
/// @throws ShapeError if the shapes do not match
template <class S>
void pixel_norm_gradient_tangent(Context<BasicCpu<S>>& c, Maps<const Same<S>> y, Maps<const Same<S>> inverse,
                                 Maps<const Same<S>> y_dot, Maps<const Same<S>> inverse_rate, Maps<const Same<S>> dy,
                                 Maps<const Same<S>> dx, Maps<const Same<S>> dy_dot, Maps<Same<S>> dx_dot) {
    detail::check_norm_gradient_tangent("pixel_norm_gradient_tangent", y, inverse, y_dot, inverse_rate, dy, dx, dy_dot,
                                        dx_dot);
    if (eigen::chosen(c))
        return eigen::pixel_norm_gradient_tangent<S>(c, y, inverse, y_dot, inverse_rate, dy, dx, dy_dot, dx_dot);
    detail::for_each_pixel_block<S>(c, y, [&](const detail::PixelBlock& b) {
        S mean[2][detail::norm_pixels];
        detail::channel_means<2>(
            b, mean,
            [](auto* s, auto out, auto out_dot, auto d, auto d_dot) {
                s[0] += out * d;
                s[1] += out_dot * d + out * d_dot;
            },
            y.data, y_dot.data, dy.data, dy_dot.data);
        detail::map_channels(
            b, dx_dot.data, PixelNormGradientTangent<S>{},
            detail::Pointers<S, 4>{y.data, y_dot.data, dx.data, dy_dot.data},
            detail::Pointers<S, 4>{inverse.data + b.pixel_at, inverse_rate.data + b.pixel_at, mean[0], mean[1]});
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/pixel_norm.hpp>
#endif
