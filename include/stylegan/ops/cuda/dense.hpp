// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda.hpp>
#include <stylegan/ops/dense.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void dense(Context<Cuda>& c, Rows<const float> x, View<const float, 2> w, float scale, Rows<float> y) {
    check_dense("dense", x, w, y);
    c.multiply(x.extent(0), w.extent(1), w.extent(0), scale, x.data, false, w.data, false, 0, y.data);
}

/// @see the overload for the CPU
inline void dense_input_gradient(Context<Cuda>& c, Rows<const float> dy, View<const float, 2> w, float scale,
                                 Rows<float> dx) {
    check_dense("dense_input_gradient", dx, w, dy);
    c.multiply(dy.extent(0), w.extent(0), w.extent(1), scale, dy.data, false, w.data, true, 0, dx.data);
}

/// @see the overload for the CPU
inline void dense_weight_gradient(Context<Cuda>& c, Rows<const float> x, Rows<const float> dy, float scale,
                                  View<float, 2> dw) {
    check_dense("dense_weight_gradient", x, dw, dy);
    c.multiply(dw.extent(0), dw.extent(1), x.extent(0), scale, x.data, true, dy.data, false, 1, dw.data);
}

}  // namespace stylegan::ops
#endif
