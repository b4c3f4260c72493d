// SPDX-License-Identifier: Apache-2.0
#include "by_height.hpp"

namespace stylegan::examples {
namespace {

std::optional<double> positive(std::string_view text, bool whole) {
    if (!whole) {
        const auto x = parse_real(text);
        return x && *x > 0 ? x : std::nullopt;
    }
    const auto n = parse_whole(text, {1, 1 << 20});
    return n ? std::optional(static_cast<double>(*n)) : std::nullopt;
}

}  // namespace

std::optional<ByHeight> parse_by_height(std::string_view text, bool whole) {
    ByHeight result;
    if (const auto all = positive(text, whole)) {
        result.all = *all;
        return result;
    }
    while (true) {
        const std::size_t comma = text.find(','), colon = text.find(':');
        const std::string_view part = text.substr(0, comma);
        if (colon >= part.size()) return std::nullopt;
        const auto height = parse_whole(part.substr(0, colon), {1, 1 << 16});
        const auto number = positive(part.substr(colon + 1), whole);
        if (!height || !number) return std::nullopt;
        result.at[static_cast<int>(*height)] = *number;
        if (comma == std::string_view::npos) return result;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace stylegan::examples
