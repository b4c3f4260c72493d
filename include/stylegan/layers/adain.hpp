// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/dense.hpp>
#include <stylegan/ops/norm/instance_norm.hpp>
#include <stylegan/ops/style/style_modulation.hpp>

namespace stylegan {

/// Options of AdaIN. The official network can leave out either half of it.
struct AdaINOptions {
    bool instance_norm = true;  ///< first half: normalize each feature map
    bool styles = true;         ///< second half: scale and shift each feature map by its style
    bool wscale = true;         ///< equalized learning rate for A; see EqualizedLr
    double epsilon = 1e-8;      ///< added to the variance; the published networks have 1e-8
};

/// Adaptive instance normalization: the style sets the mean and the contrast of each feature map.
///
///     y[n,c] = (x[n,c] - mean) / sqrt(var + epsilon) * (scale[n,c] + 1) + bias[n,c],    [scale, bias] = A w + b
///
/// mean and var (biased) are those of one feature map, over H and W. A is a dense layer with equalized learning rate
/// and gain 1.
///
/// @tparam Channels  feature maps of x; each has one pair (scale, bias)
/// @tparam Latent    length of w
/// @see Karras, Laine, Aila (2019), section 2, equation 1; "scale + 1" is how the published weights are stored
template <int Channels = dynamic, int Latent = 512, class Device = Cpu>
class AdaIN;

template <class Device>
class AdaIN<dynamic, dynamic, Device> {
public:
    using Scalar = typename Device::Scalar;

    struct Cache {
        Maps<const Scalar> normal{};   // (N, C, H, W), normalised x
        Rows<const Scalar> inverse{};  // (N, C), 1 / sqrt(var + epsilon)
        Rows<const Scalar> style{};    // (N, 2C)
        typename Dense<dynamic, dynamic, Device>::Cache affine{};
        Maps<const Scalar> dy{}, dnormal{}, dx{};  // after Pass::linearize
        Maps<const Scalar> normal_dot{};           // after tangent()
        Rows<const Scalar> style_dot{}, inverse_rate{};
    };

    AdaIN() = default;
    AdaIN(int channels, int latent, AdaINOptions options = {});

    /// Whether it has both halves: normalization and styles.
    [[nodiscard]] bool whole() const { return options_.instance_norm && options_.styles; }
    /// Added to the variance.
    [[nodiscard]] Scalar epsilon() const { return static_cast<Scalar>(options_.epsilon); }

    /// A w + b for w (N, Latent): (N, 2C), scales first, in the caller's workspace frame.
    [[nodiscard]] Rows<Scalar> style(Context<Device>& context, Rows<const Scalar> w) const;

    /// x (N, C, H, W), w (N, Latent) -> y like x. Without a cache, y may be x.
    void forward(Context<Device>& context, Maps<const Scalar> x, Rows<const Scalar> w, Maps<Scalar> y,
                 Cache* cache = nullptr) const;

    /// dy like x -> dx like x, dw (N, Latent). dw is overwritten; it may be empty.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx, Rows<Scalar> dw,
                  Pass pass);

    /// x_dot like x, w_dot (N, Latent), or empty for 0 -> y_dot like x. y_dot must not be x_dot.
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot, Rows<const Scalar> w_dot,
                 Maps<Scalar> y_dot) const;

    /// The tangent of backward(): dy_dot like x -> dx_dot like x, dw_dot (N, Latent) or empty.
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot,
                          Rows<Scalar> dw_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        if (self.options_.styles) Dense<dynamic, dynamic, Device>::visit(self.affine_, prefix + "StyleMod/", f);
    }

private:
    int channels_ = 0;
    AdaINOptions options_;
    Dense<dynamic, dynamic, Device> affine_;  // (Latent -> 2C): [scale, bias]
};

template <class Device>
AdaIN<dynamic, dynamic, Device>::AdaIN(int channels, int latent, AdaINOptions options)
    : channels_(channels), options_(options) {
    if (channels < 1) throw ShapeError(text("AdaIN: Channels is ", channels, ", expected at least 1"));
    if (options.styles)
        affine_ = Dense<dynamic, dynamic, Device>(latent, 2 * channels, {.lr = {.gain = 1, .wscale = options.wscale}});
}

template <class Device>
auto AdaIN<dynamic, dynamic, Device>::style(Context<Device>& context, Rows<const Scalar> w) const -> Rows<Scalar> {
    const Rows<Scalar> style = context.take(w.extent(0), 2 * channels_);
    affine_.forward(context, w, style);
    return style;
}

template <class Device>
void AdaIN<dynamic, dynamic, Device>::forward(Context<Device>& context, Maps<const Scalar> x, Rows<const Scalar> w,
                                              Maps<Scalar> y, Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    if (cache) *cache = Cache{};
    Maps<const Scalar> normal = x;
    Rows<Scalar> inverse, style;
    if (options_.instance_norm) {
        inverse = context.take(x.extent(0), channels_);
        const Maps<Scalar> out = cache && options_.styles ? context.take_like(x) : y;
        ops::instance_norm(context, x, epsilon(), out, inverse);
        normal = out;
    }
    if (options_.styles) {
        require_equal("AdaIN", "batch of w", w.extent(0), x.extent(0));
        style = context.take(x.extent(0), 2 * channels_);
        affine_.forward(context, w, style, cache ? &cache->affine : nullptr);
        ops::style_modulation(context, normal, Rows<const Scalar>(style), y);
    } else if (!options_.instance_norm && x.data != y.data) {
        context.template copy<4>(x, y);
    }
    if (cache) {
        cache->normal = normal;
        cache->inverse = inverse;
        cache->style = style;
    }
}

template <class Device>
void AdaIN<dynamic, dynamic, Device>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy,
                                               Maps<Scalar> dx, Rows<Scalar> dw, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    Maps<const Scalar> dnormal = dy;
    if (options_.styles) {
        const bool style_wanted = pass == Pass::gradients || pass == Pass::linearize || !dw.empty();
        const Rows<Scalar> dstyle = style_wanted ? context.take(dy.extent(0), 2 * channels_) : Rows<Scalar>{};
        const Maps<Scalar> d = options_.instance_norm ? context.take_like(dy) : dx;
        ops::style_modulation_gradient(context, cache.normal, cache.style, dy, d, dstyle);
        if (style_wanted) affine_.backward(context, cache.affine, dstyle, dw, pass);
        dnormal = d;
    } else if (!dw.empty()) {
        context.fill(dw, Scalar(0));
    }
    if (options_.instance_norm)
        ops::instance_norm_gradient(context, cache.normal, cache.inverse, dnormal, dx);
    else if (dnormal.data != dx.data)
        context.template copy<4>(dnormal, dx);
    if (pass == Pass::linearize) {
        cache.dy = dy;
        cache.dnormal = dnormal;
        cache.dx = dx;
    }
}

template <class Device>
void AdaIN<dynamic, dynamic, Device>::tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                                              Rows<const Scalar> w_dot, Maps<Scalar> y_dot) const {
    Maps<const Scalar> normal_dot = x_dot;
    if (options_.instance_norm) {
        const Maps<Scalar> out = options_.styles ? context.take_like(x_dot) : y_dot;
        const Rows<Scalar> rate = context.take(x_dot.extent(0), channels_);
        ops::instance_norm_tangent(context, cache.normal, cache.inverse, x_dot, out, rate);
        normal_dot = out;
        cache.inverse_rate = rate;
    }
    cache.normal_dot = normal_dot;
    if (options_.styles) {
        Rows<Scalar> style_dot;
        if (!w_dot.empty()) {
            style_dot = context.take(x_dot.extent(0), 2 * channels_);
            affine_.tangent(context, cache.affine, w_dot, style_dot);
        }
        cache.style_dot = style_dot;
        ops::style_modulation_tangent(context, cache.normal, cache.style, normal_dot, cache.style_dot, y_dot);
    } else if (!options_.instance_norm) {
        context.template copy<4>(x_dot, y_dot);
    }
}

template <class Device>
void AdaIN<dynamic, dynamic, Device>::backward_tangent(Context<Device>& context, Cache& cache,
                                                       Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot,
                                                       Rows<Scalar> dw_dot) {
    Temporaries t(context.workspace(), false);
    Maps<const Scalar> dnormal_dot = dy_dot;
    if (options_.styles) {
        const Maps<Scalar> d = options_.instance_norm ? context.take_like(dy_dot) : dx_dot;
        const Rows<Scalar> dstyle_dot = context.take(dy_dot.extent(0), 2 * channels_);
        ops::style_modulation_gradient_tangent(context, cache.normal, cache.style, cache.normal_dot, cache.style_dot,
                                               cache.dy, dy_dot, d, dstyle_dot);
        affine_.backward_tangent(context, cache.affine, dstyle_dot, dw_dot);
        dnormal_dot = d;
    } else if (!dw_dot.empty()) {
        context.fill(dw_dot, Scalar(0));
    }
    if (options_.instance_norm)
        ops::instance_norm_gradient_tangent(context, cache.normal, cache.inverse, cache.normal_dot, cache.inverse_rate,
                                            cache.dnormal, cache.dx, dnormal_dot, dx_dot);
    else if (dnormal_dot.data != dx_dot.data)
        context.template copy<4>(dnormal_dot, dx_dot);
}

template <int Channels, int Latent, class Device>
class AdaIN : public AdaIN<dynamic, dynamic, Device> {
    static_assert(Channels > 0, "stylegan::AdaIN: Channels must be at least 1");
    static_assert(Latent > 0, "stylegan::AdaIN: Latent must be at least 1");

public:
    AdaIN() : AdaIN<dynamic, dynamic, Device>(Channels, Latent) {}

    /// @param x  (N, Channels, H, W), any H and W
    /// @param w  (N, Latent), one style for each picture of x
    /// @return   like x
    /// @throws ShapeError if x and w differ in N
    template <int C, int H, int W>
    [[nodiscard]] FeatureMaps<Device, Channels, H, W> operator()(Context<Device>& context,
                                                                 const FeatureMaps<Device, C, H, W>& x,
                                                                 const Vectors<Device, Latent>& w) const {
        static_assert(C == Channels || C == dynamic, "stylegan::AdaIN: x must have Channels feature maps");
        FeatureMaps<Device, Channels, H, W> y(x.shape());
        const Workspace::Frame frame(context.workspace());
        this->forward(context, x.view(), w.view(), y.view());
        return y;
    }
};

#ifdef STYLEGAN_COMPILED
extern template class AdaIN<dynamic, dynamic, Cpu>;
#endif

}  // namespace stylegan
