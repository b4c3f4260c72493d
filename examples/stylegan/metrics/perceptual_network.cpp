// SPDX-License-Identifier: Apache-2.0
#include "metrics/perceptual_network.hpp"

#include "options/options.hpp"

#include <stylegan/core/error.hpp>

#include <system_error>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

constexpr const char* shipped = "cifar-vgg.safetensors";

}  // namespace

fs::path shipped_features() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    std::vector<fs::path> places;
    if (!error) places.push_back(program.parent_path().parent_path() / "share" / "stylegan" / shipped);
    places.push_back(fs::path(STYLEGAN_SHIPPED_DATA) / shipped);
    for (const fs::path& place : places)
        if (fs::exists(place, error)) return place;
    throw FileError(text("the features that come with this program are missing (", places.back().string(),
                         "), expected --vgg FILE and --lpips FILE"));
}

void add_perceptual_options(CLI::App& c, PerceptualOptions& o) {
    add_path(c, "--vgg", o.vgg, "FILE",
             "VGG16 weights: torchvision's state dictionary (.pth or .safetensors) or vgg16_zhang_perceptual.pkl "
             "(default: small features that come with the program; their distances compare only with each other)");
    add_path(c, "--lpips", o.lpips, "FILE",
             "LPIPS v0.1 heads, vgg.pth of its authors; not needed if the file of --vgg holds them");
}

}  // namespace stylegan::examples
