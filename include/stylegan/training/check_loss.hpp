// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/training/loss.hpp>

#include <algorithm>
#include <cmath>

namespace stylegan {

/// Compares the slopes of a loss with central differences, at scores from -8 to 8, for tests of your own loss. The
/// slopes of .real and .fake are those of the sum of their values, the discriminator's loss of a pair. The scores avoid
/// the corners of a hinge.
/// @throws ValueError that names the function, the scores, the slope found and the slope expected
inline void check_loss(const Loss& loss) {
    loss.check();
    constexpr double step = 1e-5;
    const auto check = [&](const char* name, double score, double other, double slope, const auto& value) {
        const double expected = (value(score + step) - value(score - step)) / (2 * step);
        if (!(std::abs(slope - expected) <= 1e-6 * std::max(1.0, std::abs(expected))))
            throw ValueError(text("loss \"", loss.name, "\": slope of ", name, " at score ", score, " and other score ",
                                  other, " is ", slope, ", expected ", expected));
    };
    for (double score = -7.95; score < 8; score += 0.6)       // NOLINT: any points will do
        for (double other = -3.2; other < 4; other += 1.7) {  // NOLINT: as above
            check(".real", score, other, loss.real(score, other).slope,
                  [&](double s) { return loss.real(s, other).value + loss.fake(other, s).value; });
            check(".fake", score, other, loss.fake(score, other).slope,
                  [&](double s) { return loss.real(other, s).value + loss.fake(s, other).value; });
            check(".generator", score, other, loss.generator(score, other).slope,
                  [&](double s) { return loss.generator(s, other).value; });
        }
}

}  // namespace stylegan
