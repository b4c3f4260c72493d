// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/augment/mirrored.hpp>

#include <boost/test/unit_test.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(mirrored)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(images_are_all_positions_that_show_a_pixel_each_once) {
    for (Index size = 1; size <= 6; ++size)
        for (Index before = 0; before < size; ++before)
            for (Index after = 0; after < size; ++after)
                for (Index pixel = 0; pixel < size; ++pixel) {
                    std::multiset<Index> expected, found;
                    for (Index i = -before; i < size + after; ++i)
                        if (ops::detail::mirrored(i, size) == pixel) expected.insert(i);
                    const auto images = ops::detail::MirrorImages::of(pixel, size, before, after);
                    for (int k = 0; k < images.count; ++k) found.insert(images.at[k]);
                    BOOST_TEST(found == expected,
                               "pixel " << pixel << " of " << size << ", extended by " << before << " and " << after);
                }
}

BOOST_AUTO_TEST_SUITE_END()
