// SPDX-License-Identifier: Apache-2.0
#include "video/video_file.hpp"

#include "video/ffmpeg_video.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/pictures/animated_png.hpp>

#include <initializer_list>

namespace stylegan::examples {
namespace {

class AnimatedPngVideo : public VideoFile {
public:
    AnimatedPngVideo(const std::filesystem::path& path, std::size_t pictures, int per_second)
        : file_(path, pictures, per_second) {}
    void add(const Image& picture) override { file_.add(picture); }
    void commit() override { file_.commit(); }

private:
    AnimatedPngFile file_;
};

bool ends_in(const std::filesystem::path& path, std::initializer_list<const char*> endings) {
    for (const char* ending : endings)
        if (has_ending(path.filename().string(), ending)) return true;
    return false;
}

}  // namespace

bool is_video_name(const std::filesystem::path& path) { return ends_in(path, {".mp4", ".webm", ".png", ".apng"}); }

std::unique_ptr<VideoFile> open_video(const std::filesystem::path& path, std::size_t pictures, int per_second) {
    if (!is_video_name(path)) throw ValueError(text("--video: is ", path.string(), ", expected ", video_forms));
    if (ends_in(path, {".png", ".apng"})) return std::make_unique<AnimatedPngVideo>(path, pictures, per_second);
    return std::make_unique<FfmpegVideo>(path, ends_in(path, {".mp4"}) ? VideoCodec::h264 : VideoCodec::vp9,
                                         per_second);
}

}  // namespace stylegan::examples
