// SPDX-License-Identifier: Apache-2.0
#include "io/test_images.hpp"

#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/fitted_rows.hpp>
#include <stylegan/io/pictures/resize.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(fitted_rows)

using stylegan::FittedRows;
using stylegan::Image;

namespace {

/// Resamples the middle axis of (outer, from, inner) values.
std::vector<float> resampled(const std::vector<float>& x, std::size_t outer, int from, int to, std::size_t inner) {
    if (from == to) return x;
    const auto samples = stylegan::detail::sample_weights(from, to);
    std::vector<float> y(outer * samples.size() * inner, 0.0f);
    for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t s = 0; s < samples.size(); ++s)
            for (std::size_t k = 0; k < samples[s].weights.size(); ++k)
                for (std::size_t i = 0; i < inner; ++i)
                    y[(o * samples.size() + s) * inner + i] +=
                        samples[s].weights[k] *
                        x[(o * static_cast<std::size_t>(from) + static_cast<std::size_t>(samples[s].first) + k) *
                              inner +
                          i];
    return y;
}

/// resize() with the whole picture in memory, axis by axis.
Image resized_as_a_whole(const Image& image, int width, int height) {
    if (image.width == width && image.height == height) return image;
    const auto channels = static_cast<std::size_t>(image.channels);
    std::vector<float> x(image.pixels.begin(), image.pixels.end());
    for (std::size_t p = 0; channels % 2 == 0 && p < x.size(); p += channels)
        for (std::size_t c = 0; c + 1 < channels; ++c) x[p + c] *= x[p + channels - 1] / 255.0f;
    x = resampled(x, static_cast<std::size_t>(image.height), image.width, width, channels);
    x = resampled(x, 1, image.height, height, static_cast<std::size_t>(width) * channels);
    for (std::size_t p = 0; channels % 2 == 0 && p < x.size(); p += channels)
        for (std::size_t c = 0; c + 1 < channels; ++c)
            x[p + c] *= x[p + channels - 1] > 0.0f ? 255.0f / x[p + channels - 1] : 0.0f;
    Image result(width, height, image.channels);
    for (std::size_t i = 0; i < x.size(); ++i)
        result.pixels[i] = static_cast<std::uint8_t>(std::nearbyint(std::clamp(x[i], 0.0f, 255.0f)));
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(row_by_row_is_the_same_as_the_whole) {
    const stylegan::RandomStream stream(3, 0, stylegan::Purpose::test);
    std::uint64_t drawn = 0;
    const auto between = [&](int least, int most) {
        return least + static_cast<int>(stream.below(drawn++, static_cast<std::uint32_t>(most - least + 1)));
    };
    for (int round = 0; round < 300; ++round) {
        const Image image =
            test::random_image(between(1, 40), between(1, 40), between(1, 4), static_cast<std::uint64_t>(round));
        const stylegan::ImageSize part{between(1, 50), between(1, 50), 0};
        const int width = round % 3 == 0 ? part.width : between(1, 60);
        const int height = round % 4 == 0 ? part.height : between(1, 60);
        FittedRows rows(image.size(), part, width, height);
        for (int y = 0; y < image.height; ++y) rows.add(image.pixel(0, y));
        const Image found = std::move(rows).result();
        const Image expected = resized_as_a_whole(stylegan::crop_centre(image, part.width, part.height), width, height);
        BOOST_TEST_CONTEXT(image.size().text() << ", the middle " << part.width << 'x' << part.height << ", as "
                                               << width << 'x' << height) {
            BOOST_TEST(found.size().text() == expected.size().text());
            BOOST_TEST(found.pixels == expected.pixels);
        }
    }
}

BOOST_AUTO_TEST_CASE(sizes_of_nothing_are_refused) {
    BOOST_CHECK_THROW(FittedRows({4, 4, 3}, {0, 4, 3}, 2, 2), stylegan::ValueError);
    BOOST_CHECK_THROW(FittedRows({4, 4, 3}, {4, 4, 3}, 2, 0), stylegan::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
