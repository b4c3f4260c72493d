// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace stylegan::examples {

// Each function adds one command to the program `stylegan`. The file that defines it has the command's name.

/// `stylegan generate`: pictures of seeds or latents.
void add_generate(CLI::App& app);
/// `stylegan interpolate`: pictures along paths between seeds, with the local path length.
void add_interpolate(CLI::App& app);
/// `stylegan project`: the w of a given picture.
void add_project(CLI::App& app);
/// `stylegan directions`: directions of w for edits.
void add_directions(CLI::App& app);
/// `stylegan edit`: pictures of w that is moved along a direction.
void add_edit(CLI::App& app);

// Figures of the paper, in figures/.

/// `stylegan uncurated`, figure 2: pictures in several sizes, not selected.
void add_uncurated(CLI::App& app);
/// `stylegan style-mixing`, figure 3: styles of one picture in some layers of another.
void add_style_mixing(CLI::App& app);
/// `stylegan noise`, figure 4: what noise changes.
void add_noise(CLI::App& app);
/// `stylegan noise-components`, figure 5: noise in all layers, in none, in the fine ones, in the coarse ones.
void add_noise_components(CLI::App& app);
/// `stylegan truncation`, figure 8: the same seeds at several psi.
void add_truncation(CLI::App& app);

// Training and data.

/// `stylegan train`: trains a generator and a discriminator.
void add_train(CLI::App& app);
/// `stylegan dataset-tool`: makes a data set from a folder or archive of pictures.
void add_dataset_tool(CLI::App& app);

// Measurements and files.

/// `stylegan calc-metrics`: path lengths of a network, and how far its pictures are from those of a data set.
void add_calc_metrics(CLI::App& app);
/// `stylegan lpips`: the perceptual distance of two pictures.
void add_lpips(CLI::App& app);
/// `stylegan fid`: distances of two sets of pictures.
void add_fid(CLI::App& app);
/// `stylegan report`: a page on training runs.
void add_report(CLI::App& app);
/// `stylegan info`: what a checkpoint holds.
void add_info(CLI::App& app);
/// `stylegan convert`: writes networks in another format.
void add_convert(CLI::App& app);
/// `stylegan view`: a page to explore a network.
void add_view(CLI::App& app);
/// `stylegan blend`: swaps layers of two networks.
void add_blend(CLI::App& app);
/// `stylegan benchmark`: seconds per picture, and peak memory.
void add_benchmark(CLI::App& app);

}  // namespace stylegan::examples
