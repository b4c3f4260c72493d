// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parse.hpp"

#include <stylegan/core/architecture.hpp>

#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan::examples {

/// One number for all pictures, or one for pictures of each height: "16" or "8:64,16:32,32:16".
struct ByHeight {
    double all = 0;  ///< counts where `at` is empty
    std::map<int, double> at{};

    /// The numbers for each stage of an architecture; a height that is not named takes the number of the next lower one.
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

/// @param whole  whether the numbers must be whole
[[nodiscard]] std::optional<ByHeight> parse_by_height(std::string_view text, bool whole);

}  // namespace stylegan::examples
