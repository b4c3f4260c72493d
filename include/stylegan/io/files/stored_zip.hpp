// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace stylegan {

/// Reads uncompressed entries of a zip archive in memory without copying them; PyTorch writes such files. Archives may
/// be larger than 4 GiB. ZipFile reads compressed entries, too, by copying.
class StoredZip {
public:
    /// @param where  the start of messages
    /// @throws FormatError if this is not a zip archive, is cut off, or has two entries of one name
    StoredZip(std::span<const std::uint8_t> bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {
        const Directory directory = find_directory();
        std::size_t at = directory.at;
        for (std::uint64_t i = 0; i < directory.entries; ++i) at = read_entry(at);
    }

    struct Entry {
        std::size_t header = 0;  ///< byte of its local header, which comes before the content
        std::uint64_t size = 0;  ///< of the content, in bytes
        bool stored = true;      ///< neither compressed nor encrypted
    };
    /// All entries by name.
    [[nodiscard]] const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

    [[nodiscard]] bool contains(std::string_view name) const { return entries_.find(name) != entries_.end(); }

    /// The content of an entry.
    /// @throws FormatError if there is no such entry, or it is compressed, encrypted or cut off
    [[nodiscard]] std::span<const std::uint8_t> content(std::string_view name) const {
        const auto found = entries_.find(name);
        if (found == entries_.end()) throw FormatError(text(where_, ": has no entry \"", name, '"'));
        const Entry& e = found->second;
        if (!e.stored)
            fail(e.header,
                 text("entry \"", shortened(name), "\" is compressed or encrypted, expected it uncompressed"));
        if (number(e.header, 4) != 0x04034B50)
            fail(e.header, text("entry \"", shortened(name), "\" does not begin here"));
        const std::uint64_t start = e.header + 30 + number(e.header + 26, 2) + number(e.header + 28, 2);
        if (start > bytes_.size() || e.size > bytes_.size() - start)
            fail(e.header, text("entry \"", shortened(name), "\" of ", e.size, " bytes goes beyond the file"));
        return bytes_.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(e.size));
    }

private:
    struct Directory {
        std::size_t at = 0;
        std::uint64_t entries = 0;
    };

    [[noreturn]] void fail(std::uint64_t at, const std::string& what) const {
        throw FormatError(text(where_, ": byte ", at, ": ", what));
    }

    [[nodiscard]] std::uint64_t number(std::uint64_t at, std::size_t width) const {
        if (at > bytes_.size() || width > bytes_.size() - at) fail(at, "the zip archive is cut off");
        std::uint64_t v = 0;
        for (std::size_t i = 0; i < width; ++i) v |= std::uint64_t{bytes_[static_cast<std::size_t>(at) + i]} << (8 * i);
        return v;
    }

    [[nodiscard]] Directory find_directory() const {
        constexpr std::size_t length = 22, longest_comment = 0xFFFF;
        const std::size_t n = bytes_.size();
        if (n < length) fail(0, text("is ", n, " bytes long, too short for a zip archive"));
        for (std::size_t end = n - length, tries = 0;; --end, ++tries) {
            if (number(end, 4) == 0x06054B50 && number(end + 20, 2) == n - length - end) return checked(end);
            if (end == 0 || tries == longest_comment) break;
        }
        fail(n, "the zip archive has no directory at its end: it was cut off");
    }

    [[nodiscard]] Directory checked(std::size_t end) const {
        std::uint64_t entries = number(end + 10, 2), size = number(end + 12, 4), at = number(end + 16, 4);
        if (end >= 20 && number(end - 20, 4) == 0x07064B50) {  // zip64: the same fields with 64 bits
            const std::uint64_t record = number(end - 20 + 8, 8);
            if (number(record, 4) != 0x06064B50) fail(record, "the zip archive's directory is not where it should be");
            entries = number(record + 32, 8);
            size = number(record + 40, 8);
            at = number(record + 48, 8);
        }
        if (at > end || size > end - at)
            fail(end, text("the zip archive's directory lies at byte ", at, ", beyond the file"));
        if (entries > size / 46)
            fail(end, text("the zip archive claims ", entries, " entries, more than its directory holds"));
        return {static_cast<std::size_t>(at), entries};
    }

    /// @return where the next entry of the directory begins
    std::size_t read_entry(std::size_t at) {
        if (number(at, 4) != 0x02014B50) fail(at, "the zip archive's directory is damaged");
        const std::uint64_t flags = number(at + 8, 2), method = number(at + 10, 2);
        std::uint64_t packed = number(at + 20, 4), size = number(at + 24, 4), header = number(at + 42, 4);
        const std::size_t name_length = number(at + 28, 2), extra_length = number(at + 30, 2);
        const std::size_t name_at = at + 46, extra = name_at + name_length,
                          next = extra + extra_length + number(at + 32, 2);
        if (next > bytes_.size()) fail(at, "the zip archive's directory is cut off");
        for (std::size_t e = extra; e + 4 <= extra + extra_length;) {
            const std::size_t length = number(e + 2, 2);
            if (number(e, 2) == 1) {  // zip64: fields that do not fit into 32 bits, in this order
                std::size_t field = e + 4;
                for (std::uint64_t* v : {&size, &packed, &header})
                    if (*v == 0xFFFFFFFF && field + 8 <= e + 4 + length) {
                        *v = number(field, 8);
                        field += 8;
                    }
            }
            e += 4 + length;
        }
        const std::string name(reinterpret_cast<const char*>(bytes_.data()) + name_at, name_length);  // NOLINT
        if (header > bytes_.size()) fail(at, text("entry \"", shortened(name), "\" lies beyond the file"));
        const bool stored = method == 0 && (flags & 1) == 0 && packed == size;
        if (!entries_.emplace(name, Entry{static_cast<std::size_t>(header), size, stored}).second)
            fail(at, text("the zip archive has two entries \"", shortened(name), '"'));
        return next;
    }

    std::span<const std::uint8_t> bytes_;
    std::string where_;
    std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace stylegan
