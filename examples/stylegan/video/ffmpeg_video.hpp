// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "video/video_file.hpp"

#include <stylegan/io/files/atomic_file.hpp>

#include <cstdio>
#include <memory>
#include <string>

#include <sys/types.h>

namespace stylegan::examples {

enum class VideoCodec { h264, vp9 };

/// A video that ffmpeg encodes from pictures in a pipe, so that memory holds one picture at a time. It is written
/// under a temporary name.
class FfmpegVideo : public VideoFile {
public:
    /// @throws FileError if the folder cannot be written, or there is no program ffmpeg
    FfmpegVideo(std::filesystem::path path, VideoCodec codec, int per_second);
    ~FfmpegVideo() override;
    FfmpegVideo(const FfmpegVideo&) = delete;
    FfmpegVideo& operator=(const FfmpegVideo&) = delete;

    void add(const Image& picture) override;
    void commit() override;

private:
    void start(const Image& first);
    /// Ends the pipe and waits. @return the exit status, or -1 if a signal ended it
    int finish();
    [[noreturn]] void fail(int status);

    std::filesystem::path path_;
    VideoCodec codec_;
    int per_second_;
    ImageSize size_{};
    AtomicFile file_;                                           // which ffmpeg writes
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> messages_;  // what ffmpeg prints
    int pipe_ = -1;
    pid_t process_ = -1;
};

}  // namespace stylegan::examples
