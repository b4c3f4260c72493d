// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/jpeg.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(jpeg)

using stylegan::Bytes;
using stylegan::decode_jpeg;
using stylegan::FormatError;
using stylegan::Image;

namespace {

int largest_difference(const Image& a, const Image& b) {
    BOOST_TEST_REQUIRE(a.pixels.size() == b.pixels.size());
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(decodes_grey_and_colour) {
    for (const int channels : {1, 3})
        for (const bool progressive : {false, true}) {
            const Image image = test::smooth_image(21, 13, channels);
            const Bytes bytes = test::encode_jpeg(image, 98, progressive);
            const Image back = decode_jpeg(bytes, "x");
            BOOST_TEST(back.size().text() == image.size().text());
            BOOST_TEST(largest_difference(back, image) < 8);
            BOOST_TEST((stylegan::peek_image(bytes) == image.size()));
        }
}

BOOST_AUTO_TEST_CASE(inverted_cmyk_becomes_rgb) {
    Image cmyk(8, 8, 4);
    for (std::size_t p = 0; p < 64; ++p) {
        const std::uint8_t value[] = {200, 100, 50, 128};
        for (std::size_t c = 0; c < 4; ++c) cmyk.pixels[4 * p + c] = value[c];
    }
    const Bytes bytes = test::encode_jpeg(cmyk, 100);
    const Image rgb = decode_jpeg(bytes, "x");
    BOOST_TEST(rgb.channels == 3);
    BOOST_TEST((stylegan::peek_image(bytes) == stylegan::ImageSize{8, 8, 3}));
    BOOST_TEST(std::abs(rgb.pixels[0] - 100) <= 2);
    BOOST_TEST(std::abs(rgb.pixels[1] - 50) <= 2);
    BOOST_TEST(std::abs(rgb.pixels[2] - 25) <= 2);
}

BOOST_AUTO_TEST_CASE(cut_off_at_every_byte) {
    for (const bool progressive : {false, true}) {
        const Bytes whole = test::encode_jpeg(test::random_image(24, 24, 3), 60, progressive);
        for (std::size_t length = 0; length + 2 < whole.size(); ++length) {  // the last two bytes are the end marker
            const auto part = std::span(whole).first(length);
            const std::string message = test::message_of<FormatError>([&] { (void)decode_jpeg(part, "a.jpg"); });
            BOOST_TEST(test::contains(message, "a.jpg: "), message << " at " << length);
            (void)stylegan::peek_image(part);
        }
    }
}

BOOST_AUTO_TEST_CASE(any_changed_byte_is_read_or_refused) {
    const Bytes whole = test::encode_jpeg(test::random_image(16, 16, 3), 60);
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int flip : {0x01, 0x80, 0xFF}) {
            Bytes changed = whole;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ flip);
            (void)stylegan::peek_image(changed);
            try {
                (void)decode_jpeg(changed, "a.jpg");
            } catch (const FormatError&) {
            }
        }
}

BOOST_AUTO_TEST_CASE(absurd_sizes_are_refused_before_memory_is_taken) {
    Bytes bytes = test::encode_jpeg(test::smooth_image(8, 8, 1), 60);
    const std::uint8_t start[] = {0xFF, 0xC0};  // of the frame: length, bits, height, width
    const auto frame = std::search(bytes.begin(), bytes.end(), std::begin(start), std::end(start));
    BOOST_TEST_REQUIRE((bytes.end() - frame > 9));
    for (const int high : {0x30, 0xFF}) {
        frame[5] = frame[7] = static_cast<std::uint8_t>(high);
        const std::string message = test::message_of<FormatError>(
            [&] { (void)decode_jpeg(bytes, "x", {.max_pixels = stylegan::PictureLimits::most_pixels}); });
        BOOST_TEST(
            test::contains(message, high == 0x30 ? "12296x12296, more than its" : "65288x65288, expected 1 to "));
    }
}

BOOST_AUTO_TEST_CASE(scans_without_end_are_refused) {
    const Bytes whole = test::encode_jpeg(test::random_image(16, 16, 1), 60, true);
    const std::uint8_t start[] = {0xFF, 0xDA};
    const auto first = std::search(whole.begin(), whole.end(), std::begin(start), std::end(start));
    BOOST_TEST_REQUIRE((whole.end() - first > 10));
    auto next = first + 10;  // where the scan's data begins
    while (next[0] != 0xFF || next[1] == 0) ++next;
    Bytes scan(first, next);
    scan[9] = 0;  // sends all bits of the DC coefficients at once: such a scan may be repeated
    const auto with = [&](int count) {
        Bytes bytes(whole.begin(), whole.end() - 2);
        for (int i = 0; i < count; ++i) bytes.insert(bytes.end(), scan.begin(), scan.end());
        bytes.insert(bytes.end(), whole.end() - 2, whole.end());
        return bytes;
    };
    BOOST_TEST(decode_jpeg(with(10), "x").width == 16);
    const std::string message = test::message_of<FormatError>([&] { (void)decode_jpeg(with(200), "x"); });
    BOOST_TEST(message == "x: cannot be read as JPEG: it has more than 100 scans");
}

BOOST_AUTO_TEST_CASE(pictures_are_known_by_their_content) {
    const test::TemporaryFolder folder;
    test::write(folder / "a.png", test::encode_jpeg(test::smooth_image(8, 6, 3)));
    test::write(folder / "b.jpg", stylegan::encode_png(test::random_image(5, 4, 2)));
    test::write(folder / "c.png", "GIF89a");
    BOOST_TEST(stylegan::read_image(folder / "a.png").width == 8);
    BOOST_TEST(stylegan::read_image(folder / "b.jpg").channels == 2);
    const std::string message = test::message_of<FormatError>([&] { (void)stylegan::read_image(folder / "c.png"); });
    BOOST_TEST(test::contains(message, "c.png: is a GIF picture, expected PNG"));
    BOOST_CHECK_THROW((void)stylegan::read_image(folder / "none.png"), stylegan::FileError);
    BOOST_TEST(!stylegan::peek_image({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
