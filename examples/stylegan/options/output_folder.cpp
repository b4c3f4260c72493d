// SPDX-License-Identifier: Apache-2.0
#include "options/output_folder.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace stylegan::examples {

namespace {

void require_writable(const std::string& flag, const std::filesystem::path& folder, const std::string& advice = {}) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error))
        throw FileError(text(flag, ' ', folder.string(), ": is a file, expected a folder"));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw FileError(text(flag, ' ', folder.string(),
                             ": cannot be written into: ", std::generic_category().message(errno), advice));
}

}  // namespace

void make_output_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(text("--outdir ", folder.string(), ": cannot be created: ", error.message()));
    require_writable("--outdir", folder);
    (void)remove_partial_files(folder, std::chrono::hours(1));  // an hour: the folder may be shared with other machines
}

void require_folder_of(const std::string& flag, const std::filesystem::path& file, const std::string& advice) {
    require_writable(flag, file.has_parent_path() ? file.parent_path() : ".", advice);
}

void append_line(const std::filesystem::path& file, const std::string& line) { append_bytes(file, line + '\n'); }

void append_bytes(const std::filesystem::path& file, const std::string& bytes) {
    const int out = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (out < 0) detail::fail_to_write(file, "written", errno);
    struct stat before {};
    int error = ::fstat(out, &before) == 0 ? 0 : errno;
    for (std::size_t done = 0; error == 0 && done < bytes.size();) {
        const ssize_t wrote = ::write(out, bytes.data() + done, bytes.size() - done);
        if (wrote >= 0)
            done += static_cast<std::size_t>(wrote);
        else if (errno != EINTR)
            error = errno;
    }
    if (error != 0 && S_ISREG(before.st_mode) && ::ftruncate(out, before.st_size) != 0) {
        // half a line stays, which readers of JSON lines pass over
    }
    if (::close(out) != 0 && error == 0) error = errno;
    if (error != 0) detail::fail_to_write(file, "written", error);
}

}  // namespace stylegan::examples
