// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"
#include "metrics/perceptual_network.hpp"

#include <stylegan/io/pictures/picture.hpp>

#include <algorithm>
#include <cstddef>

namespace stylegan::examples {

/// `weight` times the mean squared error; adds its gradient to `gradient`.
inline double square_difference(const Drawing::Generator::Pictures& picture, const Drawing::Generator::Pictures& target,
                                double weight, Drawing::Generator::Pictures& gradient) {
    const auto count = static_cast<double>(target.size());
    double sum = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const double difference = static_cast<double>(picture.data()[i]) - static_cast<double>(target.data()[i]);
        sum += difference * difference;
        gradient.data()[i] += static_cast<float>(2 * weight / count * difference);
    }
    return weight * sum / count;
}

/// Distance from the target of a picture as it is written, rounded to 8 bits. In flat regions the features depend on
/// this rounding: unrounded, a picture would be far from its own file.
class DistanceOfWritten {
public:
    /// @param lpips  must outlive this
    DistanceOfWritten(PerceptualDistance& lpips, const Image& target, double mse)
        : target_(to_float(target)), perceptual_(lpips.from(target_)), mse_(mse) {}

    [[nodiscard]] double lpips(const Drawing::Generator::Pictures& picture) {
        Drawing::Generator::Pictures unused = target_;
        return perceptual_(to_float(to_uint8(picture, 0)), unused);
    }
    /// LPIPS plus the term of --mse. The gradient ignores the rounding.
    double operator()(const Drawing::Generator::Pictures& picture, Drawing::Generator::Pictures& gradient) {
        const Drawing::Generator::Pictures written = to_float(to_uint8(picture, 0));
        const double perceptual = perceptual_(written, gradient);
        return perceptual + square_difference(written, target_, mse_, gradient);
    }

    /// The mean squared error alone, without rounding.
    double squares(const Drawing::Generator::Pictures& picture, Drawing::Generator::Pictures& gradient) const {
        std::fill_n(gradient.data(), gradient.size(), 0.0f);
        return square_difference(picture, target_, 1, gradient);
    }

private:
    Drawing::Generator::Pictures target_;
    PerceptualDistance::FromTarget perceptual_;
    double mse_;
};

}  // namespace stylegan::examples
