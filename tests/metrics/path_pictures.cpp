// SPDX-License-Identifier: Apache-2.0
#include <stylegan/metrics/path_pictures.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(path_pictures)

using namespace stylegan;

namespace {

/// Pictures in which every value encodes its position.
xt::xtensor<double, 4> numbered(std::size_t n, std::size_t colours, std::size_t h, std::size_t w) {
    auto x = xt::xtensor<double, 4>::from_shape({n, colours, h, w});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(i);
    return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_window_is_the_middle_of_a_face) {
    const PathWindow whole = PathWindow::of(64, 96, false), middle = PathWindow::of(64, 96, true);
    BOOST_TEST((whole.size() == Size{64, 96}));
    BOOST_TEST(middle.row == 24u);
    BOOST_TEST(middle.column == 24u);
    BOOST_TEST((middle.size() == Size{32, 48}));
}

BOOST_AUTO_TEST_CASE(large_pictures_shrink_to_about_256) {
    BOOST_TEST((PathWindow::of(256, 256, false).size() == Size{256, 256}));
    BOOST_TEST((PathWindow::of(511, 600, false).size() == Size{511, 600}));
    BOOST_TEST((PathWindow::of(1024, 1024, false).size() == Size{256, 256}));
    BOOST_TEST((PathWindow::of(1024, 1024, true).size() == Size{256, 256}));
    BOOST_TEST((PathWindow::of(1025, 1538, false).size() == Size{256, 384}));
}

BOOST_AUTO_TEST_CASE(cuts_out_and_takes_means) {
    const auto x = numbered(4, 3, 512, 513);
    const auto [a, b] = stylegan::path_pictures(x, false);
    BOOST_TEST((a.shape(0) == 2 && a.shape(1) == 3 && a.shape(2) == 256 && a.shape(3) == 256));
    const auto mean = [&](std::size_t n, std::size_t c, std::size_t y, std::size_t w) {
        return (x(n, c, 2 * y, 2 * w) + x(n, c, 2 * y, 2 * w + 1) + x(n, c, 2 * y + 1, 2 * w) +
                x(n, c, 2 * y + 1, 2 * w + 1)) /
               4;
    };
    BOOST_TEST(a(1, 2, 100, 255) == mean(2, 2, 100, 255));
    BOOST_TEST(b(1, 0, 255, 7) == mean(3, 0, 255, 7));
    const auto [c, d] = stylegan::path_pictures(numbered(2, 3, 40, 32), true);
    BOOST_TEST((c.shape(2) == 20 && c.shape(3) == 16));
    BOOST_TEST(d(0, 1, 2, 3) == static_cast<double>(((3 + 1) * 40 + 15 + 2) * 32 + 8 + 3));
}

BOOST_AUTO_TEST_CASE(grey_becomes_three_equal_colours) {
    const auto x = numbered(2, 1, 16, 16);
    const auto [a, b] = stylegan::path_pictures(x, false);
    for (std::size_t c = 0; c < 3; ++c) {
        BOOST_TEST(a(0, c, 3, 4) == x(0, 0, 3, 4));
        BOOST_TEST(b(0, c, 3, 4) == x(1, 0, 3, 4));
    }
    BOOST_CHECK_THROW((void)stylegan::path_pictures(numbered(2, 5, 16, 16), false), ShapeError);
    BOOST_CHECK_THROW((void)stylegan::path_pictures(numbered(2, 0, 16, 16), false), ShapeError);
}

BOOST_AUTO_TEST_CASE(alpha_does_not_count) {
    for (const std::size_t channels : {std::size_t{2}, std::size_t{4}}) {
        const auto x = numbered(2, channels, 16, 16);
        const auto [a, b] = stylegan::path_pictures(x, false);
        BOOST_TEST(a.shape(1) == 3u);
        for (std::size_t c = 0; c < 3; ++c) {
            BOOST_TEST(a(0, c, 3, 4) == x(0, channels == 2 ? 0 : c, 3, 4));
            BOOST_TEST(b(0, c, 3, 4) == x(1, channels == 2 ? 0 : c, 3, 4));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
