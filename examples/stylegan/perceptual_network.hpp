// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/lpips.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Which features distances are measured with: those that come with the program, or files of the published ones.
struct PerceptualOptions {
    std::filesystem::path vgg, lpips;
};

/// --vgg and --lpips
void add_perceptual_options(CLI::App& command, PerceptualOptions& o);

/// The distance, and what a number of it may be compared with.
struct PerceptualNetwork {
    Lpips<Cpu> lpips;
    std::string features;  ///< "vgg16" for VGG16 of full width with the heads of LPIPS, else another name
    std::string
        remark;  ///< "cifar-vgg features, not comparable with published values"; empty for the published network
    std::string notice;  ///< a sentence for the terminal where the features were not chosen; else empty
};

/// @throws FileError, FormatError, ValueError if files are missing or hold another network; nothing in them is executed
[[nodiscard]] PerceptualNetwork open_perceptual_network(const PerceptualOptions& o,
                                                        std::shared_ptr<Context<Cpu>> context);

}  // namespace stylegan::examples
