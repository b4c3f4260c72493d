// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// t * a
template <class S>
struct Scale {
    S t;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V a) const {
        return t * a;
    }
};

/// y = t * a
///
/// @param a, y  (N, C, H, W); y may be a
/// @throws ShapeError if the shapes differ
template <class Device>
void scale(Context<Device>& c, Maps<const ScalarOf<Device>> a, ScalarOf<Device> t, Maps<ScalarOf<Device>> y) {
    require_same_shape("scale", "y", y, a);
    elementwise(c, a.size(), y.data, Scale<ScalarOf<Device>>{t}, a.data);
}

}  // namespace stylegan::ops
