// SPDX-License-Identifier: Apache-2.0
#include "run/records/run_pictures.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/pictures/picture.hpp>

#include <algorithm>

namespace stylegan::examples {
namespace {

Image image_of(const Dataset& data, std::size_t i) {
    Image image(data.width(), data.height(), data.channels());
    const std::vector<std::uint8_t> planes = data.picture(i);
    const auto channels = static_cast<std::size_t>(data.channels());
    const std::size_t area = planes.size() / channels;
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t p = 0; p < area; ++p) image.pixels[p * channels + c] = planes[c * area + p];
    return image;
}

}  // namespace

// Enough pictures to fill a part of the screen, few enough to be quick.
RunPictures::RunPictures(const Dataset& data, const Architecture& a)
    : columns_(std::clamp(512 / data.width(), 3, 12)),
      rows_(std::clamp(288 / data.height(), 2, 7)),
      latent_size_(static_cast<std::size_t>(a.latent_size)) {
    const auto cells = static_cast<std::size_t>(columns_ * rows_);
    for (std::size_t i = 0; i < cells; ++i) {
        const std::size_t which = i * data.size() / cells;
        reals_.push_back(image_of(data, which));
        seeds_.push_back(static_cast<std::uint32_t>(i));
        if (a.label_size > 0) labels_.push_back(data.label(which));
    }
}

void RunPictures::write_reals(const std::filesystem::path& path) const {
    write_png(path, image_grid(reals_, columns_, rows_));
}

Image RunPictures::fakes(const Generate& generator, double lod) const {
    constexpr std::size_t at_once = 4;  // a grid must not need more memory than training
    std::vector<Image> images;
    for (std::size_t first = 0; first < seeds_.size(); first += at_once) {
        const std::size_t count = std::min(at_once, seeds_.size() - first);
        const auto begin = seeds_.begin() + static_cast<std::ptrdiff_t>(first);
        const std::vector<std::uint32_t> seeds(begin, begin + static_cast<std::ptrdiff_t>(count));
        SynthesisOptions<float> options;
        options.lod = lod;
        if (!labels_.empty()) {
            options.labels = xt::xtensor<float, 2>::from_shape({count, labels_[0].size()});
            for (std::size_t i = 0; i < count; ++i)
                std::copy(labels_[first + i].begin(), labels_[first + i].end(),
                          options.labels.data() + i * labels_[0].size());
        }
        const auto z = latents_of_seeds(seeds, latent_size_);
        for (Image& image : to_uint8(generator(z, options))) images.push_back(std::move(image));
    }
    return image_grid(images, columns_, rows_);
}

}  // namespace stylegan::examples
