// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/adam.hpp>
#include <stylegan/ops/cuda/elementwise.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
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

/// Sets a flag if a value is not finite; any thread may write it.
struct TellOfOthers {
    const float* from;
    float* found;
    STYLEGAN_DEVICE void operator()(Index i) const {
        if (!(from[i] * 0.0f == 0)) *found = 1;
    }
};

}  // namespace detail

/// @see the overload for the CPU. All tensors are checked before the single download of the result.
[[nodiscard]] inline bool all_finite(Context<Cuda>& c, const std::vector<std::span<const float>>& tensors) {
    const Workspace::Frame frame(c.workspace());
    const View<float, 1> found = c.take(1);
    c.fill(found, 0.0f);
    for (const std::span<const float>& t : tensors)
        c.launch(static_cast<Index>(t.size()), detail::TellOfOthers{t.data(), found.data});
    float others = 0;
    c.download(found.data, 1, &others);
    return others == 0;
}

}  // namespace stylegan::ops
#endif
