// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/norm/instance_norm.hpp>

namespace stylegan::ops {
namespace detail {

/// d and d^2 with d = x - the first value of the plane, so that no large mean is squared.
STYLEGAN_HOST_DEVICE inline gpu::Sums<2> centred_terms(float x, float first) {
    const double d = static_cast<double>(x) - static_cast<double>(first);
    return {{d, d * d}};
}

/// Mean and biased variance of a plane, from the sums of these.
STYLEGAN_HOST_DEVICE inline Moments moments_of(const gpu::Sums<2>& s, float first, Index pixels) {
    const double share = 1 / static_cast<double>(pixels), mean = s.value[0] * share;
    const double variance = s.value[1] * share - mean * mean;
    return {static_cast<double>(first) + mean, variance > 0 ? variance : 0};
}

/// The sums of d and of d y that the gradient and the tangent of a normalisation share.
struct GradientSums {
    const float *y, *d;
    Index pixels;
    STYLEGAN_DEVICE gpu::Sums<2> operator()(Index plane, Index pixel) const {
        const Index i = plane * pixels + pixel;
        return {{static_cast<double>(d[i]), static_cast<double>(y[i]) * static_cast<double>(d[i])}};
    }
};

STYLEGAN_HOST_DEVICE inline float mean_of(double sum, Index count) {
    return static_cast<float>(sum / static_cast<double>(count));
}

}  // namespace detail

/// @see the overload for the CPU
inline void instance_norm(Context<Cuda>& c, Maps<const float> x, float eps, Maps<float> y, Rows<float> inverse) {
    detail::check_norm("instance_norm", x, y, inverse);
    const Workspace::Frame frame(c.workspace());
    const Index planes = inverse.size(), pixels = pixels_of(x);
    const float* const from = x.data;
    float *const to = y.data, *const r = inverse.data, *const mean = c.take(planes).data;
    const gpu::Sums<2>* const sums = c.segmented_sums<2>(planes, pixels, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const float* const here = from + plane * pixels;
        return detail::centred_terms(here[pixel], here[0]);
    });
    c.launch(planes, [=] STYLEGAN_DEVICE(Index plane) {
        const Moments m = detail::moments_of(sums[plane], from[plane * pixels], pixels);
        mean[plane] = static_cast<float>(m.mean);
        r[plane] = static_cast<float>(1 / std::sqrt(m.variance + static_cast<double>(eps)));
    });
    c.compute(planes, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        return Normalise<float>{mean[plane], r[plane]}(from[plane * pixels + pixel]);
    });
}

/// @see the overload for the CPU
inline void instance_norm_gradient(Context<Cuda>& c, Maps<const float> y, Rows<const float> inverse,
                                   Maps<const float> dy, Maps<float> dx) {
    detail::check_norm_gradient("instance_norm_gradient", y, inverse, dy, dx);
    const Workspace::Frame frame(c.workspace());
    const Index pixels = pixels_of(y);
    const float *const out = y.data, *const d = dy.data, *const r = inverse.data;
    float* const to = dx.data;
    const gpu::Sums<2>* const sums = c.segmented_sums<2>(inverse.size(), pixels, detail::GradientSums{out, d, pixels});
    c.compute(inverse.size(), pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const NormalisationGradient<float> f{r[plane], detail::mean_of(sums[plane].value[0], pixels),
                                             detail::mean_of(sums[plane].value[1], pixels)};
        const Index i = plane * pixels + pixel;
        return f(out[i], d[i]);
    });
}

/// @see the overload for the CPU
inline void instance_norm_tangent(Context<Cuda>& c, Maps<const float> y, Rows<const float> inverse,
                                  Maps<const float> x_dot, Maps<float> y_dot, Rows<float> inverse_rate) {
    detail::check_norm_tangent("instance_norm_tangent", y, inverse, x_dot, y_dot, inverse_rate);
    const Workspace::Frame frame(c.workspace());
    const Index pixels = pixels_of(y);
    const float *const out = y.data, *const d = x_dot.data, *const r = inverse.data;
    float *const to = y_dot.data, *const rate = inverse_rate.data;
    const gpu::Sums<2>* const sums = c.segmented_sums<2>(inverse.size(), pixels, detail::GradientSums{out, d, pixels});
    c.launch(inverse.size(), [=] STYLEGAN_DEVICE(Index plane) {
        rate[plane] = -r[plane] * detail::mean_of(sums[plane].value[1], pixels);
    });
    c.compute(inverse.size(), pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const NormalisationGradient<float> f{r[plane], detail::mean_of(sums[plane].value[0], pixels),
                                             detail::mean_of(sums[plane].value[1], pixels)};
        const Index i = plane * pixels + pixel;
        return f(out[i], d[i]);
    });
}

/// @see the overload for the CPU
inline void instance_norm_gradient_tangent(Context<Cuda>& c, Maps<const float> y, Rows<const float> inverse,
                                           Maps<const float> y_dot, Rows<const float> inverse_rate,
                                           Maps<const float> dy, Maps<const float> dx, Maps<const float> dy_dot,
                                           Maps<float> dx_dot) {
    detail::check_norm_gradient_tangent("instance_norm_gradient_tangent", y, inverse, y_dot, inverse_rate, dy, dx,
                                        dy_dot, dx_dot);
    const Workspace::Frame frame(c.workspace());
    const Index pixels = pixels_of(y);
    const float *const out = y.data, *const out_dot = y_dot.data, *const d = dy.data, *const gradient = dx.data,
                       *const d_dot = dy_dot.data, *const r = inverse.data, *const rate = inverse_rate.data;
    float* const to = dx_dot.data;
    const gpu::Sums<3>* const sums =
        c.segmented_sums<3>(inverse.size(), pixels, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
            const Index i = plane * pixels + pixel;
            const double a = out[i], a_dot = out_dot[i], g = d[i], g_dot = d_dot[i];
            return gpu::Sums<3>{{g_dot, a * g, a_dot * g + a * g_dot}};
        });
    c.compute(inverse.size(), pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        const Index i = plane * pixels + pixel;
        const gpu::Sums<3>& s = sums[plane];
        const NormalisationGradientTangent<float> f{r[plane], rate[plane], detail::mean_of(s.value[0], pixels),
                                                    detail::mean_of(s.value[1], pixels),
                                                    detail::mean_of(s.value[2], pixels)};
        return f(out[i], out_dot[i], gradient[i], d_dot[i]);
    });
}

}  // namespace stylegan::ops
#endif
