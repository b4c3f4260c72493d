// SPDX-License-Identifier: Apache-2.0
#include "options/parse.hpp"

#include "options/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

namespace stylegan::examples {
namespace {

/// The whole of `text` as a number.
template <class N>
std::optional<N> parse_number(std::string_view text) {
    N n{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, n);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return n;
}

std::string_view without_spaces_around(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::optional<double> positive(std::string_view text, bool whole) {
    if (!whole) {
        const auto x = parse_real(text);
        return x && *x > 0 ? x : std::nullopt;
    }
    const auto n = parse_whole(text, {1, 1 << 20});
    return n ? std::optional(static_cast<double>(*n)) : std::nullopt;
}

}  // namespace

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::optional<std::int64_t> parse_whole(std::string_view text, Range<std::int64_t> range) {
    const auto n = parse_number<std::int64_t>(text);
    return n && *n >= range.least && *n <= range.most ? n : std::nullopt;
}

std::optional<double> parse_real(std::string_view text, Range<double> range) {
    const auto x = parse_number<double>(text);
    return x && std::isfinite(*x) && *x >= range.least && *x <= range.most ? x : std::nullopt;
}

std::optional<std::filesystem::path> parse_path(const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text[0] != '~') return text;
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0' || (text.size() > 1 && text[1] != '/')) return std::nullopt;
    return home + text.substr(1);
}

std::optional<std::array<int, 2>> parse_width_by_height(std::string_view text, int most) {
    const std::size_t x = text.find('x');
    if (x == std::string_view::npos) return std::nullopt;
    const Range<std::int64_t> possible{1, most};
    const auto width = parse_whole(text.substr(0, x), possible), height = parse_whole(text.substr(x + 1), possible);
    if (!width || !height) return std::nullopt;
    return std::array{static_cast<int>(*width), static_cast<int>(*height)};
}

std::optional<std::vector<std::string>> parse_name_list(std::string_view text,
                                                        const std::function<bool(std::string_view name)>& known) {
    std::vector<std::string> names;
    for (std::size_t first = 0; first <= text.size();) {
        const std::size_t end = std::min(text.find(',', first), text.size());
        const std::string name(text.substr(first, end - first));
        if (!known(name)) return std::nullopt;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        first = end + 1;
    }
    return names;
}

std::optional<std::vector<std::uint32_t>> parse_seed_list(std::string_view text) {
    constexpr std::size_t most_seeds = 1'000'000;
    const Range<std::int64_t> possible{0, std::numeric_limits<std::uint32_t>::max()};
    std::vector<std::uint32_t> seeds;
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view part = without_spaces_around(text.substr(0, comma));  // as in the official tools
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

std::optional<std::vector<double>> parse_real_list(std::string_view text, Range<double> range) {
    std::vector<double> numbers;
    for (std::size_t first = 0; first <= text.size();) {
        const std::size_t end = std::min(text.find(',', first), text.size());
        const auto number = parse_real(text.substr(first, end - first), range);
        if (!number || numbers.size() == 1000) return std::nullopt;
        numbers.push_back(*number);
        first = end + 1;
    }
    return numbers;
}

std::vector<int> parse_layer_list(const std::string& flag, const std::string& list, const Architecture& a) {
    const int layers = a.layers();
    struct Group {
        const char* name;
        int first, end;
    };
    for (const auto& [name, first, end] :
         {Group{"all", 0, layers}, Group{"coarse", 0, 4}, Group{"middle", 4, 8}, Group{"fine", 8, layers}}) {
        if (list != name) continue;
        if (first >= layers)
            throw ValueError(
                text(flag, ": is ", list, " (layers from ", first, " on), expected layers from 0 to ", layers - 1));
        std::vector<int> all;
        for (int l = first; l < std::min(end, layers); ++l) all.push_back(l);
        return all;
    }
    std::string commas = list;
    std::replace(commas.begin(), commas.end(), '+', ',');
    if (commas.ends_with('-')) commas += std::to_string(layers - 1);  // "8-": from 8 on
    const auto numbers = parse_seed_list(commas);
    if (!numbers) usage_error(flag, text("is \"", list, "\", expected ", layer_list_form));
    std::vector<int> all;
    for (const std::uint32_t l : *numbers) {
        if (l >= static_cast<std::uint32_t>(layers))
            throw ValueError(text(flag, ": is ", list, ", expected layers from 0 to ", layers - 1));
        all.push_back(static_cast<int>(l));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::string layer_list_text(const std::vector<int>& layers) {
    std::string list;
    for (std::size_t i = 0; i < layers.size();) {
        std::size_t last = i;
        while (last + 1 < layers.size() && layers[last + 1] == layers[last] + 1) ++last;
        list += text(i > 0 ? "," : "", layers[i]);
        if (last > i) list += text('-', layers[last]);
        i = last + 1;
    }
    return list;
}

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
