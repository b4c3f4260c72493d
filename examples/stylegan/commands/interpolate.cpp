// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"
#include "video/loop_video.hpp"
#include "video/video_file.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/pictures/animated_png.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/metrics/path_length.hpp>
#include <stylegan/models/vgg16.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>

namespace stylegan::examples {
namespace {

struct InterpolateOptions : DrawingOptions {
    std::vector<std::uint32_t> seeds;
    std::size_t steps = 10;
    PathSpace space = PathSpace::w;
    double epsilon = 1e-4;
    bool frames = false, video = false, captions = false;
    std::optional<int> per_second;
    LoopVideoOptions loop;
    PerceptualOptions perceptual;
    std::filesystem::path outdir;
};

/// A picture on a path, and the local path length there.
struct Stop {
    Image picture;
    double length = 0;
};

/// Adds the stops from one seed to the next, both included.
void walk(const InterpolateOptions& o, const Drawing& drawing, const PerceptualNetwork& network, std::uint32_t from,
          std::uint32_t to, std::vector<Stop>& all, CountedProgress& progress, std::size_t total) {
    const auto& generator = drawing.generator();
    const auto ends = latents_of_seeds({from, to}, static_cast<std::size_t>(drawing.architecture().latent_size));
    Drawing::Generator::Pictures pictures;
    const PathGenerator<float> path{
        .latent_size = drawing.architecture().latent_size,
        .map = [&](const auto& z, const auto&) { return generator.map(z, drawing.options(z.shape(0)).labels); },
        .pictures =
            [&](const auto& w, const PathDraw&) {
                auto options = drawing.options(w.shape(0));
                options.noise_seed = from;
                return pictures = generator.synthesize(generator.styles(w), options);
            }};
    PathLengthOptions options;
    options.space = o.space;
    options.epsilon = o.epsilon;
    options.crop = false;
    const auto name = [&](std::size_t) { return text("a picture between seeds ", from, " and ", to); };
    for (std::size_t i = 0; i < o.steps; ++i) {
        const double t = static_cast<double>(i) / static_cast<double>(o.steps - 1);
        const std::vector<double> d = path_distances(path, *network.lpips, options, ends, {t}, {}, {.samples = {i}});
        require_finite_pictures(pictures, o.network, name);
        all.push_back({to_uint8(pictures, 0), d[0]});
        progress.show(all.size(), total);
    }
}

std::string short_number(double v) {
    char s[32];
    std::snprintf(s, sizeof s, v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v);
    return s;
}

/// All pictures, one row for each pair of seeds, with the path length below each.
Image strip_of(const InterpolateOptions& o, const std::vector<Stop>& stops) {
    const std::size_t columns = o.steps;
    const Image& first = stops[0].picture;
    const int caption = 7 * std::max(1, std::min(first.width, first.height) / 64) + 2;
    std::vector<Image> cells;
    for (std::size_t i = 0; i < stops.size(); ++i) {
        const Stop& stop = stops[i];
        const bool begins = i % columns == 0, ends = i % columns == columns - 1;
        Image picture = stop.picture;
        if (o.captions && (begins || ends))
            draw_caption(picture, std::to_string(o.seeds[i / columns + (ends ? 1 : 0)]));
        Image& cell = cells.emplace_back(first.width, first.height + caption, first.channels);
        paste(cell, picture, 0, 0);
        Image number(first.width, first.height, first.channels);  // its size sets the size of the digits
        draw_caption(number, short_number(stop.length));
        for (int y = 0; y < caption; ++y)
            std::copy_n(number.pixel(0, y), first.width * first.channels, cell.pixel(0, first.height + y));
        for (int y = first.height; first.channels % 2 == 0 && y < cell.height;
             ++y)  // alpha: what is written can be read
            for (int x = 0; x < first.width; ++x) cell.pixel(x, y)[first.channels - 1] = 255;
    }
    return image_grid(cells, static_cast<int>(columns), static_cast<int>((cells.size() + columns - 1) / columns));
}

/// The pictures in order. The last picture of a path is the first of the next; it is included once.
std::vector<Image> sequence_of(const std::vector<Stop>& stops, std::size_t steps) {
    std::vector<Image> pictures;
    for (std::size_t i = 0; i < stops.size(); ++i)
        if (i == 0 || i % steps != 0) pictures.push_back(stops[i].picture);
    return pictures;
}

/// @return a summary of the files
std::string write_sequence(const InterpolateOptions& o, const std::vector<Image>& pictures) {
    std::string summary;
    if (o.frames) {
        for (std::size_t i = 0; i < pictures.size(); ++i) write_png(o.outdir / numbered_name("frame", i), pictures[i]);
        summary += text((o.outdir / numbered_name("frame", 0)).string(), " ... ",
                        numbered_name("frame", pictures.size() - 1), ": one file per picture\n");
    }
    if (o.video) {
        const auto path = o.outdir / "video.png";
        const int per_second = o.per_second.value_or(10);
        write_animated_png(path, pictures, per_second);
        summary += text(path.string(), ": animated PNG, ", pictures.size(), " pictures, ", per_second, " per second\n");
    }
    return summary;
}

void write_loop(const InterpolateOptions& o, const Drawing& drawing) {
    LoopVideoOptions loop = o.loop;
    loop.per_second = o.per_second.value_or(loop.per_second);
    loop.space = o.space;
    loop.noise = o.noise;
    std::fputs(write_loop_video(loop, drawing, o.seeds).c_str(), stdout);
}

void write_strip(const InterpolateOptions& o, const Drawing& drawing) {
    const Size picture = drawing.architecture().picture();
    if (std::min(picture.height, picture.width) < Vgg16<Cpu>::smallest_side)
        throw ShapeError(text("--network ", o.network.string(), ": makes pictures of ", to_string(picture),
                              ", expected at least 16x16 for distances"));
    const PerceptualNetwork network = drawing.generator().perceptual(o.perceptual);
    make_output_folder(o.outdir);
    if (!network.notice.empty()) std::printf("%s\n", network.notice.c_str());

    const std::size_t paths = o.seeds.size() - 1;
    std::vector<Stop> stops;
    CountedProgress progress("pictures");
    for (std::size_t p = 0; p < paths; ++p)
        walk(o, drawing, network, o.seeds[p], o.seeds[p + 1], stops, progress, paths * o.steps);
    const auto path = o.outdir / "interpolate.png";
    write_png(path, strip_of(o, stops));
    const std::string sequence = write_sequence(o, sequence_of(stops, o.steps));
    progress.clear();
    std::printf("%s: %zu pictures between seeds; below each its local path length in %s%s\n", path.c_str(),
                stops.size(), o.space == PathSpace::z ? "Z" : "W",
                network.remark.empty() ? "" : (" (" + network.remark + ")").c_str());
    std::fputs(sequence.c_str(), stdout);
    for (std::size_t p = 0; p < paths; ++p) {
        std::string lengths;
        for (std::size_t i = 0; i < o.steps; ++i) lengths += ' ' + short_number(stops[p * o.steps + i].length);
        std::printf("%u to %u:%s\n", o.seeds[p], o.seeds[p + 1], lengths.c_str());
    }
}

void add_video_options(CLI::App& c, InterpolateOptions& o) {
    CLI::Option& video = add_optional(
        c, "--video", "[FILE]",
        [&o](const std::string& s) {
            o.video = s.empty();
            o.loop.file = s;
            return s.empty() || is_video_name(s);
        },
        video_forms,
        "a video of a closed loop through the seeds: FILE.mp4 or FILE.webm, by the program ffmpeg, or FILE.png, an "
        "animated PNG. Without FILE: video.png in --outdir, of the pictures of the strip");
    need(add_whole(c, "--fps", o.per_second, {1, 1000},
                   "pictures per second of the video (default 60 for --video FILE, else 10)"),
         video);
    need(add_whole(c, "--w-frames", o.loop.steps, {1, 100000},
                   "pictures from one seed to the next in --video FILE (default 120)"),
         video);
    const auto parse_grid = [](const std::string& s) { return parse_width_by_height(s, 100); };
    need(add_parsed(c, "--grid", o.loop.grid, "WxH", parse_grid, "columns x rows, such as 3x2, each from 1 to 100",
                    "loops beside each other in --video FILE; the seeds are spread over them (default 1x1)"),
         video);
    need(add_whole(c, "--scale", o.loop.scale, {1, 64},
                   "side of the square that each pixel becomes in --video FILE (default 1)"),
         video);
}

void interpolate(const InterpolateOptions& o) {
    if (o.seeds.size() < 2)
        throw ValueError(text("--seeds: is ", o.seeds.size(), " seed, expected at least 2, the ends of a path"));
    const Drawing drawing(o);
    drawing.print_assumed();
    if (!o.loop.file.empty()) write_loop(o, drawing);
    if (!o.outdir.empty()) write_strip(o, drawing);
}

}  // namespace

void add_interpolate(CLI::App& app) {
    const auto o = std::make_shared<InterpolateOptions>();
    CLI::App& c = add_command(app, "interpolate",
                              "Draw pictures along paths between seeds, with the local path length below each, or a "
                              "video of a loop through them",
                              [o] {
                                  if (o->outdir.empty() && o->loop.file.empty())
                                      usage_error("--outdir", "is missing, expected a folder, or --video FILE");
                                  interpolate(*o);
                              });
    add_network_options(c, *o);
    require(add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form,
                       "ends of the paths, at least two seeds"));
    add_whole(c, "--steps", o->steps, {2, 1000}, "pictures per path, both ends included (default 10)");
    add_choice<PathSpace>(c, "--space", o->space, {{"z", PathSpace::z}, {"w", PathSpace::w}},
                          "z: great circles between the z of the seeds; w (default): straight lines between their w");
    add_flag(c, "--frames", o->frames, "also write each picture: frame0000.png and so on");
    add_video_options(c, *o);
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    add_captions(c, o->captions);
    add_perceptual_options(c, o->perceptual);
    add_path(c, "--outdir", o->outdir, "DIR", "folder for interpolate.png, the frames and video.png");
}

}  // namespace stylegan::examples
