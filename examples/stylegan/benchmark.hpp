// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Adds `stylegan benchmark`: seconds per picture, and peak memory.
void add_benchmark(CLI::App& app);

}  // namespace stylegan::examples
