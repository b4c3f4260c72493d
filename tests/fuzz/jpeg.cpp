// SPDX-License-Identifier: Apache-2.0
// Any bytes are a JPEG picture, or are refused by FormatError. peek_image() must give its true size.
#include <stylegan/io/pictures/read_image.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto told = stylegan::peek_image({data, size});
    try {
        const stylegan::Image image = stylegan::decode_jpeg({data, size}, "fuzz");
        if (told && *told != image.size()) std::abort();
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
