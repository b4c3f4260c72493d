// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/pass.hpp>
#include <stylegan/ops/channels/bias.hpp>

namespace stylegan {

/// The learned constant that the style-based generator starts from, the same for every picture. Its initial value is 1.
/// @see Karras, Laine, Aila (2019), section 2
template <int Channels = dynamic, int Height = 4, int Width = 4, class Device = Cpu>
class ConstantInput;

template <class Device>
class ConstantInput<dynamic, 4, 4, Device> {
public:
    using Scalar = typename Device::Scalar;

    ConstantInput() = default;
    /// @throws ShapeError if an extent is less than 1
    ConstantInput(int channels, Size size) {
        if (channels < 1 || size.height < 1 || size.width < 1)
            throw ShapeError(
                text("ConstantInput: shape is ", channels, "x", to_string(size), ", expected at least 1x1x1"));
        value_ = Parameter<Device>({1, channels, size.height, size.width}, {.mean = 1});
    }

    [[nodiscard]] bool exists() const { return value_.exists(); }

    /// Writes the constant into each picture of y (N, Channels, Height, Width).
    void forward(Context<Device>& context, Maps<Scalar> y) const {
        const auto value = value_.template view<4>();
        require_equal("ConstantInput", "values of y for each picture", y.stride(), value.size());
        for (Index n = 0; n < y.extent(0); ++n) context.template copy<4>(value, y.part(n, 1));
    }

    /// Adds the gradient of the constant. dy is (N, Channels, Height, Width); there is no dx. The output depends on no
    /// input, so its tangent is 0. The tangent of backward() is backward() with dy_dot.
    void backward(Context<Device>& context, Maps<const Scalar> dy) {
        ops::bias_gradient(context, dy.as(dy.extent(0), dy.stride(), 1, 1), Scalar(1), gradients(value_));
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "const", self.value_);
    }

private:
    Parameter<Device> value_;  // (1, Channels, Height, Width)
};

/// The constant with a shape given at run time.
template <class Device = Cpu>
using AnyConstantInput = ConstantInput<dynamic, 4, 4, Device>;

template <int Channels, int Height, int Width, class Device>
class ConstantInput : public AnyConstantInput<Device> {
    static_assert(Channels > 0 && Height > 0 && Width > 0,
                  "stylegan::ConstantInput: Channels, Height and Width must be at least 1");

public:
    ConstantInput() : AnyConstantInput<Device>(Channels, {Height, Width}) {}

    /// @return (batch, Channels, Height, Width)
    [[nodiscard]] FeatureMaps<Device, Channels, Height, Width> operator()(Context<Device>& context, Index batch) const {
        FeatureMaps<Device, Channels, Height, Width> y(batch);
        this->forward(context, y.view());
        return y;
    }
};

}  // namespace stylegan
