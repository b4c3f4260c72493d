// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fuzz {

namespace zip {

inline constexpr std::uint32_t local_header = 0x04034B50, directory_entry = 0x02014B50, directory_end = 0x06054B50;

[[nodiscard]] inline std::uint32_t number(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t width) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < width; ++i) v |= std::uint32_t{bytes[at + i]} << (8 * i);
    return v;
}

inline void add(std::vector<std::uint8_t>& to, std::size_t value, int width) {
    for (int i = 0; i < width; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// The place of the next record from `at` on; the end of `bytes` if there is none.
[[nodiscard]] inline std::size_t next_record(std::span<const std::uint8_t> bytes, std::size_t at) {
    for (; at + 4 <= bytes.size(); ++at) {
        const std::uint32_t mark = number(bytes, at, 4);
        if (mark == local_header || mark == directory_entry || mark == directory_end) return at;
    }
    return bytes.size();
}

struct Content {
    std::uint32_t checksum = 0;
    std::size_t size = 0;  ///< uncompressed
};

/// Checksum and size of a deflated entry; nothing if it is damaged, or expands to more than 1 MiB.
[[nodiscard]] inline std::optional<Content> inflated(std::span<const std::uint8_t> packed) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return std::nullopt;
    stream.next_in = const_cast<std::uint8_t*>(packed.data());  // zlib does not write there
    stream.avail_in = static_cast<uInt>(packed.size());
    Content content;
    std::array<std::uint8_t, 4096> out;
    int state = Z_OK;
    while (state == Z_OK && content.size < (std::size_t{1} << 20)) {
        stream.next_out = out.data();
        stream.avail_out = static_cast<uInt>(out.size());
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t got = out.size() - stream.avail_out;
        content.checksum = static_cast<std::uint32_t>(::crc32_z(content.checksum, out.data(), got));
        content.size += got;
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END ? std::optional(content) : std::nullopt;
}

}  // namespace zip

/// A zip archive of the entries whose local headers are in `bytes`, with checksums, sizes and places that fit. A change
/// in a content then reaches the reader of the content, instead of being found by a checksum.
[[nodiscard]] inline std::vector<std::uint8_t> mended_zip(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t most_entries = 64, head = 30;
    std::vector<std::uint8_t> archive, directory;
    std::size_t entries = 0;
    for (std::size_t at = zip::next_record(bytes, 0); at < bytes.size() && entries < most_entries;) {
        const bool is_entry = zip::number(bytes, at, 4) == zip::local_header && bytes.size() - at >= head;
        const std::size_t next = zip::next_record(bytes, at + (is_entry ? head : 4)), here = at;
        at = next;
        if (!is_entry) continue;
        const std::size_t name = std::min<std::size_t>(zip::number(bytes, here + 26, 2), next - here - head);
        const std::size_t extra = std::min<std::size_t>(zip::number(bytes, here + 28, 2), next - here - head - name);
        const std::size_t start = here + head + name + extra, packed = next - start;
        const std::uint32_t method = zip::number(bytes, here + 8, 2);
        zip::Content content{static_cast<std::uint32_t>(::crc32_z(0, bytes.data() + start, packed)), packed};
        if (method == Z_DEFLATED) content = zip::inflated(bytes.subspan(start, packed)).value_or(content);

        const auto add_fields = [&](std::vector<std::uint8_t>& to) {
            zip::add(to, zip::number(bytes, here + 6, 2) & 0x0800u, 2);  // neither encrypted nor sizes that follow
            zip::add(to, method, 2);
            zip::add(to, 0x00210000, 4);  // 1 January 1980
            zip::add(to, content.checksum, 4);
            zip::add(to, packed, 4);
            zip::add(to, content.size, 4);
            zip::add(to, name, 2);
        };
        const auto name_begin = bytes.begin() + static_cast<std::ptrdiff_t>(here + head);
        const auto name_end = name_begin + static_cast<std::ptrdiff_t>(name);
        zip::add(directory, zip::directory_entry, 4);
        zip::add(directory, 20, 2);
        zip::add(directory, 20, 2);
        add_fields(directory);
        zip::add(directory, 0, 8);  // no extra field, no comment, disk 0
        zip::add(directory, 0, 4);
        zip::add(directory, archive.size(), 4);
        directory.insert(directory.end(), name_begin, name_end);

        zip::add(archive, zip::local_header, 4);
        zip::add(archive, 20, 2);
        add_fields(archive);
        zip::add(archive, extra, 2);
        archive.insert(archive.end(), name_begin, bytes.begin() + static_cast<std::ptrdiff_t>(next));
        ++entries;
    }
    const std::size_t directory_at = archive.size();
    archive.insert(archive.end(), directory.begin(), directory.end());
    zip::add(archive, zip::directory_end, 4);
    zip::add(archive, 0, 4);
    zip::add(archive, entries, 2);
    zip::add(archive, entries, 2);
    zip::add(archive, directory.size(), 4);
    zip::add(archive, directory_at, 4);
    zip::add(archive, 0, 2);
    return archive;
}

/// Whether the bytes begin like a zip archive. Others need no mending.
[[nodiscard]] inline bool begins_zip(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= 4 && zip::number(bytes, 0, 4) == zip::local_header;
}

}  // namespace fuzz
