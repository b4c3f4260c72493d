// SPDX-License-Identifier: Apache-2.0
#include "io/test_images.hpp"

#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

BOOST_AUTO_TEST_SUITE(resize)

using stylegan::crop;
using stylegan::crop_centre;
using stylegan::fit;
using stylegan::Image;

BOOST_AUTO_TEST_CASE(a_constant_stays_constant) {
    for (int channels = 1; channels <= 4; ++channels) {
        Image image(7, 5, channels);
        for (auto& p : image.pixels) p = 201;
        for (const auto& [width, height] : {std::pair{1, 1}, {3, 4}, {7, 5}, {20, 3}, {15, 31}}) {
            const Image result = stylegan::resize(image, width, height);
            BOOST_TEST(result.size().text() == Image(width, height, channels).size().text());
            BOOST_TEST(std::count(result.pixels.begin(), result.pixels.end(), 201) ==
                       static_cast<std::ptrdiff_t>(result.pixels.size()));
        }
    }
}

BOOST_AUTO_TEST_CASE(shrinking_is_the_mean_over_an_area) {
    const Image image = test::random_image(12, 9, 3);
    for (const auto& [width, height] : {std::pair{4, 3}, {5, 2}, {12, 1}, {7, 9}}) {
        const Image result = stylegan::resize(image, width, height);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                for (int c = 0; c < 3; ++c) {
                    const auto overlap = [](int pixel, int from, int to, int j) {
                        const double lower = pixel * double(from) / to, upper = (pixel + 1) * double(from) / to;
                        return std::max(0.0, std::min(upper, j + 1.0) - std::max(lower, double(j)));
                    };
                    double sum = 0, area = 0;
                    for (int j = 0; j < 9; ++j)
                        for (int i = 0; i < 12; ++i) {
                            const double a = overlap(x, 12, width, i) * overlap(y, 9, height, j);
                            sum += a * image.pixel(i, j)[c];
                            area += a;
                        }
                    BOOST_TEST(std::abs(result.pixel(x, y)[c] - sum / area) < 0.501);
                }
    }
}

BOOST_AUTO_TEST_CASE(enlarging_interpolates) {
    Image ramp(32, 1, 1);
    for (int x = 0; x < 32; ++x) *ramp.pixel(x, 0) = static_cast<std::uint8_t>(20 + 6 * x);
    const Image large = stylegan::resize(ramp, 96, 2);
    for (int x = 12; x < 84; ++x)  // a straight line stays straight but for ripple
        BOOST_TEST(std::abs(*large.pixel(x, 1) - (20 + 6 * ((x + 0.5) / 3 - 0.5))) < 1.5);
    const Image same = stylegan::resize(ramp, 32, 1);
    BOOST_TEST(same.pixels == ramp.pixels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(transparent_colours_do_not_bleed) {
    Image image(2, 1, 4);
    image.pixels = {200, 100, 50, 255, 9, 9, 9, 0};
    const Image one = stylegan::resize(image, 1, 1);
    BOOST_TEST(one.pixels == (std::vector<std::uint8_t>{200, 100, 50, 128}), boost::test_tools::per_element());
    BOOST_TEST(stylegan::resize(Image(4, 4, 2), 2, 2).pixels == Image(2, 2, 2).pixels);
}

BOOST_AUTO_TEST_CASE(crops_and_frames) {
    const Image image = test::random_image(7, 5, 3);
    const Image inner = crop(image, 2, 1, 4, 3);
    for (int y = 0; y < 3; ++y)
        for (int x = 0; x < 4; ++x) BOOST_TEST(inner.pixel(x, y)[1] == image.pixel(x + 2, y + 1)[1]);
    const Image outer = crop_centre(image, 11, 8);
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 11; ++x) {
            const bool inside = x >= 2 && x < 9 && y >= 1 && y < 6;
            BOOST_TEST(outer.pixel(x, y)[2] == (inside ? image.pixel(x - 2, y - 1)[2] : 0));
        }
    BOOST_TEST(crop_centre(crop_centre(image, 11, 8), 7, 6).size().text() == "7x6 with 3 channels");
    BOOST_TEST(crop(image, 100, 100, 2, 2).pixels == Image(2, 2, 3).pixels);
    BOOST_CHECK_THROW((void)crop(image, 0, 0, 0, 2), stylegan::ValueError);
    BOOST_CHECK_THROW((void)stylegan::resize(image, 0, 2), stylegan::ValueError);
}

BOOST_AUTO_TEST_CASE(shapes_fit) {
    const auto text = [](const stylegan::ImageSize& s) { return s.text(); };
    BOOST_TEST(text(fit({100, 60, 3}, {1, 1, 0}, false)) == "60x60 with 3 channels");
    BOOST_TEST(text(fit({100, 60, 3}, {1, 1, 0}, true)) == "100x100 with 3 channels");
    BOOST_TEST(text(fit({100, 60, 1}, {64, 96, 0}, false)) == "40x60 with 1 channel");
    BOOST_TEST(text(fit({100, 60, 1}, {64, 96, 0}, true)) == "100x150 with 1 channel");
    BOOST_TEST(text(fit({64, 96, 1}, {64, 96, 0}, true)) == "64x96 with 1 channel");
    BOOST_TEST(text(fit({1, 1000, 1}, {1000, 1, 0}, false)) == "1x1 with 1 channel");
}

BOOST_AUTO_TEST_SUITE_END()
