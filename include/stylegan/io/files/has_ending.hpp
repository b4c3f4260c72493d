// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace stylegan {

/// Whether a name ends so, whatever the case of its letters: "A.ZIP" ends in ".zip".
/// @param ending  in lower case
[[nodiscard]] inline bool has_ending(std::string_view name, std::string_view ending) {
    return name.size() >= ending.size() &&
           std::equal(
               ending.begin(), ending.end(), name.end() - static_cast<std::ptrdiff_t>(ending.size()),
               [](char a, char b) { return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b))); });
}

}  // namespace stylegan
