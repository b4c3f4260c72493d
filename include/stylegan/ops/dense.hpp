// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/eigen/dense.hpp>

#include <type_traits>

namespace stylegan::ops {

/// @throws ShapeError unless x (N, I), w (I, O) and y (N, O) match
template <class X, class W, class Y>
void check_dense(const char* op, Rows<X> x, View<W, 2> w, Rows<Y> y) {
    require_equal(op, "number of inputs of the weight", w.extent(0), x.extent(1));
    require_equal(op, "number of outputs of the weight", w.extent(1), y.extent(1));
    require_equal(op, "batch of y", y.extent(0), x.extent(0));
}

/// Fully connected: y[n,o] = scale * sum over i of x[n,i] w[i,o]
///
/// Linear: the tangent of y is the same op on the tangent of x, and likewise for the gradients below.
///
/// @param x     (N, I)
/// @param w     (I, O)
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O), overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void dense(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> x, std::type_identity_t<View<const S, 2>> w,
           std::type_identity_t<S> scale, std::type_identity_t<Rows<S>> y) {
    check_dense("dense", x, w, y);
    if (c.kernels() != Kernels::plain) return eigen::dense<false>(c, x, w, scale, y);
    c.parallel_for(y.size(), [&](Index item) {
        const Index n = item / y.extent(1), o = item % y.extent(1);
        double sum = 0;
        for (Index i = 0; i < x.extent(1); ++i) sum += double(x(n, i)) * double(w(i, o));
        y(n, o) = static_cast<S>(sum * double(scale));
    });
}

/// dx[n,i] = scale * sum over o of dy[n,o] w[i,o]
/// @param dy (N, O)
/// @param dx (N, I), overwritten
/// @throws ShapeError if the shapes do not match
template <class S>
void dense_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> dy,
                          std::type_identity_t<View<const S, 2>> w, std::type_identity_t<S> scale,
                          std::type_identity_t<Rows<S>> dx) {
    check_dense("dense_input_gradient", dx, w, dy);
    if (c.kernels() != Kernels::plain) return eigen::dense<true>(c, dy, w, scale, dx);
    c.parallel_for(dx.size(), [&](Index item) {
        const Index n = item / dx.extent(1), i = item % dx.extent(1);
        double sum = 0;
        for (Index o = 0; o < dy.extent(1); ++o) sum += double(dy(n, o)) * double(w(i, o));
        dx(n, i) = static_cast<S>(sum * double(scale));
    });
}

/// dw[i,o] += scale * sum over n of x[n,i] dy[n,o]
/// @param x  (N, I)
/// @param dy (N, O)
/// @param dw (I, O), added to
/// @throws ShapeError if the shapes do not match
template <class S>
void dense_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> x,
                           std::type_identity_t<Rows<const S>> dy, std::type_identity_t<S> scale,
                           std::type_identity_t<View<S, 2>> dw) {
    check_dense("dense_weight_gradient", x, dw, dy);
    if (c.kernels() != Kernels::plain) return eigen::dense_weight_gradient(c, x, dy, scale, dw);
    c.parallel_for(dw.extent(0), [&](Index i) {
        S* const to = dw.data + i * dw.extent(1);
        for (Index n = 0; n < x.extent(0); ++n) {
            const S factor = scale * x(n, i);
            const S* const from = dy.data + n * dy.extent(1);
            for (Index o = 0; o < dw.extent(1); ++o) to[o] += factor * from[o];
        }
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/dense.hpp>
#endif
