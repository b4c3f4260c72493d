// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/training/loss.hpp>

#include <algorithm>
#include <cmath>

namespace stylegan {

/// Holds the slopes of a loss against central differences of its values, at scores from -8 to 8 between which a hinge has
/// its corner. A test of your own loss.
/// @throws ValueError that names the function, the scores, what was found and what was expected
inline void check_loss(const Loss& loss) {
    loss.check();
    constexpr double step = 1e-5;
    const auto check = [&](const char* name, const ScoreFunction& f) {
        for (double score = -7.95; score < 8; score += 0.6)
            for (double other = -3.2; other < 4; other += 1.7) {
                const double slope = f(score, other).slope;
                const double expected = (f(score + step, other).value - f(score - step, other).value) / (2 * step);
                if (!(std::abs(slope - expected) <= 1e-6 * std::max(1.0, std::abs(expected))))
                    throw ValueError(text("loss \"", loss.name, "\": slope of ", name, " at score ", score,
                                          f.paired() ? text(" and other score ", other) : std::string(), " is ", slope,
                                          ", expected ", expected));
            }
    };
    check(".real", loss.real);
    check(".fake", loss.fake);
    check(".generator", loss.generator);
}

}  // namespace stylegan
