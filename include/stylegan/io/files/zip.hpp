// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/zip_writer.hpp>  // the other direction

#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace stylegan {

/// Reads a zip archive. May be used from several threads; only one reads at a time.
class ZipFile {
public:
    /// @throws FileError if the file cannot be opened
    /// @throws FormatError if it is not a zip archive, or is cut off
    explicit ZipFile(const std::filesystem::path& path) : path_(path.string()) {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored))
            throw FileError(text(path_, ": is a folder, expected a zip archive"));
        int code = 0;
        archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY, &code));
        if (!archive_) {
            zip_error_t error;
            zip_error_init_with_code(&error, code);
            std::string reason = zip_error_strerror(&error);
            const bool system = zip_error_system_type(&error) == ZIP_ET_SYS;
            zip_error_fini(&error);
            const bool missing = !std::filesystem::exists(path, ignored);
            if (system || missing) throw FileError(text(path_, ": cannot be opened: ", reason));
            // libzip says "No such file" of a damaged directory
            if (code == ZIP_ER_NOENT) reason = "a field is missing";
            throw FormatError(text(path_, ": is not a zip archive, or is cut off: ", reason));
        }
        const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
        names_.reserve(static_cast<std::size_t>(count));
        for (zip_int64_t i = 0; i < count; ++i) {
            const char* const name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
            names_.emplace_back(name != nullptr ? name : "");
        }
    }

    /// The names of all entries, in the order of the archive; those of folders end with '/'.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// The content of entry i, or its first `limit` bytes. The checksum is verified if all of it is read.
    /// @throws FormatError if the entry is damaged, encrypted, or larger than 2 GiB
    [[nodiscard]] Bytes read(std::size_t i, std::size_t limit = std::numeric_limits<std::size_t>::max()) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        zip_stat_t status;
        zip_stat_init(&status);
        if (zip_stat_index(archive_.get(), i, 0, &status) != 0) fail(i, zip_strerror(archive_.get()));
        if (status.size > (std::uint64_t{1} << 31))
            fail(i, text("is ", status.size, " bytes long, expected at most 2 GiB"));
        const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive_.get(), i, 0));
        if (!file) fail(i, zip_strerror(archive_.get()));

        const bool whole = status.size <= limit;
        const auto size = static_cast<std::size_t>(whole ? status.size : limit);
        Bytes bytes;  // grows while reading, because a damaged entry may claim any size
        for (std::size_t at = 0; at < size;) {
            if (at == bytes.size()) bytes.resize(std::min(size, std::max<std::size_t>(2 * at, 65536)));
            const zip_int64_t got = zip_fread(file.get(), bytes.data() + at, bytes.size() - at);
            if (got < 0) fail(i, zip_file_strerror(file.get()));
            if (got == 0) fail(i, text("is cut off: has ", at, " bytes, expected ", size));
            at += static_cast<std::size_t>(got);
        }
        std::uint8_t beyond = 0;  // libzip verifies the checksum when it reads past the end
        if (whole && zip_fread(file.get(), &beyond, 1) != 0) fail(i, "is damaged: its checksum or its length is wrong");
        return bytes;
    }

private:
    struct Discard {
        void operator()(zip_t* archive) const { zip_discard(archive); }
    };
    struct Close {
        void operator()(zip_file_t* file) const { zip_fclose(file); }
    };

    [[noreturn]] void fail(std::size_t i, const std::string& why) const {
        throw FormatError(text(path_, ": ", i < names_.size() ? names_[i] : text("entry ", i), ": ", why));
    }

    std::string path_;
    std::unique_ptr<zip_t, Discard> archive_;
    std::vector<std::string> names_;
    mutable std::mutex mutex_;
};

}  // namespace stylegan
