// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/canvas.hpp"
#include "drawing/drawing.hpp"
#include "drawing/noise_file.hpp"
#include "drawing/w_file.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "printing/progress.hpp"
#include "printing/tables.hpp"
#include "ranks/program_ranks.hpp"

#include <stylegan/device/start_beside.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/tensors/npy.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <algorithm>
#include <cstdio>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace stylegan::examples {
namespace {

using Generator = Drawing::Generator;

struct GenerateOptions : DrawingOptions {
    std::filesystem::path latents, projected_w, projected_noise, outdir;
    std::vector<std::uint32_t> seeds;
    std::optional<std::array<int, 2>> grid;  // columns, rows
    bool captions = false, raw = false, profile = false;
    WRows w_rows = WRows::automatic;
    int batch = 0;  // 0: few enough to keep memory small
};

/// The source of w: seeds, latents in a file, or w in a file.
class Source {
public:
    Source(const GenerateOptions& o, const Drawing& drawing)
        : drawing_(drawing), seeds_(o.seeds), projected_(!o.projected_w.empty()) {
        const Architecture& a = drawing.architecture();
        if (!o.latents.empty()) array_ = read_latents(o.latents, a, o.network.string());
        if (projected_) array_ = read_w(o.projected_w, a, o.network.string(), o.w_rows);
    }

    [[nodiscard]] std::size_t size() const {
        return array_ ? static_cast<std::size_t>(array_->shape[0]) : seeds_.size();
    }

    /// w for every layer of `count` pictures.
    [[nodiscard]] Drawing::Styles styles(std::size_t first, std::size_t count) const {
        const auto at = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(first + count);
        if (!array_) return drawing_.styles({seeds_.begin() + at, seeds_.begin() + end});
        const std::size_t length = array_->values.size() / size();
        const float* const from = array_->values.data() + first * length;
        if (array_->shape.size() == 3) {
            auto w = Drawing::Styles::from_shape({count, static_cast<std::size_t>(array_->shape[1]),
                                                  length / static_cast<std::size_t>(array_->shape[1])});
            std::copy_n(from, w.size(), w.data());
            return w;
        }
        auto rows = Generator::Latents::from_shape({count, length});
        std::copy_n(from, rows.size(), rows.data());
        const Generator& g = drawing_.generator();
        return g.styles(projected_ ? rows : g.map(rows, drawing_.options(count).labels));
    }

    /// The seed, or the row of the array. It seeds the noise of a picture, which therefore does not depend on the
    /// batch.
    [[nodiscard]] std::size_t number(std::size_t i) const { return array_ ? i : seeds_[i]; }

    /// "seed0007.png", "latent0007.png", or "proj07.png" as in the official projector
    [[nodiscard]] std::string name(std::size_t i) const {
        return projected_ ? numbered_name("proj", i, 2) : numbered_name(array_ ? "latent" : "seed", number(i), 4);
    }

private:
    const Drawing& drawing_;
    std::vector<std::uint32_t> seeds_;
    std::optional<NpyArray<float>> array_;
    bool projected_;
};

/// Writes pictures as they are made: one file each, or a grid of all; and an array of their values if asked for.
class PictureSink {
public:
    /// @param first  number of the first picture that comes
    PictureSink(const GenerateOptions& o, const Source& source, std::size_t first)
        : options_(o), source_(source), count_(first) {}

    void add(const Generator::Pictures& pictures) {
        shape_.assign(pictures.shape().begin(), pictures.shape().end());
        if (options_.raw) raw_.insert(raw_.end(), pictures.data(), pictures.data() + pictures.size());
        for (Image& image : to_uint8(pictures)) {
            if (options_.captions) draw_caption(image, std::to_string(source_.number(count_)));
            if (options_.grid)
                cells_.push_back(std::move(image));
            else
                write_png(options_.outdir / source_.name(count_), image);
            ++count_;
        }
    }

    /// Writes the grid and the array.
    /// @param count  pictures of all ranks
    /// @return       a summary of one or two lines
    [[nodiscard]] std::string finish(std::size_t count) {
        count_ = count;
        const std::string folder = options_.outdir.string();
        std::string summary = text(count_, count_ == 1 ? " picture" : " pictures", " of ",
                                   width_by_height(static_cast<int>(shape_[3]), static_cast<int>(shape_[2])));
        if (options_.grid) {
            const auto [columns, rows] = *options_.grid;
            write_png(options_.outdir / "grid.png", image_grid(cells_, columns, rows));
            summary += text(" in ", (options_.outdir / "grid.png").string(), ", ", columns, " columns and ", rows,
                            rows == 1 ? " row" : " rows");
        } else {
            summary +=
                text(" in ", folder, ": ", source_.name(0), count_ > 1 ? " ... " + source_.name(count_ - 1) : "");
        }
        if (options_.raw) {
            shape_[0] = static_cast<Index>(count_);
            write_npy(options_.outdir / "images.npy", shape_, raw_.data());
            summary += text("\nValues before rounding, float32 ", SafetensorsFile::shape_text(shape_), ", in ",
                            (options_.outdir / "images.npy").string());
        }
        return summary;
    }

private:
    const GenerateOptions& options_;
    const Source& source_;
    std::size_t count_;
    std::vector<Index> shape_;
    std::vector<Image> cells_;
    std::vector<float> raw_;
};

void generate(const GenerateOptions& o) {
    Drawing drawing(o);
    const Source source(o, drawing);
    if (o.grid && source.size() > static_cast<std::size_t>((*o.grid)[0]) * static_cast<std::size_t>((*o.grid)[1]))
        throw ValueError(
            text("--grid: is ", (*o.grid)[0], 'x', (*o.grid)[1], ", expected room for ", source.size(), " pictures"));
    Arrays<float, 4> noise;
    if (!o.projected_noise.empty()) {
        noise = read_noise(o.projected_noise, drawing.architecture(), o.network.string());
        require_noise_of(noise, source.size(), o.projected_noise);
    }
    make_output_folder(o.outdir);
    for (const auto& [flag, input] : {std::pair{"--latents", o.latents}, std::pair{"--projected-w", o.projected_w}})
        if (o.raw && !input.empty() && same_file(input, o.outdir / "images.npy"))
            throw ValueError(
                text(flag, ' ', input.string(), ": is the file that --raw writes, expected another folder"));

    if (ProgramRanks::all()->size() > 1 && (o.grid || o.raw || o.profile))
        throw ValueError(text(o.grid  ? "--grid"
                              : o.raw ? "--raw"
                                      : "--profile",
                              ": is given to ", ProgramRanks::all()->size(), " processes (ranks), expected one"));
    drawing.print_assumed();

    // Random noise is drawn for a whole batch from one seed; a batch of 1 gives each picture its own.
    const std::size_t batch = o.noise == Noise::random ? 1
                              : o.batch > 0            ? static_cast<std::size_t>(o.batch)
                                                       : drawing.usual_batch();
    Profile profile;
    if (o.profile) drawing.generator().set_profile(&profile);
    // Ranks make as many pictures each, one after the other.
    Communicator& ranks = *ProgramRanks::all();
    const auto rank = static_cast<std::size_t>(ranks.rank()), size = static_cast<std::size_t>(ranks.size());
    const std::size_t each = (source.size() + size - 1) / size;
    const std::size_t begin = std::min(source.size(), rank * each), end = std::min(source.size(), begin + each);
    PictureSink sink(o, source, begin);
    CountedProgress progress("pictures");
    std::future<void> writing;  // the last batch is written while the next one is computed
    const auto finish_writing = [&writing] {
        if (writing.valid()) writing.get();  // rethrows an error of the writer
    };
    for (std::size_t first = begin; first < end; first += batch) {
        const std::size_t count = std::min(batch, end - first);
        Generator::Options options = drawing.options(count);
        options.noise_seed = o.noise_seed.value_or(static_cast<std::uint32_t>(source.number(first)));
        if (!noise.empty()) {
            options.noise = Noise::given;
            options.noise_maps = noise_of(noise, first, count);
        }
        auto pictures = drawing.generator().synthesize(source.styles(first, count), options);
        require_finite_pictures(pictures, o.network, [&](std::size_t i) { return source.name(first + i); });
        finish_writing();
        writing = start_beside(
            [&sink, made = std::make_shared<const decltype(pictures)>(std::move(pictures))] { sink.add(*made); });
        progress.show(std::min(source.size(), (first + count) * size), source.size());
    }
    finish_writing();
    (void)all_gather_text(ranks, "done");
    progress.clear();
    if (rank != 0) return;
    const std::string summary = sink.finish(source.size());
    std::printf("%s\n", summary.c_str());
    if (o.profile) print_profile(profile);
}

}  // namespace

void add_generate(CLI::App& app) {
    const auto o = std::make_shared<GenerateOptions>();
    CLI::App& c = add_command(app, "generate", "Generate pictures from seeds, latents or projected w", [o] {
        if (o->seeds.empty() && o->latents.empty() && o->projected_w.empty())
            usage_error("--seeds", text("is missing, expected ", seed_list_form, ", or --latents or --projected-w"));
        generate(*o);
    });
    add_network_options(c, *o);
    CLI::Option& seeds = add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form,
                                    "seeds, one picture each: numbers and ranges such as 0-35,100");
    CLI::Option& latents = add_path(c, "--latents", o->latents, "FILE",
                                    "latents z instead of seeds: a .npy array, float32 or float64, (n, latent size), "
                                    "or a .npz file with array z or one array alone");
    exclude(latents, seeds);
    CLI::Option& projected = add_path(c, "--projected-w", o->projected_w, "FILE",
                                      "w instead of seeds, as `project` writes it: array w of a .npz file, or its only "
                                      "array, or a .npy file; (n, layers, w size), or a matrix, see --w-rows");
    exclude(projected, seeds);
    exclude(projected, latents);
    add_w_rows(c, o->w_rows, "--projected-w", &projected);
    add_truncation_options(c, *o);
    exclude(add_path(c, "--projected-noise", o->projected_noise, "FILE",
                     "noise maps that `project --noise-opt` found, in place of the network's: a .npz file with arrays "
                     "noise0, noise1 and so on, (1 or n, 1, height, width)"),
            add_noise_option(c, *o));
    add_whole(c, "--noise-seed", o->noise_seed, {0, std::numeric_limits<std::uint32_t>::max()},
              "seed of the random noise of every picture (default: that of the picture)");
    const auto parse_grid = [](const std::string& s) { return parse_width_by_height(s, 1000); };
    CLI::Option& grid =
        add_parsed(c, "--grid", o->grid, "WxH", parse_grid, "columns x rows, such as 6x6, each from 1 to 1000",
                   "write one picture grid.png, columns x rows, instead of one file per picture");
    need(add_captions(c, o->captions), grid);
    add_flag(
        c, "--raw", o->raw,
        "also write images.npy: float32 (n, channels, height, width), before rounding; held in memory until the end");
    add_flag(c, "--profile", o->profile,
             "print a table of layers: milliseconds, operations per second (two per multiply-add), and the least "
             "number of bytes to move");
    require(add_path(c, "--outdir", o->outdir, "DIR",
                     "folder for the pictures: seed0000.png or latent0000.png and so on, or grid.png"));
    add_whole(c, "--batch", o->batch, {1, 4096},
              "pictures computed at once (default: few enough to keep memory small); pictures do not depend on it");
}

}  // namespace stylegan::examples
