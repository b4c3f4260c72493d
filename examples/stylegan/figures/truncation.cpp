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

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace stylegan::examples {
namespace {

struct TruncationFigureOptions : DrawingOptions {
    std::vector<std::uint32_t> seeds;
    std::vector<double> psis{1, 0.7, 0.5, 0, -0.5, -1};
    bool captions = false;
    std::filesystem::path outdir;
};

std::optional<std::vector<double>> parse_psis(const std::string& list) { return parse_real_list(list, {-100, 100}); }

void truncate(const TruncationFigureOptions& o) {
    const Drawing drawing(o);
    if (drawing.architecture().progressive_gan)
        throw ValueError(text("--network ", o.network.string(), ": is a Progressive GAN and has no average w"));
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    std::size_t done = 0;
    const auto count = [&](std::size_t n) { progress.show(done += n, o.seeds.size() * o.psis.size()); };
    const Drawing::Styles w = drawing.styles(o.seeds);
    std::vector<Image> cells(o.seeds.size() * o.psis.size());
    for (std::size_t p = 0; p < o.psis.size(); ++p) {
        std::vector<Image> pictures =
            drawing.pictures(w, count, [&](auto& options) { options.truncation.psi = static_cast<float>(o.psis[p]); });
        for (std::size_t s = 0; s < pictures.size(); ++s) {
            if (o.captions) draw_caption(pictures[s], p == 0 ? std::to_string(o.seeds[s]) : text(o.psis[p]));
            cells[s * o.psis.size() + p] = std::move(pictures[s]);
        }
    }
    const auto path = o.outdir / "truncation.png";
    write_png(path, image_grid(cells, static_cast<int>(o.psis.size()), static_cast<int>(o.seeds.size())));
    progress.clear();
    std::printf("%s: one row for each of %zu seeds, one column for each of %zu psi\n", path.c_str(), o.seeds.size(),
                o.psis.size());
}

}  // namespace

void add_truncation(CLI::App& app) {
    const auto o = std::make_shared<TruncationFigureOptions>();
    CLI::App& c =
        add_command(app, "truncation", "Figure 8: the same seeds at several psi, from 1 (unchanged) to -1 (opposite)",
                    [o] { truncate(*o); });
    add_network_options(c, *o);
    require(add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form, "seeds, one row each"));
    add_parsed(c, "--psis", o->psis, "LIST", parse_psis, "numbers from -100 to 100 such as 1,0.5,-1",
               "values of psi, one column each (default 1,0.7,0.5,0,-0.5,-1)");
    add_whole(c, "--trunc-cutoff", o->cutoff, {0, 1000}, "truncate only layers with an index below N (default: all)");
    add_noise_option(c, *o);
    add_captions(c, o->captions);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for truncation.png"));
}

}  // namespace stylegan::examples
