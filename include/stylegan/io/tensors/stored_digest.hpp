// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/files/regular_file.hpp>
#include <stylegan/io/files/stored_bytes.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// The digest that a file has of some of its bytes: of a tensor, or of what a tensor is a part of. Const members may be
/// used from several threads.
struct StoredDigest {
    StoredDigest() = default;
    /// @param of_what  "tensor" or "entry"
    StoredDigest(DigestKind of_kind, std::uint64_t value, const StoredBytes& of, const char* of_what,
                 std::string its_name)
        : kind(of_kind), expected(value), bytes(of), what(of_what), name(std::move(its_name)) {}

    DigestKind kind = DigestKind::none;  ///< none: there is no digest after all
    std::uint64_t expected = 0;          ///< what the file says
    StoredBytes bytes{};                 ///< what it is a digest of: all or a part of an open file
    const char* what = "bytes";          ///< for messages
    std::string name{};                  ///< of the tensor or the entry; empty: messages give the place of the bytes

    /// Reads the bytes. @throws FormatError that names the file and the tensor, if they have another digest; FileError
    void check() const {
        if (kind == DigestKind::none) return;
        Digest digest(kind);
        bytes.for_each_part([&](const std::uint8_t* part, std::size_t count) { digest.add(part, count); });
        compare(digest.value());
    }

    /// The same, once: parts of the bytes that are read one by one are not worth more. @throws as check()
    void check_once() const {
        if (!checked_.load(std::memory_order_relaxed)) check();
        checked_.store(true, std::memory_order_relaxed);
    }

    /// Whether these are the bytes of which it is the digest.
    [[nodiscard]] bool is_of(const StoredBytes& b) const {
        return kind != DigestKind::none && b.file == bytes.file && b.offset == bytes.offset && b.stored == bytes.stored;
    }

    /// @param found  the digest of the bytes as they were read
    /// @throws FormatError as check()
    void compare(std::uint64_t found) const {
        if (found == expected) return;
        const std::string which =
            name.empty() ? text(what, " from byte ", bytes.offset, " on") : text(what, " \"", shortened(name), '"');
        throw FormatError(text(bytes.file->path().string(), ": ", which, name.empty() ? " are" : " is",
                               " damaged: the ", name_of(kind), " of ", bytes.stored, " bytes is ", digits(found),
                               ", expected ", digits(expected)));
    }

private:
    [[nodiscard]] std::string digits(std::uint64_t value) const {
        const std::string all = detail::digits_of(value);
        return kind == DigestKind::crc32 ? all.substr(all.size() - 8) : all;
    }

    mutable std::atomic<bool> checked_{false};
};

namespace detail {

/// Reads the first `size` of some bytes in steps, and compares them with the digest that the file has of them.
/// @param step  reads bytes [at, at + count) and returns where they are
template <class Step>
void read_and_check(const StoredBytes& bytes, std::size_t size, std::size_t step_size, Step&& step) {
    const StoredDigest* const digest =
        bytes.digest != nullptr && bytes.digest->kind != DigestKind::none ? bytes.digest : nullptr;
    const bool at_once = digest != nullptr && digest->is_of(bytes) && size == bytes.stored;
    if (digest != nullptr && !at_once) digest->check_once();
    Digest found(at_once ? digest->kind : DigestKind::none);
    for (std::size_t at = 0; at < size; at += std::min(step_size, size - at)) {
        const std::size_t count = std::min(step_size, size - at);
        const void* const part = step(at, count);
        if (at_once) found.add(part, count);
    }
    if (at_once) digest->compare(found.value());
    if (bytes.file != nullptr) bytes.file->require_unchanged();
}

}  // namespace detail

/// Copies the first `size` of some bytes, as they are stored.
/// @throws FormatError if they do not have the digest that the file has of them
/// @throws FileError if the file cannot be read, or was written to since it was opened
inline void read_checked(const StoredBytes& bytes, std::size_t size, void* to) {
    auto* const out = static_cast<std::uint8_t*>(to);
    detail::read_and_check(bytes, size, std::size_t{1} << 18, [&](std::size_t at, std::size_t count) {
        bytes.read(at, out + at, count);
        return out + at;
    });
}

/// Calls f(part, count) with the first `size` of some bytes, as they are stored, in parts of a multiple of 8 bytes.
/// @throws FormatError, FileError as read_checked(), also after f() has seen the bytes
template <class F>
void for_each_checked_part(const StoredBytes& bytes, std::size_t size, F&& f) {
    std::vector<std::uint8_t> buffer(bytes.file != nullptr ? std::min(size, StoredBytes::part_size) : 0);
    detail::read_and_check(bytes, size, StoredBytes::part_size, [&](std::size_t at, std::size_t count) {
        const std::uint8_t* part = bytes.memory + at;
        if (bytes.file != nullptr) {
            bytes.read(at, buffer.data(), count);
            part = buffer.data();
        }
        f(part, count);
        return part;
    });
}

}  // namespace stylegan
