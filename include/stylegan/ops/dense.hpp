// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/gemm.hpp>
#include <stylegan/ops/kernel_matrix.hpp>
#include <stylegan/ops/scratch.hpp>

#include <algorithm>
#include <type_traits>

namespace stylegan::ops {

/// @throws ShapeError unless x (N, I), w (I, O) and y (N, O) belong together
template <class X, class W, class Y>
void check_dense(const char* op, Rows<X> x, View<W, 2> w, Rows<Y> y) {
    require_equal(op, "number of inputs of the weight", w.extent(0), x.extent(1));
    require_equal(op, "number of outputs of the weight", w.extent(1), y.extent(1));
    require_equal(op, "batch of y", y.extent(0), x.extent(0));
}

/// y = factor * x w: an item is one panel of columns for all rows of x, so that the weight is read once.
/// @param x (N, I)
/// @param w I rows
/// @param y (N, O), overwritten
inline void multiply_rows(Context<Cpu>& c, Rows<const float> x, KernelMatrix w, float factor, Rows<float> y) {
    const Index batch = x.extent(0), inputs = x.extent(1), outputs = y.extent(1);
    const Index panels = (outputs + gemm::panel - 1) / gemm::panel;
    c.parallel_for(panels, [&](Index p) {
        const Index o = p * gemm::panel, columns = std::min(gemm::panel, outputs - o);
        alignas(64) float tile[gemm::rows * gemm::panel];
        for (Index n = 0; n < batch; n += gemm::rows) {
            const Index count = std::min<Index>(gemm::rows, batch - n);
            const float* start[gemm::rows];
            for (Index t = 0; t < count; ++t) start[t] = x.data + (n + t) * inputs;
            gemm::multiply_rows(count, columns, start, {1, inputs, 0}, w.panel(0, p), w.ld_of(p), factor, tile);
            for (Index t = 0; t < count; ++t)
                std::copy_n(tile + t * gemm::panel, columns, y.data + (n + t) * outputs + o);
        }
    });
}

/// Fully connected: y[n,o] = scale * sum over i of x[n,i] w[i,o]
///
/// Linear: the tangent of y is the same op on the tangent of x, and likewise for the gradients below.
///
/// @param x     (N, I)
/// @param w     (I, O)
/// @param scale multiplies the weight: the equalized learning rate
/// @param y     (N, O), overwritten
/// @throws ShapeError if the shapes do not belong together
template <class S>
void dense(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> x, std::type_identity_t<View<const S, 2>> w,
           std::type_identity_t<S> scale, std::type_identity_t<Rows<S>> y) {
    check_dense("dense", x, w, y);
    if constexpr (std::is_same_v<S, float>)
        if (c.kernels() == Kernels::fast) {
            const Workspace::Frame frame(c.workspace());
            return multiply_rows(c, x, kernel_matrix(c, w.as(1, 1, w.extent(0), w.extent(1)), {}), scale, y);
        }
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
/// @throws ShapeError if the shapes do not belong together
template <class S>
void dense_input_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> dy,
                          std::type_identity_t<View<const S, 2>> w, std::type_identity_t<S> scale,
                          std::type_identity_t<Rows<S>> dx) {
    check_dense("dense_input_gradient", dx, w, dy);
    if constexpr (std::is_same_v<S, float>)
        if (c.kernels() == Kernels::fast) {
            const Workspace::Frame frame(c.workspace());
            const KernelMatrix transposed =
                kernel_matrix(c, w.as(1, 1, w.extent(0), w.extent(1)), {.transposed = true});
            return multiply_rows(c, dy, transposed, scale, dx);
        }
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
/// @throws ShapeError if the shapes do not belong together
template <class S>
void dense_weight_gradient(Context<BasicCpu<S>>& c, std::type_identity_t<Rows<const S>> x,
                           std::type_identity_t<Rows<const S>> dy, std::type_identity_t<S> scale,
                           std::type_identity_t<View<S, 2>> dw) {
    check_dense("dense_weight_gradient", x, dw, dy);
    // Few rows, many weights: bound by reading and writing dw, which the compiler's own vector code does as well as any.
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
