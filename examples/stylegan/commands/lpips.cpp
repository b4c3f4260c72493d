// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"

#include <stylegan/io/pictures/picture.hpp>

#include <cstdio>
#include <memory>

namespace stylegan::examples {
namespace {

struct LpipsOptions {
    std::filesystem::path a, b;
    PerceptualOptions perceptual;
    PictureLimits limits;
    int threads = 0;
    DeviceOption device{};
};

void lpips(const LpipsOptions& o) {
    const auto a = read_picture(o.a, 3, o.limits), b = read_picture(o.b, 3, o.limits);
    if (a.shape() != b.shape())
        throw ShapeError(text(o.b.string(), ": is ", b.shape(3), 'x', b.shape(2), ", expected ", a.shape(3), 'x',
                              a.shape(2), " as ", o.a.string()));
    const PerceptualNetwork network = open_perceptual_network(o.perceptual, o.device, o.threads);
    const double distance = (*network.lpips)(a, b)[0];
    std::printf("%.6f%s\n", distance, network.remark.empty() ? "" : ("  (" + network.remark + ")").c_str());
}

}  // namespace

void add_lpips(CLI::App& app) {
    const auto o = std::make_shared<LpipsOptions>();
    CLI::App& c = add_command(app, "lpips", "Measure how different two pictures look (LPIPS)", [o] { lpips(*o); });
    require(add_path(c, "A", o->a, "",
                     text("a picture, ", picture_formats, ", at least 16x16; an alpha channel must be opaque")));
    require(add_path(c, "B", o->b, "", "a picture of the same size"));
    add_max_pixels(c, o->limits.max_pixels);
    add_perceptual_options(c, o->perceptual);
    add_threads(c, o->threads);
    add_device(c, o->device);
}

}  // namespace stylegan::examples
