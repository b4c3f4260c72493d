// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/adam.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// @see the processor's overload
inline void adam_update(Context<Cuda>& c, Index count, float* value, const float* gradient, float* m, float* v,
                        float rate, float beta1, float beta2, float eps) {
    const AdamStep<float> f{rate, beta1, beta2, eps};
    c.launch(count, [=] STYLEGAN_DEVICE(Index i) {
        float m_new = m[i], v_new = v[i];
        value[i] = f(value[i], gradient[i], m_new, v_new);
        m[i] = m_new;
        v[i] = v_new;
    });
}

namespace detail {

/// 0 for every number and NaN for all else
struct TimesZero {
    const float* from;
    STYLEGAN_DEVICE gpu::Sums<1> operator()(Index i) const { return {{static_cast<double>(from[i] * 0.0f)}}; }
};

}  // namespace detail

/// @see the processor's overload. All tensors are looked at before the one answer is waited for.
[[nodiscard]] inline bool all_finite(Context<Cuda>& c, const std::vector<std::span<const float>>& tensors) {
    const Workspace::Frame frame(c.workspace());
    const auto count = static_cast<Index>(tensors.size());
    auto* const zeros = c.workspace().take<gpu::Sums<1>>(count);
    Index k = 0;
    for (const std::span<const float>& t : tensors)
        c.segmented_sums_into<1>(1, static_cast<Index>(t.size()), detail::TimesZero{t.data()}, zeros + k++);
    std::vector<double> found(tensors.size());
    c.download(&zeros->value[0], count, found.data());
    return std::all_of(found.begin(), found.end(), [](double zero) { return zero == 0; });
}

}  // namespace stylegan::ops
#endif
