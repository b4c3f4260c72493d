// SPDX-License-Identifier: Apache-2.0
#include "generate.hpp"

#include "architecture_text.hpp"
#include "class_labels.hpp"
#include "counted_progress.hpp"
#include "options.hpp"
#include "output_folder.hpp"
#include "seed_list.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/npy.hpp>
#include <stylegan/io/picture.hpp>
#include <stylegan/models/load.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace stylegan::examples {
namespace {

using Generator = AnyGenerator<Cpu>;

struct GenerateOptions {
    std::filesystem::path network, latents, outdir;
    std::vector<std::uint32_t> seeds;
    double psi = 1;
    std::optional<int> cutoff, label;
    Noise noise = Noise::constant;
    std::optional<std::array<int, 2>> grid;  // columns, rows
    bool raw = false;
    int threads = 0;
    int batch = 0;  // 0: so many that memory stays small
};

/// Where the latents come from: seeds, or an array in a file.
class LatentSource {
public:
    LatentSource(const GenerateOptions& o, const Architecture& a)
        : seeds_(o.seeds), width_(static_cast<std::size_t>(a.latent_size)) {
        if (o.latents.empty()) return;
        array_ = read_npy(o.latents);
        const Index width = a.latent_size;
        if (array_->shape.size() != 2 || array_->shape[0] < 1 || array_->shape[1] != width)
            throw FormatError(text(o.latents.string(), ": has shape ", SafetensorsFile::shape_text(array_->shape),
                                   ", expected [n,", width, "], since the latents of ", o.network.string(), " are ",
                                   width, " numbers long"));
    }

    [[nodiscard]] std::size_t size() const {
        return array_ ? static_cast<std::size_t>(array_->shape[0]) : seeds_.size();
    }

    /// (count, latent_size)
    [[nodiscard]] Generator::Latents part(std::size_t first, std::size_t count) const {
        const auto at = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(first + count);
        if (!array_) return latents_of_seeds({seeds_.begin() + at, seeds_.begin() + end}, width_);
        auto z = Generator::Latents::from_shape({count, width_});
        std::copy_n(array_->values.data() + first * width_, z.size(), z.data());
        return z;
    }

    /// What the noise of a picture is drawn from, so that it is the same in whatever company the picture is made.
    [[nodiscard]] std::uint64_t noise_seed(std::size_t i) const { return array_ ? i : seeds_[i]; }

    /// "seed0007.png"
    [[nodiscard]] std::string name(std::size_t i) const {
        char name[48];
        std::snprintf(name, sizeof name, array_ ? "latent%04llu.png" : "seed%04llu.png",
                      array_ ? static_cast<unsigned long long>(i) : static_cast<unsigned long long>(seeds_[i]));
        return name;
    }

private:
    std::vector<std::uint32_t> seeds_;
    std::optional<NpyArray<float>> array_;
    std::size_t width_;
};

void check_label(const GenerateOptions& o, const Architecture& a) {
    const std::string network = o.network.string();
    if (a.label_size == 0 && o.label)
        throw ValueError(text("--class: is ", *o.label, ", expected none, since ", network, " has no labels"));
    if (a.label_size > 0 && !o.label)
        throw ValueError(
            text("--class: is missing, expected 0 to ", a.label_size - 1, ", since ", network, " has labels"));
    if (o.label && *o.label >= a.label_size)
        throw ValueError(
            text("--class: is ", *o.label, ", expected 0 to ", a.label_size - 1, ", the classes of ", network));
}

/// The options of a run of `count` pictures.
Generator::Options synthesis(const GenerateOptions& o, const Architecture& a, std::size_t count) {
    Generator::Options s;
    s.truncation.psi = static_cast<float>(o.psi);
    if (o.cutoff) s.truncation.cutoff = *o.cutoff;
    s.noise = o.noise;
    if (o.label) s.labels = labels_of_class(count, a.label_size, *o.label);
    return s;
}

/// Pictures computed at once: as many as keep the largest feature maps within 2^22 numbers, 16 MiB.
std::size_t usual_batch(const Architecture& a) {
    Index largest = 1;
    for (int stage = 0; stage < a.stages(); ++stage)
        largest = std::max(largest, Index{a.feature_maps(stage)} * a.size(stage).height * a.size(stage).width);
    return static_cast<std::size_t>(std::clamp<Index>((Index{1} << 22) / largest, 1, 64));
}

/// Takes pictures as they are made, and writes each, or all as one grid, or also as an array of numbers.
class PictureSink {
public:
    PictureSink(const GenerateOptions& o, const LatentSource& latents) : options_(o), latents_(latents) {}

    void add(const Generator::Pictures& pictures) {
        shape_.assign(pictures.shape().begin(), pictures.shape().end());
        if (options_.raw) raw_.insert(raw_.end(), pictures.data(), pictures.data() + pictures.size());
        for (Image& image : to_uint8(pictures)) {
            if (options_.grid)
                cells_.push_back(std::move(image));
            else
                write_png(options_.outdir / latents_.name(count_), image);
            ++count_;
        }
    }

    /// Writes what takes all pictures together. @return a summary of one or two lines
    [[nodiscard]] std::string finish() {
        const std::string folder = options_.outdir.string();
        std::string summary = text(count_, count_ == 1 ? " picture" : " pictures", " of ", shape_[3], 'x', shape_[2]);
        if (options_.grid) {
            const auto [columns, rows] = *options_.grid;
            write_png(options_.outdir / "grid.png", image_grid(cells_, columns, rows));
            summary += text(" in ", (options_.outdir / "grid.png").string(), ", ", columns, " columns and ", rows,
                            rows == 1 ? " row" : " rows");
        } else {
            summary +=
                text(" in ", folder, ": ", latents_.name(0), count_ > 1 ? " ... " + latents_.name(count_ - 1) : "");
        }
        if (options_.raw) {
            shape_[0] = static_cast<Index>(count_);
            write_npy(options_.outdir / "images.npy", shape_, raw_.data());
            summary += text("\nTheir numbers, float32 ", SafetensorsFile::shape_text(shape_), ", in ",
                            (options_.outdir / "images.npy").string());
        }
        return summary;
    }

private:
    const GenerateOptions& options_;
    const LatentSource& latents_;
    std::size_t count_ = 0;
    std::vector<Index> shape_;
    std::vector<Image> cells_;
    std::vector<float> raw_;
};

void generate(const GenerateOptions& o) {
    const Checkpoint checkpoint(o.network);
    const Generator generator = load_generator(checkpoint, std::make_shared<Context<Cpu>>(Cpu{.threads = o.threads}));
    const Architecture& a = generator.architecture();
    check_label(o, a);
    if (a.progressive_gan && o.psi != 1)
        throw ValueError(text("--trunc: is ", o.psi, ", expected 1, since ", o.network.string(),
                              " is a Progressive GAN and has no average w"));
    const LatentSource latents(o, a);
    if (o.grid && latents.size() > static_cast<std::size_t>((*o.grid)[0]) * static_cast<std::size_t>((*o.grid)[1]))
        throw ValueError(
            text("--grid: is ", (*o.grid)[0], 'x', (*o.grid)[1], ", expected room for ", latents.size(), " pictures"));
    make_output_folder(o.outdir);

    const std::string assumed = listed(checkpoint.assumed());
    if (!assumed.empty())
        std::printf("%s does not tell all of its architecture; assumed: %s\n", o.network.c_str(), assumed.c_str());

    // Noise is drawn for a whole batch from one seed; alone, each picture has its own.
    const std::size_t batch = o.noise == Noise::random ? 1
                              : o.batch > 0            ? static_cast<std::size_t>(o.batch)
                                                       : usual_batch(a);
    PictureSink sink(o, latents);
    CountedProgress progress("pictures");
    for (std::size_t first = 0; first < latents.size(); first += batch) {
        const std::size_t count = std::min(batch, latents.size() - first);
        Generator::Options options = synthesis(o, a, count);
        options.noise_seed = latents.noise_seed(first);
        sink.add(generator(latents.part(first, count), options));
        progress.show(first + count, latents.size());
    }
    const std::string summary = sink.finish();
    progress.clear();
    std::printf("%s\n", summary.c_str());
}

}  // namespace

void add_generate(CLI::App& app) {
    const auto o = std::make_shared<GenerateOptions>();
    CLI::App& c = add_command(app, "generate", "Pictures of seeds or latents, by a trained generator", [o] {
        if (o->seeds.empty() && o->latents.empty())
            usage_error("--seeds", text("is missing, expected ", seed_list_form, ", or --latents"));
        generate(*o);
    });
    require(add_path(c, "--network", o->network, "FILE", "the network: a .safetensors file"));
    CLI::Option& seeds = add_parsed(c, "--seeds", o->seeds, "LIST", parse_seed_list, seed_list_form,
                                    "a picture for each seed: numbers and ranges such as 0-35,100");
    exclude(add_path(c, "--latents", o->latents, "FILE",
                     "instead of seeds: a .npy array, float32 or float64, (n, latent size)"),
            seeds);
    add_real(c, "--trunc", o->psi, {-100, 100}, "truncation psi: below 1, nearer to the average picture (default 1)");
    add_whole(c, "--trunc-cutoff", o->cutoff, {0, 1000}, "leave the layers from this one on untruncated");
    add_choice<Noise>(c, "--noise-mode", o->noise,
                      {{"const", Noise::constant}, {"random", Noise::random}, {"none", Noise::none}},
                      "noise: stored with the network (the default), drawn for each picture, or none");
    add_whole(c, "--class", o->label, {0, std::numeric_limits<int>::max()}, "the class, for a network with labels");
    const auto parse_grid = [](const std::string& s) {
        const auto g = parse_width_by_height(s);
        return g && std::max((*g)[0], (*g)[1]) <= 1000 ? g : std::nullopt;
    };
    add_parsed(c, "--grid", o->grid, "WxH", parse_grid, "columns x rows, such as 6x6, each from 1 to 1000",
               "one picture grid.png of all, columns x rows, in place of one file for each");
    add_flag(c, "--raw", o->raw,
             "also write images.npy: float32 (n, channels, height, width), before any rounding; all is kept in memory "
             "till then");
    require(add_path(c, "--outdir", o->outdir, "DIR",
                     "where the pictures go: seed0000.png or latent0000.png and so on, or grid.png"));
    add_threads(c, o->threads);
    add_whole(c, "--batch", o->batch, {1, 4096},
              "pictures computed at once; the default keeps memory small. Pictures do not depend on it");
}

}  // namespace stylegan::examples
