// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace stylegan {

/// How a GPU multiplies in convolutions and dense layers. Everything else is in single precision always: weights, moments,
/// what lies between ops, sums, normalisations, losses.
enum class Precision {
    fp32,
    tf32,  ///< factors are rounded to 11 significant bits
    fp16,  ///< convolutions read and write numbers of 16 bits, 11 of them significant, scaled so that they fit
    bf16,  ///< convolutions read and write numbers of 16 bits, 8 of them significant
};

/// The one list of their names.
inline constexpr std::array precision_names{
    std::pair{Precision::fp32, std::string_view("fp32")}, std::pair{Precision::tf32, std::string_view("tf32")},
    std::pair{Precision::fp16, std::string_view("fp16")}, std::pair{Precision::bf16, std::string_view("bf16")}};

[[nodiscard]] constexpr std::string_view name_of(Precision precision) {
    return precision_names[static_cast<std::size_t>(precision)].second;
}

}  // namespace stylegan
