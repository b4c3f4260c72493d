// SPDX-License-Identifier: Apache-2.0
#include "parse.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace stylegan::examples {
namespace {

/// The number that the whole of `text` is.
template <class N>
std::optional<N> parse_number(std::string_view text) {
    N n{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, n);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return n;
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text, Range<std::int64_t> range) {
    const auto n = parse_number<std::int64_t>(text);
    return n && *n >= range.least && *n <= range.most ? n : std::nullopt;
}

std::optional<double> parse_real(std::string_view text, Range<double> range) {
    const auto x = parse_number<double>(text);
    return x && std::isfinite(*x) && *x >= range.least && *x <= range.most ? x : std::nullopt;
}

std::optional<std::array<int, 2>> parse_width_by_height(std::string_view text) {
    const std::size_t x = text.find('x');
    if (x == std::string_view::npos) return std::nullopt;
    const Range<std::int64_t> possible{1, std::numeric_limits<int>::max()};
    const auto width = parse_whole(text.substr(0, x), possible), height = parse_whole(text.substr(x + 1), possible);
    if (!width || !height) return std::nullopt;
    return std::array{static_cast<int>(*width), static_cast<int>(*height)};
}

}  // namespace stylegan::examples
