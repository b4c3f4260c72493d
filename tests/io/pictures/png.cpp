// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <zlib.h>

BOOST_AUTO_TEST_SUITE(png)

using stylegan::Bytes;
using stylegan::decode_png;
using stylegan::encode_png;
using stylegan::FormatError;
using stylegan::Image;

BOOST_AUTO_TEST_CASE(round_trip_of_all_channels) {
    for (int channels = 1; channels <= 4; ++channels)
        for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {64, 3}}) {
            const Image image = test::random_image(width, height, channels);
            const Bytes bytes = encode_png(image);
            const Image back = decode_png(bytes, "x");
            BOOST_TEST(back.size().text() == image.size().text());
            BOOST_TEST(back.pixels == image.pixels, boost::test_tools::per_element());
            BOOST_TEST((stylegan::peek_image(bytes) == image.size()));
            BOOST_TEST(encode_png(image) == bytes);
        }
}

BOOST_AUTO_TEST_CASE(file_round_trip) {
    const test::TemporaryFolder folder;
    const Image image = test::random_image(9, 4, 3);
    stylegan::write_png(folder / "a.txt", image);
    BOOST_TEST(folder.files().size() == 1u);
    BOOST_TEST(stylegan::read_png(folder / "a.txt").pixels == image.pixels, boost::test_tools::per_element());
    BOOST_CHECK_THROW((void)stylegan::read_png(folder / "none"), stylegan::FileError);
    BOOST_CHECK_THROW(stylegan::write_png(folder / "none/a.png", image), stylegan::FileError);
}

BOOST_AUTO_TEST_CASE(palettes_become_colours) {
    const std::vector<png_color> palette{{10, 20, 30}, {40, 50, 60}, {70, 80, 90}};
    const Bytes opaque = test::raw_png(3, 1, 2, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, {{0x18}}, palette);
    const std::vector<std::uint8_t> expected{10, 20, 30, 40, 50, 60, 70, 80, 90};
    BOOST_TEST(decode_png(opaque, "x").pixels == expected, boost::test_tools::per_element());
    BOOST_TEST((stylegan::peek_image(opaque) == stylegan::ImageSize{3, 1, 3}));

    const Bytes clear = test::raw_png(3, 1, 2, PNG_COLOR_TYPE_PALETTE, PNG_INTERLACE_NONE, {{0x18}}, palette, {0, 128});
    const std::vector<std::uint8_t> with_alpha{10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255};
    BOOST_TEST(decode_png(clear, "x").pixels == with_alpha, boost::test_tools::per_element());
    BOOST_TEST((stylegan::peek_image(clear) == stylegan::ImageSize{3, 1, 4}));
}

BOOST_AUTO_TEST_CASE(other_depths_become_eight_bits) {
    const Image bits = decode_png(test::raw_png(4, 1, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, {{0xA0}}), "x");
    BOOST_TEST(bits.pixels == (std::vector<std::uint8_t>{255, 0, 255, 0}), boost::test_tools::per_element());
    const Bytes sixteen =
        test::raw_png(3, 1, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, {{0xFF, 0xFF, 0x80, 0x80, 0x00, 0xFF}});
    BOOST_TEST(decode_png(sixteen, "x").pixels == (std::vector<std::uint8_t>{255, 128, 1}),
               boost::test_tools::per_element());
    BOOST_TEST(decode_png(sixteen, "x").channels == 1);
}

BOOST_AUTO_TEST_CASE(interlaced) {
    const Image image = test::random_image(13, 11, 3);
    std::vector<Bytes> rows;
    for (int y = 0; y < 11; ++y) rows.emplace_back(image.pixel(0, y), image.pixel(0, y) + 39);
    const Bytes bytes = test::raw_png(13, 11, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, rows);
    BOOST_TEST(decode_png(bytes, "x").pixels == image.pixels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(damage_is_an_error) {
    const Bytes whole = encode_png(test::random_image(9, 9, 3));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::string message =
            test::message_of<FormatError>([&] { (void)decode_png(std::span(whole).first(length), "a.png"); });
        BOOST_TEST(test::contains(message, "a.png: "), message << " at " << length);
        (void)stylegan::peek_image(std::span(whole).first(length));
    }
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes changed = whole;
        changed[at] ^= 0x24;
        (void)stylegan::peek_image(changed);
        try {
            (void)decode_png(changed, "a.png");
        } catch (const FormatError&) {
            ++refused;
        }
    }
    BOOST_TEST(refused + 4 >= whole.size());  // checksums find any damage except in an ancillary chunk
    BOOST_CHECK_THROW((void)decode_png({}, "x"), FormatError);
}

BOOST_AUTO_TEST_CASE(absurd_sizes_are_refused_before_memory_is_taken) {
    Bytes bytes = encode_png(test::random_image(3, 3, 3));
    const auto refusal = [&](std::uint8_t millions, std::uint8_t hundreds) {
        const std::uint8_t size[] = {0x00, millions, hundreds, 0x00, 0x00, millions, hundreds, 0x00};
        std::memcpy(bytes.data() + 16, size, 8);
        const auto crc = static_cast<std::uint32_t>(::crc32(0, bytes.data() + 12, 17));
        for (int i = 0; i < 4; ++i)
            bytes[static_cast<std::size_t>(29 + i)] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
        return test::message_of<FormatError>(
            [&] { (void)decode_png(bytes, "x", {.max_pixels = stylegan::PictureLimits::most_pixels}); });
    };
    BOOST_TEST(test::contains(refusal(0xF0, 0), "x: "));
    BOOST_TEST(test::contains(refusal(0, 0xF0), "61440x61440, expected 1 to 268435456 pixels"));
    BOOST_TEST(test::contains(refusal(0, 0x40), "16384x16384, more than its "));
}

BOOST_AUTO_TEST_CASE(drawings_are_written_without_filters) {
    Image drawing(64, 64, 3);  // bands and a disc
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x)
            for (int c = 0; c < 3; ++c)
                drawing.pixel(x, y)[c] = static_cast<std::uint8_t>(
                    (x - 30) * (x - 30) + (y - 25) * (y - 25) < 300 ? 200 - 50 * c : 37 * (y / 9) + 60 * c);
    const Bytes filtered = stylegan::detail::encode_png(drawing, 6, true);
    const Bytes unfiltered = stylegan::detail::encode_png(drawing, 6, false);
    BOOST_TEST(unfiltered.size() < filtered.size());
    BOOST_TEST((encode_png(drawing) == unfiltered));
    BOOST_TEST(decode_png(unfiltered, "x").pixels == drawing.pixels);

    Image ramp(64, 64, 1);  // flat, but each row differs from the one above by one: filters win
    for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) ramp.pixel(x, y)[0] = static_cast<std::uint8_t>(y + x / 2);
    BOOST_TEST((encode_png(ramp) == stylegan::detail::encode_png(ramp, 6, true)));

    const Image photograph = test::random_image(64, 64, 3);
    BOOST_TEST((encode_png(photograph) == stylegan::detail::encode_png(photograph, 6, true)));
}

BOOST_AUTO_TEST_CASE(one_colour_compresses_best) {
    const Bytes bytes = encode_png(Image(4096, 4096, 1), 9);
    BOOST_TEST(bytes.size() < 20000);
    BOOST_TEST(decode_png(bytes, "x").pixels.size() == std::size_t{4096} * 4096);
}

BOOST_AUTO_TEST_CASE(pictures_that_cannot_be_written) {
    BOOST_CHECK_THROW((void)encode_png(Image()), stylegan::ValueError);
    BOOST_CHECK_THROW((void)encode_png(Image(2, 2, 5)), stylegan::ValueError);
    Image wrong(2, 2, 3);
    wrong.pixels.pop_back();
    BOOST_CHECK_THROW((void)encode_png(wrong), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
