// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/elementwise/concatenate.hpp>

namespace stylegan::ops {

namespace detail {

/// to = columns [begin, begin + columns) of `from`
struct PartOfRows {
    const float* from;
    float* to;
    Index width, columns, begin;
    STYLEGAN_DEVICE void operator()(Index i) const {
        const Index n = quotient(i, columns);
        to[i] = from[n * width + begin + (i - n * columns)];
    }
};

}  // namespace detail

/// @see the overload for the CPU
inline void concatenate(Context<Cuda>& c, Rows<const float> a, Rows<const float> b, Rows<float> y) {
    require_equal("concatenate", "batch of b", b.extent(0), a.extent(0));
    require_shape("concatenate", "y", y, a.extent(0), a.extent(1) + b.extent(1));
    const Index first = a.extent(1), second = b.extent(1), width = first + second;
    const float *const left = a.data, *const right = b.data;
    float* const to = y.data;
    c.launch(y.size(), [=] STYLEGAN_DEVICE(Index i) {
        const Index n = quotient(i, width), k = i - n * width;
        to[i] = k < first ? left[n * first + k] : right[n * second + k - first];
    });
}

/// @see the overload for the CPU
inline void concatenate_gradient(Context<Cuda>& c, Rows<const float> dy, Rows<float> da, Rows<float> db) {
    const Index width = dy.extent(1);
    const auto take_part = [&](Rows<float> part, Index begin) {
        if (!part.empty()) c.launch(part.size(), detail::PartOfRows{dy.data, part.data, width, part.extent(1), begin});
    };
    take_part(da, 0);
    take_part(db, width - db.extent(1));
}

}  // namespace stylegan::ops
#endif
