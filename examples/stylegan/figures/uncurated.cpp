// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"

#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

namespace stylegan::examples {
namespace {

struct UncuratedOptions : DrawingOptions {
    std::int64_t seed = 5;
    int rows = 3;
    std::vector<std::uint32_t> halvings{0, 1, 2, 2, 3, 3};
    std::filesystem::path outdir;
};

/// Latents drawn in sequence from one seed, as in the official figure. (count, latent_size)
Drawing::Generator::Latents latents_of_one_seed(std::uint32_t seed, std::size_t count, std::size_t length) {
    auto z = Drawing::Generator::Latents::from_shape({count, length});
    NumpyRandomState random(seed);
    for (std::size_t i = 0; i < z.size(); ++i) z.data()[i] = static_cast<float>(random.randn());
    return z;
}

void show_uncurated(const UncuratedOptions& o) {
    const Drawing drawing(o);
    const Size size = drawing.architecture().picture();
    const auto most = *std::max_element(o.halvings.begin(), o.halvings.end());
    if (most > 20 || std::min(size.width, size.height) >> most < 1)
        throw ValueError(
            text("--lods: has ", most, ", expected less, since pictures are ", size.width, 'x', size.height));
    std::size_t count = 0;
    int width = 0;
    for (const std::uint32_t h : o.halvings) {
        count += static_cast<std::size_t>(o.rows) << h;
        width += size.width >> h;
    }
    make_output_folder(o.outdir);
    drawing.print_assumed();

    CountedProgress progress("pictures");
    std::size_t done = 0;
    const auto& g = drawing.generator();
    const auto z = latents_of_one_seed(static_cast<std::uint32_t>(o.seed), count,
                                       static_cast<std::size_t>(drawing.architecture().latent_size));
    const std::vector<Image> pictures = drawing.pictures(g.styles(g.map(z, drawing.options(count).labels)),
                                                         [&](std::size_t n) { progress.show(done += n, count); });
    Image canvas(width, size.height * o.rows, pictures[0].channels);
    std::size_t next = 0;
    int x = 0;
    for (const std::uint32_t h : o.halvings) {
        for (int row = 0; row < o.rows << h; ++row)
            paste(canvas, resize(pictures[next++], size.width >> h, size.height >> h), x, row * (size.height >> h));
        x += size.width >> h;
    }
    const auto path = o.outdir / "uncurated.png";
    write_png(path, canvas);
    progress.clear();
    std::printf("%s: the first %zu pictures of seed %lld\n", path.c_str(), count, static_cast<long long>(o.seed));
}

}  // namespace

void add_uncurated(CLI::App& app) {
    const auto o = std::make_shared<UncuratedOptions>();
    CLI::App& c = add_command(app, "uncurated", "Figure 2: a mosaic of unselected pictures, large and small",
                              [o] { show_uncurated(*o); });
    add_network_options(c, *o);
    add_whole(c, "--seed", o->seed, {0, 0xFFFFFFFFll}, "seed from which all latents are drawn (default 5)");
    add_whole(c, "--rows", o->rows, {1, 100}, "rows of the largest pictures (default 3)");
    add_parsed(c, "--lods", o->halvings, "LIST", parse_seed_list, "numbers of halvings such as 0,1,2,2",
               "one column each: how often its pictures are halved (default 0,1,2,2,3,3)");
    add_truncation_options(c, *o);
    add_noise_option(c, *o);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for uncurated.png"));
}

}  // namespace stylegan::examples
