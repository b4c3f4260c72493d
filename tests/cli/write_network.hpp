// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace test {

/// A generator for 16x16 pictures, small enough to be made for every test.
inline constexpr stylegan::Architecture small{.resolution_log2 = 4,
                                              .fmap_base = 128,
                                              .fmap_max = 16,
                                              .latent_size = 12,
                                              .dlatent_size = 12,
                                              .mapping_layers = 2,
                                              .mapping_fmaps = 12};

struct NetworkFile {
    stylegan::Architecture architecture = small;
    bool metadata = true;                 ///< whether the file stores the architecture
    std::string without = {};             ///< the name of a tensor that is left out
    std::vector<std::string> extra = {};  ///< names of tensors to add to those of the network
    std::string broken = {};              ///< the name of a tensor whose second number is NaN
    float scale = 1;                      ///< of the weights of the last style and the last to_rgb layer
};

/// Writes a generator with random weights, noise strengths and an average w. Defined in info.cpp, the one file of these
/// tests that compiles networks.
void write_network(const std::filesystem::path& path, const NetworkFile& file = {});

}  // namespace test
