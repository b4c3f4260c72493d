// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/channels.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(channels)

using stylegan::FormatError;
using stylegan::Image;
using stylegan::with_channels;

namespace {

Image pixel(const std::vector<std::uint8_t>& values) {
    Image image(1, 1, static_cast<int>(values.size()));
    image.pixels = values;
    return image;
}

std::vector<std::uint8_t> converted(const std::vector<std::uint8_t>& values, int channels) {
    return with_channels(pixel(values), channels).pixels;
}

using Values = std::vector<std::uint8_t>;

}  // namespace

BOOST_AUTO_TEST_CASE(every_number_of_channels_becomes_every_other) {
    BOOST_TEST(converted({7}, 2) == (Values{7, 255}));
    BOOST_TEST(converted({7}, 3) == (Values{7, 7, 7}));
    BOOST_TEST(converted({7}, 4) == (Values{7, 7, 7, 255}));
    BOOST_TEST(converted({7, 9}, 4) == (Values{7, 7, 7, 9}));
    BOOST_TEST(converted({1, 2, 3}, 4) == (Values{1, 2, 3, 255}));
    BOOST_TEST(converted({200, 100, 50}, 1) == (Values{124}));  // 59.8 + 58.7 + 5.7
    BOOST_TEST(converted({200, 100, 50, 8}, 2) == (Values{124, 8}));
    for (int channels = 1; channels <= 4; ++channels) {
        const Image image = test::random_image(5, 3, channels);
        BOOST_TEST(with_channels(image, channels).pixels == image.pixels);
        BOOST_CHECK_THROW((void)with_channels(image, 5), stylegan::ValueError);
        BOOST_CHECK_THROW((void)with_channels(image, 0), stylegan::ValueError);
    }
}

BOOST_AUTO_TEST_CASE(transparent_pixels_turn_white) {
    BOOST_TEST(converted({10, 20, 30, 255}, 3) == (Values{10, 20, 30}));
    BOOST_TEST(converted({10, 20, 30, 0}, 3) == (Values{255, 255, 255}));
    BOOST_TEST(converted({0, 255, 100, 51}, 3) == (Values{204, 255, 224}));
    BOOST_TEST(converted({100, 0}, 1) == (Values{255}));
    BOOST_TEST(converted({100, 255}, 3) == (Values{100, 100, 100}));
}

BOOST_AUTO_TEST_CASE(an_opaque_alpha_channel_can_be_dropped) {
    for (const int channels : {1, 3}) {
        const Image image = test::random_image(6, 5, channels);
        BOOST_TEST(stylegan::opaque(image));
        Image with_alpha = with_channels(image, channels + 1);
        BOOST_TEST(stylegan::opaque(with_alpha));
        BOOST_TEST(stylegan::without_alpha(with_alpha, "x").pixels == image.pixels);
        BOOST_TEST(stylegan::without_alpha(image, "x").pixels == image.pixels);
        with_alpha.pixels.back() = 254;
        BOOST_TEST(!stylegan::opaque(with_alpha));
        const std::string message =
            test::message_of<FormatError>([&] { (void)stylegan::without_alpha(with_alpha, "x.png"); });
        BOOST_TEST(test::contains(message, "x.png: has "), message);
        BOOST_TEST(test::contains(message, "transparent pixels, expected a picture without alpha, or an opaque one"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
