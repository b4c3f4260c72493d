// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Registers `stylegan train`.
void add_train(CLI::App& app);

}  // namespace stylegan::examples
