// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace stylegan::examples {

/// A word of a command line for a shell, in quotes if need be.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace stylegan::examples
