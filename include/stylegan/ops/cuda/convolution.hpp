// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/convolution/convolution_grid.hpp>
#include <stylegan/ops/convolution/kernel_reading.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

/// All convolutions of the library as correlations by cuDNN. Resample::down is a correlation of stride 2 with the 4x4
/// kernel of convolution_grid.hpp; Resample::up is the transpose of such a correlation, from the coarse maps to the
/// fine ones.
namespace stylegan::ops {
namespace detail {

/// The correlation of a convolution: its shape, and how its kernel is made from the official weight.
struct CudaConvolution {
    gpu::Correlation shape;
    KernelReading reading;

    /// @param size  of the kernel w
    /// @param x     (N, I, H, W), the input of the convolution
    /// @param y     (N, O, H', W')
    template <class X, class Y>
    static CudaConvolution of(Resample kind, Index size, const Maps<X>& x, const Maps<Y>& y) {
        const KernelReading reading = weight_gradient_reading(kind);
        if (reading.grid == Grid::up)
            return {
                {x.extent(0), y.extent(1), x.extent(1), y.extent(2), y.extent(3), x.extent(2), x.extent(3), 4, 2, 1},
                reading};
        const bool same = reading.grid == Grid::same;
        return {{x.extent(0), x.extent(1), y.extent(1), x.extent(2), x.extent(3), y.extent(2), y.extent(3),
                 same ? size : 4, same ? 1 : 2, same ? size / 2 : 1},
                reading};
    }

    /// Whether the convolution is the transpose of the correlation.
    [[nodiscard]] bool goes_up() const { return reading.grid == Grid::up; }
    /// Whether the kernel's first axis is I, the input channels of the convolution, not O.
    [[nodiscard]] bool inputs_first() const { return reading.transposed; }
    [[nodiscard]] Index kernel_size() const {
        return shape.coarse_channels * shape.fine_channels * shape.size * shape.size;
    }
};

/// The work of one thread of correlation_kernel() for weights of 3x3: four input channels, or 4x4 taps, so that whole
/// vectors are written. Neighbouring threads read the weights of neighbouring output channels.
template <int Taps>
struct UsualKernel {
    static constexpr int together = Taps == 3 ? 4 : 1, taps = Taps * Taps, values = together * taps;
    struct alignas(16) Vector {
        float value[4];
    };

    const float* w;
    float* to;
    Index inputs, outputs;  ///< a multiple of `together` inputs
    KernelReading reading;
    bool inputs_first;

    STYLEGAN_DEVICE void operator()(Index item) const {
        const Index group = quotient(item, outputs), i = group * together, o = item - group * outputs;
        float weight[together][9], kernel[values];
        for (int p = 0; p < together; ++p)
            for (Index k = 0; k < 9; ++k) weight[p][k] = w[(k * inputs + i + p) * outputs + o];
        for (int r = 0; r < Taps; ++r)
            for (int s = 0; s < Taps; ++s) {
                const TapRange y(reading, r, 3), x(reading, s, 3);
                for (int p = 0; p < together; ++p) {
                    float sum = 0;
                    for (int k = 0; k < 9; ++k)
                        if (y.has(k / 3) && x.has(k % 3)) sum += weight[p][k];
                    kernel[p * taps + r * Taps + s] = sum;
                }
            }
        auto* const vectors = reinterpret_cast<Vector*>(to + (inputs_first ? i * outputs + o : o * inputs + i) * taps);
        for (int k = 0; k < values; k += 4) vectors[k / 4] = {{kernel[k], kernel[k + 1], kernel[k + 2], kernel[k + 3]}};
    }
};

/// w (K, K, I, O) -> the correlation's kernel, (coarse channels, fine channels, taps, taps), in the innermost frame.
inline const float* correlation_kernel(Context<Cuda>& c, const CudaConvolution& g, View<const float, 4> w) {
    const Index size = w.extent(0), inputs = w.extent(2), outputs = w.extent(3), taps = g.shape.size;
    const KernelReading reading = g.reading;
    const bool inputs_first = g.inputs_first();
    float* const to = c.take(g.kernel_size()).data;
    const float* const from = w.data;
    if (taps == 4)
        c.launch(inputs * outputs, UsualKernel<4>{from, to, inputs, outputs, reading, inputs_first});
    else if (taps == 3 && inputs % UsualKernel<3>::together == 0)
        c.launch(inputs / UsualKernel<3>::together * outputs,
                 UsualKernel<3>{from, to, inputs, outputs, reading, inputs_first});
    else  // as many taps as weights
        c.launch(inputs * outputs, [=] STYLEGAN_DEVICE(Index pair) {
            const Index i = quotient(pair, outputs), o = pair - i * outputs;
            float* const kernel = to + (inputs_first ? pair : o * inputs + i) * taps * taps;
            for (Index r = 0; r < taps; ++r)
                for (Index s = 0; s < taps; ++s)
                    kernel[r * taps + s] =
                        from[(TapRange(reading, r, size).first * size + TapRange(reading, s, size).first) * inputs *
                                 outputs +
                             pair];
        });
    return to;
}

/// y = factor * convolution of x
inline void convolve(Context<Cuda>& c, const CudaConvolution& g, Maps<const float> x, View<const float, 4> w,
                     float factor, Maps<float> y) {
    if (x.size() == 0 || y.size() == 0) return;
    const Workspace::Frame frame(c.workspace());
    const float* const kernel = correlation_kernel(c, g, w);
    if (g.goes_up())
        c.correlate_transposed(g.shape, x.data, kernel, factor, y.data);
    else
        c.correlate(g.shape, x.data, kernel, factor, y.data);
}

/// dx = factor * the transpose of the convolution, of dy
inline void convolve_transposed(Context<Cuda>& c, const CudaConvolution& g, Maps<const float> dy,
                                View<const float, 4> w, float factor, Maps<float> dx) {
    if (dx.size() == 0 || dy.size() == 0) return;
    const Workspace::Frame frame(c.workspace());
    const float* const kernel = correlation_kernel(c, g, w);
    if (g.goes_up())
        c.correlate(g.shape, dy.data, kernel, factor, dx.data);
    else
        c.correlate_transposed(g.shape, dy.data, kernel, factor, dx.data);
}

/// dw += factor * the gradient in the weight: a tap gets the gradients of all values of the kernel that it is a summand
/// of
inline void add_weight_gradient(Context<Cuda>& c, const CudaConvolution& g, Maps<const float> x, Maps<const float> dy,
                                float factor, View<float, 4> dw) {
    if (x.size() == 0 || dy.size() == 0) return;
    const Workspace::Frame frame(c.workspace());
    float* const kernels = c.take(g.kernel_size()).data;
    if (g.goes_up())
        c.correlation_gradient(g.shape, dy.data, x.data, kernels);
    else
        c.correlation_gradient(g.shape, x.data, dy.data, kernels);
    const Index size = dw.extent(0), inputs = dw.extent(2), outputs = dw.extent(3), taps = g.shape.size;
    const KernelReading reading = g.reading;
    const bool inputs_first = g.inputs_first();
    float* const to = dw.data;
    c.launch(inputs * outputs, [=] STYLEGAN_DEVICE(Index pair) {
        const Index i = quotient(pair, outputs), o = pair - i * outputs;
        const float* const kernel = kernels + (inputs_first ? pair : o * inputs + i) * taps * taps;
        for (Index ky = 0; ky < size; ++ky)
            for (Index kx = 0; kx < size; ++kx) {
                float sum = 0;
                for (Index r = 0; r < taps; ++r)
                    for (Index s = 0; s < taps; ++s)
                        if (TapRange(reading, r, size).has(ky) && TapRange(reading, s, size).has(kx))
                            sum += kernel[r * taps + s];
                to[(ky * size + kx) * inputs * outputs + pair] += factor * sum;
            }
    });
}

/// y = scale * a 1x1 convolution of x to few channels, such as to_rgb: a thread computes all channels of a pixel.
struct FewChannels {
    static constexpr int most_outputs = 4, most_inputs = 64;

    const float *x, *w;
    float scale;
    float* y;
    Index inputs, outputs, pixels;

    STYLEGAN_DEVICE void operator()(Index i) const {
        const Index n = quotient(i, pixels), pixel = i - n * pixels;
        const float* const from = x + n * inputs * pixels + pixel;
        float sum[most_outputs] = {};
        const auto add = [&](Index channel, float v) {
            for (int o = 0; o < most_outputs; ++o)
                if (o < outputs) sum[o] += v * w[channel * outputs + o];
        };
        Index k = 0;
        for (; k + 4 <= inputs; k += 4) {  // four loads in flight
            const float a = from[k * pixels], b = from[(k + 1) * pixels], c = from[(k + 2) * pixels],
                        d = from[(k + 3) * pixels];
            add(k, a);
            add(k + 1, b);
            add(k + 2, c);
            add(k + 3, d);
        }
        for (; k < inputs; ++k) add(k, from[k * pixels]);
        for (int o = 0; o < most_outputs; ++o)
            if (o < outputs) y[(n * outputs + o) * pixels + pixel] = scale * sum[o];
    }
};

}  // namespace detail

/// @see the overloads of the CPU
template <Resample Kind = Resample::none>
void convolution(Context<Cuda>& c, Maps<const float> x, View<const float, 4> w, float scale, Maps<float> y) {
    check_convolution("convolution", Kind, x, w, y);
    using Few = detail::FewChannels;
    const Index inputs = w.extent(2), outputs = w.extent(3), pixels = pixels_of(x);
    if (w.extent(0) == 1 && outputs <= Few::most_outputs && inputs <= Few::most_inputs)  // cuDNN is five times slower
        return c.launch(x.extent(0) * pixels, Few{x.data, w.data, scale, y.data, inputs, outputs, pixels});
    detail::convolve(c, detail::CudaConvolution::of(Kind, w.extent(0), x, y), x, w, correlation_factor(Kind, scale), y);
}
template <Resample Kind = Resample::none>
void convolution_input_gradient(Context<Cuda>& c, Maps<const float> dy, View<const float, 4> w, float scale,
                                Maps<float> dx) {
    check_convolution("convolution_input_gradient", Kind, dx, w, dy);
    detail::convolve_transposed(c, detail::CudaConvolution::of(Kind, w.extent(0), dx, dy), dy, w,
                                correlation_factor(Kind, scale), dx);
}
template <Resample Kind = Resample::none>
void convolution_weight_gradient(Context<Cuda>& c, Maps<const float> x, Maps<const float> dy, float scale,
                                 View<float, 4> dw) {
    check_convolution("convolution_weight_gradient", Kind, x, dw, dy);
    detail::add_weight_gradient(c, detail::CudaConvolution::of(Kind, dw.extent(0), x, dy), x, dy,
                                correlation_factor(Kind, scale), dw);
}

}  // namespace stylegan::ops
#endif
