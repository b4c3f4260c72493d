// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace stylegan {

/// Which implementation of an op runs on the CPU.
enum class Kernels {
    fast,   ///< made for speed: Winograd's forms and layers in one trip through memory, Eigen for the dense algebra
    eigen,  ///< every op in Eigen alone, which vectorizes it for the CPU at hand
    plain,  ///< convolutions and dense layers as loops by their definition: what the tests hold the others against
};

/// The one list of their names.
inline constexpr std::array kernels_names{std::pair{Kernels::fast, std::string_view("fast")},
                                          std::pair{Kernels::eigen, std::string_view("eigen")},
                                          std::pair{Kernels::plain, std::string_view("plain")}};

[[nodiscard]] constexpr std::string_view name_of(Kernels kernels) {
    return kernels_names[static_cast<std::size_t>(kernels)].second;
}

}  // namespace stylegan
