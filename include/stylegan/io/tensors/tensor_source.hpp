// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/files/regular_file.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/tensors/stored_digest.hpp>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <utility>

namespace stylegan {

/// An open file with tensors in it, and the digests that it has of its bytes. It stays in place. Const members may be
/// used from several threads.
class TensorSource {
public:
    /// @throws FileError if the file cannot be opened, or is not a regular file
    explicit TensorSource(const std::filesystem::path& path) : file_(path) {}
    TensorSource(const TensorSource&) = delete;
    TensorSource& operator=(const TensorSource&) = delete;

    /// The file itself.
    [[nodiscard]] const RegularFile& file() const { return file_; }
    /// The whole file.
    [[nodiscard]] StoredBytes bytes() const { return StoredBytes(file_); }

    /// Adds a digest that the file has of `bytes`. It stays in place.
    /// @param what, name  see StoredDigest
    StoredDigest& add_digest(DigestKind kind, std::uint64_t expected, const StoredBytes& bytes, const char* what,
                             std::string name) {
        return digests_.emplace_back(kind, expected, bytes, what, std::move(name));
    }
    /// All digests, in the order in which they were added.
    [[nodiscard]] std::deque<StoredDigest>& digests() { return digests_; }

    /// Reads all bytes of which the file has a digest.
    /// @return their kind; none if there are no digests
    /// @throws FormatError naming the first damaged tensor or entry; FileError if the file cannot be read
    DigestKind verify() const {
        DigestKind kind = DigestKind::none;
        for (const StoredDigest& digest : digests_) {
            digest.check();
            if (digest.kind != DigestKind::none) kind = digest.kind;
        }
        return kind;
    }

private:
    RegularFile file_;
    std::deque<StoredDigest> digests_;
};

}  // namespace stylegan
