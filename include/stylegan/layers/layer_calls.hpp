// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/pass.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// A tensor of any rank that converts to the view a layer takes, such as Maps<const double>.
/// @tparam T  the type of its values; const where a layer only reads
template <class T>
class LayerBlock {
public:
    LayerBlock() = default;
    LayerBlock(T* data, const std::vector<Index>* shape) : data_(data), shape_(shape) {}

    [[nodiscard]] bool empty() const { return data_ == nullptr; }

    /// @throws ShapeError if the rank differs
    template <class U, int Rank>
    operator View<U, Rank>() const  // NOLINT: a conversion by design
        requires(std::is_convertible_v<T*, U*>) {
        if (empty()) return {};
        require_equal("LayerBlock", "rank", shape_->size(), static_cast<std::size_t>(Rank));
        View<U, Rank> v{data_, {}};
        std::copy(shape_->begin(), shape_->end(), v.shape.begin());
        return v;
    }

private:
    T* data_ = nullptr;
    const std::vector<Index>* shape_ = nullptr;
};

namespace detail {
struct NoCache {};

template <class Layer>
struct CacheOf {
    using type = NoCache;
};
template <class Layer>
requires requires { typename Layer::Cache; }
struct CacheOf<Layer> {
    using type = typename Layer::Cache;
};
}  // namespace detail

/// How to call a layer, for check_derivatives(): the shapes of its inputs and output, and its passes as functions whose
/// arguments have a fixed order. Inputs are the arguments that have a gradient. The functions capture the others
/// (labels, noise). Each function overwrites its outputs and adds to the gradients of the parameters.
///
///     LayerCalls<MyLayer> calls{
///         .inputs = {{2, 3, 5, 4}, {2, 7}},  // x (N, C, H, W), w (N, Latent)
///         .output = {2, 3, 5, 4},
///         .forward = [](auto& context, auto& layer, auto& x, auto y, auto* cache) {
///             layer.forward(context, x[0], x[1], y, cache);
///         },
///         .backward = [](auto& context, auto& layer, auto& cache, auto dy, auto& dx, Pass pass) {
///             layer.backward(context, cache, dy, dx[0], dx[1], pass);
///         },
///         ...
template <class Layer>
struct LayerCalls {
    using Scalar = typename Layer::Scalar;
    using Cache = typename detail::CacheOf<Layer>::type;
    using Work = Context<BasicCpu<Scalar>>;                 ///< the context a layer runs in
    using Readers = std::vector<LayerBlock<const Scalar>>;  ///< x or x_dot, one for each input
    using Writers = std::vector<LayerBlock<Scalar>>;        ///< dx or dx_dot, one for each input

    std::vector<std::vector<Index>> inputs{};  ///< shapes of the inputs
    std::vector<Index> output{};               ///< shape of y
    /// x -> y. `cache` is null in inference, where nothing is kept.
    std::function<void(Work&, const Layer&, const Readers& x, LayerBlock<Scalar> y, Cache* cache)> forward{};
    /// dy -> dx, and the gradients of the parameters unless the pass leaves them out.
    std::function<void(Work&, Layer&, Cache&, LayerBlock<const Scalar> dy, const Writers& dx, Pass)> backward{};
    /// x_dot -> y_dot. Empty, as is backward_tangent, for a layer that is never differentiated twice.
    std::function<void(Work&, const Layer&, Cache&, const Readers& x_dot, LayerBlock<Scalar> y_dot)> tangent{};
    /// dy_dot -> dx_dot, and tangents of the parameter gradients, after backward(Pass::linearize) and tangent.
    std::function<void(Work&, Layer&, Cache&, LayerBlock<const Scalar> dy_dot, const Writers& dx_dot)>
        backward_tangent{};
    std::vector<Index> optional_gradients{};  ///< indices of inputs whose dx may be an empty view
    std::vector<Index> optional_tangents{};   ///< indices of inputs whose x_dot may be an empty view, for 0
};

/// The calls of a layer with one input: forward(context, x, more..., y, cache), backward(context, cache, dy, dx, pass),
/// tangent(context, cache, x_dot, y_dot), backward_tangent(context, cache, dy_dot, dx_dot).
/// @param more  further arguments of forward() without a gradient, such as labels; the caller keeps what views point to
template <class Layer, class... More>
[[nodiscard]] LayerCalls<Layer> calls_of(std::vector<Index> input,
                                         std::vector<Index> output,  // NOLINT: it is moved
                                         More... more) {
    return {.inputs = {std::move(input)},
            .output = std::move(output),
            .forward = [more...](auto& context, auto& layer, auto& x, auto y,
                                 auto* cache) { layer.forward(context, x[0], more..., y, cache); },
            .backward = [](auto& context, auto& layer, auto& cache, auto dy, auto& dx,
                           Pass pass) { layer.backward(context, cache, dy, dx[0], pass); },
            .tangent = [](auto& context, auto& layer, auto& cache, auto& x_dot,
                          auto y_dot) { layer.tangent(context, cache, x_dot[0], y_dot); },
            .backward_tangent = [](auto& context, auto& layer, auto& cache, auto dy_dot,
                                   auto& dx_dot) { layer.backward_tangent(context, cache, dy_dot, dx_dot[0]); }};
}

}  // namespace stylegan
