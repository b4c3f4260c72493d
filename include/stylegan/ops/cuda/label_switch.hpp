// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/elementwise.hpp>
#include <stylegan/ops/elementwise/label_switch.hpp>

namespace stylegan::ops {

/// @see the overload for the CPU
inline void label_switch(Context<Cuda>& c, Rows<const float> logits, Rows<const float> labels, Rows<float> scores) {
    require_same_shape("label_switch", "labels", labels, logits);
    require_shape("label_switch", "scores", scores, logits.extent(0), 1);
    const Index classes = logits.extent(1);
    const float *const from = logits.data, *const label = labels.data;
    float* const to = scores.data;
    c.launch(logits.extent(0), [=] STYLEGAN_DEVICE(Index n) {
        float sum = 0;
        for (Index k = 0; k < classes; ++k) sum += from[n * classes + k] * label[n * classes + k];
        to[n] = sum;
    });
}

/// @see the overload for the CPU
inline void label_switch_gradient(Context<Cuda>& c, Rows<const float> dscores, Rows<const float> labels,
                                  Rows<float> dlogits) {
    require_same_shape("label_switch", "labels", labels, dlogits);
    const Index classes = labels.extent(1);
    const float *const from = dscores.data, *const label = labels.data;
    float* const to = dlogits.data;
    c.launch(labels.size(), [=] STYLEGAN_DEVICE(Index i) { to[i] = from[quotient(i, classes)] * label[i]; });
}

}  // namespace stylegan::ops
#endif
