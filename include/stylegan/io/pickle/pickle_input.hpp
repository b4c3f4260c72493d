// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/pickle/pickle_limits.hpp>
#include <stylegan/io/pickle/pickle_value.hpp>
#include <stylegan/io/tensors/tensor_source.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::detail {

/// The bytes of a pickle, read from front to back through a window. Large ones are passed over: only their place is
/// noted. Errors name the byte at which the current operation begins.
class PickleInput {
public:
    /// @param source  takes an empty digest for each payload that is passed over: see PickleFile. May be null
    PickleInput(const Pickle& pickle, const StoredBytes& bytes, TensorSource* source)
        : pickle_(pickle), bytes_(bytes), source_(source) {
        if (bytes_.file == nullptr) window_ = {bytes_.memory, bytes_.stored};
    }

    /// The next byte to read.
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t remaining() const { return bytes_.stored - at_; }
    void seek(std::size_t position) {
        add_to_digest();
        at_ = digested_ = position;
    }

    /// Reads the code of the next operation; operation_start() is its byte from here on.
    std::uint8_t operation() {
        operation_start_ = at_;
        return byte();
    }
    [[nodiscard]] std::size_t operation_start() const { return operation_start_; }

    [[noreturn]] void fail(const std::string& what) const { pickle_.fail(operation_start_, what); }

    /// @throws FormatError unless there are as many bytes
    void require(std::uint64_t size) const {
        if (size > remaining()) fail(text("is cut off: has ", remaining(), " bytes left, expected ", size));
    }

    /// The longest text whose characters are read; longer ones are passed over.
    static constexpr std::size_t longest_text = std::size_t{1} << 16;

    /// The next bytes, at most longest_text; valid until the next call.
    std::span<const std::uint8_t> take(std::size_t size) {
        require(size);
        if (at_ < window_start_ || at_ + size > window_start_ + window_.size()) move_window();
        const auto part = window_.subspan(at_ - window_start_, size);
        at_ += size;
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
    /// The next bytes as text, as take().
    std::string_view characters(std::size_t size) {
        const auto part = take(size);
        return {reinterpret_cast<const char*>(part.data()), part.size()};  // NOLINT: bytes as text
    }
    /// Up to the next newline, which is skipped; valid until the next call.
    std::string_view line() {
        line_.clear();
        while (remaining() > 0) {
            if (at_ >= window_start_ + window_.size()) move_window();
            const auto rest = window_.subspan(at_ - window_start_);
            const auto* const end = static_cast<const std::uint8_t*>(std::memchr(rest.data(), '\n', rest.size()));
            const std::string_view part =
                characters(end == nullptr ? rest.size() : static_cast<std::size_t>(end - rest.data()));
            if (end != nullptr && line_.empty()) return ++at_, part;
            line_ += part;
            if (end != nullptr) return ++at_, line_;
        }
        fail("is cut off in a line of text");
    }

    /// Passes over the next bytes, and says where they are.
    StoredBytes payload(std::uint64_t size) {
        require(size);
        StoredBytes bytes = bytes_.part(at_, static_cast<std::size_t>(size));
        if (size < smallest_payload) {
            (void)take(static_cast<std::size_t>(size));
            return bytes;
        }
        add_to_digest();
        at_ += bytes.stored;
        digested_ = at_;
        if (source_ != nullptr) bytes.digest = &source_->add_digest(DigestKind::none, 0, bytes, "array", {});
        return bytes;
    }

    /// The digest of all bytes so far that were not passed over.
    [[nodiscard]] std::uint64_t digest() {
        add_to_digest();
        return digest_.value();
    }

private:
    /// Reads the part of the file that begins with the next byte.
    void move_window() {
        if (bytes_.file == nullptr) return;
        add_to_digest();
        buffer_.resize(std::min(longest_text, remaining()));
        bytes_.read(at_, buffer_.data(), buffer_.size());
        window_ = buffer_;
        window_start_ = at_;
    }

    void add_to_digest() {
        if (source_ != nullptr && at_ > digested_)
            digest_.add(window_.data() + (digested_ - window_start_), at_ - digested_);
        digested_ = at_;
    }

    const Pickle& pickle_;
    StoredBytes bytes_;
    TensorSource* source_;
    std::vector<std::uint8_t> buffer_;
    std::span<const std::uint8_t> window_;
    std::size_t window_start_ = 0, at_ = 0, operation_start_ = 0;
    std::string line_;
    Digest digest_{DigestKind::xxh3};
    std::size_t digested_ = 0;  // bytes before this one are in the digest, or were passed over
};

}  // namespace stylegan::detail
