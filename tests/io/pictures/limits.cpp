// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/picture.hpp>

#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#ifdef STYLEGAN_WEBP
#include <webp/encode.h>
#endif

BOOST_AUTO_TEST_SUITE(limits)

using stylegan::Bytes;
using stylegan::decode_image;
using stylegan::FormatError;
using stylegan::PictureLimits;

namespace {

std::string refusal(const Bytes& bytes, const PictureLimits& limits = {}) {
    return test::message_of<FormatError>([&] { (void)decode_image(bytes, "x", limits); });
}

void append(Bytes& to, std::initializer_list<int> bytes) {
    for (const int b : bytes) to.push_back(static_cast<std::uint8_t>(b));
}

/// A grey JPEG of one scan without data, which is a picture of one colour in arithmetic code.
Bytes bare_jpeg(int frame, int width, int height) {
    Bytes bytes;
    append(bytes, {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0});
    bytes.insert(bytes.end(), 64, 1);
    append(bytes, {0xFF, frame, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0});
    append(bytes, {0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0, 0, 0xFF, 0xD9});
    return bytes;
}

#ifdef STYLEGAN_WEBP
/// A WebP picture of one colour without loss, whose header says another size.
Bytes flat_webp(int width, int height) {
    const std::vector<std::uint8_t> pixels(12, 9);
    std::uint8_t* out = nullptr;
    const std::size_t size = WebPEncodeLosslessRGB(pixels.data(), 2, 2, 6, &out);
    Bytes bytes(out, out + size);
    WebPFree(out);
    const auto bits = static_cast<std::uint32_t>(width - 1) | static_cast<std::uint32_t>(height - 1) << 14;
    bytes[24] = static_cast<std::uint8_t>(bytes[24] & 0xF0);
    for (std::size_t i = 0; i < 4; ++i) bytes[21 + i] |= static_cast<std::uint8_t>(bits >> (8 * i));
    return bytes;
}
#endif

/// A PNG with chunks before its pixels.
Bytes png_with(std::string_view type, const Bytes& content, int count) {
    Bytes png = stylegan::encode_png(test::random_image(4, 4, 3)), chunk;
    const auto number = [&](std::uint32_t v) {
        for (int i = 3; i >= 0; --i) chunk.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
    };
    number(static_cast<std::uint32_t>(content.size()));
    chunk.insert(chunk.end(), type.begin(), type.end());
    chunk.insert(chunk.end(), content.begin(), content.end());
    number(static_cast<std::uint32_t>(::crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))));
    Bytes all(png.begin(), png.begin() + 33);
    for (int i = 0; i < count; ++i) all.insert(all.end(), chunk.begin(), chunk.end());
    all.insert(all.end(), png.begin() + 33, png.end());
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pixels_are_limited_in_every_format) {
    std::vector<Bytes> files{stylegan::encode_png(test::random_image(20, 10, 3)),
                             test::encode_jpeg(test::smooth_image(20, 10, 3)),
                             test::encode_jpeg(test::smooth_image(20, 10, 3), 90, true)};
#ifdef STYLEGAN_WEBP
    files.push_back(flat_webp(20, 10));
#endif
    for (const Bytes& file : files) {
        BOOST_TEST(decode_image(file, "x", {.max_pixels = 200}).width == 20);
        BOOST_TEST(refusal(file, {.max_pixels = 199}) ==
                   "x: the picture is 20x10, expected 1 to 199 pixels (max_pixels)");
    }
    const test::TemporaryFolder folder;
    test::write(folder / "a.png", files[0]);
    BOOST_CHECK_THROW((void)stylegan::read_picture(folder / "a.png", {.max_pixels = 9}), FormatError);
    BOOST_CHECK_THROW((void)stylegan::read_picture(folder / "a.png", 3, {.max_pixels = 9}), FormatError);
}

BOOST_AUTO_TEST_CASE(a_few_bytes_are_worth_a_few_pixels) {
    for (const int frame : {0xC9, 0xCA}) {  // arithmetic code, sequential and progressive
        BOOST_TEST(test::contains(refusal(bare_jpeg(frame, 8192, 8192)), "8192x8192, more than its 99 bytes can hold"));
        BOOST_TEST(test::contains(refusal(bare_jpeg(frame, 60000, 8192)), "expected 1 to 67108864 pixels"));
    }
    BOOST_TEST(decode_image(bare_jpeg(0xC9, 1024, 1024), "x").width == 1024);
#ifdef STYLEGAN_WEBP
    BOOST_TEST(test::contains(refusal(flat_webp(8000, 8000)), "8000x8000, more than its "));
    BOOST_TEST(decode_image(flat_webp(1000, 1000), "x").width == 1000);
#endif
}

BOOST_AUTO_TEST_CASE(large_pictures_have_fewer_scans) {
    using Reader = stylegan::detail::JpegReader;
    BOOST_TEST(Reader::scans(1) == 100);
    BOOST_TEST(Reader::scans(std::uint64_t{1} << 25) == 32);
    BOOST_TEST(Reader::scans(PictureLimits::most_pixels) == 16);  // encoders write about ten
}

BOOST_AUTO_TEST_CASE(texts_and_profiles_are_skipped) {
    Bytes zeros(8000000), packed(20000);
    uLongf size = packed.size();
    BOOST_TEST_REQUIRE(::compress(packed.data(), &size, zeros.data(), zeros.size()) == Z_OK);
    Bytes text{'a', 0, 0};
    text.insert(text.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
    const Bytes plain = stylegan::encode_png(test::random_image(4, 4, 3));
    for (const char* type : {"zTXt", "iCCP"}) {  // 4 GB if they were inflated and kept
        const Bytes many = png_with(type, text, 500);
        BOOST_TEST(decode_image(many, "x").pixels == decode_image(plain, "x").pixels);
    }
    const Bytes empty = png_with("IDAT", {}, 200000);
    BOOST_TEST(decode_image(empty, "x").width == 4);
}

BOOST_AUTO_TEST_CASE(files_longer_than_any_picture_are_not_read) {
    const test::TemporaryFolder folder;
    test::write(folder / "a.png", stylegan::encode_png(test::random_image(4, 4, 3)));
    std::filesystem::resize_file(folder / "a.png", std::uint64_t{1} << 40);  // takes no space on the disk
    const std::string message =
        test::message_of<FormatError>([&] { (void)stylegan::read_image(folder / "a.png", {.max_pixels = 16}); });
    BOOST_TEST(test::contains(message, "a.png: is 1099511627776 bytes long, expected at most 67108992"), message);
}

BOOST_AUTO_TEST_SUITE_END()
