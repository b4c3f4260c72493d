// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace stylegan {

/// The system's message for an error number.
[[nodiscard]] inline std::string system_message(int error_number) {
    return std::generic_category().message(error_number);
}

/// A file opened for reading at any place. Pipes and devices, which block or never end, are refused at once. May be used
/// from several threads.
class RegularFile {
public:
    /// @throws FileError if the file cannot be opened, is a folder or not a regular file
    explicit RegularFile(std::filesystem::path path) : path_(std::move(path)) {
        number_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe would wait for its writer
        if (number_ < 0) throw FileError(text(path_.string(), ": cannot be opened: ", system_message(errno)));
        try {
            examine();
        } catch (...) {
            ::close(number_);
            throw;
        }
    }

    RegularFile(RegularFile&& other) noexcept
        : path_(std::move(other.path_)),
          number_(std::exchange(other.number_, -1)),
          size_(other.size_),
          changed_(other.changed_) {}
    RegularFile& operator=(RegularFile&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(number_, other.number_);
        std::swap(size_, other.size_);
        std::swap(changed_, other.changed_);
        return *this;
    }
    ~RegularFile() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Bytes, when the file was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// A descriptor of the same open file, for a C library that closes it. @throws FileError if there are too many
    [[nodiscard]] int duplicate() const {
        const int number = ::fcntl(number_, F_DUPFD_CLOEXEC, 0);
        if (number < 0) throw FileError(text(path_.string(), ": cannot be opened: ", system_message(errno)));
        return number;
    }

    /// Reads `size` bytes from `offset` on. @throws FileError if the file cannot be read, or has become shorter
    void read(std::uint64_t offset, void* to, std::size_t size) const {
        auto* out = static_cast<std::uint8_t*>(to);
        while (size > 0) {
            const std::size_t most = std::min<std::size_t>(size, std::size_t{1} << 30);
            const ::ssize_t got = ::pread(number_, out, most, static_cast<::off_t>(offset));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw FileError(text(path_.string(), ": cannot be read: ", system_message(errno)));
            if (got == 0)
                throw FileError(text(path_.string(), ": changed while it was read: ends at byte ", offset,
                                     ", expected ", size, " more"));
            out += got;
            offset += static_cast<std::uint64_t>(got);
            size -= static_cast<std::size_t>(got);
        }
    }

    /// @throws FileError if the file was written to since it was opened
    void require_unchanged() const {
        const struct stat now = status();
        if (static_cast<std::uint64_t>(now.st_size) != size_ || now.st_mtim.tv_sec != changed_.tv_sec ||
            now.st_mtim.tv_nsec != changed_.tv_nsec)
            throw FileError(text(path_.string(), ": changed while it was read: has ", now.st_size,
                                 " bytes and was written to, expected the ", size_, " bytes that it had"));
    }

private:
    [[nodiscard]] struct stat status() const {
        struct stat status {};
        if (::fstat(number_, &status) != 0)
            throw FileError(text(path_.string(), ": cannot be read: ", system_message(errno)));
        return status;
    }

    void examine() {
        const struct stat status = this->status();
        if (S_ISDIR(status.st_mode)) throw FileError(text(path_.string(), ": is a folder, expected a file"));
        if (!S_ISREG(status.st_mode)) throw FileError(text(path_.string(), ": is not a regular file"));
        size_ = static_cast<std::uint64_t>(status.st_size);
        changed_ = status.st_mtim;
    }

    std::filesystem::path path_;
    int number_ = -1;
    std::uint64_t size_ = 0;
    struct timespec changed_ {};
};

}  // namespace stylegan
