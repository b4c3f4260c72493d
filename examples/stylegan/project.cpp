// SPDX-License-Identifier: Apache-2.0
#include "counted_progress.hpp"
#include "drawing.hpp"
#include "figures.hpp"
#include "options.hpp"
#include "output_folder.hpp"
#include "perceptual_network.hpp"

#include <stylegan/io/crop.hpp>
#include <stylegan/io/npz.hpp>
#include <stylegan/io/picture.hpp>
#include <stylegan/io/read_image.hpp>
#include <stylegan/io/resize.hpp>
#include <stylegan/metrics/lpips_target.hpp>
#include <stylegan/training/projection.hpp>

#include <cstdio>
#include <memory>

namespace stylegan::examples {
namespace {

using Pictures = Drawing::Generator::Pictures;

struct ProjectOptions : DrawingOptions {
    PerceptualOptions perceptual;
    std::filesystem::path target, outdir;
    int steps = 1000;
    double mse = 10;
    std::int64_t seed = 303;
};

/// The middle of a picture in the shape of the network's pictures, at their size and with as many channels.
Image fitted(const Image& image, Size size, int channels) {
    const ImageSize part = fit(image.size(), {size.width, size.height, image.channels}, false);
    const Image sized = resize(crop_centre(image, part.width, part.height), size.width, size.height);
    Image out(size.width, size.height, channels);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (int c = 0; c < channels; ++c) {
                const bool grey = sized.channels < 3, alpha = channels % 2 == 0 && c == channels - 1;
                if (alpha)
                    out.pixel(x, y)[c] =
                        sized.channels % 2 == 0 ? sized.pixel(x, y)[sized.channels - 1] : std::uint8_t{255};
                else if (channels < 3 && !grey)  // brightness
                    out.pixel(x, y)[c] = static_cast<std::uint8_t>(
                        (299 * sized.pixel(x, y)[0] + 587 * sized.pixel(x, y)[1] + 114 * sized.pixel(x, y)[2] + 500) /
                        1000);
                else
                    out.pixel(x, y)[c] = sized.pixel(x, y)[grey ? 0 : c];
            }
    return out;
}

/// As a generator would make it, (1, C, H, W) in [-1, 1].
Pictures values_of(const Image& image) {
    auto x = Pictures::from_shape({1, static_cast<std::size_t>(image.channels), static_cast<std::size_t>(image.height),
                                   static_cast<std::size_t>(image.width)});
    for (int h = 0; h < image.height; ++h)
        for (int w = 0; w < image.width; ++w)
            for (int c = 0; c < image.channels; ++c)
                x(0, static_cast<std::size_t>(c), static_cast<std::size_t>(h), static_cast<std::size_t>(w)) =
                    static_cast<float>(image.pixel(w, h)[c]) / 127.5f - 1;
    return x;
}

/// `weight` times the mean square of the difference from the target, with its gradient added.
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

void project(const ProjectOptions& o) {
    Drawing drawing(o);
    auto& generator = drawing.generator();
    const Architecture& a = drawing.architecture();
    if (a.label_size > 0)
        throw ValueError(text("--network ", o.network.string(), ": has labels, expected a network without"));
    const Image target = fitted(read_image(o.target), a.picture(), a.num_channels);
    PerceptualNetwork network = open_perceptual_network(o.perceptual, generator.shared_context());
    make_output_folder(o.outdir);
    drawing.tell_assumed();
    if (!network.notice.empty()) std::printf("%s\n", network.notice.c_str());

    const Pictures wanted = values_of(target);
    LpipsTarget<Cpu> distance(network.lpips, wanted);
    Projection<Cpu> search(generator,
                           [&](const Pictures& x, Pictures& dx) {
                               const double perceptual = distance(x, dx);
                               return perceptual + square_difference(x, wanted, o.mse, dx);
                           },
                           {.steps = o.steps, .seed = static_cast<std::uint64_t>(o.seed)});
    Pictures unused = wanted;
    const double before = distance(generator.synthesize(search.w()), unused);
    CountedProgress progress("steps");
    while (!search.finished())
        progress.show(static_cast<std::size_t>(search.step().number) + 1, static_cast<std::size_t>(o.steps));

    const auto w = generator.styles(search.w());
    const Pictures found = generator.synthesize(w);
    const double after = distance(found, unused);
    write_png(o.outdir / "target.png", target);
    write_png(o.outdir / "proj.png", found, 0);
    write_npz(o.outdir / "projected_w.npz", "w", {1, a.layers(), a.w_size()}, {w.begin(), w.end()});
    progress.clear();
    std::printf("%s: its distance from the target is %.4g, that of the average picture was %.4g (LPIPS%s%s)\n",
                (o.outdir / "proj.png").c_str(), after, before, network.remark.empty() ? "" : ", ",
                network.remark.c_str());
}

}  // namespace

void add_project(CLI::App& app) {
    const auto o = std::make_shared<ProjectOptions>();
    CLI::App& c = add_command(app, "project", "The w whose picture looks like a given one", [o] { project(*o); });
    add_network_options(c, *o);
    require(add_path(c, "--target", o->target, "FILE",
                     "the picture: PNG or JPEG; its middle is taken, at the size of the network's pictures"));
    add_whole(c, "--num-steps", o->steps, {1, 1000000}, "steps of the search (default 1000)");
    add_real(c, "--mse", o->mse, {0, 1e6},
             "weight of the mean square of the difference, added to the perceptual distance (default 10)");
    add_whole(c, "--seed", o->seed, {0, std::numeric_limits<int>::max()},
              "of the noise that the search begins with (default 303)");
    add_perceptual_options(c, o->perceptual);
    require(add_path(c, "--outdir", o->outdir, "DIR", "where proj.png, target.png and projected_w.npz go"));
}

}  // namespace stylegan::examples
