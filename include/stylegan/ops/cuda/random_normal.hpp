// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/random_normal.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU. The same random bits for each address; the last bit of a value may differ, as the
///      math
/// libraries do.
inline void random_normal(Context<Cuda>& c, const RandomStream& stream, Index count, float* y,
                          std::uint64_t first = 0) {
    c.launch(count, [=] STYLEGAN_DEVICE(Index i) { y[i] = stream.normal(first + static_cast<std::uint64_t>(i)); });
}

/// @see the overload for the CPU. `rows` is in host memory.
inline void random_normal_rows(Context<Cuda>& c, const RandomStream& stream, std::span<const Index> rows,
                               std::uint64_t stride, Index length, float* y) {
    const Workspace::Frame frame(c.workspace());
    const auto count = static_cast<Index>(rows.size());
    Index* const numbers = c.workspace().take<Index>(count);
    c.upload(rows.data(), count, numbers);
    c.launch(count * length, [=] STYLEGAN_DEVICE(Index i) {
        const Index row = quotient(i, length), k = i - row * length;
        y[i] = stream.normal(static_cast<std::uint64_t>(numbers[row]) * stride + static_cast<std::uint64_t>(k));
    });
}

}  // namespace stylegan::ops
#endif
