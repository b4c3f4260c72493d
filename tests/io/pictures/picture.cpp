// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/core/arrays.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/pictures/to_float.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>

#include <boost/test/unit_test.hpp>

#include <unsupported/Eigen/CXX11/Tensor>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
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

BOOST_AUTO_TEST_CASE(pixels_become_values_and_pixels_again) {
    BOOST_TEST(stylegan::to_float(std::uint8_t{0}) == -1);
    BOOST_TEST(stylegan::to_float(std::uint8_t{255}) == 1);
    for (int p = 0; p < 256; ++p) BOOST_TEST(to_uint8(stylegan::to_float(static_cast<std::uint8_t>(p))) == p);

    std::vector<Image> images{Image(3, 2, 4), Image(3, 2, 4)};
    for (std::size_t i = 0; i < 48; ++i) images[i / 24].pixels[i % 24] = static_cast<std::uint8_t>(5 * i);
    const auto x = stylegan::to_float(images);
    BOOST_TEST((x.shape() == decltype(x.shape()){2, 4, 2, 3}));
    BOOST_TEST(x(1, 2, 0, 1) == stylegan::to_float(images[1].pixel(1, 0)[2]));
    const std::vector<Image> back = to_uint8(x);
    for (std::size_t n = 0; n < 2; ++n) BOOST_TEST(back[n].pixels == images[n].pixels);
    images[1] = Image(2, 3, 4);
    BOOST_CHECK_THROW((void)stylegan::to_float(images), stylegan::ShapeError);
}

BOOST_AUTO_TEST_CASE(files_are_read_as_values) {
    const test::TemporaryFolder folder;
    Image image(3, 2, 3);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(14 * i);
    stylegan::write_png(folder / "rgb.png", image);
    const auto x = stylegan::read_picture(folder / "rgb.png");
    BOOST_TEST(x == stylegan::to_float(image));
    BOOST_TEST(stylegan::read_picture(folder / "rgb.png", 3) == x);

    Image grey(3, 2, 1);
    for (std::size_t i = 0; i < grey.pixels.size(); ++i) grey.pixels[i] = static_cast<std::uint8_t>(40 * i);
    stylegan::write_png(folder / "grey.png", grey);
    BOOST_TEST(stylegan::read_picture(folder / "grey.png").shape(1) == 1u);
    const auto three = stylegan::read_picture(folder / "grey.png", 3);
    BOOST_TEST_REQUIRE(three.shape(1) == 3u);
    for (std::size_t c = 0; c < 3; ++c) BOOST_TEST(three(0, c, 1, 2) == stylegan::to_float(std::uint8_t{200}));

    const auto refusal = [&](const char* name, int channels) {
        return test::message_of<stylegan::FormatError>([&] { (void)stylegan::read_picture(folder / name, channels); });
    };
    stylegan::write_png(folder / "alpha.png", Image(3, 2, 4));
    BOOST_TEST(test::contains(refusal("alpha.png", 3), "alpha.png: has 4 channels and transparent pixels, expected"));
    stylegan::write_png(folder / "opaque.png", stylegan::with_channels(image, 4));
    BOOST_TEST(stylegan::read_picture(folder / "opaque.png", 3) == x);
    BOOST_TEST(stylegan::read_picture(folder / "opaque.png").shape(1) == 4u);
    stylegan::write_png(folder / "opaque-grey.png", stylegan::with_channels(grey, 2));
    BOOST_TEST(stylegan::read_picture(folder / "opaque-grey.png", 3) == three);
    BOOST_TEST(refusal("rgb.png", 1).ends_with("rgb.png: has 3 channels, expected 1"));
    BOOST_TEST(refusal("grey.png", 4).ends_with("grey.png: has 1 channel, expected 4"));
    BOOST_CHECK_THROW((void)stylegan::read_picture(folder / "none.png"), stylegan::FileError);
}

BOOST_AUTO_TEST_CASE(batches_of_every_library_are_written) {
    const test::TemporaryFolder folder;
    auto x = xt::xtensor<float, 4>::from_shape({5, 3, 2, 4});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = (static_cast<float>(i) - 60) / 60;
    const std::vector<Image> expected = to_uint8(x);
    const auto written = [&](const auto& pictures, auto... columns) {
        stylegan::write_picture(folder / "a.png", pictures, columns...);
        return stylegan::read_png(folder / "a.png");
    };
    BOOST_TEST(written(x).pixels == stylegan::image_grid(expected, 3, 2).pixels);  // the root of 5, rounded up
    BOOST_TEST(written(x, 5).pixels == stylegan::image_grid(expected, 5, 1).pixels);
    BOOST_TEST(written(xt::view(x, xt::range(2, 3))).pixels == expected[2].pixels);
    BOOST_TEST(written(xt::view(x, 2)).pixels == expected[2].pixels);  // (C, H, W)
    BOOST_TEST(written(x * 1.0f, 2).pixels == stylegan::image_grid(expected, 2, 3).pixels);
    BOOST_TEST(written(stylegan::view_of(x.data(), 5, 3, 2, 4), 1).pixels ==
               stylegan::image_grid(expected, 1, 5).pixels);

    Eigen::Tensor<float, 4, Eigen::RowMajor> rows(5, 3, 2, 4);
    std::copy(x.begin(), x.end(), rows.data());
    const Eigen::Tensor<float, 4> columns = rows.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
    for (const Image& image : {written(rows), written(columns)})
        BOOST_TEST(image.pixels == stylegan::image_grid(expected, 3, 2).pixels);
    BOOST_TEST(to_uint8(columns, 4).pixels == expected[4].pixels);
    stylegan::write_png(folder / "b.png", columns, 3);
    BOOST_TEST(stylegan::read_png(folder / "b.png").pixels == expected[3].pixels);
    const stylegan::FeatureMaps<stylegan::Cpu, 3> maps(std::array<stylegan::Index, 4>{2, 3, 2, 4});
    BOOST_TEST(written(maps).size().text() == "8x2 with 3 channels");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_said_with_the_file) {
    const test::TemporaryFolder folder;
    const auto x = xt::xtensor<float, 4>::from_shape({2, 3, 2, 4});
    BOOST_TEST(test::message_of<stylegan::ValueError>([&] {
                   stylegan::write_picture(folder / "a.jpg", x);
               }).ends_with("a.jpg: ends with \".jpg\", expected .png"));
    BOOST_TEST(test::message_of<stylegan::ValueError>([&] {
                   stylegan::write_picture(folder / "a.png", x, -1);
               }).ends_with("a.png: number of columns is -1, expected at least 0"));
    const auto wide = xt::xtensor<float, 4>::from_shape({2, 5, 2, 4});
    BOOST_TEST(test::message_of<stylegan::ShapeError>([&] {
                   stylegan::write_picture(folder / "a.png", wide);
               }).ends_with("a.png: the pictures have 5 channels, expected 1 to 4"));
    const auto none = xt::xtensor<float, 4>::from_shape({0, 3, 2, 4});
    BOOST_TEST(test::message_of<stylegan::ShapeError>([&] {
                   stylegan::write_picture(folder / "a.png", none);
               }).ends_with("a.png: the batch has no pixels, expected at least one picture"));
    BOOST_CHECK_THROW(stylegan::write_picture(folder / "none/a.png", x), stylegan::FileError);
}

BOOST_AUTO_TEST_CASE(grid) {
    std::vector<Image> images;
    for (int i = 0; i < 5; ++i) {
        images.emplace_back(2, 3, 3);
        for (auto& p : images.back().pixels) p = static_cast<std::uint8_t>(10 + i);
    }
    const Image all = stylegan::image_grid(images, 3, 2);
    BOOST_TEST(all.size().text() == "6x6 with 3 channels");
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 6; ++x) {
            const int i = y / 3 * 3 + x / 2;
            BOOST_TEST(all.pixel(x, y)[2] == (i < 5 ? 10 + i : 0));
        }
    BOOST_CHECK_THROW((void)stylegan::image_grid(images, 2, 2), stylegan::ShapeError);
    BOOST_CHECK_THROW((void)stylegan::image_grid({}, 2, 2), stylegan::ShapeError);
    images[3] = Image(3, 2, 3);
    BOOST_CHECK_THROW((void)stylegan::image_grid(images, 3, 2), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
