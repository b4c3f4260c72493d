// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/files/regular_file.hpp>
#include <stylegan/io/files/zip_writer.hpp>  // the other direction

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Reads a zip archive. May be used from several threads; only one reads at a time.
class ZipFile {
public:
    /// @throws FileError if the file cannot be opened, or is not a regular file
    /// @throws FormatError if it is not a zip archive, is cut off, or its entries overlap
    explicit ZipFile(const std::filesystem::path& path) : path_(path.string()) {
        const RegularFile file(path);
        open(file);
        const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
        names_.reserve(static_cast<std::size_t>(count));
        std::uint64_t stored = 0;
        for (zip_int64_t i = 0; i < count; ++i) {
            const char* const name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
            names_.emplace_back(name != nullptr ? name : "");
            stored += std::min(status(static_cast<std::size_t>(i)).comp_size, file.size() + 1);
            if (stored > file.size())
                throw FormatError(text(path_, ": is a zip archive of ", file.size(),
                                       " bytes whose entries are longer: they overlap, or it is damaged"));
        }
    }

    /// The names of all entries, in the order of the archive; those of folders end with '/'.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// The length of entry i in the archive, in bytes, compressed or not. @throws FormatError if it is not said
    [[nodiscard]] std::uint64_t stored_size(std::size_t i) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return status(i).comp_size;
    }

    /// The content of entry i, or its first `limit` bytes. The checksum is verified if all of it is read.
    /// @throws FormatError if the entry is damaged or encrypted, longer than 2 GiB, or, where all of it is read, than
    ///         64 MiB and 64 times the bytes that it takes in the archive
    [[nodiscard]] Bytes read(std::size_t i, std::size_t limit = std::numeric_limits<std::size_t>::max()) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        const zip_stat_t entry = status(i);
        if (entry.size > (std::uint64_t{1} << 31))
            fail(i, text("is ", entry.size, " bytes long, expected at most 2 GiB"));
        const std::uint64_t worth = (std::uint64_t{1} << 26) + 64 * entry.comp_size;
        if (entry.size <= limit && entry.size > worth)
            fail(i, text("is ", entry.size, " bytes long, expected at most ", worth, " of the ", entry.comp_size,
                         " bytes that it takes in the archive"));
        return content(i, entry, limit);
    }

    /// The whole content of entry i, which must not be longer than `most` bytes. The checksum is verified.
    /// @throws FormatError if the entry is damaged, encrypted, or longer
    [[nodiscard]] Bytes read_whole(std::size_t i, std::uint64_t most) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        const zip_stat_t entry = status(i);
        if (entry.size > most) fail(i, text("is ", entry.size, " bytes long, expected at most ", most));
        return content(i, entry, std::numeric_limits<std::size_t>::max());
    }

private:
    struct Discard {
        void operator()(zip_t* archive) const { zip_discard(archive); }
    };
    struct Close {
        void operator()(zip_file_t* file) const { zip_fclose(file); }
    };

    void open(const RegularFile& file) {
        const int descriptor = file.duplicate();
        int code = 0;
        archive_.reset(zip_fdopen(descriptor, 0, &code));
        if (archive_) return;  // libzip closes the descriptor
        ::close(descriptor);
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        std::string reason = zip_error_strerror(&error);
        const bool system = zip_error_system_type(&error) == ZIP_ET_SYS;
        zip_error_fini(&error);
        // libzip says "No such file" of a damaged directory
        if (code == ZIP_ER_NOENT) reason = "a field is missing";
        if (system) throw FileError(text(path_, ": cannot be opened: ", reason));
        throw FormatError(text(path_, ": is not a zip archive, or is cut off: ", reason));
    }

    [[nodiscard]] zip_stat_t status(std::size_t i) const {
        zip_stat_t entry;
        zip_stat_init(&entry);
        if (zip_stat_index(archive_.get(), i, 0, &entry) != 0) fail(i, zip_strerror(archive_.get()));
        constexpr zip_uint64_t both = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
        if ((entry.valid & both) != both) fail(i, "has no size");
        return entry;
    }

    /// The first `limit` bytes of an entry, or all of it.
    [[nodiscard]] Bytes content(std::size_t i, const zip_stat_t& entry, std::size_t limit) const {
        const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(archive_.get(), i, 0));
        if (!file) fail(i, zip_strerror(archive_.get()));
        const bool whole = entry.size <= limit;
        const auto size = static_cast<std::size_t>(whole ? entry.size : limit);
        Bytes bytes;  // grows while reading, because a damaged entry may claim any size
        bytes.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(size, 65536 + 1032 * entry.comp_size)));
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

    [[noreturn]] void fail(std::size_t i, const std::string& why) const {
        throw FormatError(text(path_, ": ", i < names_.size() ? shortened(names_[i]) : text("entry ", i), ": ", why));
    }

    std::string path_;
    std::unique_ptr<zip_t, Discard> archive_;
    std::vector<std::string> names_;
    mutable std::mutex mutex_;
};

}  // namespace stylegan
