// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/dense.hpp>
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/convolution/resample.hpp>
#include <stylegan/ops/styled/styled_convolution.hpp>
#include <stylegan/ops/styled/styled_to_rgb.hpp>

#include <type_traits>

namespace stylegan {

/// Convolution with equalized learning rate and zero padding, with run-time sizes:  y = act(scale * conv(x, W) + b)
/// @see Convolution for compile-time sizes
template <class Device = Cpu>
class AnyConvolution {
public:
    using Scalar = typename Device::Scalar;

    struct Cache {
        Maps<const Scalar> x{}, y{};  // (N, In, H, W), (N, Out, H', W')
        Maps<const Scalar> dz{};      // as y, before the activation; after Pass::linearize
        Maps<const Scalar> x_dot{};   // as x, after tangent()
    };

    AnyConvolution() = default;

    /// @throws ShapeError if a number of feature maps is less than 1, or unless the kernel is 3, or 1 without
    ///         resampling
    AnyConvolution(int in, int out, int kernel, Resample kind, LinearOptions options = {})
        : AnyConvolution(in, out, kernel, kind, forward_of(kind), options) {}
    /// The same, for `resample<Kind>`.
    template <Resample Kind>
    AnyConvolution(int in, int out, int kernel, std::integral_constant<Resample, Kind>, LinearOptions options = {})
        : AnyConvolution(in, out, kernel, Kind, &forward_as<Kind>, options) {}

    [[nodiscard]] int inputs() const { return in_; }
    [[nodiscard]] int outputs() const { return out_; }

    /// The size of the result for an input of this size.
    [[nodiscard]] Size output_size(Size s) const {
        switch (kind_) {
            case Resample::none: return s;
            case Resample::down: return {s.height / 2, s.width / 2};
            default: return {s.height * 2, s.width * 2};
        }
    }

    /// x (N, In, H, W) -> y (N, Out, H', W')
    void forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y, Cache* cache = nullptr) const;

    /// A whole style-based layer for inference; not for Resample::down, nor with a bias or activation of its own.
    /// @param filter  of the blur after Resample::up
    [[nodiscard]] ops::StyledMaps forward_styled(Context<Device>& context, const ops::StyledMaps& x,
                                                 std::array<Scalar, 2> filter, const ops::StyledLayer& layer,
                                                 ops::BlockedMaps<Scalar> y) const requires std::is_same_v<Device, Cpu>;

    /// A 1x1 convolution of styled maps to the few channels of a picture, for inference.
    void picture_of(Context<Device>& context, const ops::StyledMaps& x,
                    Maps<Scalar> y) const requires std::is_same_v<Device, Cpu>;

    /// dy as y -> dx as x; dx may be empty if not needed
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx, Pass pass);

    /// x_dot as x -> y_dot as y
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot, Maps<Scalar> y_dot) const;

    /// The tangent of backward(): dy_dot as y -> dx_dot as x; tangents of the parameter gradients are added.
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "weight", self.weight_);
        if (self.bias_.exists()) f(prefix + "bias", self.bias_);
    }

private:
    [[nodiscard]] Scalar lrmul() const { return static_cast<Scalar>(options_.lr.lrmul); }
    [[nodiscard]] Scalar slope() const { return static_cast<Scalar>(options_.slope); }
    [[nodiscard]] bool activated() const { return options_.bias || options_.slope != 1; }
    [[nodiscard]] auto weight() const { return weight_.template view<4>(); }

    using Forward = void (*)(Context<Device>&, Maps<const Scalar> x, View<const Scalar, 4> w, Scalar scale,
                             Maps<Scalar> y);

    AnyConvolution(int in, int out, int kernel, Resample kind, Forward of_kind, LinearOptions options);

    template <Resample Kind>
    static void forward_as(Context<Device>& context, Maps<const Scalar> x, View<const Scalar, 4> w, Scalar scale,
                           Maps<Scalar> y) {
        ops::convolution<Kind>(context, x, w, scale, y);
    }

    static Forward forward_of(Resample kind) {
        return with_resample(kind, [](auto known) -> Forward { return &forward_as<decltype(known)::value>; });
    }

    void apply(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y) const {
        forward_(context, x, weight(), scale_, y);
    }

    void apply_transposed(Context<Device>& context, Maps<const Scalar> dy, Maps<Scalar> dx) const;

    void add_weight_gradient(Context<Device>& context, Maps<const Scalar> x, Maps<const Scalar> dy);

    Maps<const Scalar> through_activation(Context<Device>& context, const Cache& cache, Maps<const Scalar> dy,
                                          bool parameters);

    int in_ = 0, out_ = 0;
    Resample kind_ = Resample::none;
    Forward forward_ = nullptr;  // for kind_
    LinearOptions options_;
    Scalar scale_ = 1;
    Parameter<Device> weight_, bias_;  // (kernel, kernel, In, Out), (Out)
};

template <class Device>
AnyConvolution<Device>::AnyConvolution(int in, int out, int kernel, Resample kind, Forward of_kind,
                                       LinearOptions options)
    : in_(in), out_(out), kind_(kind), forward_(of_kind), options_(options) {
    if (in < 1 || out < 1)
        throw ShapeError(text("Convolution: feature maps are ", in, " and ", out, ", expected at least 1"));
    if (kernel != 3 && (kernel != 1 || kind != Resample::none))
        throw ShapeError(text("Convolution: kernel is ", kernel, ", expected 3, or 1 without resampling"));
    const Index fan_in = Index{kernel} * kernel * in;
    scale_ = static_cast<Scalar>(options.lr.scale(fan_in));
    weight_ = Parameter<Device>({kernel, kernel, in, out}, options.lr.initial(fan_in));
    if (options.bias) bias_ = Parameter<Device>({out});
}

template <class Device>
void AnyConvolution<Device>::forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y,
                                     Cache* cache) const {
    apply(context, x, y);
    if (bias_.exists())
        ops::bias_activation(context, Maps<const Scalar>(y), {}, {}, Scalar(0), values(bias_), lrmul(), slope(), y);
    else if (activated())
        ops::leaky_relu(context, Maps<const Scalar>(y), slope(), y);
    if (cache) *cache = Cache{.x = x, .y = y};
}

template <class Device>
auto AnyConvolution<Device>::forward_styled(Context<Device>& context, const ops::StyledMaps& x,
                                            std::array<Scalar, 2> filter, const ops::StyledLayer& layer,
                                            ops::BlockedMaps<Scalar> y) const
    -> ops::StyledMaps requires std::is_same_v<Device, Cpu> {
    return ops::styled_convolution(context, kind_, x, weight(), scale_, filter, layer, y);
}

template <class Device>
void AnyConvolution<Device>::picture_of(Context<Device>& context, const ops::StyledMaps& x,
                                        Maps<Scalar> y) const requires std::is_same_v<Device, Cpu> {
    ops::styled_to_rgb(context, x, weight(), scale_, values(bias_), y);
}

template <class Device>
void AnyConvolution<Device>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                                      Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const Maps<const Scalar> dz = through_activation(context, cache, dy, pass == Pass::gradients);
    if (pass == Pass::linearize) cache.dz = dz;
    if (pass == Pass::gradients) add_weight_gradient(context, cache.x, dz);
    if (!dx.empty()) apply_transposed(context, dz, dx);
}

template <class Device>
void AnyConvolution<Device>::tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                                     Maps<Scalar> y_dot) const {
    cache.x_dot = x_dot;
    apply(context, x_dot, y_dot);
    if (slope() != Scalar(1)) ops::leaky_relu_gradient(context, cache.y, Maps<const Scalar>(y_dot), slope(), y_dot);
}

template <class Device>
void AnyConvolution<Device>::backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot,
                                              Maps<Scalar> dx_dot) {
    Temporaries t(context.workspace(), false);
    const Maps<const Scalar> dz_dot = through_activation(context, cache, dy_dot, true);
    add_weight_gradient(context, cache.x, dz_dot);
    add_weight_gradient(context, cache.x_dot, cache.dz);
    if (!dx_dot.empty()) apply_transposed(context, dz_dot, dx_dot);
}

template <class Device>
void AnyConvolution<Device>::apply_transposed(Context<Device>& context, Maps<const Scalar> dy, Maps<Scalar> dx) const {
    with_resample(kind_, [&](auto kind) {
        ops::convolution_input_gradient<decltype(kind)::value>(context, dy, weight(), scale_, dx);
    });
}

template <class Device>
void AnyConvolution<Device>::add_weight_gradient(Context<Device>& context, Maps<const Scalar> x,
                                                 Maps<const Scalar> dy) {
    const auto dw = weight_.template gradient_view<4>();
    with_resample(
        kind_, [&](auto kind) { ops::convolution_weight_gradient<decltype(kind)::value>(context, x, dy, scale_, dw); });
}

template <class Device>
auto AnyConvolution<Device>::through_activation(Context<Device>& context, const Cache& cache, Maps<const Scalar> dy,
                                                bool parameters) -> Maps<const Scalar> {
    if (!activated()) return dy;
    const Maps<Scalar> dz = context.take_like(dy);
    ops::bias_activation_gradient(context, cache.y, dy, slope(), {}, Scalar(0), lrmul(), dz, {},
                                  parameters ? gradients(bias_) : std::span<Scalar>{});
    return dz;
}

/// Convolution with equalized learning rate and zero padding, with sizes in its type: an AnyConvolution that also
/// checks the types of what goes in and comes out.
///
/// @tparam In, Out  feature maps
/// @tparam Kernel   1 or 3
/// @tparam Kind     whether it also resamples
template <int In, int Out, int Kernel = 3, Resample Kind = Resample::none, class Device = Cpu>
class Convolution : public AnyConvolution<Device> {
    static_assert(In > 0, "stylegan::Convolution: In must be at least 1");
    static_assert(Out > 0, "stylegan::Convolution: Out must be at least 1");
    static_assert(Kernel == 3 || (Kernel == 1 && Kind == Resample::none),
                  "stylegan::Convolution: Kernel must be 3, or 1 without resampling");

public:
    explicit Convolution(LinearOptions options = {})
        : AnyConvolution<Device>(In, Out, Kernel, resample<Kind>, options) {}

    /// @param x  (N, In, H, W)
    /// @return   (N, Out, H', W'), where H' and W' follow from Kind
    template <int C, int H, int W>
    [[nodiscard]] auto operator()(Context<Device>& context, const FeatureMaps<Device, C, H, W>& x) const {
        static_assert(C == In || C == dynamic, "stylegan::Convolution: x must have In feature maps");
        static_assert(Kind != Resample::down || ((H == dynamic || H % 2 == 0) && (W == dynamic || W % 2 == 0)),
                      "stylegan::Convolution: Resample::down needs even extents");
        FeatureMaps<Device, Out, resampled(H), resampled(W)> y(
            {x.batch(), Out, resampled(static_cast<int>(x.extent(2))), resampled(static_cast<int>(x.extent(3)))});
        const Workspace::Frame frame(context.workspace());
        this->forward(context, x.view(), y.view());
        return y;
    }

private:
    static constexpr int resampled(int extent) {
        if (extent == dynamic || Kind == Resample::none) return extent;
        return Kind == Resample::down ? extent / 2 : extent * 2;
    }
};

#ifdef STYLEGAN_COMPILED
extern template class AnyConvolution<Cpu>;
#endif

}  // namespace stylegan
