// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/philox.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Exponentially distributed with mean 1.
inline std::vector<double> exponential(std::size_t n, std::uint64_t step) {
    const stylegan::RandomStream random(1, step, stylegan::Purpose::test);
    std::vector<double> x;
    for (std::size_t i = 0; i < n; ++i) x.push_back(-std::log(1 - random.uniform(i)));
    return x;
}
