// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>
#include <stylegan/training/draws.hpp>
#include <stylegan/training/loss_values.hpp>

#include <algorithm>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// The augmentation of pictures on their way to the discriminator, and of gradients on their way back. Views that it
/// returns lie in the caller's workspace frame. Without augmentation they are the views that it got.
///
/// On a GPU pictures pass through CPU memory, where they are augmented.
template <class Device>
class AugmentedPictures {
public:
    using Scalar = typename Device::Scalar;
    using Host = BasicCpu<Scalar>;

    /// @param now      levels too small for the band filter leave it out
    /// @param shape    of the whole minibatch, (N, C, H, W)
    /// @param samples  indices of the pictures of the minibatch that are evaluated
    /// @throws ShapeError if there are neither 1 nor 3 channels
    AugmentedPictures(AugmentNow now, const Draws<Device>& draws, AugmentedSet set, const Shape4& shape,
                      std::span<const Index> samples) {
        if (std::min(shape[2], shape[3]) < ops::band_filter_smallest) now.pipe.imgfilter = 0;
        if (!(now.p > 0) || now.pipe == AugmentOptions{}) return;
        std::vector<Scalar> noise;
        if (now.pipe.noise > 0) noise = draws.augmentation_noise(set, shape[0] * shape[1] * shape[2] * shape[3]);
        const std::vector<AugmentDraws> drawn = draws.augmentation(set, shape[0]);
        augmentation_ = std::make_unique<const Augmentation<Scalar>>(
            Augmentation<Scalar>(now.pipe, now.p, shape, drawn, std::move(noise)).part(samples));
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
        if constexpr (std::is_same_v<Device, Host>) {
            f(*augmentation_, context, x, y);
        } else {
            Context<Host> host(Host{.threads = context.threads()});
            const Maps<Scalar> from = host.take_like(x), to = host.take_like(x);
            context.download(x.data, x.size(), from.data);
            f(*augmentation_, host, Maps<const Scalar>(from), to);
            context.upload(to.data, to.size(), y.data);
        }
        return y;
    }

    std::unique_ptr<const Augmentation<Scalar>> augmentation_;  // null: none
};

}  // namespace stylegan
