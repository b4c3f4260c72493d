// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <atomic>

namespace stylegan::ops::eigen {

/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, value -= rate m / (sqrt(v) + eps)
template <class S>
void adam_update(Context<BasicCpu<S>>& c, Index count, S* value, const S* gradient, S* m, S* v, S rate, S beta1,
                 S beta2, S eps) {
    for_each_stretch(c, 1, count, [&](Index, Index first, Index n) {
        for_each_block(n, [&](Index i, Index here) {
            const Index at = first + i;
            const Block<S> g = load_block(gradient + at, here);
            const Block<S> m_new = beta1 * load_block<S>(m + at, here) + (S(1) - beta1) * g;
            const Block<S> v_new = beta2 * load_block<S>(v + at, here) + (S(1) - beta2) * g.square();
            const Block<S> moved = load_block<S>(value + at, here) - rate * m_new / (v_new.sqrt() + eps);
            store_block(m_new, here, m + at);
            store_block(v_new, here, v + at);
            store_block(moved, here, value + at);
        });
    });
}

template <class S>
[[nodiscard]] bool all_finite(Context<BasicCpu<S>>& c, Index count, const S* values) {
    std::atomic<bool> finite{true};
    for_each_stretch(c, 1, count, [&](Index, Index first, Index n) {
        // x * 0 is 0 for finite x, else NaN
        const Sums<1> zero = sums<1>(
            n, [](auto* s, const auto& v) { s[0] += v * S(0); }, values + first);
        if (!(zero[0] == 0)) finite.store(false, std::memory_order_relaxed);
    });
    return finite.load();
}

}  // namespace stylegan::ops::eigen
