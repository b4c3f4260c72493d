// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/equalized_lr.hpp>
#include <stylegan/layers/pass.hpp>
#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/dense.hpp>

namespace stylegan {

/// Options of a dense layer or convolution.
struct LinearOptions {
    EqualizedLr lr{};  ///< scale and initial value of the weight
    bool bias = true;  ///< whether a bias is added
    double slope = 1;  ///< slope of the leaky ReLU for negative values; 1: no activation
};

/// Fully connected layer with equalized learning rate:  y = act(scale * x W + lrmul * b)
///
/// @tparam In, Out  widths; both are `dynamic` for widths given at run time. The dynamic form holds the implementation,
///                  the typed form adds compile-time checks.
template <int In = dynamic, int Out = dynamic, class Device = Cpu>
class Dense;

template <class Device>
class Dense<dynamic, dynamic, Device> {
public:
    using Scalar = typename Device::Scalar;

    /// Values that the gradient needs. The views point to the caller's memory and the workspace.
    struct Cache {
        Rows<const Scalar> x{}, y{};  // (N, In), (N, Out)
        Rows<const Scalar> dz{};      // (N, Out), before the activation; after Pass::linearize
        Rows<const Scalar> x_dot{};   // (N, In), after tangent()
    };

    Dense() = default;

    /// @throws ShapeError if a width is less than 1
    Dense(int in, int out, LinearOptions options = {});

    [[nodiscard]] int inputs() const { return in_; }
    [[nodiscard]] int outputs() const { return out_; }

    /// x (N, In) -> y (N, Out).
    void forward(Context<Device>& context, Rows<const Scalar> x, Rows<Scalar> y, Cache* cache = nullptr) const;

    /// dy (N, Out) -> dx (N, In). An empty dx is not computed.
    void backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dy, Rows<Scalar> dx, Pass pass);

    /// x_dot (N, In) -> y_dot (N, Out).
    void tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> x_dot, Rows<Scalar> y_dot) const;

    /// The tangent of backward(): dy_dot (N, Out) -> dx_dot (N, In); tangents of the parameter gradients are added.
    /// Without a tangent() before it, x_dot counts as 0.
    void backward_tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> dy_dot, Rows<Scalar> dx_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "weight", self.weight_);
        if (self.bias_.exists()) f(prefix + "bias", self.bias_);
    }

private:
    [[nodiscard]] Scalar scale() const { return static_cast<Scalar>(options_.lr.scale(in_)); }
    [[nodiscard]] Scalar lrmul() const { return static_cast<Scalar>(options_.lr.lrmul); }
    [[nodiscard]] Scalar slope() const { return static_cast<Scalar>(options_.slope); }
    [[nodiscard]] bool activated() const { return options_.bias || options_.slope != 1; }

    Rows<const Scalar> through_activation(Context<Device>& context, const Cache& cache, Rows<const Scalar> dy,
                                          bool parameters);

    int in_ = 0, out_ = 0;
    LinearOptions options_;
    Parameter<Device> weight_, bias_;  // (In, Out), (Out)
};

template <class Device>
Dense<dynamic, dynamic, Device>::Dense(int in, int out, LinearOptions options) : in_(in), out_(out), options_(options) {
    if (in < 1 || out < 1) throw ShapeError(text("Dense: widths are ", in, " and ", out, ", expected at least 1"));
    weight_ = Parameter<Device>({in, out}, options.lr.initial(in));
    if (options.bias) bias_ = Parameter<Device>({out});
}

template <class Device>
void Dense<dynamic, dynamic, Device>::forward(Context<Device>& context, Rows<const Scalar> x, Rows<Scalar> y,
                                              Cache* cache) const {
    ops::dense(context, x, weight_.template view<2>(), scale(), y);
    if (bias_.exists())
        ops::bias_activation(context, as_maps<const Scalar>(y), {}, {}, Scalar(0), values(bias_), lrmul(), slope(),
                             as_maps(y));
    else if (activated())
        ops::leaky_relu(context, as_maps<const Scalar>(y), slope(), as_maps(y));
    if (cache) *cache = Cache{.x = x, .y = y};
}

template <class Device>
void Dense<dynamic, dynamic, Device>::backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dy,
                                               Rows<Scalar> dx, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const Rows<const Scalar> dz = through_activation(context, cache, dy, pass == Pass::gradients);
    if (pass == Pass::linearize) cache.dz = dz;
    if (pass == Pass::gradients)
        ops::dense_weight_gradient(context, cache.x, dz, scale(), weight_.template gradient_view<2>());
    if (!dx.empty()) ops::dense_input_gradient(context, dz, weight_.template view<2>(), scale(), dx);
}

template <class Device>
void Dense<dynamic, dynamic, Device>::tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> x_dot,
                                              Rows<Scalar> y_dot) const {
    cache.x_dot = x_dot;
    ops::dense(context, x_dot, weight_.template view<2>(), scale(), y_dot);
    if (slope() != Scalar(1))
        ops::leaky_relu_gradient(context, as_maps(cache.y), as_maps<const Scalar>(y_dot), slope(), as_maps(y_dot));
}

template <class Device>
void Dense<dynamic, dynamic, Device>::backward_tangent(Context<Device>& context, Cache& cache,
                                                       Rows<const Scalar> dy_dot, Rows<Scalar> dx_dot) {
    Temporaries t(context.workspace(), false);
    const Rows<const Scalar> dz_dot = through_activation(context, cache, dy_dot, true);
    auto dw = weight_.template gradient_view<2>();
    ops::dense_weight_gradient(context, cache.x, dz_dot, scale(), dw);
    if (!cache.x_dot.empty()) ops::dense_weight_gradient(context, cache.x_dot, cache.dz, scale(), dw);
    if (!dx_dot.empty()) ops::dense_input_gradient(context, dz_dot, weight_.template view<2>(), scale(), dx_dot);
}

template <class Device>
auto Dense<dynamic, dynamic, Device>::through_activation(Context<Device>& context, const Cache& cache,
                                                         Rows<const Scalar> dy, bool parameters) -> Rows<const Scalar> {
    if (!activated()) return dy;
    const Rows<Scalar> dz = context.take_like(dy);
    ops::bias_activation_gradient(context, as_maps(cache.y), as_maps(dy), slope(), {}, Scalar(0), lrmul(), as_maps(dz),
                                  {}, parameters ? gradients(bias_) : std::span<Scalar>{});
    return dz;
}

template <int In, int Out, class Device>
class Dense : public Dense<dynamic, dynamic, Device> {
    static_assert(In > 0, "stylegan::Dense: In must be at least 1");
    static_assert(Out > 0, "stylegan::Dense: Out must be at least 1");

public:
    explicit Dense(LinearOptions options = {}) : Dense<dynamic, dynamic, Device>(In, Out, options) {}

    /// @param x  (N, In)
    /// @return   (N, Out)
    [[nodiscard]] Vectors<Device, Out> operator()(Context<Device>& context, const Vectors<Device, In>& x) const {
        Vectors<Device, Out> y(x.batch());
        const Workspace::Frame frame(context.workspace());
        this->forward(context, x.view(), y.view());
        return y;
    }
};

#ifdef STYLEGAN_COMPILED
extern template class Dense<dynamic, dynamic, Cpu>;
#endif

}  // namespace stylegan
