// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/bias_activation.hpp>
#include <stylegan/ops/cuda/instance_norm.hpp>
#include <stylegan/ops/cuda/style_modulation.hpp>
#include <stylegan/ops/style/style_epilogue.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void style_epilogue(Context<Cuda>& c, Maps<const float> x, Maps<const float> noise,
                           std::span<const float> noise_weight, float strength, std::span<const float> bias,
                           float slope, float eps, Rows<const float> style, Maps<float> y) {
    detail::require_style("style_epilogue", "style", style, x);
    const auto f = detail::BiasActivationAt::of(x, noise, noise_weight, strength, bias, 1.0f, slope, y);
    const Workspace::Frame frame(c.workspace());
    const Index channels = x.extent(1), pixels = pixels_of(x), planes = x.extent(0) * channels;
    float *const to = y.data, *const first = c.take(planes).data;
    float* const factors = c.take(2, planes).data;  // a mean and a factor for each plane
    const float* const styles = style.data;
    c.launch(planes,
             [=] STYLEGAN_DEVICE(Index plane) { first[plane] = f(plane, 0); });  // before y is written: it may be x
    const gpu::Sums<2>* const sums = c.stored_sums<2>(
        planes, pixels, f,
        [=] STYLEGAN_DEVICE(Index plane, float value) { return detail::centred_terms(value, first[plane]); }, to);
    c.launch(planes, [=] STYLEGAN_DEVICE(Index plane) {
        const Moments m = detail::moments_of(sums[plane], first[plane], pixels);
        const double scale = static_cast<double>(styles[detail::style_at(plane, channels)]) + 1;
        factors[2 * plane] = static_cast<float>(m.mean);
        factors[2 * plane + 1] = static_cast<float>(scale / std::sqrt(m.variance + static_cast<double>(eps)));
    });
    c.compute(planes, pixels, to, [=] STYLEGAN_DEVICE(Index plane, Index pixel) {
        return (to[plane * pixels + pixel] - factors[2 * plane]) * factors[2 * plane + 1] +
               styles[detail::style_at(plane, channels) + channels];
    });
}

}  // namespace stylegan::ops
#endif
