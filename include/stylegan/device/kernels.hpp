// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace stylegan {

/// Which implementation of an op runs on the CPU.
enum class Kernels {
    fast,   ///< Winograd's forms, whole layers in one pass over memory, and Eigen for matrix products: the fastest
    eigen,  ///< every op in Eigen alone, which vectorizes for any CPU
    plain,  ///< convolutions and dense layers as loops by their definition: the reference of the tests
};

/// Their names, for options and messages.
inline constexpr std::array kernels_names{std::pair{Kernels::fast, std::string_view("fast")},
                                          std::pair{Kernels::eigen, std::string_view("eigen")},
                                          std::pair{Kernels::plain, std::string_view("plain")}};

/// "fast", "eigen" or "plain"
[[nodiscard]] constexpr std::string_view name_of(Kernels kernels) {
    return kernels_names[static_cast<std::size_t>(kernels)].second;
}

}  // namespace stylegan
