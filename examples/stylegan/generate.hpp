// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Adds `stylegan generate`: pictures of seeds or latents.
void add_generate(CLI::App& app);

}  // namespace stylegan::examples
