// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/image_rows.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(image_rows)

using stylegan::Bytes;
using stylegan::FormatError;
using stylegan::Image;
using stylegan::ImageSize;

namespace {

Image collected(const Bytes& bytes) {
    Image image;
    int y = 0;
    stylegan::for_each_row(
        bytes, "x", {}, [&](const ImageSize& size) { image = Image(size.width, size.height, size.channels); },
        [&](const std::uint8_t* row) {
            const auto values = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
            std::copy_n(row, values, image.pixel(0, y++));
        });
    BOOST_TEST(y == image.height);
    return image;
}

Bytes interlaced(const Image& image) {
    std::vector<Bytes> rows;
    for (int y = 0; y < image.height; ++y)
        rows.emplace_back(image.pixel(0, y), image.pixel(0, y) + std::ptrdiff_t{3} * image.width);
    return test::raw_png(image.width, image.height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, rows);
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_are_those_of_the_whole_picture) {
    std::vector<Bytes> files{interlaced(test::random_image(13, 11, 3))};
    for (int channels = 1; channels <= 4; ++channels)
        files.push_back(stylegan::encode_png(test::random_image(17, 9, channels)));
    for (const int channels : {1, 3, 4})
        for (const bool progressive : {false, true})
            files.push_back(test::encode_jpeg(test::smooth_image(21, 18, channels), 90, progressive));
    for (const Bytes& file : files) {
        const Image whole = stylegan::decode_image(file, "x"), rows = collected(file);
        BOOST_TEST((rows.size() == whole.size()));
        BOOST_TEST(rows.pixels == whole.pixels);
    }
}

BOOST_AUTO_TEST_CASE(damage_after_some_rows_is_an_error) {
    Bytes png = stylegan::encode_png(test::random_image(32, 32, 3));
    png[png.size() - 20] ^= 1;  // in the last pixels or their checksum
    int rows = 0;
    const auto count = [&](const std::uint8_t*) { ++rows; };
    BOOST_CHECK_THROW(stylegan::for_each_row(
                          png, "x", {}, [](const ImageSize&) {}, count),
                      FormatError);
    BOOST_TEST(rows > 0);
    const Bytes jpeg = test::encode_jpeg(test::random_image(32, 32, 3), 90);
    const auto part = std::span(jpeg).first(jpeg.size() - 200);
    BOOST_CHECK_THROW(stylegan::for_each_row(
                          part, "x", {}, [](const ImageSize&) {}, count),
                      FormatError);
}

BOOST_AUTO_TEST_CASE(a_size_that_is_not_wanted_stops_it) {
    int rows = 0;
    const auto begin = [](const ImageSize&) { throw std::runtime_error("another size"); };
    const Bytes png = stylegan::encode_png(test::random_image(8, 8, 3));
    BOOST_CHECK_THROW(stylegan::for_each_row(png, "x", {}, begin, [&](const std::uint8_t*) { ++rows; }),
                      std::runtime_error);
    BOOST_TEST(rows == 0);
}

BOOST_AUTO_TEST_SUITE_END()
