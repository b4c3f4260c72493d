// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/pictures/to_uint8.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

/// in/images (N, C, H, W) in about [-1, 1]; out/pixels (N, H, W, C), 8 bits.
void golden_to_uint8(const std::filesystem::path& file) {
    const stylegan::SafetensorsFile tensors(file);
    const auto& shape = tensors.shape("in/images");
    BOOST_TEST_REQUIRE(shape.size() == 4u);
    const auto x = tensors.read_float("in/images");
    const auto expected = tensors.read<std::uint8_t>("out/pixels");
    std::vector<std::uint8_t> found;
    for (const stylegan::Image& image : stylegan::to_uint8({x.data(), {shape[0], shape[1], shape[2], shape[3]}})) {
        BOOST_TEST(image.channels == shape[1]);
        BOOST_TEST(image.height == shape[2]);
        BOOST_TEST(image.width == shape[3]);
        found.insert(found.end(), image.pixels.begin(), image.pixels.end());
    }
    BOOST_TEST(found == expected, boost::test_tools::per_element());
}
