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
#include <optional>
#include <string>
#include <utility>
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

/// The w of the pictures to edit, not truncated.
class Sources {
public:
    Sources(const EditOptions& o, const Drawing& drawing) : options_(o), drawing_(drawing) {
        if (!o.projected_w.empty()) file_ = read_w(o.projected_w, drawing.architecture(), o.network.string(), o.w_rows);
    }

    [[nodiscard]] std::size_t size() const {
        return file_ ? static_cast<std::size_t>(file_->shape[0]) : options_.seeds.size();
    }

    /// w of picture i: (1, layers, w_size).
    [[nodiscard]] Drawing::Styles w(std::size_t i) const {
        if (!file_) return drawing_.styles({options_.seeds[i]});
        const std::size_t length = file_->values.size() / size();
        const float* const from = file_->values.data() + i * length;
        if (file_->shape.size() == 2) {
            auto row = Drawing::Generator::Latents::from_shape({1, length});
            std::copy_n(from, length, row.data());
            return drawing_.generator().styles(row);
        }
        const auto layers = static_cast<std::size_t>(file_->shape[1]);
        auto one = Drawing::Styles::from_shape({1, layers, length / layers});
        std::copy_n(from, length, one.data());
        return one;
    }

    /// The seed, or the row of the file.
    [[nodiscard]] std::size_t number(std::size_t i) const { return file_ ? i : options_.seeds[i]; }

    /// "seed0007_-2" or "proj00_0.5".
    [[nodiscard]] std::string name(std::size_t i, double strength) const {
        std::string name = file_ ? numbered_name("proj", i, 2) : numbered_name("seed", options_.seeds[i]);
        name.resize(name.size() - 4);  // without .png
        return text(name, '_', number_text(strength));
    }

private:
    const EditOptions& options_;
    const Drawing& drawing_;
    std::optional<NpyArray<float>> file_;
};

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

/// @throws FileError if an output would replace the file of w
void require_other_names(const EditOptions& o, const Sources& sources) {
    if (o.projected_w.empty()) return;
    for (std::size_t i = 0; i < sources.size(); ++i)
        for (const double strength : o.strengths)
            if (same_file(o.projected_w, o.outdir / (sources.name(i, strength) + ".npz")))
                throw FileError(text("--outdir ", o.outdir.string(), ": its ", sources.name(i, strength),
                                     ".npz is --projected-w ", o.projected_w.string(),
                                     " itself, which would be overwritten; expected another folder"));
}

constexpr std::size_t rows_of_grid = 100;  // of the grid

void edit(const EditOptions& o) {
    const Drawing drawing(o);
    require_styles(drawing, o.network);
    const Architecture& a = drawing.architecture();
    const Edit e = read_edit(o, a);
    const Sources sources(o, drawing);
    require_other_names(o, sources);
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    std::size_t done = 0;
    const auto count = [&](std::size_t n) { progress.show(done += n, sources.size() * o.strengths.size()); };
    std::vector<Image> cells;
    std::vector<std::string> rows, columns;
    for (const double s : o.strengths) columns.push_back(number_text(s));
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const Drawing::Styles moved = edited(drawing.truncated(sources.w(i)), e.step, o.strengths, e.layers);
        std::vector<Image> pictures = pictures_of_truncated(drawing, moved, count);
        if (i < rows_of_grid) rows.push_back(std::to_string(sources.number(i)));
        for (std::size_t s = 0; s < pictures.size(); ++s) {
            const std::string name = sources.name(i, o.strengths[s]);
            const Drawing::Styles one = rows_of(moved, {s});
            write_png(o.outdir / (name + ".png"), pictures[s]);
            write_npz(o.outdir / (name + ".npz"), "w", {1, a.layers(), a.w_size()}, {one.begin(), one.end()});
            if (i < rows_of_grid) cells.push_back(std::move(pictures[s]));
        }
    }
    const std::string first = sources.name(0, o.strengths[0]), grid = (o.outdir / "grid.png").string();
    write_png(grid, labelled_grid(cells, rows, columns));
    progress.clear();
    std::printf("%s: %zu x %zu pictures%s; each also as %s.png, its w as %s.npz, and so on\n", grid.c_str(),
                columns.size(), rows.size(), sources.size() > rows_of_grid ? text(" of ", sources.size()).c_str() : "",
                first.c_str(), first.c_str());
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
    add_layer_list(
        c, "--layers", o->layers,
        "layers that move: all, coarse (0-3), middle (4-7), fine (from 8), or numbers (default: those of the "
        "file, else all)");
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    require(
        add_path(c, "--outdir", o->outdir, "DIR", "folder for grid.png, seed0000_-2.png, seed0000_-2.npz and so on"));
}

}  // namespace stylegan::examples
