// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// What is done to each picture before it is resized.
enum class PictureTransform {
    none,              ///< nothing; with a resolution of another shape the picture is stretched
    center_crop,       ///< the largest middle part of the resolution's shape, a square without a resolution
    center_crop_wide,  ///< as center_crop, then put on a black square as wide as the resolution
    pad,               ///< black borders up to the resolution's shape, a square without a resolution
};

struct Resolution {
    int width = 0, height = 0;
};

struct DatasetToolOptions {
    std::filesystem::path source;  ///< folder or zip archive
    std::filesystem::path dest;    ///< zip archive if its name ends with .zip, otherwise a folder
    PictureTransform transform = PictureTransform::none;
    std::optional<Resolution> resolution = std::nullopt;  ///< without it, pictures keep their size, all the same
    std::size_t max_images = 0;                           ///< stop after so many good pictures; 0 for all
    bool strict = false;                                  ///< a bad file ends the run, and nothing is written
};

struct DatasetToolResult {
    std::size_t written = 0;
    ImageSize size;                    ///< of every picture written
    int label_size = 0;                ///< 0 without labels
    std::vector<std::string> skipped;  ///< "file: reason"
};

/// Makes a data set that the trainer reads from any folder or archive of pictures: 00000/img00000000.png and so on,
/// with dataset.json, whose labels come from the source's. Bad files (not a picture, damaged, without a label where
/// there are labels, of another size or number of channels than most) are skipped, and all listed in the report.
/// The destination appears only when it is complete.
///
/// @param progress  called with (done, total) as files are treated; may be empty; may throw to end the run
/// @param report    takes the list of bad files and a summary
/// @throws ValueError if the options do not fit together
/// @throws FileError if the source cannot be read or the destination cannot be written
/// @throws FormatError if the source has no good picture, or dataset.json is wrong, or with `strict` if any file is bad
DatasetToolResult make_dataset(const DatasetToolOptions& options,
                               const std::function<void(std::size_t, std::size_t)>& progress, std::ostream& report);

}  // namespace stylegan::examples
