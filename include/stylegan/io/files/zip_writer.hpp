// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/atomic_file.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace stylegan {

/// Writes a zip archive of uncompressed entries (pictures are compressed already) with a fixed time stamp: the same
/// entries give the same bytes. add() writes to the disk; the archive appears at its destination with commit(). More
/// than 65,535 entries or 4 GiB make it a zip64 archive, which all current tools read.
/// @see APPNOTE.TXT (PKWARE), sections 4.3.7, 4.3.12, 4.3.14-4.3.16
class ZipWriter {
public:
    /// @throws FileError if the folder does not exist or cannot be written
    explicit ZipWriter(const std::filesystem::path& path) : file_(path) {}

    /// Adds an entry.
    /// @throws ValueError if the name is taken, empty or too long, or the content is 4 GiB or larger
    /// @throws FileError if the disk is full
    void add(const std::string& name, std::span<const std::uint8_t> content) {
        if (name.empty() || name.size() > 0xFFFF || content.size() >= limit32 || !names_.insert(name).second)
            throw ValueError(text("ZipWriter: entry \"", shortened(name), "\" of ", content.size(),
                                  " bytes: expected a new name of 1 to 65535 characters and less than 4 GiB"));
        Entry entry{name, static_cast<std::uint32_t>(content.size()), checksum(content), file_.size()};
        Record local;
        local.add(0x04034B50, 4).add(20, 2);
        add_common(local, entry).add(0, 2);
        write(local, name);
        file_.write(content.data(), content.size());
        entries_.push_back(std::move(entry));
    }
    void add(const std::string& name, const std::string& content) {
        add(name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});  // NOLINT: text as bytes
    }

    /// Writes the directory and moves the archive to its destination. Call once, last. @throws FileError
    void commit() {
        const std::uint64_t start = file_.size();
        for (const Entry& e : entries_) write_directory_entry(e);
        const std::uint64_t size = file_.size() - start, count = entries_.size();
        Record end;
        if (count >= 0xFFFF || start >= limit32 || size >= limit32) {
            const std::uint64_t at = file_.size();
            end.add(0x06064B50, 4).add(44, 8).add(45, 2).add(45, 2).add(0, 4).add(0, 4);
            end.add(count, 8).add(count, 8).add(size, 8).add(start, 8);
            end.add(0x07064B50, 4).add(0, 4).add(at, 8).add(1, 4);
        }
        const std::uint64_t count16 = count < 0xFFFF ? count : 0xFFFF;
        end.add(0x06054B50, 4).add(0, 4).add(count16, 2).add(count16, 2);
        end.add(size < limit32 ? size : limit32, 4).add(start < limit32 ? start : limit32, 4).add(0, 2);
        write(end, {});
        file_.commit();
    }

private:
    static constexpr std::uint64_t limit32 = 0xFFFFFFFF;

    struct Entry {
        std::string name;
        std::uint32_t size, crc;
        std::uint64_t offset;
    };

    /// Little-endian numbers, one after the other.
    struct Record {
        std::vector<std::uint8_t> bytes;
        Record& add(std::uint64_t value, int width) {
            for (int i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
            return *this;
        }
    };

    static std::uint32_t checksum(std::span<const std::uint8_t> content) {
        return static_cast<std::uint32_t>(::crc32_z(0, content.data(), content.size()));
    }

    /// The fields that the local header and the directory share: UTF-8 name, uncompressed, 1 January 1980.
    static Record& add_common(Record& record, const Entry& e) {
        return record.add(0x0800, 2).add(0, 2).add(0, 2).add(0x0021, 2).add(e.crc, 4).add(e.size, 4).add(e.size, 4).add(
            e.name.size(), 2);
    }

    void write_directory_entry(const Entry& e) {
        const bool far = e.offset >= limit32;
        const std::uint64_t format = far ? 45 : 20;
        Record central;
        central.add(0x02014B50, 4).add(format | 0x0300, 2).add(format, 2);  // 3: Unix, so readers use the file mode
        add_common(central, e).add(far ? 12 : 0, 2).add(0, 2).add(0, 2).add(0, 2);
        central.add(std::uint64_t{0100644} << 16, 4).add(far ? limit32 : e.offset, 4);
        write(central, e.name);
        if (!far) return;
        Record extra;
        extra.add(1, 2).add(8, 2).add(e.offset, 8);
        write(extra, {});
    }

    void write(const Record& record, std::string_view after) {
        file_.write(record.bytes.data(), record.bytes.size());
        file_.write(after);
    }

    AtomicFile file_;
    std::vector<Entry> entries_;
    std::unordered_set<std::string> names_;
};

}  // namespace stylegan
