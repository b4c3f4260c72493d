// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

/// The checks of instance and pixel normalisation on both devices; all throw ShapeError. The rank of `inverse` selects
/// one of the two.
namespace stylegan::ops::detail {

/// One value for each sample and channel: instance normalisation.
template <class T>
void require_inverse(const char* where, View<T, 2> inverse, const auto& y) {
    require_shape(where, "inverse", inverse, y.extent(0), y.extent(1));
}
/// One value for each pixel: pixel normalisation.
template <class T>
void require_inverse(const char* where, View<T, 4> inverse, const auto& y) {
    require_shape(where, "inverse", inverse, y.extent(0), 1, y.extent(2), y.extent(3));
}

void check_norm(const char* where, const auto& x, const auto& y, const auto& inverse) {
    require_same_shape(where, "y", y, x);
    require_inverse(where, inverse, x);
}

void check_norm_gradient(const char* where, const auto& y, const auto& inverse, const auto& dy, const auto& dx) {
    require_inverse(where, inverse, y);
    require_same_shape(where, "dy", dy, y);
    require_same_shape(where, "dx", dx, y);
}

void check_norm_tangent(const char* where, const auto& y, const auto& inverse, const auto& x_dot, const auto& y_dot,
                        const auto& inverse_rate) {
    require_inverse(where, inverse, y);
    require_same_shape(where, "inverse_rate", inverse_rate, inverse);
    require_same_shape(where, "x_dot", x_dot, y);
    require_same_shape(where, "y_dot", y_dot, y);
}

void check_norm_gradient_tangent(const char* where, const auto& y, const auto& inverse, const auto& y_dot,
                                 const auto& inverse_rate, const auto& dy, const auto& dx, const auto& dy_dot,
                                 const auto& dx_dot) {
    require_inverse(where, inverse, y);
    require_same_shape(where, "inverse_rate", inverse_rate, inverse);
    require_same_shape(where, "y_dot", y_dot, y);
    require_same_shape(where, "dy", dy, y);
    require_same_shape(where, "dx", dx, y);
    require_same_shape(where, "dy_dot", dy_dot, y);
    require_same_shape(where, "dx_dot", dx_dot, y);
}

}  // namespace stylegan::ops::detail
