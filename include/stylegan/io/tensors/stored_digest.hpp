// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/digest.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace stylegan {

/// The digest that a file has of the bytes of a tensor or an entry. It belongs to what reads the file.
struct StoredDigest {
    DigestKind kind = DigestKind::none;
    std::uint64_t expected = 0;
    std::span<const std::uint8_t> bytes{};        ///< what it is a digest of
    const std::filesystem::path* file = nullptr;  ///< for messages
    const char* what = "tensor";                  ///< "tensor" or "entry"
    const std::string* name = nullptr;            ///< of the tensor or the entry

    /// @throws FormatError that names the file and the tensor, if the bytes have another digest
    void check() const { compare(digest_of(kind, bytes.data(), bytes.size())); }

    /// @param found  the digest of the bytes as they were read
    /// @throws FormatError as check()
    void compare(std::uint64_t found) const {
        if (found != expected)
            throw FormatError(text(file->string(), ": ", what, " \"", shortened(*name), "\" is damaged: its ",
                                   bytes.size(), " bytes have the ", name_of(kind), ' ', detail::digits_of(found),
                                   ", expected ", detail::digits_of(expected)));
    }
};

}  // namespace stylegan
