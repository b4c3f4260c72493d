// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xxhash.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

/// The digests that files have of their bytes: xxh3 in our safetensors files, crc32 in zip archives.
enum class DigestKind { none, crc32, xxh3 };

/// "XXH3" and the like.
[[nodiscard]] inline const char* name_of(DigestKind kind) {
    return kind == DigestKind::xxh3 ? "XXH3" : kind == DigestKind::crc32 ? "CRC-32" : "no digest";
}

/// A digest of bytes that come in parts: XXH3 with 64 bits, which any changed bit changes as good as surely, or CRC-32,
/// which notices any one changed bit. Neither protects from people.
/// @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
class Digest {
public:
    explicit Digest(DigestKind kind) {
        if (kind != DigestKind::xxh3) return;
        state_.reset(::XXH3_createState());
        if (!state_ || ::XXH3_64bits_reset(state_.get()) == XXH_ERROR) throw std::bad_alloc();
    }

    void add(const void* bytes, std::size_t size) {
        if (size == 0) return;  // zlib takes a null pointer for a request to begin anew
        if (state_)
            (void)::XXH3_64bits_update(state_.get(), bytes, size);
        else
            crc_ = ::crc32_z(crc_, static_cast<const ::Bytef*>(bytes), size);
    }

    /// Of the bytes so far.
    [[nodiscard]] std::uint64_t value() const { return state_ ? ::XXH3_64bits_digest(state_.get()) : crc_; }

private:
    struct Free {
        void operator()(::XXH3_state_t* state) const { (void)::XXH3_freeState(state); }
    };
    std::unique_ptr<::XXH3_state_t, Free> state_;
    ::uLong crc_ = 0;
};

/// The digest of bytes that are all in memory.
[[nodiscard]] inline std::uint64_t digest_of(DigestKind kind, const void* bytes, std::size_t size) {
    Digest digest(kind);
    digest.add(bytes, size);
    return digest.value();
}

namespace detail {

inline constexpr std::size_t digest_digits = 16;

/// 16 hexadecimal digits, as `xxhsum -H3` prints them.
[[nodiscard]] inline std::string digits_of(std::uint64_t digest) {
    std::string digits(digest_digits, '0');
    for (std::size_t i = digest_digits; i-- > 0; digest >>= 4) digits[i] = "0123456789abcdef"[digest & 15];
    return digits;
}

/// The inverse; nothing for any other text.
[[nodiscard]] inline std::optional<std::uint64_t> digest_in(std::string_view digits) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    if (digits.size() != digest_digits) return std::nullopt;
    std::uint64_t digest = 0;
    for (const char c : digits) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        digest = (digest << 4) | value;
    }
    return digest;
}

}  // namespace detail

}  // namespace stylegan
