// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/drawing.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/fitted_rows.hpp>
#include <stylegan/io/pictures/image_rows.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

using Pictures = Drawing::Generator::Pictures;
using Latents = Drawing::Generator::Latents;

struct ProjectOptions : DrawingOptions {
    PerceptualOptions perceptual;
    std::filesystem::path target, outdir;
    PictureLimits limits;
    int steps = 1000, starts = 4;
    double mse = 10;
    std::int64_t seed = 303;
};

/// The middle of a picture in the shape of the network's pictures, in their size. Where the network has no alpha
/// channel, the picture must be opaque and loses its own.
Image middle_of(const std::filesystem::path& path, Size size, int channels, const PictureLimits& limits) {
    const std::string where = "--target " + path.string();
    const Bytes file = read_whole_file(path, limits.file_bytes());
    std::optional<FittedRows> rows;
    ImageSize picture;
    std::vector<std::uint8_t> row;  // with the channels that stay
    const auto begin = [&](ImageSize found) {
        picture = found;
        const bool drop = found.channels % 2 == 0 && channels % 2 == 1;
        const ImageSize kept{found.width, found.height, drop ? found.channels - 1 : found.channels};
        const ImageSize part = fit(kept, {size.width, size.height, kept.channels}, false);
        rows.emplace(kept, part, size.width, size.height);
        if (drop) row.resize(static_cast<std::size_t>(kept.width) * static_cast<std::size_t>(kept.channels));
    };
    const auto add = [&](const std::uint8_t* pixels) {
        if (row.empty()) return rows->add(pixels);
        const auto width = static_cast<std::size_t>(picture.width);
        detail::require_opaque({pixels, width * static_cast<std::size_t>(picture.channels)}, picture.channels, where);
        detail::convert_channels(pixels, picture.channels, row.data(), picture.channels - 1, width);
        rows->add(row.data());
    };
    for_each_row(file, path.string(), limits, begin, add);
    return std::move(*rows).result();
}

/// The target as the network's pictures are: middle_of(), with their channels.
Image fitted(const std::filesystem::path& path, Size size, int channels, const PictureLimits& limits) {
    const Image sized = middle_of(path, size, channels, limits);
    Image out(size.width, size.height, channels);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (int c = 0; c < channels; ++c) {
                const bool grey = sized.channels < 3, alpha = channels % 2 == 0 && c == channels - 1;
                if (alpha)
                    out.pixel(x, y)[c] =
                        sized.channels % 2 == 0 ? sized.pixel(x, y)[sized.channels - 1] : std::uint8_t{255};
                else if (channels < 3 && !grey)
                    out.pixel(x, y)[c] = brightness(sized.pixel(x, y));
                else
                    out.pixel(x, y)[c] = sized.pixel(x, y)[grey ? 0 : c];
            }
    return out;
}

/// `weight` times the mean squared error; adds its gradient to `gradient`.
double square_difference(const Pictures& picture, const Pictures& target, double weight, Pictures& gradient) {
    const auto count = static_cast<double>(target.size());
    double sum = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const double difference = static_cast<double>(picture.data()[i]) - static_cast<double>(target.data()[i]);
        sum += difference * difference;
        gradient.data()[i] += static_cast<float>(2 * weight / count * difference);
    }
    return weight * sum / count;
}

/// Distance from the target of a picture as it is written, rounded to 8 bits. In flat regions the features depend on
/// this rounding: unrounded, a picture would be far from its own file.
class DistanceOfWritten {
public:
    /// @param lpips  must outlive this
    DistanceOfWritten(PerceptualDistance& lpips, const Image& target, double mse)
        : target_(to_float(target)), perceptual_(lpips.from(target_)), mse_(mse) {}

    [[nodiscard]] double lpips(const Pictures& picture) {
        Pictures unused = target_;
        return perceptual_(to_float(to_uint8(picture, 0)), unused);
    }
    /// LPIPS plus the term of --mse. The gradient ignores the rounding.
    double operator()(const Pictures& picture, Pictures& gradient) {
        const Pictures written = to_float(to_uint8(picture, 0));
        const double perceptual = perceptual_(written, gradient);
        return perceptual + square_difference(written, target_, mse_, gradient);
    }

    /// The mean squared error alone, without rounding.
    double squares(const Pictures& picture, Pictures& gradient) const {
        std::fill_n(gradient.data(), gradient.size(), 0.0f);
        return square_difference(picture, target_, 1, gradient);
    }

private:
    Pictures target_;
    PerceptualDistance::FromTarget perceptual_;
    double mse_;
};

/// Searches for the w whose picture is closest to the target. The first search starts at the mean w. It can end in a
/// local minimum; then others start at the sampled w with the closest pictures.
class Search {
public:
    Search(Drawing::Generator& generator, DistanceOfWritten& distance, const ProjectOptions& o)
        : generator_(generator), distance_(distance), options_(o), sampled_(generator.sampled_w(10000)) {}

    /// The LPIPS distance of the average picture.
    [[nodiscard]] double average() const { return distance_.lpips(average_picture()); }
    [[nodiscard]] Pictures average_picture() const { return generator_.synthesize(sampled_.mean); }

    /// The best w of all searches, (1, w_size).
    [[nodiscard]] Latents find() {
        constexpr double good = 20;  // times closer than the average picture: not a local minimum
        const double enough = average() / good;
        const auto others = static_cast<std::size_t>(options_.starts - 1);
        const std::size_t samples =
            others > 0 ? std::max<std::size_t>(others, static_cast<std::size_t>(options_.steps) / 4) : 0;
        total_ = samples +
                 static_cast<std::size_t>(options_.steps + last_steps()) * static_cast<std::size_t>(options_.starts);
        search_from(sampled_.mean);
        if (nearest_ > enough && others > 0) {
            const auto count_one = [&] { count(); };
            for (const std::size_t i : generator_.nearest(
                     sampled_, samples, others, [&](const Pictures& x) { return distance_.lpips(x); }, count_one))
                if (nearest_ > enough) search_from(sampled_.row(i));
        }
        progress_.clear();
        return best_;
    }

private:
    /// A search with the perceptual distance; then, from its result, one with the mean squared error alone. LPIPS has a
    /// kink where a unit of its network turns on, so close to the minimum only the squared error is smooth.
    void search_from(const Latents& start) {
        const auto seed = static_cast<std::uint64_t>(options_.seed);
        const Latents w = result_of(start, [this](const Pictures& x, Pictures& dx) { return distance_(x, dx); },
                                    {.steps = options_.steps, .seed = seed});
        keep(w);
        keep(result_of(w, [this](const Pictures& x, Pictures& dx) { return distance_.squares(x, dx); },
                       {.steps = last_steps(),
                        .lr = 0.01,
                        .rampdown = 0.9,
                        .initial_noise = 0,
                        .stored_noise_from = 0,
                        .seed = seed}));
    }
    [[nodiscard]] int last_steps() const { return std::max(1, options_.steps / 2); }

    Latents result_of(const Latents& start, Drawing::Generator::Distance distance, const ProjectionOptions& options) {
        const auto search = generator_.search(std::move(distance), start, sampled_.deviation, options);
        while (!search->finished()) {
            search->step();
            count();
        }
        return search->w();
    }
    void keep(const Latents& w) {
        const double distance = distance_.lpips(generator_.synthesize(w));
        if (distance < nearest_) {
            nearest_ = distance;
            best_ = w;
        }
    }
    void count() { progress_.show(++done_, total_); }

    Drawing::Generator& generator_;
    DistanceOfWritten& distance_;
    const ProjectOptions& options_;
    SampledW<float> sampled_;
    Latents best_;
    double nearest_ = std::numeric_limits<double>::infinity();
    std::size_t done_ = 0, total_ = 0;
    CountedProgress progress_{"steps"};
};

void project(const ProjectOptions& o) {
    Drawing drawing(o);
    auto& generator = drawing.generator();
    const Architecture& a = drawing.architecture();
    if (a.label_size > 0)
        throw ValueError(text("--network ", o.network.string(), ": has labels, expected a network without labels"));
    for (const char* written : {"target.png", "proj.png"})
        if (same_file(o.target, o.outdir / written))
            throw FileError(text("--outdir ", o.outdir.string(), ": its ", written, " is --target ", o.target.string(),
                                 " itself, which would be overwritten; expected another folder"));
    const Image target = fitted(o.target, a.picture(), a.num_channels, o.limits);
    const PerceptualNetwork network = generator.perceptual(o.perceptual);
    DistanceOfWritten distance(*network.lpips, target, o.mse);
    make_output_folder(o.outdir);
    drawing.print_assumed();
    if (!network.notice.empty()) std::printf("%s\n", network.notice.c_str());
    std::fflush(stdout);

    Search search(generator, distance, o);
    require_finite_pictures(search.average_picture(), o.network, [](std::size_t) { return "the average picture"; });
    const double before = search.average();
    const Latents best = search.find();
    if (best.size() == 0)
        throw FormatError(text("--network ", o.network.string(),
                               ": no picture has a finite distance from the target, expected one that has"));
    const auto w = generator.styles(best);
    const Pictures found = generator.synthesize(w, {});
    require_finite_pictures(found, o.network, [](std::size_t) { return "proj.png"; });
    const double after = distance.lpips(found);
    write_png(o.outdir / "target.png", target);
    write_png(o.outdir / "proj.png", found, 0);
    write_npz(o.outdir / "projected_w.npz", "w", {1, a.layers(), a.w_size()}, {w.begin(), w.end()});
    std::printf("%s: distance from the target %.4g; of the average picture %.4g (LPIPS%s%s)\n",
                (o.outdir / "proj.png").c_str(), after, before, network.remark.empty() ? "" : ", ",
                network.remark.c_str());
}

}  // namespace

void add_project(CLI::App& app) {
    const auto o = std::make_shared<ProjectOptions>();
    CLI::App& c =
        add_command(app, "project", "Find the w whose picture looks like a given picture", [o] { project(*o); });
    add_network_options(c, *o);
    require(
        add_path(c, "--target", o->target, "FILE",
                 text("the picture, ", picture_formats, "; cropped to its middle and resized to the network's size")));
    add_max_pixels(c, o->limits.max_pixels);
    add_whole(c, "--num-steps", o->steps, {1, 1000000},
              "steps of a search (default 1000); half as many follow with the mean squared error alone, and count if "
              "they come closer");
    add_whole(
        c, "--starts", o->starts, {1, 100},
        "most searches to make (default 4); the best counts, and the first that comes 20 times closer than the average "
        "picture is the last. The first starts at the average w, the others at the closest of many random w");
    add_real(c, "--mse", o->mse, {0, 1e6},
             "weight of the mean squared error, added to the perceptual distance (default 10)");
    add_whole(c, "--seed", o->seed, {0, std::numeric_limits<int>::max()},
              "seed of the noise in the search (default 303)");
    add_perceptual_options(c, o->perceptual);
    require(add_path(c, "--outdir", o->outdir, "DIR", "folder for proj.png, target.png and projected_w.npz"));
}

}  // namespace stylegan::examples
