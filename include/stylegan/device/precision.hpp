// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace stylegan {

/// The precision of products in convolutions and dense layers on a GPU. Everything else is in single precision:
/// weights, moments, activations between ops, sums, normalisations, losses.
enum class Precision {
    fp32,
    tf32,  ///< factors are rounded to 11 significant bits
    fp16,  ///< convolutions read and write numbers of 16 bits, 11 of them significant, scaled so that they fit
    bf16,  ///< convolutions read and write numbers of 16 bits, 8 of them significant
};

/// Their names, for options and messages.
inline constexpr std::array precision_names{
    std::pair{Precision::fp32, std::string_view("fp32")}, std::pair{Precision::tf32, std::string_view("tf32")},
    std::pair{Precision::fp16, std::string_view("fp16")}, std::pair{Precision::bf16, std::string_view("bf16")}};

/// "fp32", "tf32", "fp16" or "bf16"
[[nodiscard]] constexpr std::string_view name_of(Precision precision) {
    return precision_names[static_cast<std::size_t>(precision)].second;
}

}  // namespace stylegan
