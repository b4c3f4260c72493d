// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/pass.hpp>
#include <stylegan/ops/norm/minibatch_stddev.hpp>

#include <algorithm>

namespace stylegan {

/// Shows the discriminator how much the pictures of a minibatch differ. It takes the standard deviation over each group
/// of pictures, averages it to `Features` values, and appends these as constant feature maps. As in the official
/// network, sample n belongs to group n mod (N / Group).
///
/// @tparam Group     pictures in a group; a smaller batch is one group
/// @tparam Features  number of feature maps appended
/// @see Karras et al. (2018), section 3
template <int Group = dynamic, int Features = 1, class Device = Cpu>
class MinibatchStddev;

template <class Device>
class MinibatchStddev<dynamic, 1, Device> {
public:
    using Scalar = typename Device::Scalar;
    static constexpr Scalar epsilon = Scalar(1e-8);  ///< added to the variance

    struct Cache {
        Maps<const Scalar> x{};
        Maps<const Scalar> dy{};     // after Pass::linearize
        Maps<const Scalar> x_dot{};  // after tangent()
    };

    MinibatchStddev() = default;
    MinibatchStddev(int group, int features) : group_(group), features_(features) {}

    /// Whether it appends anything. A group of one picture has no deviation.
    [[nodiscard]] bool exists() const { return group_ > 1; }
    [[nodiscard]] int features() const { return exists() ? features_ : 0; }

    /// Pictures in a group of a minibatch of `batch`. When a minibatch is split, groups stay whole.
    /// @throws ShapeError if the batch is not a multiple of the group
    [[nodiscard]] Index group(Index batch) const {
        if (!exists()) return 1;
        const Index g = std::min<Index>(group_, batch);
        if (g > 0 && batch % g != 0)
            throw ShapeError(
                text("MinibatchStddev: batch is ", batch, ", expected less than ", group_, " or a multiple of it"));
        return g;
    }

    /// x (N, C, H, W) -> y (N, C + Features, H, W).
    /// @throws ShapeError if N is neither less than Group nor a multiple of it
    void forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y, Cache* cache = nullptr) const {
        ops::minibatch_stddev(context, x, group_, features_, epsilon, y);
        if (cache) *cache = Cache{.x = x};
    }

    /// dy like y -> dx like x.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx, Pass pass) const {
        if (pass == Pass::linearize) cache.dy = dy;
        ops::minibatch_stddev_gradient(context, cache.x, group_, features_, epsilon, dy, dx);
    }

    /// x_dot like x -> y_dot like y.
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot, Maps<Scalar> y_dot) const {
        cache.x_dot = x_dot;
        ops::minibatch_stddev_tangent(context, cache.x, group_, features_, epsilon, x_dot, y_dot);
    }

    /// The tangent of backward(): dy_dot like y -> dx_dot like x.
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot,
                          Maps<Scalar> dx_dot) const {
        ops::minibatch_stddev_gradient_tangent(context, cache.x, group_, features_, epsilon, cache.x_dot, cache.dy,
                                               dy_dot, dx_dot);
    }

    template <class Self, class F>
    static void visit(Self&, const std::string&, F&) {}

private:
    int group_ = 0, features_ = 1;
};

/// MinibatchStddev with a group and a number of features given at run time.
template <class Device = Cpu>
using AnyMinibatchStddev = MinibatchStddev<dynamic, 1, Device>;

template <int Group, int Features, class Device>
class MinibatchStddev : public AnyMinibatchStddev<Device> {
    static_assert(Group > 1, "stylegan::MinibatchStddev: Group must be at least 2");
    static_assert(Features > 0, "stylegan::MinibatchStddev: Features must be at least 1");

public:
    MinibatchStddev() : AnyMinibatchStddev<Device>(Group, Features) {}

    /// @param x  (N, C, H, W), N less than Group or a multiple of it
    /// @return   (N, C + Features, H, W)
    template <int C, int H, int W>
    [[nodiscard]] auto operator()(Context<Device>& context, const FeatureMaps<Device, C, H, W>& x) const {
        static_assert(C == dynamic || C % Features == 0,
                      "stylegan::MinibatchStddev: Features must divide the feature maps of x");
        FeatureMaps<Device, C == dynamic ? dynamic : C + Features, H, W> y(
            {x.batch(), x.extent(1) + Features, x.extent(2), x.extent(3)});
        this->forward(context, x.view(), y.view());
        return y;
    }
};

}  // namespace stylegan
