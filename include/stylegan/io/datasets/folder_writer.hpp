// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace stylegan {

/// A folder of files that appears complete or not at all. It is filled under a temporary name next to its destination;
/// commit() renames it. Without commit(), it is removed. Has the interface of ZipWriter.
class FolderWriter {
public:
    /// @throws FileError if the destination exists and is not an empty folder, or its parent cannot be written
    explicit FolderWriter(std::filesystem::path destination) : destination_(std::move(destination)) {
        if (!destination_.has_filename()) destination_ = destination_.parent_path();  // "out/" is "out"
        std::error_code error;
        const bool exists = std::filesystem::exists(destination_, error);
        if (exists &&
            !(std::filesystem::is_directory(destination_, error) && std::filesystem::is_empty(destination_, error)))
            throw FileError(text(destination_.string(), ": exists already, expected nothing or an empty folder"));
        temporary_ =
            destination_.parent_path() / text('.', destination_.filename().string(), '.', ::getpid(), ".partial");
        if (!std::filesystem::create_directory(temporary_, error))
            throw FileError(
                text(destination_.string(), ": cannot be created: ", error ? error.message() : system_message(EEXIST)));
    }

    FolderWriter(const FolderWriter&) = delete;
    FolderWriter& operator=(const FolderWriter&) = delete;

    ~FolderWriter() {
        std::error_code ignored;
        if (!committed_) std::filesystem::remove_all(temporary_, ignored);
    }

    /// Writes a file. Its name may contain folders, separated by '/'. @throws FileError
    void add(const std::string& name, std::span<const std::uint8_t> content) {
        const std::filesystem::path path = temporary_ / name;
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        std::FILE* const file = std::fopen(path.c_str(), "wbx");
        if (file == nullptr) fail(name, "created", errno);
        const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
        const int reason = errno;
        const bool closed = std::fclose(file) == 0;
        if (!written || !closed) fail(name, "written", written ? errno : reason);
    }
    /// The same with text.
    void add(const std::string& name, const std::string& content) {
        add(name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});  // NOLINT: text as bytes
    }

    /// Moves the folder to its destination. Call once, last. @throws FileError
    void commit() {
        if (std::rename(temporary_.c_str(), destination_.c_str()) != 0)
            throw FileError(text(destination_.string(), ": cannot be renamed into place: ", system_message(errno)));
        committed_ = true;
    }

private:
    [[noreturn]] void fail(const std::string& name, const char* what, int reason) const {
        throw FileError(text((destination_ / name).string(), ": cannot be ", what, ": ", system_message(reason)));
    }

    std::filesystem::path destination_, temporary_;
    bool committed_ = false;
};

}  // namespace stylegan
