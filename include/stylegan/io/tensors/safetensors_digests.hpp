// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/digest.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The digests in the `__metadata__` of a safetensors file:
//   xxh3_header   of the header's text, with the digits of this entry as zeros
//   xxh3_tensors  of the bytes of each tensor, in the order of the data
namespace stylegan::detail {

inline constexpr const char* header_digest_key = "xxh3_header";
inline constexpr const char* tensor_digests_key = "xxh3_tensors";

/// Whether an entry of the metadata is one of the digests: these are not metadata of the content.
[[nodiscard]] inline bool is_digest_key(std::string_view key) {
    return key == header_digest_key || key == tensor_digests_key;
}

/// Where the digits of the header's own digest begin in its text, as this library writes it.
[[nodiscard]] inline std::optional<std::size_t> place_of_header_digest(std::string_view header) {
    const std::string before = text('"', header_digest_key, "\":\"");
    const std::size_t at = header.find(before);
    if (at == std::string_view::npos || header.size() - at < before.size() + digest_digits) return std::nullopt;
    return at + before.size();
}

/// The digest of a header's text.
/// @param at  where the digits of that digest are, which count as zeros
[[nodiscard]] inline std::uint64_t digest_of_header(std::string_view header, std::size_t at) {
    const std::string zeros(digest_digits, '0');
    Digest digest(DigestKind::xxh3);
    digest.add(header.data(), at);
    digest.add(zeros.data(), zeros.size());
    digest.add(header.data() + at + digest_digits, header.size() - at - digest_digits);
    return digest.value();
}

/// Puts the digest of a header into its text, which has zeros in that place.
inline void seal_header(std::string& header) {
    const auto at = place_of_header_digest(header);
    if (at) header.replace(*at, digest_digits, digits_of(digest_of_header(header, *at)));
}

/// @return whether the header has a digest
/// @throws FormatError if it is not that of the text
inline bool check_header_digest(std::string_view header, const std::string& where) {
    const auto at = place_of_header_digest(header);
    if (!at) return false;
    const std::string_view expected = header.substr(*at, digest_digits);
    const std::string found = digits_of(digest_of_header(header, *at));
    if (found != expected)
        throw FormatError(text(where, ": header is damaged: its ", header.size(), " bytes from byte 8 on have the ",
                               name_of(DigestKind::xxh3), ' ', found, ", expected ", expected));
    return true;
}

/// The digests of the tensors in the order of the data; none if the file has none.
/// @param metadata  of the header, with the entries of the digests
/// @param checked   whether the header has a digest, which was checked
/// @throws FormatError unless there are as many as tensors, or one kind of digest is there without the other
[[nodiscard]] inline std::vector<std::uint64_t> tensor_digests(const std::map<std::string, std::string>& metadata,
                                                               bool checked, std::size_t tensors,
                                                               const std::string& where) {
    const auto found = metadata.find(tensor_digests_key);
    if (!checked && found == metadata.end() && metadata.count(header_digest_key) == 0) return {};
    const auto fail = [&](const auto&... what) { throw FormatError(text(where, ": header is damaged: ", what...)); };
    if (!checked) fail("it has digests, but no \"", header_digest_key, "\" of itself");
    if (found == metadata.end()) fail("it has a digest, but no \"", tensor_digests_key, '"');
    const std::string_view digits = found->second;
    if (digits.size() != tensors * digest_digits)
        fail("\"", tensor_digests_key, "\" has ", digits.size(), " digits, expected ", digest_digits, " for each of ",
             tensors, " tensors");
    std::vector<std::uint64_t> digests;
    digests.reserve(tensors);
    for (std::size_t i = 0; i < digits.size(); i += digest_digits) {
        const auto digest = digest_in(digits.substr(i, digest_digits));
        if (!digest) fail("\"", tensor_digests_key, "\" is not in hexadecimal digits");
        digests.push_back(*digest);
    }
    return digests;
}

}  // namespace stylegan::detail
