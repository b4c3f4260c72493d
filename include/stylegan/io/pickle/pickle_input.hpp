// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_value.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace stylegan::detail {

/// The bytes of a pickle, read from front to back. Errors name the byte at which the current operation begins.
class PickleInput {
public:
    PickleInput(const Pickle& pickle, std::span<const std::uint8_t> bytes) : pickle_(pickle), bytes_(bytes) {}

    /// The next byte to read.
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
    void seek(std::size_t position) { at_ = position; }

    /// Reads the code of the next operation; operation_start() is its byte from here on.
    std::uint8_t operation() {
        operation_start_ = at_;
        return byte();
    }
    [[nodiscard]] std::size_t operation_start() const { return operation_start_; }

    [[noreturn]] void fail(const std::string& what) const { pickle_.fail(operation_start_, what); }

    std::span<const std::uint8_t> take(std::uint64_t size) {
        if (size > remaining()) fail(text("is cut off: has ", remaining(), " bytes left, expected ", size));
        const auto part = bytes_.subspan(at_, static_cast<std::size_t>(size));
        at_ += static_cast<std::size_t>(size);
        return part;
    }
    std::uint8_t byte() { return take(1)[0]; }

    /// An unsigned little-endian number of `width` bytes.
    std::uint64_t number(std::size_t width) {
        std::uint64_t v = 0;
        const auto part = take(width);
        for (std::size_t i = 0; i < width; ++i) v |= std::uint64_t{part[i]} << (8 * i);
        return v;
    }
    std::string_view characters(std::uint64_t size) {
        const auto part = take(size);
        return {reinterpret_cast<const char*>(part.data()), part.size()};  // NOLINT: bytes as text
    }
    /// Up to the next newline, which is skipped.
    std::string_view line() {
        const auto rest = bytes_.subspan(at_);
        const auto* const end =
            rest.empty() ? nullptr : static_cast<const std::uint8_t*>(std::memchr(rest.data(), '\n', rest.size()));
        if (end == nullptr) fail("is cut off in a line of text");
        const std::string_view s = characters(static_cast<std::uint64_t>(end - rest.data()));
        ++at_;
        return s;
    }

private:
    const Pickle& pickle_;
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0, operation_start_ = 0;
};

}  // namespace stylegan::detail
