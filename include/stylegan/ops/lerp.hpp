// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise.hpp>

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
template <class S>
void lerp(Context<BasicCpu<S>>& c, Maps<const Same<S>> a, Maps<const Same<S>> b, Same<S> t, Maps<Same<S>> y) {
    require_same_shape("lerp", "b", b, a);
    require_same_shape("lerp", "y", y, a);
    elementwise(c, a.size(), y.data, Lerp<S>{t}, a.data, b.data);
}

/// The same for vectors, (N, length).
template <class S>
void lerp(Context<BasicCpu<S>>& c, Rows<const Same<S>> a, Rows<const Same<S>> b, Same<S> t, Rows<Same<S>> y) {
    lerp(c, as_maps(a), as_maps(b), t, as_maps(y));
}

}  // namespace stylegan::ops
