// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Adds `stylegan convert`, which writes networks in another format.
void add_convert(CLI::App& app);

}  // namespace stylegan::examples
