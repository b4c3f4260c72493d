// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/elementwise/elementwise.hpp>

namespace stylegan::ops {

/// score[n] = sum_k logit[n,k] * label[n,k]. Linear in the logits: its tangent is itself.
///
/// @param logits, labels, scores  (N, K), (N, K), (N, 1)
/// @throws ShapeError if the shapes differ
template <class S>
void label_switch(Context<BasicCpu<S>>& c, Rows<const Same<S>> logits, Rows<const Same<S>> labels,
                  Rows<Same<S>> scores) {
    require_same_shape("label_switch", "labels", labels, logits);
    require_shape("label_switch", "scores", scores, logits.extent(0), 1);
    for (Index n = 0; n < logits.extent(0); ++n) {
        if (eigen::chosen(c)) {
            scores(n, 0) = static_cast<S>(eigen::sums<1>(
                logits.extent(1), [](auto* s, const auto& logit, const auto& label) { s[0] += logit * label; },
                logits.part(n, 1).data, labels.part(n, 1).data)[0]);
            continue;
        }
        S sum = 0;
        for (Index k = 0; k < logits.extent(1); ++k) sum += logits(n, k) * labels(n, k);
        scores(n, 0) = sum;
    }
}

/// dlogit[n,k] = dscore[n] * label[n,k]
template <class S>
void label_switch_gradient(Context<BasicCpu<S>>&, Rows<const Same<S>> dscores, Rows<const Same<S>> labels,
                           Rows<Same<S>> dlogits) {
    require_same_shape("label_switch", "labels", labels, dlogits);
    for (Index n = 0; n < labels.extent(0); ++n)
        for (Index k = 0; k < labels.extent(1); ++k) dlogits(n, k) = dscores(n, 0) * labels(n, k);
}

}  // namespace stylegan::ops

#ifdef STYLEGAN_CUDA
#include <stylegan/ops/cuda/label_switch.hpp>
#endif
