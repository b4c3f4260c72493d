// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/regular_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace stylegan {

struct StoredDigest;

/// Bytes of an open file or of memory, which must outlive this. Those of a file are read when they are asked for: the
/// file may be larger than the memory, and one that is cut off in the meantime is an error like any other. Pickles of
/// Python 2 store binary data as UTF-8 text: each character encodes one byte.
struct StoredBytes {
    const RegularFile* file = nullptr;     ///< where they are; null: in memory
    const std::uint8_t* memory = nullptr;  ///< the first of them, if they are in memory
    std::uint64_t offset = 0;              ///< of the first of them in the file
    std::size_t stored = 0;                ///< how many there are in that place
    std::size_t size = 0;                  ///< how many there are after decoding
    const StoredDigest* digest = nullptr;  ///< that the file has of bytes that include these, if it has one
    bool as_utf8 = false;                  ///< whether they are stored as UTF-8 text

    StoredBytes() = default;
    /// Bytes in memory.
    explicit StoredBytes(std::span<const std::uint8_t> bytes)
        : memory(bytes.data()), stored(bytes.size()), size(bytes.size()) {}
    /// All bytes of a file.
    explicit StoredBytes(const RegularFile& all)
        : file(&all), stored(static_cast<std::size_t>(all.size())), size(stored) {}
    explicit StoredBytes(RegularFile&&) = delete;

    /// `count` of these bytes, as they are stored, from byte `from` on. They must be there.
    [[nodiscard]] StoredBytes part(std::size_t from, std::size_t count) const {
        StoredBytes b;
        b.file = file;
        b.memory = memory == nullptr ? nullptr : memory + from;
        b.offset = offset + from;
        b.stored = b.size = count;
        return b;
    }

    /// Copies `count` bytes, as they are stored, from byte `from` on. They must be there.
    /// @throws FileError if the file cannot be read, or has become shorter
    void read(std::size_t from, void* to, std::size_t count) const {
        if (count == 0) return;
        if (file != nullptr)
            file->read(offset + from, to, count);
        else
            std::memcpy(to, memory + from, count);
    }

    /// Calls f(bytes, count) with these bytes as they are stored, in parts of at most 64 KiB and in order.
    /// @throws FileError as read()
    template <class F>
    void for_each_part(F&& f) const {
        if (file == nullptr) return void(stored > 0 ? f(memory, stored) : void());
        std::vector<std::uint8_t> buffer(std::min(stored, part_size));
        for (std::size_t at = 0; at < stored; at += buffer.size()) {
            const std::size_t count = std::min(buffer.size(), stored - at);
            read(at, buffer.data(), count);
            f(static_cast<const std::uint8_t*>(buffer.data()), count);
        }
    }

    /// The bytes that these, as UTF-8 text, encode; nothing if it has characters above 255.
    /// @throws FileError as read()
    [[nodiscard]] std::optional<StoredBytes> of_utf8() const {
        StoredBytes b = *this;
        b.size = 0;
        std::uint8_t lead = 0;  // of a character of two bytes that has begun
        bool valid = true;
        for_each_part([&](const std::uint8_t* bytes, std::size_t count) {
            for (std::size_t i = 0; i < count && valid; ++i) {
                if (lead != 0) {
                    valid = (bytes[i] & 0xC0) == 0x80;
                    lead = 0;
                    continue;
                }
                ++b.size;
                if (bytes[i] < 0x80) continue;
                lead = bytes[i];
                valid = (lead & 0xFE) == 0xC2;
            }
        });
        if (!valid || lead != 0) return std::nullopt;
        b.as_utf8 = b.size != stored;  // otherwise it is plain ASCII
        return b;
    }

    /// All bytes, decoded. @throws FileError as read()
    [[nodiscard]] std::vector<std::uint8_t> decoded() const {
        std::vector<std::uint8_t> bytes(size);
        if (!as_utf8) {
            read(0, bytes.data(), size);
            return bytes;
        }
        std::size_t at = 0;
        std::uint8_t lead = 0;
        for_each_part([&](const std::uint8_t* part, std::size_t count) {
            for (std::size_t i = 0; i < count && at < size; ++i) {
                if (lead == 0 && part[i] >= 0x80) {
                    lead = part[i];
                    continue;
                }
                bytes[at++] = lead == 0 ? part[i] : static_cast<std::uint8_t>((lead << 6) | (part[i] & 0x3F));
                lead = 0;
            }
        });
        return bytes;
    }

    static constexpr std::size_t part_size = std::size_t{1} << 16;  ///< of for_each_part()
};

}  // namespace stylegan
