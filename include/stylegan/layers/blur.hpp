// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/resampling/blur.hpp>

#include <array>
#include <optional>
#include <span>

namespace stylegan {

/// The fixed low-pass filter after upscaling and before downscaling. It is linear, so forward() is also its tangent.
/// @see Karras, Laine, Aila (2019), section 2.1, "bilinear sampling"
template <class Device = Cpu>
class Blur {
public:
    using Scalar = typename Device::Scalar;

    Blur() = default;
    explicit Blur(const BlurFilter& filter) : length_(static_cast<std::size_t>(filter.length)) {
        for (std::size_t i = 0; i < length_; ++i) taps_[i] = static_cast<Scalar>(filter.taps[i].value() / filter.sum());
    }

    [[nodiscard]] bool exists() const { return length_ > 0; }

    /// The filter as {side, middle}, if it has three taps and is symmetric.
    [[nodiscard]] std::optional<std::array<Scalar, 2>> three_taps() const {
        if (length_ != 3 || taps_[0] != taps_[2] || taps_[0] == Scalar(0)) return std::nullopt;
        return std::array<Scalar, 2>{taps_[0], taps_[1]};
    }

    /// x (N, C, H, W) -> y like x. y must not be x.
    void forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y) const {
        ops::blur(context, x, taps(), y);
    }

    /// dy like x -> dx like x.
    void backward(Context<Device>& context, Maps<const Scalar> dy, Maps<Scalar> dx) const {
        ops::blur_gradient(context, dy, taps(), dx);
    }

private:
    [[nodiscard]] std::span<const Scalar> taps() const { return {taps_.data(), length_}; }

    std::size_t length_ = 0;
    std::array<Scalar, BlurFilter::longest> taps_{};
};

}  // namespace stylegan
