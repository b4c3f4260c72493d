// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/stored_bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// Finds uncompressed entries of a zip archive without reading them; PyTorch writes such files. Archives may be larger
/// than 4 GiB; their directory is at most 16 MiB. ZipFile reads compressed entries, too.
class StoredZip {
public:
    /// @param where  the start of messages
    /// @throws FormatError if this is not a zip archive, is cut off, has two entries of one name, or entries that overlap
    /// @throws FileError if the file cannot be read
    StoredZip(const StoredBytes& bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {
        const Directory directory = find_directory();
        load(directory.at, directory.size);
        std::uint64_t at = directory.at, total = 0;
        for (std::uint64_t i = 0; i < directory.entries; ++i) at = read_entry(at, total);
        part_ = {};
    }

    /// An archive in memory, which must outlive this.
    StoredZip(std::span<const std::uint8_t> bytes, std::string where)
        : StoredZip(StoredBytes(bytes), std::move(where)) {}

    struct Entry {
        std::uint64_t header = 0;  ///< byte of its local header, which comes before the content
        std::uint64_t size = 0;    ///< of the content, in bytes
        std::uint32_t crc = 0;     ///< CRC-32 of the content
        bool stored = true;        ///< neither compressed nor encrypted
    };
    /// All entries by name.
    [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

    [[nodiscard]] bool contains(std::string_view name) const { return entries_.find(name) != entries_.end(); }

    /// The content of an entry.
    /// @throws FormatError if there is no such entry, or it is compressed, encrypted or cut off
    [[nodiscard]] StoredBytes content(std::string_view name) const {
        const auto found = entries_.find(name);
        if (found == entries_.end()) throw FormatError(text(where_, ": has no entry \"", shortened(name), '"'));
        const Entry& e = found->second;
        if (!e.stored)
            fail(e.header,
                 text("entry \"", shortened(name), "\" is compressed or encrypted, expected it uncompressed"));
        std::uint8_t header[30] = {};
        if (e.header > bytes_.size || bytes_.size - e.header < sizeof header)
            fail(e.header, "the zip archive is cut off");
        bytes_.read(static_cast<std::size_t>(e.header), header, sizeof header);
        if (number_in(header, 4) != 0x04034B50)
            fail(e.header, text("entry \"", shortened(name), "\" does not begin here"));
        const std::uint64_t start = e.header + sizeof header + number_in(header + 26, 2) + number_in(header + 28, 2);
        if (start > bytes_.size || e.size > bytes_.size - start)
            fail(e.header, text("entry \"", shortened(name), "\" of ", e.size, " bytes goes beyond the file"));
        return bytes_.part(static_cast<std::size_t>(start), static_cast<std::size_t>(e.size));
    }

private:
    static constexpr std::uint64_t largest_directory = std::uint64_t{1} << 24;

    struct Directory {
        std::uint64_t at = 0, size = 0, entries = 0;
    };

    [[noreturn]] void fail(std::uint64_t at, const std::string& what) const {
        throw FormatError(text(where_, ": byte ", at, ": ", what));
    }

    /// Reads a part of the archive, from which number() takes.
    void load(std::uint64_t at, std::uint64_t size) {
        part_.resize(static_cast<std::size_t>(size));
        bytes_.read(static_cast<std::size_t>(at), part_.data(), part_.size());
        part_at_ = at;
    }

    /// An unsigned little-endian number.
    [[nodiscard]] static std::uint64_t number_in(const std::uint8_t* bytes, std::size_t width) {
        std::uint64_t v = 0;
        for (std::size_t i = 0; i < width; ++i) v |= std::uint64_t{bytes[i]} << (8 * i);
        return v;
    }
    /// The number at a byte of the archive, within the loaded part.
    [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t width) const {
        if (at < part_at_ || at - part_at_ > part_.size() || width > part_.size() - (at - part_at_))
            fail(at, "the zip archive is cut off");
        return number_in(part_.data() + (at - part_at_), width);
    }

    [[nodiscard]] Directory find_directory() {
        constexpr std::size_t length = 22, longest_comment = 0xFFFF, before = 20;
        const std::size_t n = bytes_.size;
        if (n < length) fail(0, text("is ", n, " bytes long, too short for a zip archive"));
        const std::size_t most = std::min(n, length + longest_comment + before);
        load(n - most, most);
        for (std::size_t end = n - length, tries = 0;; --end, ++tries) {
            if (number(end, 4) == 0x06054B50 && number(end + 20, 2) == n - length - end) return checked(end);
            if (end == 0 || tries == longest_comment) break;
        }
        fail(n, "the zip archive has no directory at its end: it was cut off");
    }

    [[nodiscard]] Directory checked(std::size_t end) {
        std::uint64_t entries = number(end + 10, 2), size = number(end + 12, 4), at = number(end + 16, 4);
        if (end >= 20 && number(end - 20, 4) == 0x07064B50) {  // zip64: the same fields with 64 bits
            const std::uint64_t record = number(end - 20 + 8, 8);
            if (record > bytes_.size || bytes_.size - record < 56)
                fail(end, "the zip archive's directory is not where it should be");
            load(record, 56);
            if (number(record, 4) != 0x06064B50) fail(record, "the zip archive's directory is not where it should be");
            entries = number(record + 32, 8);
            size = number(record + 40, 8);
            at = number(record + 48, 8);
        }
        if (at > end || size > end - at)
            fail(end, text("the zip archive's directory lies at byte ", at, ", beyond the file"));
        if (entries > size / 46)
            fail(end, text("the zip archive claims ", entries, " entries, more than its directory holds"));
        if (size > largest_directory)
            fail(at, text("the zip archive's directory has ", size, " bytes, expected at most ", largest_directory));
        return {at, size, entries};
    }

    /// @param total  bytes of the entries so far
    /// @return where the next entry of the directory begins
    std::uint64_t read_entry(std::uint64_t at, std::uint64_t& total) {
        if (number(at, 4) != 0x02014B50) fail(at, "the zip archive's directory is damaged");
        const std::uint64_t flags = number(at + 8, 2), method = number(at + 10, 2), crc = number(at + 16, 4);
        std::uint64_t packed = number(at + 20, 4), size = number(at + 24, 4), header = number(at + 42, 4);
        const std::uint64_t name_length = number(at + 28, 2), extra_length = number(at + 30, 2);
        const std::uint64_t name_at = at + 46, extra = name_at + name_length,
                            next = extra + extra_length + number(at + 32, 2);
        if (next > part_at_ + part_.size()) fail(at, "the zip archive's directory is cut off");
        for (std::uint64_t e = extra; e + 4 <= extra + extra_length;) {
            const std::uint64_t length = number(e + 2, 2);
            if (number(e, 2) == 1) {  // zip64: fields that do not fit into 32 bits, in this order
                std::uint64_t field = e + 4;
                for (std::uint64_t* v : {&size, &packed, &header})
                    if (*v == 0xFFFFFFFF && field + 8 <= e + 4 + length) {
                        *v = number(field, 8);
                        field += 8;
                    }
            }
            e += 4 + length;
        }
        const auto* const characters = reinterpret_cast<const char*>(part_.data() + (name_at - part_at_));  // NOLINT
        const std::string name(characters, static_cast<std::size_t>(name_length));
        if (header > bytes_.size) fail(at, text("entry \"", shortened(name), "\" lies beyond the file"));
        const bool stored = method == 0 && (flags & 1) == 0 && packed == size;
        if (stored && size > bytes_.size - total) fail(at, "the zip archive has entries that overlap");
        if (stored) total += size;
        if (!entries_.emplace(name, Entry{header, size, static_cast<std::uint32_t>(crc), stored}).second)
            fail(at, text("the zip archive has two entries \"", shortened(name), '"'));
        return next;
    }

    StoredBytes bytes_;
    std::string where_;
    std::vector<std::uint8_t> part_;  // of the archive, while its directory is read
    std::uint64_t part_at_ = 0;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace stylegan
