// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

struct StyleMixingOptions : DrawingOptions {
    std::vector<std::uint32_t> rows, columns;
    std::string styles = "0-6";
    bool captions = false;
    std::filesystem::path outdir;
};

/// w of `row` for every column, except in `layers`, which take that of the column.
Drawing::Styles mixed(const Drawing::Styles& row, const Drawing::Styles& columns, const std::vector<int>& layers) {
    Drawing::Styles w = columns;
    for (std::size_t n = 0; n < w.shape(0); ++n)
        for (std::size_t l = 0; l < w.shape(1); ++l)
            if (std::find(layers.begin(), layers.end(), static_cast<int>(l)) == layers.end())
                std::copy_n(&row(0, l, 0), w.shape(2), &w(n, l, 0));
    return w;
}

void mix_styles(const StyleMixingOptions& o) {
    const Drawing drawing(o);
    if (!drawing.architecture().use_styles)
        throw ValueError(text("--network ", o.network.string(), ": has no styles to mix"));
    const std::vector<int> layers = parse_layer_list("--styles", o.styles, drawing.architecture());
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    const std::size_t total = o.rows.size() + o.columns.size() + o.rows.size() * o.columns.size();
    std::size_t done = 0;
    const auto count = [&](std::size_t n) { progress.show(done += n, total); };
    const Drawing::Styles rows = drawing.styles(o.rows), columns = drawing.styles(o.columns);
    const std::vector<Image> left = drawing.pictures(rows, count), top = drawing.pictures(columns, count);

    std::vector<Image> cells{Image(top[0].width, top[0].height, top[0].channels)};  // the corner stays black
    const auto add = [&](const Image& picture, std::uint32_t row, std::uint32_t column, const std::string& caption) {
        write_png(o.outdir / text(row, '-', column, ".png"), picture);
        cells.push_back(picture);
        if (o.captions) draw_caption(cells.back(), caption);
    };
    for (std::size_t c = 0; c < top.size(); ++c) add(top[c], o.columns[c], o.columns[c], std::to_string(o.columns[c]));
    for (std::size_t r = 0; r < left.size(); ++r) {
        add(left[r], o.rows[r], o.rows[r], std::to_string(o.rows[r]));
        const std::vector<Image> mixtures = drawing.pictures(mixed(rows_of(rows, {r}), columns, layers), count);
        for (std::size_t c = 0; c < mixtures.size(); ++c)
            add(mixtures[c], o.rows[r], o.columns[c], text(o.rows[r], '-', o.columns[c]));
    }
    write_png(o.outdir / "grid.png",
              image_grid(cells, static_cast<int>(top.size()) + 1, static_cast<int>(left.size()) + 1));
    progress.clear();
    std::printf("%s: %zu x %zu mixtures; each also as ROW-COLUMN.png\n", (o.outdir / "grid.png").c_str(), left.size(),
                top.size());
}

}  // namespace

void add_style_mixing(CLI::App& app) {
    const auto o = std::make_shared<StyleMixingOptions>();
    CLI::App& c = add_command(app, "style-mixing",
                              "Figure 3: pictures of some seeds with the styles of other seeds in some layers",
                              [o] { mix_styles(*o); });
    add_network_options(c, *o);
    require(add_parsed(c, "--rows", o->rows, "LIST", parse_seed_list, seed_list_form,
                       "seeds of the rows, which keep all layers except --styles"));
    require(add_parsed(c, "--cols", o->columns, "LIST", parse_seed_list, seed_list_form,
                       "seeds of the columns, which provide the layers of --styles"));
    add_layer_list(c, "--styles", o->styles,
                   "layers taken from the column: coarse (0-3), middle (4-7), fine (from 8), or numbers (default 0-6)");
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    add_captions(c, o->captions);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for ROW-COLUMN.png and grid.png"));
}

}  // namespace stylegan::examples
