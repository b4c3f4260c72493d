// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace stylegan::examples {

/// The endings that open_video() takes, for messages.
inline constexpr const char* video_forms = "a name ending in .mp4, .webm, .png or .apng";
[[nodiscard]] bool is_video_name(const std::filesystem::path& path);

/// A video that is written picture by picture and appears complete or not at all.
class VideoFile {
public:
    virtual ~VideoFile() = default;
    /// @throws ValueError if the picture differs in size from the first; FileError
    virtual void add(const Image& picture) = 0;
    /// Call once, last. @throws FileError
    virtual void commit() = 0;
};

/// The kind of file is that of the name's ending: an animated PNG, or H.264 or VP9 by the program ffmpeg.
/// @param pictures    how many there will be
/// @param per_second  pictures per second, 1 to 1000
/// @throws ValueError for another ending; FileError if the file cannot be created, or ffmpeg is needed and not found
[[nodiscard]] std::unique_ptr<VideoFile> open_video(const std::filesystem::path& path, std::size_t pictures,
                                                    int per_second);

}  // namespace stylegan::examples
