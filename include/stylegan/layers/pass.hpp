// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/workspace.hpp>

#include <optional>
#include <span>

namespace stylegan {

/// What a backward pass is for.
enum class Pass {
    gradients,  ///< dx, and dL/dparameter added to every parameter's gradient
    inputs,     ///< dx alone (the discriminator under a generator's step)
    linearize,  ///< dx alone; every dy stays in the caches and in the workspace, since a tangent pass follows
};

/// A workspace frame for a pass that keeps nothing; none for a pass whose intermediate values are needed later.
class Temporaries {
public:
    Temporaries(Workspace& w, bool kept) {
        if (!kept) frame_.emplace(w);
    }

private:
    std::optional<Workspace::Frame> frame_;
};

template <class Device>
[[nodiscard]] std::span<const typename Device::Scalar> values(const Parameter<Device>& p) {
    return {p.value().data(), p.value().size()};
}

/// dL/dparameter, to be added to. Empty for a parameter that does not exist.
template <class Device>
[[nodiscard]] std::span<typename Device::Scalar> gradients(Parameter<Device>& p) {
    return {p.gradient().data(), p.gradient().size()};
}

}  // namespace stylegan
