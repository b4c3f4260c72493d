// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>

#include <boost/test/unit_test.hpp>

#include <xtensor/xtensor.hpp>

#include <cmath>
#include <limits>
#include <vector>

BOOST_AUTO_TEST_SUITE(picture)

using stylegan::Image;
using stylegan::to_uint8;

BOOST_AUTO_TEST_CASE(values) {
    const auto value = [](float x) { return static_cast<int>(to_uint8(x)); };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    BOOST_TEST(value(0) == 128);
    BOOST_TEST(value(1) == 255);
    BOOST_TEST(value(-1) == 0);
    BOOST_TEST(value(-0.99607837f) == 1);  // just above 1
    BOOST_TEST(value(-0.99607849f) == 0);  // just below 1: truncated, not rounded
    BOOST_TEST(value(0.9921f) == 254);
    BOOST_TEST(value(0.9999f) == 255);
    BOOST_TEST(value(-1.5f) == 0);
    BOOST_TEST(value(7) == 255);
    BOOST_TEST(value(infinity) == 255);
    BOOST_TEST(value(-infinity) == 0);
    BOOST_TEST(value(std::numeric_limits<float>::quiet_NaN()) == 0);
    BOOST_TEST(value(std::numeric_limits<float>::max()) == 255);
}

BOOST_AUTO_TEST_CASE(planes_become_pixels) {
    auto x = xt::xtensor<float, 4>::from_shape({2, 3, 2, 4});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = (static_cast<float>(i) - 127.5f) / 127.5f;
    const std::vector<Image> all = to_uint8(x);
    BOOST_TEST(all.size() == 2u);
    for (std::size_t n = 0; n < 2; ++n)
        for (int y = 0; y < 2; ++y)
            for (int column = 0; column < 4; ++column)
                for (std::size_t c = 0; c < 3; ++c)
                    BOOST_TEST(all[n].pixel(column, y)[c] ==
                               to_uint8(x(n, c, static_cast<std::size_t>(y), static_cast<std::size_t>(column))));
    BOOST_TEST(to_uint8(x, 1).pixels == all[1].pixels);
    BOOST_CHECK_THROW((void)to_uint8(x, 2), stylegan::ShapeError);
    BOOST_CHECK_THROW((void)to_uint8(x, -1), stylegan::ShapeError);
    BOOST_CHECK_THROW((void)to_uint8(xt::xtensor<float, 4>::from_shape({1, 5, 2, 2}), 0), stylegan::ShapeError);

    const test::TemporaryFolder folder;
    stylegan::write_png(folder / "a.png", x, 1);
    BOOST_TEST(stylegan::read_png(folder / "a.png").pixels == all[1].pixels);
}

BOOST_AUTO_TEST_CASE(grid) {
    std::vector<Image> images;
    for (int i = 0; i < 5; ++i) {
        images.emplace_back(2, 3, 3);
        for (auto& p : images.back().pixels) p = static_cast<std::uint8_t>(10 + i);
    }
    const Image grid = stylegan::image_grid(images, 3, 2);
    BOOST_TEST(grid.size().text() == "6x6 with 3 channels");
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 6; ++x) {
            const int i = y / 3 * 3 + x / 2;
            BOOST_TEST(grid.pixel(x, y)[2] == (i < 5 ? 10 + i : 0));
        }
    BOOST_CHECK_THROW((void)stylegan::image_grid(images, 2, 2), stylegan::ShapeError);
    BOOST_CHECK_THROW((void)stylegan::image_grid({}, 2, 2), stylegan::ShapeError);
    images[3] = Image(3, 2, 3);
    BOOST_CHECK_THROW((void)stylegan::image_grid(images, 3, 2), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
