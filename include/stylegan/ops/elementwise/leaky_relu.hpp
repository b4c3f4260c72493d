// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// x where it is positive, slope * x elsewhere
template <class S>
struct LeakyRelu {
    S slope;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V x) const {
        return choose<V>(x > S(0), x, slope * x);
    }
};

/// dy where the output was positive, slope * dy elsewhere
template <class S>
struct LeakyReluGradient {
    S slope;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V y, V dy) const {
        return choose<V>(y > S(0), dy, slope * dy);
    }
};

/// @throws ValueError unless slope is in [0, 1]: only then input and output have the same sign
template <class S>
void require_slope(const char* where, S slope) {
    if (!(slope >= S(0) && slope <= S(1))) throw ValueError(text(where, ": slope is ", slope, ", expected 0 to 1"));
}

/// y = max(x, slope * x); slope 0 is ReLU, slope 1 no activation at all.
///
/// @param x, y  (N, C, H, W); y may be x
/// @throws ShapeError if the shapes differ, ValueError if slope is not in [0, 1]
template <class Device>
void leaky_relu(Context<Device>& c, Maps<const ScalarOf<Device>> x, ScalarOf<Device> slope, Maps<ScalarOf<Device>> y) {
    require_slope("leaky_relu", slope);
    require_same_shape("leaky_relu", "y", y, x);
    elementwise(c, x.size(), y.data, LeakyRelu<ScalarOf<Device>>{slope}, x.data);
}

/// dx = dy * (y > 0 ? 1 : slope), from the OUTPUT y, so that the input need not be stored.
/// The op is piecewise linear, so this is its tangent too: with x_dot in place of dy, the result is y_dot; and the
/// gradient's own tangent is the same function of dy_dot.
///
/// @param y, dy, dx  (N, C, H, W); dx may be dy or y
/// @throws ShapeError if the shapes differ, ValueError if slope is not in [0, 1]
template <class Device>
void leaky_relu_gradient(Context<Device>& c, Maps<const ScalarOf<Device>> y, Maps<const ScalarOf<Device>> dy,
                         ScalarOf<Device> slope, Maps<ScalarOf<Device>> dx) {
    require_slope("leaky_relu_gradient", slope);
    require_same_shape("leaky_relu_gradient", "dy", dy, y);
    require_same_shape("leaky_relu_gradient", "dx", dx, y);
    elementwise(c, y.size(), dx.data, LeakyReluGradient<ScalarOf<Device>>{slope}, y.data, dy.data);
}

}  // namespace stylegan::ops
