// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// a + b
struct Sum {
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V a, V b) const {
        return a + b;
    }
};

/// y = a + b. Linear: its tangent is itself; both gradients are dy.
///
/// @param a, b, y  (N, C, H, W); y may be a or b
/// @throws ShapeError if the shapes differ
template <class Device>
void add(Context<Device>& c, Maps<const ScalarOf<Device>> a, Maps<const ScalarOf<Device>> b, Maps<ScalarOf<Device>> y) {
    require_same_shape("add", "b", b, a);
    require_same_shape("add", "y", y, a);
    elementwise(c, a.size(), y.data, Sum{}, a.data, b.data);
}

}  // namespace stylegan::ops
