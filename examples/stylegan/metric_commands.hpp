// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

// Commands that measure, each in a file of its own.

/// Adds `stylegan calc-metrics`: path lengths of a network, each with its error.
void add_calc_metrics(CLI::App& app);
/// Adds `stylegan lpips`: how different two pictures look.
void add_lpips(CLI::App& app);
/// Adds `stylegan interpolate`: pictures along paths between seeds, with the local path length under each.
void add_interpolate(CLI::App& app);

}  // namespace stylegan::examples
