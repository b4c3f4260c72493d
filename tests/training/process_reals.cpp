// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/process_reals.hpp>

#include <stylegan/core/philox.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

BOOST_AUTO_TEST_SUITE(process_reals)

using namespace stylegan;

namespace {

std::vector<std::uint8_t> random_pixels(std::size_t count) {
    const RandomStream stream(1, 0, Purpose::test);
    std::vector<std::uint8_t> pixels(count);
    for (std::size_t i = 0; i < count; ++i) pixels[i] = static_cast<std::uint8_t>(stream.below(i, 256));
    return pixels;
}

std::vector<double> processed(const std::vector<std::uint8_t>& pixels, Index c, Index h, Index w, bool mirror,
                              double fade) {
    std::vector<double> y(pixels.size());
    process_real<double>(pixels, c, h, w, mirror, fade, y.data());
    return y;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pixels_go_to_minus_one_to_one) {
    const auto y = processed({0, 255, 51, 204}, 1, 2, 2, false, 0);
    const std::vector<double> expected{-1, 1, -0.6, 0.6};
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(std::abs(y[i] - expected[i]) < 1e-12);
}

BOOST_AUTO_TEST_CASE(mirroring_turns_rows_round) {
    const auto pixels = random_pixels(3 * 2 * 4);
    const auto straight = processed(pixels, 3, 2, 4, false, 0), mirrored = processed(pixels, 3, 2, 4, true, 0);
    for (std::size_t row = 0; row < 6; ++row)
        for (std::size_t x = 0; x < 4; ++x) BOOST_TEST(mirrored[row * 4 + x] == straight[row * 4 + 3 - x]);
}

BOOST_AUTO_TEST_CASE(fading_blends_with_the_means_of_four) {
    constexpr Index c = 2, h = 4, w = 6;
    const auto pixels = random_pixels(c * h * w);
    for (const bool mirror : {false, true})
        for (const double fade : {0.25, 0.75}) {
            const auto sharp = processed(pixels, c, h, w, mirror, 0), faded = processed(pixels, c, h, w, mirror, fade);
            const auto at = [&](Index k, Index y, Index x) {
                return sharp[static_cast<std::size_t>((k * h + y) * w + x)];
            };
            for (Index k = 0; k < c; ++k)
                for (Index y = 0; y < h; ++y)
                    for (Index x = 0; x < w; ++x) {
                        const Index y0 = y - y % 2, x0 = x - x % 2;
                        const double mean =
                            (at(k, y0, x0) + at(k, y0, x0 + 1) + at(k, y0 + 1, x0) + at(k, y0 + 1, x0 + 1)) / 4;
                        const double expected = (1 - fade) * at(k, y, x) + fade * mean;
                        BOOST_TEST(std::abs(faded[static_cast<std::size_t>((k * h + y) * w + x)] - expected) < 1e-12);
                    }
        }
}

BOOST_AUTO_TEST_SUITE_END()
