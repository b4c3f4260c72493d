// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

struct NoiseOptions : DrawingOptions {
    std::vector<std::uint32_t> seeds;
    std::optional<std::array<int, 4>> part;  // left, top, width, height
    int samples = 100;
    bool captions = false;
    std::filesystem::path outdir;
};

/// "10,4,64,64"
std::optional<std::array<int, 4>> parse_part(const std::string& s) {
    std::array<int, 4> part{};
    std::size_t first = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const std::size_t end = i + 1 < part.size() ? s.find(',', first) : s.size();
        if (end == std::string::npos) return std::nullopt;
        const auto n = parse_whole(std::string_view(s).substr(first, end - first), {i < 2 ? 0 : 1, 1 << 24});
        if (!n) return std::nullopt;
        part[i] = static_cast<int>(*n);
        first = end + 1;
    }
    return part;
}

/// The standard deviation of each pixel's brightness, as grey: 4 times the deviation, so that 64 of 255 is white.
Image deviations(const std::vector<Image>& pictures) {
    const Image& one = pictures[0];
    Image map(one.width, one.height, one.channels);
    const int colours = one.channels % 2 == 0 ? one.channels - 1 : one.channels;
    for (int y = 0; y < one.height; ++y)
        for (int x = 0; x < one.width; ++x) {
            double sum = 0, squares = 0;
            for (const Image& picture : pictures) {
                double brightness = 0;
                for (int c = 0; c < colours; ++c) brightness += picture.pixel(x, y)[c] / static_cast<double>(colours);
                sum += brightness;
                squares += brightness * brightness;
            }
            const auto n = static_cast<double>(pictures.size());
            const double deviation = std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
            std::fill_n(map.pixel(x, y), colours, static_cast<std::uint8_t>(std::min(255.0, 4 * deviation + 0.5)));
            if (colours < one.channels) map.pixel(x, y)[colours] = 255;  // opaque
        }
    return map;
}

void vary_noise(const NoiseOptions& o) {
    const Drawing drawing(o);
    if (!drawing.architecture().use_noise) throw ValueError(text("--network ", o.network.string(), ": has no noise"));
    const Size size = drawing.architecture().picture();
    // The paper's crop of a 1024x1024 face: a quarter of the side, right of the middle, in the hair.
    const auto [left, top, width, height] = o.part.value_or(std::array{
        size.width * 650 / 1024, size.height * 180 / 1024, std::max(1, size.width / 4), std::max(1, size.height / 4)});
    if (left + width > size.width || top + height > size.height)
        throw ValueError(text("--crop: is ", left, ',', top, ',', width, ',', height, ", expected a region within ",
                              size.width, 'x', size.height));
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    const auto samples = static_cast<std::size_t>(o.samples);
    std::size_t done = 0;
    const auto count = [&](std::size_t n) { progress.show(done += n, o.seeds.size() * samples); };
    Image canvas;
    for (std::size_t s = 0; s < o.seeds.size(); ++s) {
        const Drawing::Styles w = rows_of(drawing.styles({o.seeds[s]}), std::vector<std::size_t>(samples, 0));
        std::uint64_t noise_seed = std::uint64_t{o.seeds[s]} << 32;  // one for each batch of samples
        std::vector<Image> pictures = drawing.pictures(w, count, [&](auto& options) {
            options.noise = Noise::random;
            options.noise_seed = noise_seed++;
        });
        const Image& first = pictures[0];
        if (s == 0) canvas = Image(3 * first.width, first.height * static_cast<int>(o.seeds.size()), first.channels);
        const int y = static_cast<int>(s) * first.height, half_width = first.width / 2, half_height = first.height / 2;
        const Image map = deviations(pictures);
        for (int i = 0; i < 4; ++i) {
            const Image& picture = pictures[std::min(samples - 1, static_cast<std::size_t>(i))];
            paste(canvas, resize(crop(picture, left, top, width, height), half_width, half_height),
                  first.width + i % 2 * half_width, y + i / 2 * half_height);
        }
        paste(canvas, map, 2 * first.width, y);
        if (o.captions) draw_caption(pictures[0], std::to_string(o.seeds[s]));
        paste(canvas, first, 0, y);
    }
    const auto path = o.outdir / "noise.png";
    write_png(path, canvas);
    progress.clear();
    std::printf(
        "%s: one row per seed: the picture; its region %d,%d,%d,%d with four samples of noise; the standard deviation "
        "of each pixel over %d samples (white is 64 of 255)\n",
        path.c_str(), left, top, width, height, o.samples);
}

}  // namespace

void add_noise(CLI::App& app) {
    const auto o = std::make_shared<NoiseOptions>();
    CLI::App& c = add_command(app, "noise", "Figure 4: what noise changes in a picture", [o] { vary_noise(*o); });
    add_network_options(c, *o);
    require(add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form, "seeds, one row each"));
    add_parsed(c, "--crop", o->part, "X,Y,W,H", parse_part, "left, top, width and height in pixels such as 20,6,8,8",
               "region shown enlarged (default: a quarter of the side, placed as in the paper)");
    add_whole(c, "--samples", o->samples, {2, 10000}, "noise samples for the standard deviation (default 100)");
    add_truncation_options(c, *o);
    add_captions(c, o->captions);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for noise.png"));
}

}  // namespace stylegan::examples
