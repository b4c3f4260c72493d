// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>

#include <algorithm>

namespace stylegan::ops {

/// y[n] = [a[n], b[n]]. Linear: its tangent is itself.
///
/// @param a, b, y  (N, A), (N, B), (N, A + B)
/// @throws ShapeError if the shapes do not match
template <class S>
void concatenate(Context<BasicCpu<S>>&, Rows<const Same<S>> a, Rows<const Same<S>> b, Rows<Same<S>> y) {
    require_equal("concatenate", "batch of b", b.extent(0), a.extent(0));
    require_shape("concatenate", "y", y, a.extent(0), a.extent(1) + b.extent(1));
    for (Index n = 0; n < a.extent(0); ++n) {
        std::copy_n(a.part(n, 1).data, a.extent(1), y.part(n, 1).data);
        std::copy_n(b.part(n, 1).data, b.extent(1), y.part(n, 1).data + a.extent(1));
    }
}

/// The gradient of concatenate(): da and db are the parts of dy; either may be empty if not needed.
///
/// @param dy, da, db  (N, A + B), (N, A), (N, B)
template <class S>
void concatenate_gradient(Context<BasicCpu<S>>&, Rows<const Same<S>> dy, Rows<Same<S>> da, Rows<Same<S>> db) {
    const Index width = dy.extent(1);
    for (Index n = 0; n < dy.extent(0); ++n) {
        const S* row = dy.part(n, 1).data;
        if (!da.empty()) std::copy_n(row, da.extent(1), da.part(n, 1).data);
        if (!db.empty()) std::copy_n(row + (width - db.extent(1)), db.extent(1), db.part(n, 1).data);
    }
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/concatenate.hpp>
#endif
