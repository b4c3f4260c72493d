// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace stylegan {

/// A file mapped to memory for reading. Pages are loaded on first access. May be used from several threads.
class MappedFile {
public:
    /// @throws FileError if the file cannot be opened or is a folder
    explicit MappedFile(const std::filesystem::path& path) {
        const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        if (file.number < 0) fail(path, "opened");
        struct stat status {};
        if (::fstat(file.number, &status) != 0) fail(path, "read");
        if (!S_ISREG(status.st_mode)) throw FileError(text(path.string(), ": is not a regular file"));
        size_ = static_cast<std::size_t>(status.st_size);
        if (size_ == 0) return;
        void* const at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number, 0);
        if (at == MAP_FAILED) fail(path, "mapped");
        data_ = static_cast<const std::uint8_t*>(at);
    }

    MappedFile(MappedFile&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    MappedFile& operator=(MappedFile&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~MappedFile() {
        if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {data_, size_}; }

private:
    struct Descriptor {
        int number;
        ~Descriptor() {
            if (number >= 0) ::close(number);
        }
    };

    [[noreturn]] static void fail(const std::filesystem::path& path, const char* what) {
        throw FileError(text(path.string(), ": cannot be ", what, ": ", system_message(errno)));
    }

    const std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace stylegan
