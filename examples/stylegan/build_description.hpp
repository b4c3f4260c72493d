// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace stylegan::examples {

/// What this program was compiled by and for, in lines, with a warning if this processor could do better.
[[nodiscard]] std::string build_description();

}  // namespace stylegan::examples
