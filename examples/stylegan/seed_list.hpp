// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace stylegan::examples {

/// What a list of seeds looks like, for messages.
inline constexpr const char* seed_list_form = "numbers and ranges such as 0-35,100, at most a million seeds below 2^32";

/// "0-2,100" -> 0, 1, 2, 100. Ranges include both ends. Nothing for any other text.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> parse_seed_list(std::string_view text);

}  // namespace stylegan::examples
