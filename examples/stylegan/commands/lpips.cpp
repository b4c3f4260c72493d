// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"

#include <stylegan/io/pictures/read_image.hpp>

#include <xtensor/xtensor.hpp>

#include <cstdio>
#include <memory>

namespace stylegan::examples {
namespace {

struct LpipsOptions {
    std::filesystem::path a, b;
    PerceptualOptions perceptual;
    int threads = 0;
    DeviceOption device{};
};

/// (1, 3, H, W) in [-1, 1]; grey becomes three equal channels.
xt::xtensor<float, 4> read_picture(const std::filesystem::path& path) {
    const Image image = read_image(path);
    if (image.channels % 2 == 0)
        throw FormatError(
            text(path.string(), ": has ", image.channels, " channels, expected 1 (grey) or 3 (RGB), without alpha"));
    const auto height = static_cast<std::size_t>(image.height), width = static_cast<std::size_t>(image.width);
    auto x = xt::xtensor<float, 4>::from_shape({1, 3, height, width});
    for (int c = 0; c < 3; ++c)
        for (int row = 0; row < image.height; ++row)
            for (int column = 0; column < image.width; ++column)
                x(0, c, row, column) =
                    static_cast<float>(image.pixel(column, row)[image.channels == 1 ? 0 : c]) / 127.5f - 1;
    return x;
}

void lpips(const LpipsOptions& o) {
    const auto a = read_picture(o.a), b = read_picture(o.b);
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
    require(add_path(c, "A", o->a, "", "a picture, PNG or JPEG, at least 16x16"));
    require(add_path(c, "B", o->b, "", "a picture of the same size"));
    add_perceptual_options(c, o->perceptual);
    add_threads(c, o->threads);
    add_device(c, o->device);
}

}  // namespace stylegan::examples
