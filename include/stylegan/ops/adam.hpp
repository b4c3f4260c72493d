// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/ops/eigen/adam.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>

#include <algorithm>
#include <atomic>
#include <span>
#include <vector>

namespace stylegan::ops {

/// One step of Adam (arXiv 1412.6980) for one value; m and v are updated in place.
template <class S>
struct AdamStep {
    S rate, beta1, beta2, eps;
    template <class V>
    STYLEGAN_HOST_DEVICE V operator()(V value, V gradient, V& m, V& v) const {
        m = beta1 * m + (S(1) - beta1) * gradient;
        v = beta2 * v + (S(1) - beta2) * gradient * gradient;
        return value - rate * m / (root(v) + eps);
    }
};

/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, value -= rate m / (sqrt(v) + eps).
///
/// @param value, m, v  `count` values each, updated
/// @param gradient     `count` values
/// @param rate         lr sqrt(1 - beta2^t) / (1 - beta1^t): includes the bias corrections
template <class S>
void adam_update(Context<BasicCpu<S>>& c, Index count, Same<S>* value, const Same<S>* gradient, Same<S>* m, Same<S>* v,
                 Same<S> rate, Same<S> beta1, Same<S> beta2, Same<S> eps) {
    if (eigen::chosen(c)) return eigen::adam_update<S>(c, count, value, gradient, m, v, rate, beta1, beta2, eps);
    const AdamStep<S> f{rate, beta1, beta2, eps};
    for_each_stretch(c, 1, count, [&](Index, Index first, Index n) {
        const Index end = first + n;
        Index i = first;
        if constexpr (shared_vectors)
            for (; i + vector_width<S> <= end; i += vector_width<S>) {
                using V = Lanes<S>;
                V m_new = load<V>(m + i), v_new = load<V>(v + i);
                store(value + i, f(load<V>(value + i), load<V>(gradient + i), m_new, v_new));
                store(m + i, m_new);
                store(v + i, v_new);
            }
        for (; i < end; ++i) value[i] = f(value[i], gradient[i], m[i], v[i]);
    });
}

/// ema = value + beta * (ema - value): the exponential moving average of the weights of the generator.
template <class Device>
void average_into(Context<Device>& c, Index count, ScalarOf<Device>* ema, const ScalarOf<Device>* value,
                  ScalarOf<Device> beta) {
    elementwise(c, count, ema, Lerp<ScalarOf<Device>>{beta}, value, static_cast<const ScalarOf<Device>*>(ema));
}

/// @return whether all `count` values are finite
template <class S>
[[nodiscard]] bool all_finite(Context<BasicCpu<S>>& c, Index count, const Same<S>* values) {
    if (eigen::chosen(c)) return eigen::all_finite<S>(c, count, values);
    std::atomic<bool> finite{true};
    for_each_stretch(c, 1, count, [&](Index, Index first, Index n) {
        // x * 0 is 0 for finite x, else NaN; unlike std::isfinite, a product vectorizes
        const double zero = sums<1>(
            n, [](auto* s, auto v) { s[0] += v * S(0); }, values + first)[0];
        if (!(zero == 0)) finite.store(false, std::memory_order_relaxed);
    });
    return finite.load();
}

/// @return whether all values of all these tensors are finite
template <class S>
[[nodiscard]] bool all_finite(Context<BasicCpu<S>>& c, const std::vector<std::span<const S>>& tensors) {
    return std::all_of(tensors.begin(), tensors.end(),
                       [&](std::span<const S> t) { return all_finite(c, static_cast<Index>(t.size()), t.data()); });
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/adam.hpp>
#endif
