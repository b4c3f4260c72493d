// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stylegan {

/// A name from a file as an error message shows it: at most `most` bytes of it, then "...", and without control
/// characters, so that a message stays one line whatever the file holds.
[[nodiscard]] inline std::string shortened(std::string_view name, std::size_t most = 80) {
    std::string shown(name.substr(0, most));
    if (shown.size() < name.size()) {
        while (!shown.empty() && (name[shown.size()] & '\xC0') == '\x80') shown.pop_back();  // no half characters
        shown += "...";
    }
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == '\x7F') c = '?';
    return shown;
}

}  // namespace stylegan
