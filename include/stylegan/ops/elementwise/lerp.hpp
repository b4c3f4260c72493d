// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// a + t * (b - a)
template <class S>
struct Lerp {
    S t;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V a, V b) const {
        return a + t * (b - a);
    }
};

/// y = a + t * (b - a). Its tangent is lerp() of the tangents; its gradients are da = (1 - t) dy and db = t dy.
///
/// @param a, b, y  (N, C, H, W); y may be a or b
/// @throws ShapeError if the shapes differ
template <class Device>
void lerp(Context<Device>& c, Maps<const ScalarOf<Device>> a, Maps<const ScalarOf<Device>> b, ScalarOf<Device> t,
          Maps<ScalarOf<Device>> y) {
    require_same_shape("lerp", "b", b, a);
    require_same_shape("lerp", "y", y, a);
    elementwise(c, a.size(), y.data, Lerp<ScalarOf<Device>>{t}, a.data, b.data);
}

/// The same for vectors, (N, length).
template <class Device>
void lerp(Context<Device>& c, Rows<const ScalarOf<Device>> a, Rows<const ScalarOf<Device>> b, ScalarOf<Device> t,
          Rows<ScalarOf<Device>> y) {
    lerp(c, as_maps(a), as_maps(b), t, as_maps(y));
}

}  // namespace stylegan::ops
