// SPDX-License-Identifier: Apache-2.0
// Any bytes are EXIF data with an orientation, 1 if they do not say. Turning a picture keeps its pixels.
#include <stylegan/io/pictures/orientation.hpp>

#include <algorithm>
#include <cstdlib>
#include <numeric>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int orientation = stylegan::exif_orientation({data, size});
    if (orientation < 1 || orientation > 8) std::abort();
    stylegan::Image image(3, 2, 1);
    std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
    stylegan::Image turned = stylegan::upright(image, orientation);
    if (turned.size() != stylegan::upright(image.size(), orientation)) std::abort();
    std::sort(turned.pixels.begin(), turned.pixels.end());
    if (turned.pixels != image.pixels) std::abort();
    return 0;
}
