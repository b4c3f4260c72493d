// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/block_concepts.hpp>
#include <stylegan/layers/layer_calls.hpp>
#include <stylegan/layers/layer_inputs.hpp>

#include <cstddef>
#include <functional>

namespace stylegan {

/// The calls of a synthesis block, for check_derivatives(). Its inputs are x (not in the first stage), then w of each
/// layer.
/// @param other  noise of the layers and its strength; none by default. The caller keeps what views point to
template <class Block>
[[nodiscard]] LayerCalls<Block> synthesis_block_calls(const Architecture& a, int stage, Index batch,
                                                      LayerInputs<typename Block::Scalar> other = {}) {
    using Scalar = typename Block::Scalar;
    const Shape4 s = Block(a, stage).output_shape(batch);
    const std::size_t first = stage > 0 ? 1 : 0;  // index of the first style
    LayerCalls<Block> calls;
    if (stage > 0) calls.inputs.push_back({batch, a.feature_maps(stage - 1), s[2] / 2, s[3] / 2});
    for (int k = 0; k < 2; ++k) calls.inputs.push_back({batch, a.w_size()});
    calls.output = {s[0], s[1], s[2], s[3]};
    const auto below = [first](const auto& tensors, auto none) {
        return first > 0 ? decltype(none)(tensors[0]) : none;
    };
    calls.forward = [=](auto& context, auto& block, auto& x, auto y, auto* cache) {
        LayerInputs<Scalar> in = other;
        in.w = {x[first], x[first + 1]};
        block.forward(context, below(x, Maps<const Scalar>{}), in, y, cache);
    };
    calls.backward = [=](auto& context, auto& block, auto& cache, auto dy, auto& dx, Pass pass) {
        block.backward(context, cache, dy, below(dx, Maps<Scalar>{}), {dx[first], dx[first + 1]}, pass);
    };
    if constexpr (requires {
                      &Block::tangent;
                      &Block::backward_tangent;
                      requires !detail::InheritsTangent<Block> && !detail::InheritsBackwardTangent<Block>;
                  }) {
        calls.tangent = [=](auto& context, auto& block, auto& cache, auto& x_dot, auto y_dot) {
            block.tangent(context, cache, below(x_dot, Maps<const Scalar>{}), {x_dot[first], x_dot[first + 1]}, y_dot);
        };
        calls.backward_tangent = [=](auto& context, auto& block, auto& cache, auto dy_dot, auto& dx_dot) {
            block.backward_tangent(context, cache, dy_dot, below(dx_dot, Maps<Scalar>{}),
                                   {dx_dot[first], dx_dot[first + 1]});
        };
    }
    return calls;
}

}  // namespace stylegan
