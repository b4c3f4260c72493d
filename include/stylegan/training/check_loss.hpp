// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/training/loss.hpp>

#include <algorithm>
#include <cmath>

namespace stylegan {

/// Holds the slopes of a loss against central differences, at scores from -8 to 8: those of .real and .fake against the sum
/// of their values, which is the discriminator's loss of a pair, that of .generator against its own values. Scores lie off
/// the corners of a hinge. For tests of your own loss.
/// @throws ValueError that names the function, the scores, what was found and what was expected
inline void check_loss(const Loss& loss) {
    loss.check();
    constexpr double step = 1e-5;
    const auto check = [&](const char* name, double score, double other, double slope, const auto& value) {
        const double expected = (value(score + step) - value(score - step)) / (2 * step);
        if (!(std::abs(slope - expected) <= 1e-6 * std::max(1.0, std::abs(expected))))
            throw ValueError(text("loss \"", loss.name, "\": slope of ", name, " at score ", score, " and other score ",
                                  other, " is ", slope, ", expected ", expected));
    };
    for (double score = -7.95; score < 8; score += 0.6)
        for (double other = -3.2; other < 4; other += 1.7) {
            check(".real", score, other, loss.real(score, other).slope,
                  [&](double s) { return loss.real(s, other).value + loss.fake(other, s).value; });
            check(".fake", score, other, loss.fake(score, other).slope,
                  [&](double s) { return loss.real(other, s).value + loss.fake(s, other).value; });
            check(".generator", score, other, loss.generator(score, other).slope,
                  [&](double s) { return loss.generator(s, other).value; });
        }
}

}  // namespace stylegan
