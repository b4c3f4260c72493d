// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace stylegan {

/// What a committed file survives. For a power cut, commit() waits for the disk, which takes longer than writing a
/// picture.
enum class Survives { program_crash, power_cut };

/// A file that appears complete or not at all. It is written under a temporary name in the same folder; commit()
/// flushes and renames it. Without commit(), the temporary file is removed and an earlier file stays as it is.
class AtomicFile {
public:
    /// @throws FileError if the folder does not exist or cannot be written
    explicit AtomicFile(std::filesystem::path destination) : destination_(std::move(destination)) {
        std::error_code ignored;
        if (std::filesystem::is_directory(destination_, ignored))
            throw FileError(text(destination_.string(), ": is a folder, expected a file to write"));
        for (int attempt = 0; file_ == nullptr; ++attempt) {
            const std::string name =
                text('.', destination_.filename().string(), '.', ::getpid(), '.', attempt, ".partial");
            temporary_ = destination_.parent_path() / name;
            file_ = std::fopen(temporary_.c_str(), "wbx");  // x: fails if the file exists
            if (file_ == nullptr && (errno != EEXIST || attempt == 1000)) fail("created", errno);
        }
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    ~AtomicFile() {
        if (file_ != nullptr) std::fclose(file_);
        if (!committed_) ::unlink(temporary_.c_str());
    }

    /// Appends bytes. @throws FileError, for example if the disk is full
    void write(const void* data, std::size_t size) {
        if (size > 0 && std::fwrite(data, 1, size, file_) != size) fail("written", errno);
        size_ += size;
    }
    void write(std::string_view characters) { write(characters.data(), characters.size()); }

    /// The number of bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    [[nodiscard]] const std::filesystem::path& destination() const { return destination_; }

    /// Moves the file to its destination. Call once, last.
    /// @throws FileError if it cannot be flushed or renamed
    void commit(Survives survives = Survives::power_cut) {
        const bool durable = survives == Survives::power_cut;
        if (std::fflush(file_) != 0 || (durable && ::fsync(::fileno(file_)) != 0)) fail("written", errno);
        const int closed = std::fclose(std::exchange(file_, nullptr));
        if (closed != 0) fail("written", errno);
        if (std::rename(temporary_.c_str(), destination_.c_str()) != 0) fail("renamed into place", errno);
        committed_ = true;
        if (durable) synchronise_folder();
    }

private:
    [[noreturn]] void fail(const char* what, int error_number) const {
        throw FileError(text(destination_.string(), ": cannot be ", what, ": ", system_message(error_number)));
    }

    /// Makes the new name survive a power cut, too. Some file systems refuse; the file is in place nevertheless.
    void synchronise_folder() const {
        const std::filesystem::path folder = destination_.has_parent_path() ? destination_.parent_path() : ".";
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return;
        ::fsync(descriptor);
        ::close(descriptor);
    }

    std::filesystem::path destination_, temporary_;
    std::FILE* file_ = nullptr;
    std::uint64_t size_ = 0;
    bool committed_ = false;
};

/// Writes a whole file at once, atomically. @throws FileError
inline void write_file(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

}  // namespace stylegan
