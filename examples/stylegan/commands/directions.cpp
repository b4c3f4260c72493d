// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "drawing/edited.hpp"
#include "drawing/w_set.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/models/directions/latent_directions.hpp>
#include <stylegan/models/directions/linear_boundary.hpp>
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sampled_w_moments.hpp>
#include <stylegan/models/directions/sefa.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

enum class Method { sefa, pca, boundary };

struct DirectionsOptions : DrawingOptions {
    Method method = Method::sefa;
    std::string layers = "all";
    std::optional<int> count;
    int samples = 10000;
    std::uint32_t seed = 0;
    std::vector<std::uint32_t> seeds{0};
    std::filesystem::path from, to, w, labels, outdir;
    WRows w_rows = WRows::automatic;
};

/// Directions, and what is printed of each.
struct Found {
    LatentDirections file;
    std::vector<std::string> lines;
};

/// The given number of directions, or 10, or all if there are fewer.
/// @throws ValueError if more are asked for than there are
Index count_of(const DirectionsOptions& o, Index available, const char* why) {
    if (o.count && *o.count > available)
        throw ValueError(text("--count: is ", *o.count, ", expected at most ", available, ", ", why));
    return std::min<Index>(o.count.value_or(10), available);
}

Found by_sefa(const DirectionsOptions& o, const Drawing& drawing, const std::vector<int>& layers) {
    const SefaDirections all = sefa(drawing.generator().style_weights(layers));
    const Index count = count_of(o, all.values.size(), "the length of w");
    Found found{{.directions = all.directions.topRows(count), .values = all.values.head(count)}, {}};
    for (Index k = 0; k < count; ++k) found.lines.push_back(text("eigenvalue ", all.values(k)));
    return found;
}

Found by_pca(const DirectionsOptions& o, const WMoments& moments) {
    const PrincipalComponents all = principal_components(moments);
    const Index count = count_of(o, all.deviations.size(), "the length of w, and fewer than --samples");
    Found found{{.directions = all.components.topRows(count),
                 .values = all.deviations.head(count).cwiseProduct(all.deviations.head(count))},
                {}};
    for (Index k = 0; k < count; ++k) {
        char line[40];
        std::snprintf(line, sizeof line, "%.1f %% of the variance", 100 * all.variance_ratio(k));
        found.lines.emplace_back(line);
    }
    return found;
}

Found by_boundary(const DirectionsOptions& o, const Drawing& drawing, const std::vector<int>& layers) {
    const auto set = [&](const char* flag, const std::filesystem::path& path) {
        return read_w_set(flag, path, drawing.architecture(), o.network.string(), o.w_rows, layers);
    };
    const auto boundary = [&] {
        if (o.labels.empty()) return linear_boundary(set("--from", o.from), set("--to", o.to), {.seed = o.seed});
        const Eigen::MatrixXd w = set("--w", o.w);
        const std::vector<int> labels = read_binary_labels("--labels", o.labels);
        if (static_cast<Index>(labels.size()) != w.rows())
            throw FormatError(text("--labels ", o.labels.string(), ": has ", labels.size(), " labels, expected ",
                                   w.rows(), ", one for each w of ", o.w.string()));
        return linear_boundary(w, labels, {.seed = o.seed});
    };
    const LinearBoundary b = boundary();
    char line[120];
    std::snprintf(line, sizeof line, "right for %.1f %% of %ld w held out, %.1f %% of %ld fitted", 100 * b.accuracy,
                  static_cast<long>(b.held_out), 100 * b.fitted_accuracy, static_cast<long>(b.fitted));
    return {{.directions = b.normal.transpose(), .values = Eigen::VectorXd::Constant(1, b.accuracy)}, {line}};
}

Found found_by_method(const DirectionsOptions& o, const Drawing& drawing, const std::vector<int>& layers,
                      const WMoments& moments) {
    switch (o.method) {
        case Method::sefa: return by_sefa(o, drawing, layers);
        case Method::pca: return by_pca(o, moments);
        case Method::boundary: break;
    }
    return by_boundary(o, drawing, layers);
}

constexpr Index rows_of_sheet = 32;  // of a sheet

/// A row for each direction, from -3 to 3 deviations of w along it.
Image sheet_of(const Drawing& drawing, const LatentDirections& d, std::uint32_t seed,
               const std::function<void(std::size_t)>& done) {
    const std::vector<double> strengths{-3, -2, -1, 0, 1, 2, 3};
    std::vector<std::string> rows, columns;
    for (const double s : strengths) columns.push_back(s > 0 ? '+' + number_text(s) : number_text(s));
    const Drawing::Styles w = drawing.truncated(drawing.styles({seed}));
    std::vector<Image> cells;
    for (Index k = 0; k < std::min(d.count(), rows_of_sheet); ++k) {
        rows.push_back(std::to_string(k));
        for (Image& picture : pictures_of_truncated(drawing, edited(w, d.step(k), strengths, d.layers), done))
            cells.push_back(std::move(picture));
    }
    return labelled_grid(cells, rows, columns);
}

WMoments moments_of(const DirectionsOptions& o, const Drawing& drawing) {
    CountedProgress progress("w");
    const auto total = static_cast<std::size_t>(o.samples);
    const auto map = [&](const auto& z) { return drawing.generator().map(z, drawing.options(z.shape(0)).labels); };
    WMoments moments = sampled_w_moments(map, drawing.architecture().latent_size, total, o.seed,
                                         [&](std::size_t n) { progress.show(n, total); });
    progress.clear();
    return moments;
}

void find_directions(const DirectionsOptions& o) {
    const Drawing drawing(o);
    require_styles(drawing, o.network);
    const std::vector<int> layers = parse_layer_list("--layers", o.layers, drawing.architecture());
    const WMoments moments = moments_of(o, drawing);
    Found found = found_by_method(o, drawing, layers, moments);
    LatentDirections& d = found.file;
    d.mean = moments.mean();
    d.deviations = moments.deviations_along(d.directions);
    d.layers = layers;
    d.method = o.method == Method::sefa ? "sefa" : o.method == Method::pca ? "pca" : "boundary";
    make_output_folder(o.outdir);
    drawing.print_assumed();

    const auto path = o.outdir / "directions.npz";
    write_directions(path, d);
    CountedProgress progress("pictures");
    std::size_t done = 0;
    const auto rows = static_cast<std::size_t>(std::min(d.count(), rows_of_sheet));
    const auto count = [&](std::size_t n) { progress.show(done += n, 7 * rows * o.seeds.size()); };
    for (const std::uint32_t seed : o.seeds)
        write_png(o.outdir / numbered_name("sheet", seed), sheet_of(drawing, d, seed, count));
    progress.clear();
    std::printf("%s: %ld %s of w by %s, for layers %s\n", path.c_str(), static_cast<long>(d.count()),
                d.count() == 1 ? "direction" : "directions", d.method.c_str(), layer_list_text(layers).c_str());
    for (std::size_t k = 0; k < found.lines.size(); ++k)
        std::printf("%3zu: %s; sigma %.3g, the standard deviation of %d w along it\n", k, found.lines[k].c_str(),
                    d.deviations(static_cast<Index>(k)), o.samples);
    std::printf("%s: %zu %s from -3 to 3 sigma\n", (o.outdir / numbered_name("sheet", o.seeds[0])).c_str(), rows,
                rows == 1 ? "direction" : "directions");
}

void check_usage(const DirectionsOptions& o) {
    const bool sets = !o.from.empty() && !o.to.empty(), labelled = !o.w.empty() && !o.labels.empty();
    if (o.method == Method::boundary && !sets && !labelled)
        usage_error("--method", "is boundary, expected --from and --to, or --w and --labels, with it");
    if (o.method != Method::boundary && !(o.from.empty() && o.w.empty()))
        usage_error(o.from.empty() ? "--w" : "--from", "is for --method boundary");
    if (o.method == Method::boundary && o.count) usage_error("--count", "is for --method sefa and pca");
}

}  // namespace

void add_directions(CLI::App& app) {
    const auto o = std::make_shared<DirectionsOptions>();
    CLI::App& c = add_command(app, "directions",
                              "Find directions of w for `stylegan edit`, and draw what they change in a picture", [o] {
                                  check_usage(*o);
                                  find_directions(*o);
                              });
    add_network_options(c, *o);
    require(add_choice<Method>(
        c, "--method", o->method, {{"sefa", Method::sefa}, {"pca", Method::pca}, {"boundary", Method::boundary}},
        "sefa: what moves the styles most, from the weights alone; pca: principal components of w; boundary: from one "
        "set of w to another"));
    add_layer_list(c, "--layers", o->layers,
                   "layers that the directions are for: coarse (0-3), middle (4-7), fine (from 8), or numbers (default "
                   "all); sefa looks at their weights, edits move them");
    add_whole(c, "--count", o->count, {1, 100000}, "directions to write (default 10; a sheet shows at most 32)");
    CLI::Option& from = add_path(c, "--from", o->from, "PATH",
                                 "w of pictures without a feature, for boundary: .npz and .npy files as `project` "
                                 "writes, in a folder and its subfolders, or one such file");
    CLI::Option& to = add_path(c, "--to", o->to, "PATH", "w of pictures with the feature; directions point to it");
    CLI::Option& w = add_path(c, "--w", o->w, "PATH", "w of both kinds in place of --from and --to, told by --labels");
    CLI::Option& labels = add_path(c, "--labels", o->labels, "FILE",
                                   "labels of --w, 0 or 1: a .npy array (n), or a .npz file with array labels");
    need(from, to);
    need(to, from);
    need(w, labels);
    need(labels, w);
    exclude(w, from);
    add_w_rows(c, o->w_rows, "--from, --to and --w");
    add_whole(c, "--samples", o->samples, {2, 10000000}, "w of random latents, for pca and sigma (default 10000)");
    add_whole(c, "--seed", o->seed, {0, std::numeric_limits<std::uint32_t>::max()},
              "seed of the random latents, and of what boundary holds out (default 0)");
    add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form,
               "pictures to show the directions in, one sheet each (default 0)");
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for directions.npz and sheet0000.png"));
}

}  // namespace stylegan::examples
