// SPDX-License-Identifier: Apache-2.0
#include "video/loop_video.hpp"

#include "options/parse.hpp"
#include "printing/progress.hpp"

#include "video/latent_loop.hpp"
#include "video/video_file.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/picture.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace stylegan::examples {
namespace {

/// Every pixel as a square of `scale` pixels.
Image enlarged(const Image& image, int scale) {
    if (scale == 1) return image;
    Image large(image.width * scale, image.height * scale, image.channels);
    for (int y = 0; y < large.height; ++y)
        for (int x = 0; x < large.width; ++x)
            std::copy_n(image.pixel(x / scale, y / scale), image.channels, large.pixel(x, y));
    return large;
}

std::vector<LatentLoop> loops_of(const LoopVideoOptions& o, const Drawing& drawing,
                                 const std::vector<std::uint32_t>& seeds) {
    const std::size_t cells = static_cast<std::size_t>(o.grid[0]) * static_cast<std::size_t>(o.grid[1]);
    if (seeds.size() % cells != 0 || seeds.size() / cells < 2)
        throw ValueError(cells == 1
                             ? text("--seeds: is ", seeds.size(), " seed, expected at least 2 for a loop")
                             : text("--seeds: are ", seeds.size(), " seeds, expected as many for each of the ", cells,
                                    " cells of --grid, at least 2: ", 2 * cells, ", ", 3 * cells, " and so on"));
    std::vector<LatentLoop> loops;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        std::vector<std::uint32_t> own;
        for (std::size_t i = cell; i < seeds.size(); i += cells) own.push_back(seeds[i]);
        loops.emplace_back(drawing, own, o.space);
    }
    return loops;
}

}  // namespace

std::string write_loop_video(const LoopVideoOptions& o, const Drawing& drawing,
                             const std::vector<std::uint32_t>& seeds) {
    const std::vector<LatentLoop> loops = loops_of(o, drawing, seeds);
    const std::size_t total = o.steps * (seeds.size() / loops.size());
    const auto video = open_video(o.file, total, o.per_second);
    // Random noise is drawn for a whole batch; a batch of 1 gives every picture the same.
    const std::size_t batch = o.noise == Noise::random ? 1 : std::max<std::size_t>(1, drawing.usual_batch());
    const std::size_t at_once = std::max<std::size_t>(1, batch / loops.size());
    CountedProgress progress("pictures");
    std::string size;
    for (std::size_t first = 0; first < total; first += at_once) {
        std::vector<double> t(std::min(at_once, total - first));
        for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(first + i) / static_cast<double>(o.steps);
        std::vector<std::vector<Image>> cells(t.size());
        for (const LatentLoop& loop : loops) {
            const std::vector<Image> pictures = drawing.pictures(loop.styles(t), [](std::size_t) {});
            for (std::size_t i = 0; i < t.size(); ++i) cells[i].push_back(enlarged(pictures[i], o.scale));
        }
        for (const auto& of_picture : cells) {
            const Image picture = of_picture.size() == 1 ? of_picture[0] : image_grid(of_picture, o.grid[0], o.grid[1]);
            video->add(picture);
            size = width_by_height(picture.width, picture.height);
        }
        progress.show(first + t.size(), total);
    }
    video->commit();
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.3g", static_cast<double>(total) / o.per_second);
    return text(o.file.string(), ": ", total, " pictures of ", size, ", ", o.per_second, " a second, ", seconds,
                " s\n");
}

}  // namespace stylegan::examples
