// SPDX-License-Identifier: Apache-2.0
#include "projecting/target_picture.hpp"

#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/fitted_rows.hpp>
#include <stylegan/io/pictures/image_rows.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

/// The middle of a picture in the shape of the network's pictures, in their size. Where the network has no alpha
/// channel, the picture must be opaque and loses its own.
Image middle_of(const Bytes& file, const std::string& where, Size size, int channels, const PictureLimits& limits) {
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
    for_each_row(file, where, limits, begin, add);
    return std::move(*rows).result();
}

}  // namespace

Image target_picture(const std::filesystem::path& path, Size size, int channels, const PictureLimits& limits) {
    return target_picture(read_whole_file(path, limits.file_bytes()), "--target " + path.string(), size, channels,
                          limits);
}

Image target_picture(const Bytes& file, const std::string& where, Size size, int channels,
                     const PictureLimits& limits) {
    const Image sized = middle_of(file, where, size, channels, limits);
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

}  // namespace stylegan::examples
