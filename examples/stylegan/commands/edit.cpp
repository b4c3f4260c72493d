// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "drawing/edited.hpp"
#include "drawing/w_file.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/models/directions/latent_directions.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

/// "directions.npz:2".
struct DirectionName {
    std::filesystem::path file;
    Index number = 0;
};

struct EditOptions : DrawingOptions {
    std::vector<std::uint32_t> seeds;
    std::filesystem::path projected_w, outdir;
    WRows w_rows = WRows::automatic;
    DirectionName direction;
    std::vector<double> strengths{-2, 0, 2};
    std::string layers;
};

std::optional<DirectionName> parse_direction(const std::string& s) {
    DirectionName name;
    const std::size_t colon = s.rfind(':');
    const auto number = colon == std::string::npos
                            ? std::nullopt
                            : parse_whole(std::string_view(s).substr(colon + 1), {0, 1'000'000'000});
    const auto path = parse_path(number ? s.substr(0, colon) : s);
    if (!path) return std::nullopt;
    return DirectionName{*path, static_cast<Index>(number.value_or(0))};
}

/// w of the pictures to edit, not truncated: (n, layers, w_size).
Drawing::Styles sources(const EditOptions& o, const Drawing& drawing) {
    if (o.projected_w.empty()) return drawing.styles(o.seeds);
    const NpyArray<float> w = read_w(o.projected_w, drawing.architecture(), o.network.string(), o.w_rows);
    const auto n = static_cast<std::size_t>(w.shape[0]), last = static_cast<std::size_t>(w.shape.back());
    if (w.shape.size() == 2) {
        auto rows = Drawing::Generator::Latents::from_shape({n, last});
        std::copy(w.values.begin(), w.values.end(), rows.data());
        return drawing.generator().styles(rows);
    }
    auto all = Drawing::Styles::from_shape({n, static_cast<std::size_t>(w.shape[1]), last});
    std::copy(w.values.begin(), w.values.end(), all.data());
    return all;
}

/// The step of strength 1, and the layers that move.
struct Edit {
    Eigen::VectorXd step;
    std::vector<int> layers;
    std::string unit;  ///< what strength 1 is, for a message
};

Edit read_edit(const EditOptions& o, const Architecture& a) {
    const std::string file = o.direction.file.string();
    const LatentDirections d = read_directions(o.direction.file);
    if (d.directions.cols() != a.w_size())
        throw FormatError(text("--direction ", file, ": has directions of length ", d.directions.cols(), ", expected ",
                               a.w_size(), ", the length of w of ", o.network.string()));
    if (o.direction.number >= d.count())
        throw ValueError(text("--direction ", file, ':', o.direction.number, ": has ", d.count(),
                              d.count() == 1 ? " direction" : " directions", ", expected a number from 0 to ",
                              d.count() - 1));
    Edit edit{d.step(o.direction.number), d.layers, {}};
    if (!o.layers.empty())
        edit.layers = parse_layer_list("--layers", o.layers, a);
    else if (d.layers.empty())
        edit.layers = parse_layer_list("--layers", "all", a);
    for (const int l : edit.layers)
        if (l >= a.layers())
            throw FormatError(text("--direction ", file, ": is for layer ", l, ", expected layers from 0 to ",
                                   a.layers() - 1, " of ", o.network.string(), "; --layers chooses others"));
    char length[32];
    std::snprintf(length, sizeof length, "%.3g", edit.step.norm());
    edit.unit = text(d.deviations.size() > 0 ? "sigma of direction " : "the length of direction ", o.direction.number,
                     " of ", file, ", ", length, d.deviations.size() > 0 ? "" : "; the file has no std");
    return edit;
}

/// "seed0007_-2" or "proj00_0.5".
std::string name_of(const EditOptions& o, std::size_t i, double strength) {
    std::string name = o.projected_w.empty() ? numbered_name("seed", o.seeds[i]) : numbered_name("proj", i, 2);
    name.resize(name.size() - 4);  // without .png
    return text(name, '_', number_text(strength));
}

void edit(const EditOptions& o) {
    const Drawing drawing(o);
    require_styles(drawing, o.network);
    const Architecture& a = drawing.architecture();
    const Edit e = read_edit(o, a);
    const Drawing::Styles w = drawing.truncated(sources(o, drawing));
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    std::size_t done = 0;
    const std::size_t total = w.shape(0) * o.strengths.size();
    const auto count = [&](std::size_t n) { progress.show(done += n, total); };
    std::vector<Image> cells;
    std::vector<std::string> rows, columns;
    for (const double s : o.strengths) columns.push_back(number_text(s));
    for (std::size_t i = 0; i < w.shape(0); ++i) {
        const Drawing::Styles moved = edited(rows_of(w, {i}), e.step, o.strengths, e.layers);
        const std::vector<Image> pictures = pictures_of_truncated(drawing, moved, count);
        for (std::size_t s = 0; s < pictures.size(); ++s) {
            const std::string name = name_of(o, i, o.strengths[s]);
            const Drawing::Styles one = rows_of(moved, {s});
            write_png(o.outdir / (name + ".png"), pictures[s]);
            write_npz(o.outdir / (name + ".npz"), "w", {1, a.layers(), a.w_size()}, {one.begin(), one.end()});
            cells.push_back(pictures[s]);
        }
        rows.push_back(std::to_string(o.projected_w.empty() ? o.seeds[i] : i));
    }
    write_png(o.outdir / "grid.png", labelled_grid(cells, rows, columns));
    progress.clear();
    std::printf("%s: %zu x %zu pictures; each also as %s.png, its w as %s.npz, and so on\n",
                (o.outdir / "grid.png").c_str(), columns.size(), rows.size(), name_of(o, 0, o.strengths[0]).c_str(),
                name_of(o, 0, o.strengths[0]).c_str());
    std::printf("Strength 1 is %s; moves layers %s\n", e.unit.c_str(), layer_list_text(e.layers).c_str());
}

}  // namespace

void add_edit(CLI::App& app) {
    const auto o = std::make_shared<EditOptions>();
    CLI::App& c = add_command(app, "edit", "Move the w of pictures along a direction, and draw them", [o] {
        if (o->seeds.empty() && o->projected_w.empty())
            usage_error("--seeds", text("is missing, expected ", seed_list_form, ", or --projected-w"));
        edit(*o);
    });
    add_network_options(c, *o);
    CLI::Option& seeds = add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form,
                                    "pictures to edit: numbers and ranges such as 0-3,10");
    CLI::Option& projected = add_path(c, "--projected-w", o->projected_w, "FILE",
                                      "w to edit instead, as `project` and `edit` write it; see `generate --help`");
    exclude(projected, seeds);
    add_w_rows(c, o->w_rows, "--projected-w", &projected);
    require(
        add_parsed(c, "--direction", o->direction, "FILE[:K]", parse_direction, path_form,
                   "direction K of a file, from 0 (default 0): a .npz file of `stylegan directions` or another with "
                   "one array alone, or a .npy file; (count, w size) or (w size)"));
    const auto parse_strengths = [](const std::string& s) { return parse_real_list(s, {-1000, 1000}); };
    add_parsed(c, "--strength", o->strengths, "LIST", parse_strengths, "numbers from -1000 to 1000 such as -2,0,2",
               "how far to go, one picture each (default -2,0,2): in sigma, the standard deviation of w along the "
               "direction, if the file has std, else in lengths of the direction");
    const auto any = [](const std::string& s) { return std::optional(s); };
    add_parsed(c, "--layers", o->layers, "LIST", any, layer_list_form,
               "layers that move: all, coarse (0-3), middle (4-7), fine (from 8), or numbers (default: those of the "
               "file, else all)");
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    require(
        add_path(c, "--outdir", o->outdir, "DIR", "folder for grid.png, seed0000_-2.png, seed0000_-2.npz and so on"));
}

}  // namespace stylegan::examples
