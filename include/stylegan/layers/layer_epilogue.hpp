// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/adain.hpp>
#include <stylegan/layers/noise_input.hpp>
#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/norm/pixel_norm.hpp>
#include <stylegan/ops/style/style_epilogue.hpp>
#include <stylegan/ops/styled/styled_convolution.hpp>

#include <type_traits>

namespace stylegan {

/// The layers after each convolution of the synthesis network: noise, bias, nonlinearity, pixel norm (if any), AdaIN.
/// @see Karras, Laine, Aila (2019), figure 1b
template <class Device = Cpu>
class LayerEpilogue {
public:
    using Scalar = typename Device::Scalar;
    static constexpr Scalar epsilon = Scalar(1e-8);  ///< of pixel norm, added to the mean square

    struct Cache {
        Maps<const Scalar> a{};  // (N, C, H, W), after the nonlinearity
        Maps<const Scalar> noise{};
        Scalar strength = 1;
        Maps<Scalar> dnoise{};              // like noise, where backward() writes its gradient; empty: not wanted
        Maps<const Scalar> p{}, inverse{};  // (N, C, H, W) and (N, 1, H, W), after pixel norm
        typename AdaIN<dynamic, dynamic, Device>::Cache adain{};
        Maps<const Scalar> dp{}, da{};               // after Pass::linearize
        Maps<const Scalar> p_dot{}, inverse_rate{};  // after tangent()
    };

    LayerEpilogue() = default;
    /// @param bias  true: it adds the bias; false: the convolution before it has done so
    LayerEpilogue(const Architecture& a, int channels, bool bias = true);

    /// Whether ops::styled_convolution can do the work of this layer.
    [[nodiscard]] bool styled() const { return own_bias_ && !pixel_norm_ && adain_.whole(); }

    /// The argument of ops::styled_convolution for this layer, if styled(). The style lies in the caller's workspace
    /// frame. Arguments are those of forward().
    [[nodiscard]] ops::StyledLayer styled_layer(Context<Device>& context, Maps<const Scalar> noise, Scalar strength,
                                                Rows<const Scalar> w) const requires std::is_same_v<Device, Cpu>;

    /// @param x      (N, C, H, W), overwritten
    /// @param noise  (N or 1, 1, H, W), empty for none
    /// @param w      (N, Latent), not read without styles
    /// @param y      like x; without a cache, y may be x
    void forward(Context<Device>& context, Maps<Scalar> x, Maps<const Scalar> noise, Scalar strength,
                 Rows<const Scalar> w, Maps<Scalar> y, Cache* cache = nullptr) const;

    /// dy like y -> dx like x, dw (N, Latent) or empty.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx, Rows<Scalar> dw,
                  Pass pass);

    /// x_dot like x, overwritten; w_dot (N, Latent), or empty for 0 -> y_dot like y. y_dot must not be x_dot.
    void tangent(Context<Device>& context, Cache& cache, Maps<Scalar> x_dot, Rows<const Scalar> w_dot,
                 Maps<Scalar> y_dot) const;

    /// The tangent of backward(): dy_dot like y -> dx_dot like x, dw_dot (N, Latent) or empty.
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot,
                          Rows<Scalar> dw_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        if (self.noise_.weight().exists()) NoiseInput<dynamic, Device>::visit(self.noise_, prefix + "Noise/", f);
        if (self.own_bias_) f(prefix + "bias", self.bias_);
        AdaIN<dynamic, dynamic, Device>::visit(self.adain_, prefix, f);
    }

private:
    void through_activation(Context<Device>& context, const Cache& cache, Maps<const Scalar> da, Maps<Scalar> dx,
                            bool parameters);

    bool own_bias_ = true;  // false: bias_ stays 0
    Scalar slope_ = 0;
    bool pixel_norm_ = false;
    NoiseInput<dynamic, Device> noise_;
    Parameter<Device> bias_;
    AdaIN<dynamic, dynamic, Device> adain_;
};

template <class Device>
LayerEpilogue<Device>::LayerEpilogue(const Architecture& a, int channels, bool bias)
    : own_bias_(bias), slope_(static_cast<Scalar>(a.slope())), pixel_norm_(a.use_pixel_norm), bias_({channels}) {
    if (a.use_noise) noise_ = NoiseInput<dynamic, Device>(channels);
    adain_ = AdaIN<dynamic, dynamic, Device>(
        channels, a.w_size(), {a.use_instance_norm, a.use_styles, a.use_wscale, a.instance_norm_epsilon.value()});
}

template <class Device>
auto LayerEpilogue<Device>::styled_layer(Context<Device>& context, Maps<const Scalar> noise, Scalar strength,
                                         Rows<const Scalar> w) const
    -> ops::StyledLayer requires std::is_same_v<Device, Cpu> {
    if (!noise_.weight().exists()) noise = {};
    return {.noise = noise,
            .noise_weight = noise.empty() ? std::span<const Scalar>{} : values(noise_.weight()),
            .strength = strength,
            .bias = values(bias_),
            .slope = slope_,
            .eps = adain_.epsilon(),
            .style = adain_.style(context, w)};
}

template <class Device>
void LayerEpilogue<Device>::forward(Context<Device>& context, Maps<Scalar> x, Maps<const Scalar> noise, Scalar strength,
                                    Rows<const Scalar> w, Maps<Scalar> y, Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    if (!noise_.weight().exists()) noise = {};
    const auto noise_weight = noise.empty() ? std::span<const Scalar>{} : values(noise_.weight());
    if (!cache && !pixel_norm_ && adain_.whole())
        return ops::style_epilogue(context, Maps<const Scalar>(x), noise, noise_weight, strength, values(bias_), slope_,
                                   adain_.epsilon(), Rows<const Scalar>(adain_.style(context, w)), y);
    ops::bias_activation(context, Maps<const Scalar>(x), noise, noise_weight, strength, values(bias_), Scalar(1),
                         slope_, x);
    if (cache) *cache = Cache{.a = x, .noise = noise, .strength = strength};
    Maps<Scalar> p = x;
    if (pixel_norm_) {
        if (cache) p = context.take_like(x);
        const Maps<Scalar> inverse = context.take(x.extent(0), 1, x.extent(2), x.extent(3));
        ops::pixel_norm(context, Maps<const Scalar>(x), epsilon, p, inverse);
        if (cache) cache->inverse = inverse;
    }
    if (cache) cache->p = p;
    adain_.forward(context, p, w, y, cache ? &cache->adain : nullptr);
}

template <class Device>
void LayerEpilogue<Device>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                                     Rows<Scalar> dw, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const Maps<Scalar> dp = pass == Pass::linearize || pixel_norm_ ? context.take_like(dy) : dx;
    adain_.backward(context, cache.adain, dy, dp, dw, pass);
    Maps<Scalar> da = dp;
    if (pixel_norm_) {
        da = pass == Pass::linearize ? context.take_like(dy) : dx;
        ops::pixel_norm_gradient(context, cache.p, cache.inverse, Maps<const Scalar>(dp), da);
    }
    through_activation(context, cache, da, dx, pass == Pass::gradients);
    if (!cache.dnoise.empty())
        ops::noise_gradient(context, Maps<const Scalar>(dx), values(noise_.weight()), cache.strength, cache.dnoise);
    if (pass == Pass::linearize) {
        cache.dp = dp;
        cache.da = da;
    }
}

template <class Device>
void LayerEpilogue<Device>::tangent(Context<Device>& context, Cache& cache, Maps<Scalar> x_dot,
                                    Rows<const Scalar> w_dot, Maps<Scalar> y_dot) const {
    ops::leaky_relu_gradient(context, cache.a, Maps<const Scalar>(x_dot), slope_, x_dot);
    Maps<Scalar> p_dot = x_dot;
    if (pixel_norm_) {
        p_dot = context.take_like(x_dot);
        const Maps<Scalar> rate = context.take_like(cache.inverse);
        ops::pixel_norm_tangent(context, cache.p, cache.inverse, Maps<const Scalar>(x_dot), p_dot, rate);
        cache.inverse_rate = rate;
    }
    cache.p_dot = p_dot;
    adain_.tangent(context, cache.adain, p_dot, w_dot, y_dot);
}

template <class Device>
void LayerEpilogue<Device>::backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot,
                                             Maps<Scalar> dx_dot, Rows<Scalar> dw_dot) {
    Temporaries t(context.workspace(), false);
    const Maps<Scalar> dp_dot = context.take_like(dy_dot);
    adain_.backward_tangent(context, cache.adain, dy_dot, dp_dot, dw_dot);
    Maps<Scalar> da_dot = dp_dot;
    if (pixel_norm_) {
        da_dot = dx_dot;
        ops::pixel_norm_gradient_tangent(context, cache.p, cache.inverse, cache.p_dot, cache.inverse_rate, cache.dp,
                                         cache.da, Maps<const Scalar>(dp_dot), da_dot);
    }
    through_activation(context, cache, da_dot, dx_dot, true);
}

template <class Device>
void LayerEpilogue<Device>::through_activation(Context<Device>& context, const Cache& cache, Maps<const Scalar> da,
                                               Maps<Scalar> dx, bool parameters) {
    const bool noisy = parameters && !cache.noise.empty();
    const Workspace::Frame frame(context.workspace());
    std::span<Scalar> dbias;
    if (parameters)
        dbias = own_bias_ ? gradients(bias_)
                          : std::span<Scalar>(context.take(bias_.size()).data, static_cast<std::size_t>(bias_.size()));
    ops::bias_activation_gradient(context, cache.a, da, slope_, noisy ? cache.noise : Maps<const Scalar>{},
                                  cache.strength, Scalar(1), dx,
                                  noisy ? gradients(noise_.weight()) : std::span<Scalar>{}, dbias);
}

#ifdef STYLEGAN_COMPILED
extern template class LayerEpilogue<Cpu>;
#endif

}  // namespace stylegan
