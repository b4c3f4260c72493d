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
#include <vector>

namespace stylegan::examples {
namespace {

struct NoiseComponentsOptions : DrawingOptions {
    std::vector<std::uint32_t> seeds;
    bool captions = false;
    std::filesystem::path outdir;
};

void draw_components(const NoiseComponentsOptions& o) {
    const Drawing drawing(o);
    if (!drawing.architecture().use_noise) throw ValueError(text("--network ", o.network.string(), ": has no noise"));
    make_output_folder(o.outdir);
    drawing.print_assumed();

    // In the paper the fine layers are those from 64x64 to 1024x1024: the last 10 of 18.
    const int layers = drawing.architecture().layers(), fine = std::max(2, (layers * 8 + 9) / 18 / 2 * 2);
    struct Panel {
        int silent_first, silent_last;  // layers without noise
    };
    const Panel panels[] = {{layers, layers}, {0, layers - 1}, {0, fine - 1}, {fine, layers - 1}};

    CountedProgress progress("pictures");
    std::size_t done = 0;
    const auto count = [&](std::size_t n) { progress.show(done += n, o.seeds.size() * std::size(panels)); };
    const Drawing::Styles w = drawing.styles(o.seeds);
    std::vector<Image> cells(o.seeds.size() * std::size(panels));
    for (std::size_t p = 0; p < std::size(panels); ++p) {
        std::vector<Image> pictures = drawing.pictures(w, count, [&](auto& options) {
            options.noise_strength = {{panels[p].silent_first, panels[p].silent_last, 0.0f}};
        });
        for (std::size_t s = 0; s < pictures.size(); ++s) {
            if (o.captions && p == 0) draw_caption(pictures[s], std::to_string(o.seeds[s]));
            cells[s * std::size(panels) + p] = std::move(pictures[s]);
        }
    }
    const auto path = o.outdir / "noise-components.png";
    write_png(path, image_grid(cells, static_cast<int>(std::size(panels)), static_cast<int>(o.seeds.size())));
    progress.clear();
    std::printf(
        "%s: one row per seed: noise in all layers, in none, in the fine ones (from layer %d), in the coarse ones\n",
        path.c_str(), fine);
}

}  // namespace

void add_noise_components(CLI::App& app) {
    const auto o = std::make_shared<NoiseComponentsOptions>();
    CLI::App& c = add_command(app, "noise-components",
                              "Figure 5: noise in all layers, in none, in the fine ones, in the coarse ones",
                              [o] { draw_components(*o); });
    add_network_options(c, *o);
    require(add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form, "seeds, one row each"));
    add_truncation_options(c, *o);
    add_captions(c, o->captions);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for noise-components.png"));
}

}  // namespace stylegan::examples
