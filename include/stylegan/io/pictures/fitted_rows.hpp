// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace stylegan {

/// The centre of a picture whose rows come one after the other, resized: what
/// resize(crop_centre(image, part.width, part.height), width, height) gives, without the image in memory.
class FittedRows {
public:
    /// @param picture  the size of the picture
    /// @param part     the part of it; where it is larger, the border is black and transparent; its channels do not
    ///                 matter
    /// @throws ValueError if the part or the new size is not at least 1x1
    FittedRows(const ImageSize& picture, const ImageSize& part, int width, int height)
        : picture_(picture),
          part_(checked(part)),
          left_(detail::centre_offset(picture.width, part.width)),
          top_(detail::centre_offset(picture.height, part.height)),
          cropped_(static_cast<std::size_t>(part.width) * static_cast<std::size_t>(picture.channels)),
          resizer_({part.width, part.height, picture.channels}, width, height) {
        for (int y = top_; y < std::min(0, top_ + part_.height); ++y) resizer_.add(cropped_.data());
    }

    /// Takes the next row, picture.width pixels. To be called picture.height times.
    void add(const std::uint8_t* row) {
        const int y = row_++;
        if (y < top_ || y >= top_ + part_.height) return;
        const int x0 = std::max(0, left_), x1 = std::min(picture_.width, left_ + part_.width);
        std::copy_n(row + std::ptrdiff_t{x0} * picture_.channels, std::ptrdiff_t{x1 - x0} * picture_.channels,
                    cropped_.data() + std::ptrdiff_t{x0 - left_} * picture_.channels);
        resizer_.add(cropped_.data());
    }

    /// The new picture, after the last row.
    [[nodiscard]] Image result() && {
        std::fill(cropped_.begin(), cropped_.end(), std::uint8_t{0});
        for (int y = picture_.height; y < top_ + part_.height; ++y) resizer_.add(cropped_.data());
        return std::move(resizer_).result();
    }

private:
    static ImageSize checked(const ImageSize& part) {
        if (part.width < 1 || part.height < 1)
            throw ValueError(text("crop: the part is ", part.width, 'x', part.height, ", expected at least 1x1"));
        return part;
    }

    ImageSize picture_, part_;
    int left_, top_, row_ = 0;
    std::vector<std::uint8_t> cropped_;  // a row of the part
    RowResizer resizer_;
};

}  // namespace stylegan
