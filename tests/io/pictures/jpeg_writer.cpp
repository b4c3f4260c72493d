// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/pictures/jpeg.hpp>
#include <stylegan/io/pictures/jpeg_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>

BOOST_AUTO_TEST_SUITE(jpeg_writer)

using namespace stylegan;

namespace {

/// Smooth colours, which JPEG keeps well.
Image smooth(int width, int height, int channels) {
    Image image(width, height, channels);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                image.pixel(x, y)[c] = static_cast<std::uint8_t>(127 + 100 * std::sin(0.1 * (x + 2 * y) + c));
    return image;
}

double mean_difference(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
    return sum / static_cast<double>(a.pixels.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_read_back_nearly_the_same) {
    for (const int channels : {1, 3})
        for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {64, 33}}) {
            const Image image = smooth(width, height, channels);
            const Bytes fine = encode_jpeg(image, 100), coarse = encode_jpeg(image, 20);
            const Image back = decode_jpeg(fine, "test");
            BOOST_TEST_REQUIRE(back.size().text() == image.size().text());
            BOOST_TEST(mean_difference(back, image) < 2, mean_difference(back, image));
            if (width > 8) BOOST_TEST(coarse.size() < fine.size());
            BOOST_TEST((encode_jpeg(image, 100) == fine));
        }
}

BOOST_AUTO_TEST_CASE(what_jpeg_cannot_hold_is_an_error) {
    BOOST_CHECK_THROW((void)encode_jpeg(Image(4, 4, 4)), ValueError);
    BOOST_CHECK_THROW((void)encode_jpeg(Image(0, 4, 3)), ValueError);
    BOOST_CHECK_THROW((void)encode_jpeg(Image(65501, 1, 1)), ValueError);
    BOOST_CHECK_THROW((void)encode_jpeg(smooth(4, 4, 3), 0), ValueError);
    BOOST_CHECK_THROW((void)encode_jpeg(smooth(4, 4, 3), 101), ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
