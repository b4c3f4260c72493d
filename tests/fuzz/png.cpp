// SPDX-License-Identifier: Apache-2.0
// Any bytes are a PNG picture, or are refused by FormatError. peek_image() must give its true size,
// and decoding by rows the same pixels.
#include "picture_limits.hpp"

#include <stylegan/io/pictures/read_image.hpp>

#include <zlib.h>

#include <cstdlib>

namespace {

/// Corrects the checksum of every chunk, so that the code behind the checks is reached.
void mend(std::span<std::uint8_t> bytes) {
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
        const std::size_t length = stylegan::detail::big_endian(bytes, at, 4);
        if (length > bytes.size() - at - 12) return;
        const auto sum = ::crc32(0, bytes.data() + at + 4, static_cast<uInt>(length + 4));
        for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
        at += 12 + length;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint8_t> bytes(data, data + size);
    mend(bytes);
    const auto told = stylegan::peek_image(bytes);
    std::optional<stylegan::Image> whole;
    try {
        whole = stylegan::decode_png(bytes, "fuzz", fuzz::limits);
        if (told && *told != whole->size()) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    if (stylegan::image_format(bytes) == stylegan::ImageFormat::png) fuzz::require_same_rows(bytes, whole);
    return 0;
}
