// SPDX-License-Identifier: Apache-2.0
// Any bytes are a WebP picture, or are refused by FormatError. peek_image() must give its true size,
// and decoding by rows the same pixels.
#include "picture_limits.hpp"

#include <stylegan/io/pictures/read_image.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput([[maybe_unused]] const std::uint8_t* data, [[maybe_unused]] std::size_t size) {
#ifdef STYLEGAN_WEBP
    const auto told = stylegan::peek_image({data, size});
    std::optional<stylegan::Image> whole;
    try {
        whole = stylegan::decode_webp({data, size}, "fuzz", fuzz::limits);
        if (told && *told != whole->size()) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    if (stylegan::image_format({data, size}) == stylegan::ImageFormat::webp)
        fuzz::require_same_rows({data, size}, whole);
#endif
    return 0;
}
