// SPDX-License-Identifier: Apache-2.0
#include "perceptual_network.hpp"

#include "options.hpp"

#include <stylegan/io/tensor_file.hpp>
#include <stylegan/metrics/load_lpips.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include <system_error>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

constexpr const char* shipped = "cifar-vgg.safetensors";

/// The features that come with the program: beside it where it is installed, or among the sources that it was built of.
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

}  // namespace

void add_perceptual_options(CLI::App& c, PerceptualOptions& o) {
    add_path(c, "--vgg", o.vgg, "FILE",
             "VGG16: torchvision's state dictionary (.pth or .safetensors), or vgg16_zhang_perceptual.pkl; "
             "default: small features that come with the program, whose numbers compare only among themselves");
    add_path(c, "--lpips", o.lpips, "FILE",
             "the LPIPS v0.1 heads, vgg.pth of its authors; not needed where the file of --vgg holds them");
}

PerceptualNetwork open_perceptual_network(const PerceptualOptions& o, std::shared_ptr<Context<Cpu>> context) {
    if (o.vgg.empty() && !o.lpips.empty())
        throw ValueError("--lpips: is given without --vgg, expected both: heads belong to the features of VGG16");
    if (o.vgg.empty()) {
        const std::string remark = "cifar-vgg features, not comparable with published values";
        return {Lpips<Cpu>(load_vgg16(read_tensor_file(shipped_features()), std::move(context))), "cifar-vgg", remark,
                "No --vgg: distances are of the small features that come with this program, and compare only among "
                "themselves"};
    }
    const NamedTensors vgg = read_tensor_file(o.vgg);
    Lpips<Cpu> lpips(load_vgg16(vgg, std::move(context)));
    if (!o.lpips.empty())
        load_lpips_heads(read_tensor_file(o.lpips), lpips);
    else if (!load_lpips_heads_of_vgg16(vgg, lpips))
        throw ValueError(text("--lpips: is missing, expected the LPIPS heads, since ", o.vgg.string(), " holds none"));
    const int width = lpips.vgg().width();
    if (width == 64) return {std::move(lpips), "vgg16", "", ""};
    const std::string features = text("vgg of width ", width);
    return {std::move(lpips), features, features + " features, not comparable with published values", ""};
}

}  // namespace stylegan::examples
