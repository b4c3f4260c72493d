// SPDX-License-Identifier: Apache-2.0
// Any bytes are a WebP picture, or are refused by FormatError. peek_image() must give its true size.
#include <stylegan/io/pictures/read_image.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput([[maybe_unused]] const std::uint8_t* data, [[maybe_unused]] std::size_t size) {
#ifdef STYLEGAN_WEBP
    const auto told = stylegan::peek_image({data, size});
    try {
        const stylegan::Image image = stylegan::decode_webp({data, size}, "fuzz");
        if (told && *told != image.size()) std::abort();
    } catch (const stylegan::FormatError&) {
    }
#endif
    return 0;
}
