// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>
#include <stylegan/training/draws.hpp>
#include <stylegan/training/loss_values.hpp>

#include <algorithm>
#include <memory>
#include <span>

namespace stylegan {

/// The augmentation of pictures on their way to the discriminator, and of gradients on their way back. Views that it
/// returns lie in the caller's workspace frame. Without augmentation they are the views that it got.
template <class Device>
class AugmentedPictures {
public:
    using Scalar = typename Device::Scalar;

    /// @param now      levels too small for the band filter leave it out
    /// @param shape    of the whole minibatch, (N, C, H, W)
    /// @param samples  indices of the pictures of the minibatch that are evaluated
    /// @throws ShapeError if there are neither 1 nor 3 channels
    AugmentedPictures(AugmentNow now, const Draws<Device>& draws, AugmentedSet set, const Shape4& shape,
                      std::span<const Index> samples) {
        if (std::min(shape[2], shape[3]) < ops::band_filter_smallest) now.pipe.imgfilter = 0;
        if (!(now.p > 0) || now.pipe == AugmentOptions{}) return;
        augmentation_ = std::make_unique<const Augmentation<Scalar>>(
            Augmentation<Scalar>(now.pipe, now.p, shape, draws.augmentation(set, shape[0]),
                                 draws.augmentation_noise(set))
                .part(samples));
    }

    /// y = A x + b
    [[nodiscard]] Maps<const Scalar> forward(Context<Device>& context, Maps<const Scalar> x) const {
        return apply(context, x, [](const auto& a, auto& c, auto from, auto to) { a.forward(c, from, to); });
    }
    /// y_dot = A x_dot
    [[nodiscard]] Maps<const Scalar> tangent(Context<Device>& context, Maps<const Scalar> x_dot) const {
        return apply(context, x_dot, [](const auto& a, auto& c, auto from, auto to) { a.tangent(c, from, to); });
    }
    /// dx = A' dy, which overwrites dy.
    void backward(Context<Device>& context, Maps<Scalar> dy) const {
        if (!augmentation_) return;
        const Workspace::Frame frame(context.workspace());
        context.copy(apply(context, Maps<const Scalar>(dy),
                           [](const auto& a, auto& c, auto from, auto to) { a.backward(c, from, to); }),
                     dy);
    }

private:
    template <class F>
    Maps<const Scalar> apply(Context<Device>& context, Maps<const Scalar> x, const F& f) const {
        if (!augmentation_) return x;
        const Maps<Scalar> y = context.take_like(x);
        f(*augmentation_, context, x, y);
        return y;
    }

    std::unique_ptr<const Augmentation<Scalar>> augmentation_;  // null: none
};

}  // namespace stylegan
