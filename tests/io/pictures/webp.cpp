// SPDX-License-Identifier: Apache-2.0
#include "io/shared_cases.hpp"
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/picture.hpp>

#include <boost/test/unit_test.hpp>

#ifdef STYLEGAN_WEBP
#include <webp/encode.h>
#endif

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(webp)

using stylegan::Bytes;
using stylegan::FormatError;
using stylegan::Image;

#ifdef STYLEGAN_WEBP

namespace {

Bytes encode_webp(const Image& image, float quality = -1) {
    std::uint8_t* bytes = nullptr;
    const int stride = image.width * image.channels;
    const std::uint8_t* const pixels = image.pixels.data();
    std::size_t size = 0;
    if (quality >= 0)
        size = WebPEncodeRGB(pixels, image.width, image.height, stride, quality, &bytes);
    else if (image.channels == 3)
        size = WebPEncodeLosslessRGB(pixels, image.width, image.height, stride, &bytes);
    else
        size = WebPEncodeLosslessRGBA(pixels, image.width, image.height, stride, &bytes);
    Bytes all(bytes, bytes + size);
    WebPFree(bytes);
    return all;
}

void append(Bytes& bytes, std::string_view s) { bytes.insert(bytes.end(), s.begin(), s.end()); }
void append(Bytes& bytes, std::size_t number, int width) {
    for (int i = 0; i < width; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

/// The extended form of a WebP file, with flags and a chunk after the pixels.
Bytes extended(const Bytes& webp, const Image& image, int flags, std::string_view type, std::string_view content) {
    Bytes bytes;
    append(bytes, "WEBPVP8X");
    append(bytes, 10, 4);
    append(bytes, static_cast<std::size_t>(flags), 4);
    append(bytes, static_cast<std::size_t>(image.width - 1), 3);
    append(bytes, static_cast<std::size_t>(image.height - 1), 3);
    bytes.insert(bytes.end(), webp.begin() + 12, webp.end());
    append(bytes, type);
    append(bytes, content.size(), 4);
    append(bytes, content);
    if (content.size() % 2 == 1) bytes.push_back(0);
    Bytes file;
    append(file, "RIFF");
    append(file, bytes.size(), 4);
    file.insert(file.end(), bytes.begin(), bytes.end());
    return file;
}

}  // namespace

BOOST_AUTO_TEST_CASE(lossless_pictures_come_back) {
    for (const int channels : {3, 4}) {
        Image image = test::random_image(13, 7, channels);
        for (std::size_t i = 3; channels == 4 && i < image.pixels.size(); i += 4)
            image.pixels[i] |= 1;  // none invisible
        const Bytes bytes = encode_webp(image);
        BOOST_TEST((stylegan::peek_image(bytes) == image.size()));
        BOOST_TEST(stylegan::decode_image(bytes, "x").pixels == image.pixels);
    }
    const Image smooth = test::smooth_image(20, 12, 3);
    const Image lossy = stylegan::decode_image(encode_webp(smooth, 95), "x");
    BOOST_TEST(lossy.size().text() == smooth.size().text());
    BOOST_TEST(std::abs(lossy.pixel(10, 6)[1] - smooth.pixel(10, 6)[1]) < 8);
}

BOOST_AUTO_TEST_CASE(the_orientation_behind_the_pixels_counts) {
    const Image image = test::random_image(13, 7, 3);
    const std::string_view tiff("MM\0\x2A\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 26);
    const Bytes bytes = extended(encode_webp(image), image, 0x08, "EXIF", tiff);
    BOOST_TEST(stylegan::decode_image(bytes, "x").size().text() == "7x13 with 3 channels");
    BOOST_TEST((stylegan::peek_image(bytes) == stylegan::ImageSize{7, 13, 3}));
    BOOST_TEST(!stylegan::peek_image(std::span(bytes).first(bytes.size() - 20)).has_value());

    const test::TemporaryFolder folder;
    test::write(folder / "x/1.webp", bytes);
    test::write(folder / "x/2.png", stylegan::encode_png(Image(7, 13, 3)));
    BOOST_TEST(stylegan::Dataset(folder / "x").size() == 2u);
}

BOOST_AUTO_TEST_CASE(damage_is_an_error) {
    for (const float quality : {-1.0f, 80.0f}) {
        const Bytes whole = encode_webp(test::random_image(16, 16, 3), quality);
        for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
            const auto part = std::span(whole).first(length);
            (void)stylegan::peek_image(part);
            const std::string message =
                test::message_of<FormatError>([&] { (void)stylegan::decode_webp(part, "a.webp"); });
            BOOST_TEST(test::contains(message, "a.webp: "), message << " at " << length);
        }
        for (std::size_t at = 0; at < whole.size(); ++at) {
            Bytes changed = whole;
            changed[at] ^= 0x42;
            (void)stylegan::peek_image(changed);
            try {
                (void)stylegan::decode_webp(changed, "a.webp");
            } catch (const FormatError&) {
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(animations_are_told) {
    const Image image = test::random_image(4, 4, 3);
    const Bytes bytes = extended(encode_webp(image), image, 0x02, "ANIM", std::string_view("\0\0\0\0\0\0", 6));
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)stylegan::decode_image(bytes, "x"); }),
                              "x: is an animated WebP picture, expected a still one"));
}

BOOST_AUTO_TEST_CASE(pictures_that_people_have, *test::needs_shared_cases()) {
    const Image image = stylegan::read_image(test::shared_case("jpeg/i_webp_named.jpg"));
    BOOST_TEST(image.size().text() == "64x64 with 3 channels");
}

#else

BOOST_AUTO_TEST_CASE(without_libwebp_it_is_told) {
    const std::string_view start("RIFF\x40\x02\0\0WEBPVP8 ", 16);
    const Bytes bytes(start.begin(), start.end());
    BOOST_TEST(test::contains(test::message_of<FormatError>([&] { (void)stylegan::decode_image(bytes, "x"); }),
                              "x: is a WebP picture, expected PNG or JPEG; install libwebp"));
    BOOST_TEST(!stylegan::peek_image(bytes).has_value());
}

#endif

BOOST_AUTO_TEST_SUITE_END()
