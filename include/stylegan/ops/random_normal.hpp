// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace stylegan::ops {

/// y[i] = stream.normal(first + i): standard normal values that depend on their address alone, not on threads.
template <class S>
void random_normal(Context<BasicCpu<S>>& c, const RandomStream& stream, Index count, S* y, std::uint64_t first = 0) {
    constexpr Index block = 4096;
    c.parallel_for((count + block - 1) / block, [&](Index item) {
        const Index begin = item * block, end = std::min(begin + block, count);
        stream.fill_normal(y + begin, static_cast<std::size_t>(end - begin), first + static_cast<std::uint64_t>(begin));
    });
}

/// y[i, k] = stream.normal(rows[i] * stride + k) for k in [0, length): the values of a row do not depend on the other
/// rows.
template <class S>
void random_normal_rows(Context<BasicCpu<S>>& c, const RandomStream& stream, std::span<const Index> rows,
                        std::uint64_t stride, Index length, S* y) {
    c.parallel_for(static_cast<Index>(rows.size()), [&](Index i) {
        stream.fill_normal(y + i * length, static_cast<std::size_t>(length),
                           static_cast<std::uint64_t>(rows[static_cast<std::size_t>(i)]) * stride);
    });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/random_normal.hpp>
#endif
