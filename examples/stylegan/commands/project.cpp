// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/drawing.hpp"
#include "drawing/noise_file.hpp"
#include "drawing/w_file.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "projecting/projector.hpp"
#include "projecting/target_picture.hpp"

#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

struct ProjectOptions : DrawingOptions {
    PerceptualOptions perceptual;
    std::vector<fs::path> targets;
    fs::path outdir, init;
    WRows w_rows = WRows::automatic;
    PictureLimits limits;
    ProjectorOptions projector;
    double mse = 10;
};

/// The folder of each target's files: --outdir for one target, for several a folder each, named as the picture.
/// @throws ValueError if two have the same name; FileError if a target would be overwritten
std::vector<fs::path> folders_of(const ProjectOptions& o) {
    std::vector<fs::path> folders;
    std::set<std::string> names;
    for (const fs::path& target : o.targets) {
        const std::string name = target.stem().string();
        if (o.targets.size() > 1 && !names.insert(name).second)
            throw ValueError(text("--target: two pictures are named ", name, " (", target.string(),
                                  " is the second), expected names that differ, since the results of each are written "
                                  "into a folder of its name"));
        folders.push_back(o.targets.size() == 1 ? o.outdir : o.outdir / name);
    }
    for (const fs::path& target : o.targets)
        for (const fs::path& folder : folders)
            for (const char* written : {"target.png", "proj.png"})
                if (same_file(target, folder / written))
                    throw FileError(text("--outdir ", o.outdir.string(), ": its ",
                                         (folder / written).lexically_relative(o.outdir).string(), " is --target ",
                                         target.string(),
                                         " itself, which would be overwritten; expected another folder"));
    return folders;
}

/// w of --init for each target, (targets, layers, w_size).
std::optional<Drawing::Styles> read_init(const ProjectOptions& o, const Drawing& drawing) {
    if (o.init.empty()) return std::nullopt;
    const Architecture& a = drawing.architecture();
    const NpyArray<float> array = read_w(o.init, a, o.network.string(), o.w_rows);
    const auto rows = static_cast<std::size_t>(array.shape[0]), targets = o.targets.size();
    if (rows != 1 && rows != targets)
        throw FormatError(text("--init ", o.init.string(), ": holds w of ", rows, " pictures, expected ",
                               targets == 1 ? "" : "1 or ", targets, targets == 1 ? ", that" : ", those",
                               " of --target"));
    const std::size_t layers = static_cast<std::size_t>(a.layers()), length = static_cast<std::size_t>(a.w_size());
    const bool of_layers = array.shape.size() == 3;
    auto w = Drawing::Styles::from_shape({targets, layers, length});
    for (std::size_t i = 0; i < targets; ++i)
        for (std::size_t l = 0; l < layers; ++l) {
            const std::size_t row = rows == 1 ? 0 : i;
            std::copy_n(array.values.data() + (of_layers ? row * layers + l : row) * length, length,
                        w.data() + (i * layers + l) * length);
        }
    return w;
}

/// "distance from the target 0.01 (0.03 in W); of the average picture 0.4"
std::string distances_text(const Projected& found, bool further) {
    char line[160], in_w[48] = "";
    if (further && found.in_w < std::numeric_limits<double>::infinity())
        std::snprintf(in_w, sizeof in_w, " (%.4g in W)", found.in_w);
    std::snprintf(line, sizeof line, "distance from the target %.4g%s; of the average picture %.4g", found.distance,
                  in_w, found.average);
    return line;
}

void project(const ProjectOptions& o) {
    Drawing drawing(o);
    auto& generator = drawing.generator();
    const Architecture& a = drawing.architecture();
    if (a.label_size > 0)
        throw ValueError(text("--network ", o.network.string(), ": has labels, expected a network without labels"));
    if (o.projector.noise && !a.use_noise)
        throw ValueError(
            text("--noise-opt: is given, but ", o.network.string(), " has no noise; expected one that has"));
    const std::vector<fs::path> folders = folders_of(o);
    const auto starts = read_init(o, drawing);
    std::vector<Image> targets;
    for (const fs::path& target : o.targets)
        targets.push_back(target_picture(target, a.picture(), a.num_channels, o.limits));
    const PerceptualNetwork network = generator.perceptual(o.perceptual);
    std::vector<DistanceOfWritten> distances;
    for (const Image& target : targets) distances.emplace_back(*network.lpips, target, o.mse);
    make_output_folder(o.outdir);
    drawing.print_assumed();
    if (!network.notice.empty()) std::printf("%s\n", network.notice.c_str());
    std::fflush(stdout);

    Projector projector(generator, o.projector);
    require_finite_pictures(projector.average_picture(), o.network, [](std::size_t) { return "the average picture"; });
    const std::vector<Projected> found = projector.find(distances, starts);
    if (found.empty())
        throw FormatError(text("--network ", o.network.string(),
                               ": no picture has a finite distance from the target, expected one that has"));
    std::vector<float> all;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto picture = projector.picture(found[i]);
        require_finite_pictures(picture, o.network, [](std::size_t) { return "proj.png"; });
        make_output_folder(folders[i]);
        write_png(folders[i] / "target.png", targets[i]);
        write_png(folders[i] / "proj.png", picture, 0);
        const std::vector<float> w(found[i].w.begin(), found[i].w.end());
        write_npz(folders[i] / "projected_w.npz", "w", {1, a.layers(), a.w_size()}, w);
        if (!found[i].noise.empty()) write_noise(folders[i] / "projected_noise.npz", found[i].noise);
        all.insert(all.end(), w.begin(), w.end());
        std::printf("%s: %s (LPIPS%s%s)\n", (folders[i] / "proj.png").c_str(),
                    distances_text(found[i], o.projector.noise || o.projector.space == LatentSpace::w_plus).c_str(),
                    network.remark.empty() ? "" : ", ", network.remark.c_str());
    }
    if (found.size() > 1)
        write_npz(o.outdir / "projected_w.npz", "w", {static_cast<Index>(found.size()), a.layers(), a.w_size()}, all);
}

}  // namespace

void add_project(CLI::App& app) {
    const auto o = std::make_shared<ProjectOptions>();
    CLI::App& c =
        add_command(app, "project", "Find the w whose picture looks like a given picture, for each of several",
                    [o] { project(*o); });
    add_network_options(c, *o);
    require(add_paths(
        c, "--target", o->targets, "FILE...",
        text("the pictures, ", picture_formats, "; cropped to their middle and resized to the network's size")));
    add_choice<LatentSpace>(c, "--space", o->projector.space, {{"w", LatentSpace::w}, {"w+", LatentSpace::w_plus}},
                            "w (default): one w for all layers; w+: one for each layer, closer to the picture and "
                            "less like the network's own. The search in w+ starts at the result of w");
    add_flag(c, "--noise-opt", o->projector.noise,
             "find the noise maps, too; `generate --projected-noise` draws with them");
    CLI::Option& init =
        add_path(c, "--init", o->init, "FILE",
                 "w to start at, as `project` and others write it, of one picture or of each target, in place of the "
                 "mean w and of --starts; with --space w its layers are averaged");
    add_w_rows(c, o->w_rows, "--init", &init);
    add_whole(c, "--num-steps", o->projector.steps, {1, 1000000},
              "steps of a search (default 1000); half as many follow with the mean squared error alone, and count if "
              "they come closer");
    add_whole(
        c, "--starts", o->projector.starts, {1, 100},
        "most searches to make in w (default 4); the best counts, and the first that comes 20 times closer than the "
        "average picture is the last. The first starts at the average w, the others at the closest of many random w");
    add_whole(c, "--batch", o->projector.batch, {1, 4096},
              "targets searched at once (default 4); memory grows with it, results do not depend on it");
    add_real(c, "--mse", o->mse, {0, 1e6},
             "weight of the mean squared error, added to the perceptual distance (default 10)");
    add_whole(c, "--seed", o->projector.seed, {0, std::numeric_limits<int>::max()},
              "seed of the noise in the search (default 303)");
    add_perceptual_options(c, o->perceptual);
    add_max_pixels(c, o->limits.max_pixels);
    require(add_path(c, "--outdir", o->outdir, "DIR",
                     "folder for proj.png, target.png and projected_w.npz; with several targets a folder each, named "
                     "as the picture, and projected_w.npz of all"));
}

}  // namespace stylegan::examples
