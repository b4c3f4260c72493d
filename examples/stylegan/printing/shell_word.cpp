// SPDX-License-Identifier: Apache-2.0
#include "printing/shell_word.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace stylegan::examples {

std::string shell_word(const std::string& word) {
    const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || std::strchr("_./-+=:,@%", c) != nullptr; };
    if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
}

}  // namespace stylegan::examples
