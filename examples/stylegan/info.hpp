// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Adds `stylegan info`: what is in a checkpoint.
void add_info(CLI::App& app);

}  // namespace stylegan::examples
