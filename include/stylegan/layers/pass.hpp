// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/workspace.hpp>

#include <optional>
#include <span>
#include <string>

namespace stylegan {

/// What a backward pass computes.
enum class Pass {
    gradients,  ///< dx, and dL/dparameter added to every parameter's gradient
    inputs,     ///< dx alone (the discriminator in a generator step)
    linearize,  ///< dx alone; caches and workspace keep every dy for the tangent pass that follows
};

/// The workspace frame of a pass. It frees the pass's intermediate values at the end of the scope, unless a later pass
/// needs them (`kept`).
class Temporaries {
public:
    Temporaries(Workspace& w, bool kept) {
        if (!kept) frame_.emplace(w);
    }

private:
    std::optional<Workspace::Frame> frame_;
};

/// The values of a parameter. Empty for a parameter that does not exist.
template <class Device>
[[nodiscard]] std::span<const typename Device::Scalar> values(const Parameter<Device>& p) {
    return {p.value().data(), p.value().size()};
}

/// dL/dparameter, for passes to add to. Empty for a parameter that does not exist.
template <class Device>
[[nodiscard]] std::span<typename Device::Scalar> gradients(Parameter<Device>& p) {
    return {p.gradient().data(), p.gradient().size()};
}

/// Tells the context's listener, if there is one, that a pass has added to the gradients of this layer all that it
/// will.
template <class Context, class Layer>
void tell_gradients(Context& context, Layer& layer) {
    if constexpr (requires { context.gradient_listener(); })
        if (const auto& listener = context.gradient_listener())
            for_each_parameter(layer, [&](const std::string&, auto& p) {
                if (p.trainable() && p.exists()) listener(p.gradient().data());
            });
}

}  // namespace stylegan
