// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stylegan {

/// @throws ValueError unless width and height can be halved that often
inline void require_halvings(const std::string& where, int width, int height, int halvings) {
    const bool possible = halvings >= 0 && halvings < 31 && (width >> halvings) << halvings == width &&
                          (height >> halvings) << halvings == height && (width >> halvings) > 0;
    if (!possible)
        throw ValueError(text(where, ": pictures of ", width, 'x', height, " cannot be halved ", halvings, " times"));
}

/// A picture at a lower resolution of the growing schedule. Each halving takes means of 2x2 values in floating point;
/// the final result is rounded, half to even. Up to eight halvings are exact.
/// @param planes  (channels, height, width)
/// @return        (channels, height >> halvings, width >> halvings)
/// @throws ValueError if width or height cannot be halved that often
[[nodiscard]] inline std::vector<std::uint8_t> halve_planes(const std::vector<std::uint8_t>& planes, int channels,
                                                            int height, int width, int halvings) {
    require_halvings("halve_planes", width, height, halvings);
    std::vector<float> x(planes.begin(), planes.end());
    auto h = static_cast<std::size_t>(height), w = static_cast<std::size_t>(width);
    const auto c_count = static_cast<std::size_t>(channels);
    for (int level = 0; level < halvings; ++level) {
        h /= 2;
        w /= 2;
        float* out = x.data();  // in place: never passes what is still to be read
        for (std::size_t row = 0; row < c_count * h; ++row) {
            const float *upper = x.data() + 4 * row * w, *lower = upper + 2 * w;
            for (std::size_t i = 0; i < w; ++i)
                *out++ = (upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1]) * 0.25f;
        }
    }
    std::vector<std::uint8_t> rounded(c_count * h * w);
    for (std::size_t i = 0; i < rounded.size(); ++i) rounded[i] = static_cast<std::uint8_t>(std::nearbyint(x[i]));
    return rounded;
}

}  // namespace stylegan
