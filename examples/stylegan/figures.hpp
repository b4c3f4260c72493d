// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

// The figures of the paper as commands, each in a file of its own.

/// Adds `stylegan style-mixing`: figure 3, styles of one picture in some layers of another.
void add_style_mixing(CLI::App& app);
/// Adds `stylegan truncation`: figure 8, the same seeds at several psi.
void add_truncation(CLI::App& app);
/// Adds `stylegan noise`: figure 4, what noise changes.
void add_noise(CLI::App& app);
/// Adds `stylegan noise-components`: figure 5, noise in all layers, in none, in the fine and in the coarse ones.
void add_noise_components(CLI::App& app);
/// Adds `stylegan uncurated`: figure 2, pictures of several sizes as they come.
void add_uncurated(CLI::App& app);
/// Adds `stylegan project`: the w of a given picture.
void add_project(CLI::App& app);

}  // namespace stylegan::examples
