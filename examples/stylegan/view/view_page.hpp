// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace stylegan::examples {

/// The page of `stylegan view`: one HTML file that needs no other. CMake makes it of view/page/.
[[nodiscard]] std::string_view view_page();

}  // namespace stylegan::examples
