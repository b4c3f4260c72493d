// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/view.hpp>

#include <boost/test/unit_test.hpp>

#include <numeric>
#include <vector>

BOOST_AUTO_TEST_SUITE(view)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(the_last_index_runs_along_memory) {
    std::vector<int> numbers(2 * 3 * 4 * 5);
    std::iota(numbers.begin(), numbers.end(), 0);
    const Maps<int> v{numbers.data(), {2, 3, 4, 5}};
    int expected = 0;
    for (int n = 0; n < 2; ++n)
        for (int c = 0; c < 3; ++c)
            for (int h = 0; h < 4; ++h)
                for (int w = 0; w < 5; ++w) BOOST_TEST(v(n, c, h, w) == expected++);
    BOOST_TEST(v.size() == 120);
    BOOST_TEST(v.stride() == 60);
}

BOOST_AUTO_TEST_CASE(parts_and_other_shapes_see_the_same_values) {
    std::vector<int> numbers(24);
    std::iota(numbers.begin(), numbers.end(), 0);
    const View<int, 3> v{numbers.data(), {4, 2, 3}};
    BOOST_TEST(v.part(1, 2).extent(0) == 2);
    BOOST_TEST(v.part(1, 2)(0, 0, 0) == 6);
    BOOST_TEST(v.part(4, 0).size() == 0);
    BOOST_TEST(v.as(8, 3)(5, 1) == 16);
    v.as(24)(7) = -1;
    BOOST_TEST(v(1, 0, 1) == -1);
    const View<const int, 3> reader = v;
    BOOST_TEST(&reader(3, 1, 2) == &numbers[23]);
}

BOOST_AUTO_TEST_CASE(vectors_are_maps_of_one_pixel_and_maps_are_rows) {
    std::vector<float> numbers(12);
    const Rows<float> rows{numbers.data(), {3, 4}};
    BOOST_TEST((as_maps(rows).shape == Shape4{3, 4, 1, 1}));
    const Maps<float> maps{numbers.data(), {2, 3, 1, 2}};
    BOOST_TEST(as_rows(maps).extent(0) == 2);
    BOOST_TEST(as_rows(maps).extent(1) == 6);
    BOOST_TEST(as_rows(as_maps(rows)).data == rows.data);
}

BOOST_AUTO_TEST_CASE(a_view_without_values_is_empty) {
    const Maps<float> none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.size() == 0);
    float x = 0;
    BOOST_TEST(!(View<float, 1>{&x, {1}}.empty()));
}

BOOST_AUTO_TEST_SUITE_END()
