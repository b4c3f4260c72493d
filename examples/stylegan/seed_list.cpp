// SPDX-License-Identifier: Apache-2.0
#include "seed_list.hpp"

#include "parse.hpp"

#include <algorithm>

namespace stylegan::examples {
namespace {

std::string_view without_spaces_around(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> parse_seed_list(std::string_view text) {
    constexpr std::size_t most_seeds = 1'000'000;
    const Range<std::int64_t> possible{0, std::numeric_limits<std::uint32_t>::max()};
    std::vector<std::uint32_t> seeds;
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view part = without_spaces_around(text.substr(0, comma));  // as the official tools do
        const std::size_t dash = part.find('-');
        const auto first = parse_whole(part.substr(0, dash), possible);
        const auto last = dash == std::string_view::npos ? first : parse_whole(part.substr(dash + 1), possible);
        if (!first || !last || *last < *first) return std::nullopt;
        if (static_cast<std::size_t>(*last - *first) >= most_seeds - std::min(seeds.size(), most_seeds))
            return std::nullopt;
        for (std::int64_t seed = *first; seed <= *last; ++seed) seeds.push_back(static_cast<std::uint32_t>(seed));
        if (comma == std::string_view::npos) return seeds;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace stylegan::examples
