// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/make_dataset.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/fitted_rows.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// Pixels of the longest side of a data set's pictures.
inline constexpr int largest_side = 1 << 14;

/// The shape to crop or pad to.
inline ImageSize shape(const DatasetToolOptions& o) {
    return o.resolution ? ImageSize{o.resolution->width, o.resolution->height, 0} : ImageSize{1, 1, 0};
}

/// The size of a picture after transformation.
inline ImageSize planned_size(ImageSize s, const DatasetToolOptions& o) {
    s.channels = o.channels.value_or(s.channels);
    if (o.transform == PictureTransform::center_crop_wide)
        return {o.resolution->width, o.resolution->width, s.channels};
    if (o.resolution) return {o.resolution->width, o.resolution->height, s.channels};
    if (o.transform == PictureTransform::none) return s;
    return fit(s, shape(o), o.transform == PictureTransform::pad);
}

/// The part of a picture that is resized, or the frame around it.
/// @param where  names the picture in errors
inline ImageSize part_of(const ImageSize& picture, const DatasetToolOptions& o, const std::string& where) {
    if (o.transform == PictureTransform::none) return picture;
    const ImageSize part = fit(picture, shape(o), o.transform == PictureTransform::pad);
    if (part.width > largest_side || part.height > largest_side)
        throw FormatError(text(where, ": is too long and narrow for --transform: ", part.text()));
    return part;
}

/// Crops, pads and resizes a picture of the source while its rows are decoded, and gives it other channels.
class Transformed {
public:
    /// @param where  names the picture in errors
    Transformed(const ImageSize& picture, int channels, const DatasetToolOptions& o, const std::string& where)
        : picture_(picture),
          channels_(channels),
          wide_(o.transform == PictureTransform::center_crop_wide ? o.resolution->width : 0),
          rows_(of(picture, channels, o, where)),
          row_(channels == picture.channels ? 0 : values(picture.width, channels)) {}

    void add(const std::uint8_t* row) {
        opaque_ = opaque_ && opaque({row, values(picture_.width, picture_.channels)}, picture_.channels);
        if (row_.empty()) return rows_.add(row);
        detail::convert_channels(row, picture_.channels, row_.data(), channels_,
                                 static_cast<std::size_t>(picture_.width));
        rows_.add(row_.data());
    }

    [[nodiscard]] Image result() {
        const Image image = std::move(rows_).result();
        return wide_ > 0 ? crop_centre(image, wide_, wide_) : image;
    }

    /// What the picture had: "RGB with alpha, now on white"; empty if its channels are the same.
    [[nodiscard]] std::string channels_before() const {
        if (row_.empty()) return {};
        return text(channels_name(picture_.channels), channels_ % 2 == 1 && !opaque_ ? ", now on white" : "");
    }

private:
    static std::size_t values(int width, int channels) {
        return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
    }
    static FittedRows of(ImageSize picture, int channels, const DatasetToolOptions& o, const std::string& where) {
        picture.channels = channels;
        const ImageSize part = part_of(picture, o, where);
        return o.resolution ? FittedRows(picture, part, o.resolution->width, o.resolution->height)
                            : FittedRows(picture, part, part.width, part.height);
    }

    ImageSize picture_;
    int channels_, wide_;
    FittedRows rows_;
    std::vector<std::uint8_t> row_;  // with other channels; empty if they stay
    bool opaque_ = true;
};

}  // namespace stylegan::examples
