// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_program.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
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

/// A folder with a network in it, whose pictures are 16x16, and the program run on it.
struct NetworkFolder {
    explicit NetworkFolder(std::string name = "small.safetensors") : network(std::move(name)) {
        write_network(folder / network);
    }

    Outcome run(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin() + 1, {"--network", network, "--outdir", "out"});
        return run_program(folder, arguments);
    }
    void make(std::vector<std::string> arguments) const { check_success(run(std::move(arguments))); }
    void fail(int status, std::initializer_list<const char*> parts, std::vector<std::string> arguments) const {
        check_error(run(std::move(arguments)), status, parts);
        BOOST_TEST(!std::filesystem::exists(folder / "out"));
    }
    [[nodiscard]] stylegan::Image picture(const std::string& name) const {
        return stylegan::read_png(folder / ("out/" + name));
    }

    std::string network;
    TemporaryFolder folder;
};

}  // namespace test
