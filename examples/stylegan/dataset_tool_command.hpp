// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Adds `stylegan dataset-tool`: a data set for the trainer from any folder or archive of pictures.
void add_dataset_tool(CLI::App& app);

}  // namespace stylegan::examples
