// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/augment/cut_out.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(cut_out)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(the_area_is_half_as_wide_and_high_as_the_picture) {
    BOOST_TEST((ops::cutout_area(0.5, 0.5, 8, 16) == ops::PictureArea{4, 2, 12, 6}));
    BOOST_TEST((ops::cutout_area(0, 1, 8, 16) == ops::PictureArea{0, 6, 4, 8}));
    for (const Index size : {1, 2, 5, 8, 33})
        for (double centre = 0; centre < 1; centre += 0.037) {
            const ops::PictureArea area = ops::cutout_area(centre, 0.5, 1, size);
            for (Index i = 0; i < size; ++i) {
                const double middle = (static_cast<double>(i) + 0.5) / static_cast<double>(size);
                BOOST_TEST(area.contains(0, i) == (std::abs(middle - centre) < 0.25));
            }
        }
}

BOOST_AUTO_TEST_CASE(pixels_of_the_area_become_zero_in_every_channel) {
    Context<Cpu> context({.threads = 2});
    std::vector<float> y(2 * 3 * 4 * 5, 1.0f);
    const std::vector<ops::PictureArea> areas{{1, 2, 3, 4}, {}};
    ops::cut_out(context, areas, Maps<float>{y.data(), {2, 3, 4, 5}});
    for (std::size_t i = 0; i < y.size(); ++i) {
        const auto r = static_cast<Index>(i / 5 % 4), c = static_cast<Index>(i % 5);
        BOOST_TEST(y[i] == (areas[i / 60].contains(r, c) ? 0.0f : 1.0f));
    }
    BOOST_CHECK_THROW(ops::cut_out(context, std::vector<ops::PictureArea>(3), Maps<float>{y.data(), {2, 3, 4, 5}}),
                      ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
