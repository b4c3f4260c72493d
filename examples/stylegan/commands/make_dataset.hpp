// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/datasets/passed_over.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// Change to each picture before it is resized.
enum class PictureTransform {
    none,              ///< no change; a resolution of another shape stretches the picture
    center_crop,       ///< crop to the largest middle part of the resolution's shape; a square without a resolution
    center_crop_wide,  ///< as center_crop, then black bars above and below make it square
    pad,               ///< black borders give it the resolution's shape; a square without a resolution
};

struct Resolution {
    int width = 0, height = 0;
};

struct DatasetToolOptions {
    std::filesystem::path source;  ///< folder or zip archive
    std::filesystem::path dest;    ///< zip archive if its name ends in .zip or .ZIP, otherwise a folder
    PictureTransform transform = PictureTransform::none;
    std::optional<Resolution> resolution =
        std::nullopt;  ///< if absent, pictures keep their size, which must be the same for all
    std::optional<int> channels = std::nullopt;  ///< of every picture; if absent, those of most, and others are skipped
    std::size_t max_images = 0;                  ///< limit of good pictures; 0 for all
    std::uint64_t max_pixels = PictureLimits::default_pixels;  ///< of a picture of the source; larger ones are skipped
    bool strict = false;                                       ///< fail on a bad file, and write nothing
};

struct DatasetToolResult {
    std::size_t written = 0;
    ImageSize size;                     ///< of every picture written
    int label_size = 0;                 ///< 0 without labels
    std::vector<std::string> skipped;   ///< "file: reason"
    std::vector<PassedOver> left_out;   ///< files that are not looked at: hidden ones, and what systems add
    std::vector<PassedOver> converted;  ///< pictures that got other channels, with those they had
};

/// Makes a training data set from a folder or archive of pictures: 00000/img00000000.png and so on, and a dataset.json
/// with the labels of the source's. Bad files are skipped and listed in the report: files that are not pictures,
/// damaged ones, those without a label if there are labels, and those with another size or number of channels than
/// most. Hidden files are counted, and the first are named. The destination appears only when it is complete.
///
/// @param progress  called with (done, total) after each file; may be empty; may throw to end the run
/// @param report    receives the list of bad files and a summary
/// @throws ValueError if the options do not fit together
/// @throws FileError if the source cannot be read or the destination cannot be written, is the source, or is inside it
/// @throws FormatError if the source has no good picture, if dataset.json is wrong, or with `strict` if any file is bad
DatasetToolResult make_dataset(const DatasetToolOptions& options,
                               const std::function<void(std::size_t, std::size_t)>& progress, std::ostream& report);

}  // namespace stylegan::examples
