// SPDX-License-Identifier: Apache-2.0
#include "io/shared_cases.hpp"
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/picture.hpp>

#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(orientation)

using stylegan::Bytes;
using stylegan::Image;
using stylegan::ImageSize;

namespace {

/// EXIF data with the tag and one before it. @param type  of the value: 3 SHORT, 4 LONG
Bytes exif(int orientation, bool little = false, int type = 3) {
    Bytes bytes;
    const auto number = [&](std::uint32_t v, int width) {
        for (int i = 0; i < width; ++i)
            bytes.push_back(static_cast<std::uint8_t>(v >> (8 * (little ? i : width - 1 - i))));
    };
    for (const char c : {little ? 'I' : 'M', little ? 'I' : 'M'}) bytes.push_back(static_cast<std::uint8_t>(c));
    number(42, 2);
    number(10, 4);  // where the directory begins
    number(0, 2);
    number(2, 2);
    for (const std::uint32_t tag : {0x0100u, 0x0112u}) {
        number(tag, 2);
        number(static_cast<std::uint32_t>(type), 2);
        number(1, 4);
        const auto value = static_cast<std::uint32_t>(tag == 0x0112u ? orientation : 7);
        number(value, type == 3 ? 2 : 4);
        if (type == 3) number(0, 2);
    }
    number(0, 4);
    return bytes;
}

Bytes concatenated(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes text_bytes(std::string_view s) { return {s.begin(), s.end()}; }

/// A JPEG with an EXIF segment behind its first segment, and one of another kind before it.
Bytes jpeg_with(const Bytes& jpeg, const Bytes& tiff) {
    const auto segment = [](const Bytes& content) {
        const std::size_t length = content.size() + 2;
        return concatenated(
            {{0xFF, 0xE1, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)}, content});
    };
    const auto at = jpeg.begin() + 2 + 2 + (jpeg[4] << 8 | jpeg[5]);
    return concatenated({Bytes(jpeg.begin(), at), segment(text_bytes("http://ns.adobe.com/xap/1.0/")),
                         segment(concatenated({text_bytes(std::string_view("Exif\0\0", 6)), tiff})),
                         Bytes(at, jpeg.end())});
}

/// A PNG with an eXIf chunk before its pixels or behind them.
Bytes png_with(const Bytes& png, const Bytes& tiff, bool before) {
    Bytes chunk{0, 0, 0, static_cast<std::uint8_t>(tiff.size()), 'e', 'X', 'I', 'f'};
    chunk.insert(chunk.end(), tiff.begin(), tiff.end());
    const auto crc = ::crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4));
    for (int i = 3; i >= 0; --i) chunk.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
    const auto at = before ? png.begin() + 33 : png.end() - 12;
    return concatenated({Bytes(png.begin(), at), chunk, Bytes(at, png.end())});
}

/// The eight ways by their definition: where the first row and the first column of the stored picture are seen.
Image shown(const Image& stored, int orientation) {
    const bool turned = orientation >= 5;
    Image image(turned ? stored.height : stored.width, turned ? stored.width : stored.height, stored.channels);
    const int right = image.width - 1, bottom = image.height - 1;
    for (int row = 0; row < stored.height; ++row)
        for (int column = 0; column < stored.width; ++column) {
            int x = 0, y = 0;
            switch (orientation) {
                case 1: x = column, y = row; break;                   // top, left
                case 2: x = right - column, y = row; break;           // top, right
                case 3: x = right - column, y = bottom - row; break;  // bottom, right
                case 4: x = column, y = bottom - row; break;          // bottom, left
                case 5: x = row, y = column; break;                   // left, top
                case 6: x = right - row, y = column; break;           // right, top
                case 7: x = right - row, y = bottom - column; break;  // right, bottom
                default: x = row, y = bottom - column; break;         // left, bottom
            }
            std::copy_n(stored.pixel(column, row), stored.channels, image.pixel(x, y));
        }
    return image;
}

void check(const Bytes& bytes, const Image& expected) {
    const Image image = stylegan::decode_image(bytes, "x");
    BOOST_TEST(image.size().text() == expected.size().text());
    BOOST_TEST(image.pixels == expected.pixels);
    BOOST_TEST((stylegan::peek_image(bytes) == expected.size()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(all_eight_of_every_format) {
    const Image drawn = test::random_image(13, 7, 3);
    const Bytes png = stylegan::encode_png(drawn), jpeg = test::encode_jpeg(test::smooth_image(13, 7, 3));
    const Image from_jpeg = stylegan::decode_jpeg(jpeg, "x");
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const bool little : {false, true})
            for (const int type : {3, 4}) BOOST_TEST_CONTEXT("orientation " << orientation) {
                    const Bytes tiff = exif(orientation, little, type);
                    check(png_with(png, tiff, true), shown(drawn, orientation));
                    check(png_with(png, tiff, false), shown(drawn, orientation));
                    check(jpeg_with(jpeg, tiff), shown(from_jpeg, orientation));
                }
}

BOOST_AUTO_TEST_CASE(all_channels_are_turned) {
    for (int channels = 1; channels <= 4; ++channels) {
        const Image drawn = test::random_image(5, 3, channels);
        check(png_with(stylegan::encode_png(drawn), exif(6), true), shown(drawn, 6));
    }
    const Bytes grey = test::encode_jpeg(test::smooth_image(9, 8, 1));
    check(jpeg_with(grey, exif(8)), shown(stylegan::decode_jpeg(grey, "x"), 8));
}

BOOST_AUTO_TEST_CASE(everything_that_reads_pictures_turns_them) {
    const test::TemporaryFolder folder;
    const Image drawn = test::random_image(12, 8, 3);
    const Bytes png = png_with(stylegan::encode_png(drawn), exif(6), true);
    test::write(folder / "x/1.png", png);
    test::write(folder / "x/2.png", stylegan::encode_png(shown(drawn, 6)));
    BOOST_TEST(stylegan::read_png(folder / "x/1.png").pixels == shown(drawn, 6).pixels);
    BOOST_TEST(stylegan::read_image(folder / "x/1.png").width == 8);
    BOOST_TEST(stylegan::read_picture(folder / "x/1.png") == stylegan::to_float(shown(drawn, 6)));
    const stylegan::Dataset data(folder / "x");
    BOOST_TEST(data.width() == 8);
    BOOST_TEST(data.height() == 12);
    BOOST_TEST(data.picture(0) == data.picture(1));
}

BOOST_AUTO_TEST_CASE(large_data_before_the_size_is_no_obstacle) {
    const test::TemporaryFolder folder;
    const Bytes jpeg = test::encode_jpeg(test::smooth_image(12, 8, 3));
    Bytes tiff = exif(8);
    tiff.resize(60000);  // as if with a small copy of the picture
    test::write(folder / "x/1.jpg", jpeg_with(jpeg, tiff));
    test::write(folder / "x/2.jpg", jpeg_with(jpeg_with(jpeg_with(jpeg, tiff), tiff), tiff));
    BOOST_TEST(stylegan::Dataset(folder / "x").height() == 12);
}

BOOST_AUTO_TEST_CASE(data_that_says_nothing_leaves_the_picture) {
    const Image drawn = test::random_image(6, 4, 3);
    const Bytes png = stylegan::encode_png(drawn);
    for (const int orientation : {0, 9, 255}) check(png_with(png, exif(orientation), true), drawn);
    check(png_with(png, exif(6, false, 2), true), drawn);  // ASCII
    check(png_with(png, {}, true), drawn);
    check(png_with(png, text_bytes("Exif"), true), drawn);
    const Bytes whole = exif(6);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const int found = stylegan::exif_orientation(std::span(whole).first(length));
        BOOST_TEST((found == 1 || found == 6));
        for (const int flip : {0x01, 0x80, 0xFF}) {
            Bytes changed = whole;
            changed[length] = static_cast<std::uint8_t>(changed[length] ^ flip);
            (void)stylegan::exif_orientation(changed);
        }
    }
    const Bytes named = concatenated({text_bytes(std::string_view("Exif\0\0", 6)), whole});
    BOOST_TEST(stylegan::exif_orientation(named) == 6);
}

BOOST_AUTO_TEST_CASE(photos_that_people_have, *test::needs_shared_cases()) {
    const auto red_at = [](const Image& image, int y) { return image.pixel(image.width / 2, y)[0] > 200; };
    const Image up = stylegan::read_image(test::shared_case("exif/o1.jpg"));
    const Image down = stylegan::read_image(test::shared_case("exif/o3.jpg"));
    BOOST_TEST(red_at(up, 0));
    BOOST_TEST(!red_at(down, 0));
    BOOST_TEST(red_at(down, 63));
    BOOST_TEST(stylegan::read_image(test::shared_case("exif/rect_o1.jpg")).size().text() == "96x64 with 3 channels");
    BOOST_TEST(stylegan::read_image(test::shared_case("exif/rect_o6.jpg")).size().text() == "64x96 with 3 channels");
}

BOOST_AUTO_TEST_SUITE_END()
