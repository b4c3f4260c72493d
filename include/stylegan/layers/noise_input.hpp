// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/parameter.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/pass.hpp>
#include <stylegan/ops/style/noise.hpp>

namespace stylegan {

/// Noise for stochastic detail: one value per pixel, shared by all feature maps. Each feature map learns its strength.
///
///     y[n,c,h,w] = x[n,c,h,w] + strength * weight[c] * noise[n,h,w]
///
/// The initial weight is 0.
///
/// @see Karras, Laine, Aila (2019), sections 2 and 3.2
template <int Channels = dynamic, class Device = Cpu>
class NoiseInput;

template <class Device>
class NoiseInput<dynamic, Device> {
public:
    using Scalar = typename Device::Scalar;

    struct Cache {
        Maps<const Scalar> noise{};  // (N or 1, 1, H, W)
        Scalar strength = 1;
        Maps<const Scalar> dy{};  // after Pass::linearize
    };

    NoiseInput() = default;
    /// @throws ShapeError if channels < 1
    explicit NoiseInput(int channels) {
        if (channels < 1) throw ShapeError(text("NoiseInput: Channels is ", channels, ", expected at least 1"));
        weight_ = Parameter<Device>({channels});
    }

    [[nodiscard]] const Parameter<Device>& weight() const { return weight_; }
    [[nodiscard]] Parameter<Device>& weight() { return weight_; }

    /// x (N, C, H, W), noise (N or 1, 1, H, W) -> y like x. y may be x.
    void forward(Context<Device>& context, Maps<const Scalar> x, Maps<const Scalar> noise, Scalar strength,
                 Maps<Scalar> y, Cache* cache = nullptr) const {
        ops::add_noise(context, x, noise, values(weight_), strength, y);
        if (cache) *cache = Cache{.noise = noise, .strength = strength};
    }

    /// Adds the gradient of the weight. The gradient of x is dy itself.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Pass pass) {
        if (pass == Pass::linearize) cache.dy = dy;
        if (pass == Pass::gradients)
            ops::noise_weight_gradient(context, dy, cache.noise, cache.strength, gradients(weight_));
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "weight", self.weight_);
    }

private:
    Parameter<Device> weight_;  // (C)
};

template <int Channels, class Device>
class NoiseInput : public NoiseInput<dynamic, Device> {
    static_assert(Channels > 0, "stylegan::NoiseInput: Channels must be at least 1");

public:
    NoiseInput() : NoiseInput<dynamic, Device>(Channels) {}

    /// @param x      (N, Channels, H, W)
    /// @param noise  (N or 1, 1, H, W), usually of unit variance
    /// @return       like x
    template <int C, int H, int W, int NoiseC, int NoiseH, int NoiseW>
    [[nodiscard]] FeatureMaps<Device, Channels, H, W> operator()(
        Context<Device>& context, const FeatureMaps<Device, C, H, W>& x,
        const FeatureMaps<Device, NoiseC, NoiseH, NoiseW>& noise) const {
        static_assert(C == Channels || C == dynamic, "stylegan::NoiseInput: x must have Channels feature maps");
        static_assert((NoiseC == 1 || NoiseC == dynamic) && (NoiseH == H || NoiseH == dynamic || H == dynamic) &&
                          (NoiseW == W || NoiseW == dynamic || W == dynamic),
                      "stylegan::NoiseInput: noise must have one map of the size of x");
        FeatureMaps<Device, Channels, H, W> y(x.shape());
        this->forward(context, x.view(), noise.view(), 1, y.view());
        return y;
    }
};

}  // namespace stylegan
