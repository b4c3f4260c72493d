// SPDX-License-Identifier: Apache-2.0
#include "video/ffmpeg_video.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <fcntl.h>
#include <signal.h>  // NOLINT: <csignal> has no kill()
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

const char* pixel_format(int channels) {
    constexpr std::array<const char*, 4> formats{"gray", "ya8", "rgb24", "rgba"};
    return formats.at(static_cast<std::size_t>(channels - 1));
}

std::vector<std::string> encoder_of(VideoCodec codec, bool alpha) {
    if (codec == VideoCodec::vp9)
        return {"-c:v", "libvpx-vp9", "-crf",    "20", "-b:v",     "0",
                "-f",   "webm",       "-row-mt", "1",  "-pix_fmt", alpha ? "yuva420p" : "yuv420p"};
    return {"-c:v", "libx264", "-crf", "16", "-f", "mp4", "-movflags", "+faststart", "-pix_fmt", "yuv420p"};
}

}  // namespace

FfmpegVideo::FfmpegVideo(std::filesystem::path path, VideoCodec codec, int per_second)
    : path_(std::move(path)),
      codec_(codec),
      per_second_(per_second),
      file_(path_),
      messages_(std::tmpfile(), &std::fclose) {
    if (!messages_) throw FileError(text("a temporary file cannot be created: ", system_message(errno)));
}

FfmpegVideo::~FfmpegVideo() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    (void)finish();
}

void FfmpegVideo::start(const Image& first) {
    size_ = first.size();
    std::vector<std::string> words{"ffmpeg",
                                   "-loglevel",
                                   "error",
                                   "-nostdin",
                                   "-y",
                                   "-f",
                                   "rawvideo",
                                   "-pix_fmt",
                                   pixel_format(first.channels),
                                   "-video_size",
                                   text(first.width, 'x', first.height),
                                   "-framerate",
                                   std::to_string(per_second_),
                                   "-i",
                                   "pipe:0",
                                   "-vf",
                                   "pad=ceil(iw/2)*2:ceil(ih/2)*2"};  // both codecs need even sides
    for (std::string& word : encoder_of(codec_, first.channels % 2 == 0)) words.push_back(std::move(word));
    words.push_back("file:" + file_.temporary().string());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw FileError(text("a pipe to ffmpeg cannot be created: ", system_message(errno)));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ::fileno(messages_.get()), 2);
    posix_spawnattr_t attributes;  // a group of its own: Ctrl-C ends it through this program
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    const int error = ::posix_spawnp(&process_, "ffmpeg", &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    pipe_ = ends[1];
    if (error == 0) return;
    process_ = -1;
    throw FileError(text(path_.string(), ": needs the program ffmpeg, which cannot be started: ", system_message(error),
                         "; apt-get install ffmpeg, or a name ending in .png for an animated PNG"));
}

void FfmpegVideo::add(const Image& picture) {
    if (process_ < 0) start(picture);
    if (picture.size() != size_)
        throw ValueError(text(path_.string(), ": a picture is ", picture.size().text(), ", expected ", size_.text(),
                              " like the first"));
    const std::uint8_t* data = picture.pixel(0, 0);
    for (std::size_t left = static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height) *
                            static_cast<std::size_t>(size_.channels);
         left > 0;) {
        const ::ssize_t written = ::write(pipe_, data, left);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail(finish());
        data += written;
        left -= static_cast<std::size_t>(written);
    }
}

void FfmpegVideo::commit() {
    const int status = finish();
    if (status != 0) fail(status);
    file_.commit(Survives::program_crash);
}

int FfmpegVideo::finish() {
    if (pipe_ >= 0) ::close(std::exchange(pipe_, -1));
    if (process_ < 0) return 0;
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) continue;
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void FfmpegVideo::fail(int status) {
    std::rewind(messages_.get());
    std::string last;  // the line that says most stands first
    for (int c = 0; last.size() < 300 && (c = std::fgetc(messages_.get())) != EOF && c != '\n';)
        last.push_back(static_cast<char>(c));
    throw FileError(text(path_.string(), ": ffmpeg ended with status ", status, last.empty() ? "" : ": ", last));
}

}  // namespace stylegan::examples
