// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {

// Values of options from their text: numbers, sizes and lists. A function that returns std::optional returns nothing
// for a text of another form.

/// The smallest and the largest value that an option accepts.
template <class N>
struct Range {
    N least = std::numeric_limits<N>::lowest(), most = std::numeric_limits<N>::max();

    /// " from 1 to 8", " of at least 1" or "". A range up to 2^31 - 1 counts as having no upper end.
    [[nodiscard]] std::string words() const {
        if (most < N(std::numeric_limits<int>::max())) return text(" from ", least, " to ", most);
        return least != std::numeric_limits<N>::lowest() ? text(" of at least ", least) : "";
    }
};

/// ASCII capitals become small letters.
[[nodiscard]] std::string lower_case(std::string text);

/// Decimal digits, with a '-' before them for a negative number.
[[nodiscard]] std::optional<std::int64_t> parse_whole(std::string_view text, Range<std::int64_t> range = {});

/// A finite number.
[[nodiscard]] std::optional<double> parse_real(std::string_view text, Range<double> range = {});

/// The form of a path, for error messages.
inline constexpr const char* path_form = "a path; of those with ~, only ~/...";

/// A path. A shell replaces a ~ at the beginning of a word by the home folder, but not that of --outdir=~/x, so "~" and
/// "~/..." are replaced here. Other users' folders ("~name/...") are refused; "./~name" is a file of that name.
[[nodiscard]] std::optional<std::filesystem::path> parse_path(const std::string& text);

/// "6x4" -> 6, 4; both at least 1.
[[nodiscard]] std::optional<std::array<int, 2>> parse_width_by_height(std::string_view text,
                                                                      int most = std::numeric_limits<int>::max());

/// The way back: "24x16 (width x height)"; "16x16" for a square.
/// @param unit  follows the numbers, such as " pixels"
[[nodiscard]] inline std::string width_by_height(int width, int height, const char* unit = "") {
    return text(width, 'x', height, unit, width == height ? "" : " (width x height)");
}

/// "a,b,a" -> a, b: names, each once; nothing if one of them is not known.
[[nodiscard]] std::optional<std::vector<std::string>> parse_name_list(
    std::string_view text, const std::function<bool(std::string_view name)>& known);

/// The form of a list of seeds, for error messages.
inline constexpr const char* seed_list_form = "numbers and ranges such as 0-35,100, at most a million seeds below 2^32";

/// "0-2,100" -> 0, 1, 2, 100. Ranges include both ends.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> parse_seed_list(std::string_view text);

/// "-2,0,0.5" -> -2, 0, 0.5; at most 1000 finite numbers.
[[nodiscard]] std::optional<std::vector<double>> parse_real_list(std::string_view text, Range<double> range);

/// The form of a list of layers, for error messages.
inline constexpr const char* layer_list_form = "all, coarse, middle, fine, or layers such as 0-3,6 or 8-";

/// Layers by number and range, `all`, or by the paper's names for a square network: `coarse` (4x4 and 8x8), `middle`
/// (16x16 and 32x32) or `fine` (64x64 and above). A + joins as a comma does: 1+4-5. An error of form is a usage error.
/// @param flag  the option, for errors
/// @return      ascending, each once
/// @throws ValueError if the network does not have such a layer
[[nodiscard]] std::vector<int> parse_layer_list(const std::string& flag, const std::string& list,
                                                const Architecture& a);

/// The way back: 0, 1, 2, 6 -> "0-2,6".
/// @param layers  ascending
[[nodiscard]] std::string layer_list_text(const std::vector<int>& layers);

/// One number for pictures of all sizes, or one for each height: "16" or "8:64,16:32,32:16".
struct ByHeight {
    double all = 0;              ///< used if `at` is empty
    std::map<int, double> at{};  ///< by height in pixels

    /// Sets the number of each stage of an architecture. A height that is not listed takes the number of the next lower
    /// one that is.
    template <class T>
    void apply(const Architecture& a, T& value, std::map<int, T>& of_height) const {
        of_height.clear();
        value = static_cast<T>(all);
        if (at.empty()) return;
        for (int stage = 0; stage < a.stages(); ++stage) {
            const int height = a.size(stage).height;
            const auto above = at.upper_bound(height);
            of_height[height] = static_cast<T>(above == at.begin() ? above->second : std::prev(above)->second);
        }
        value = of_height.rbegin()->second;
    }
};

/// Positive numbers.
/// @param whole  accept whole numbers only
[[nodiscard]] std::optional<ByHeight> parse_by_height(std::string_view text, bool whole);

}  // namespace stylegan::examples
