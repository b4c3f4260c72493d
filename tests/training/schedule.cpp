// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/schedule.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(schedule)

using namespace stylegan;

namespace {

ScheduledStep at(int resolution, double kimg, const ScheduleOptions& o = {}) {
    return scheduled(at_resolution(config_f, resolution), o, kimg * 1000);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_official_schedule_of_1024) {
    // 8x8 (lod 7) for 600 kimg, then for each doubling 600 kimg of fading in and 600 kimg at full strength
    const double expected[][2] = {{0, 7},    {300, 7},  {600, 7},    {750, 6.75}, {900, 6.5},          {1200, 6},
                                  {1799, 6}, {1800, 6}, {2100, 5.5}, {2400, 5},   {3600, 4},           {4800, 3},
                                  {6000, 2}, {7200, 1}, {7800, 1},   {8100, 0.5}, {8390, 0.016666667}, {8400, 0},
                                  {9000, 0}, {9300, 0}, {25000, 0},  {1000000, 0}};
    for (const auto& [kimg, lod] : expected) BOOST_TEST(at(1024, kimg).lod == lod, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(lod_follows_the_formula_at_every_moment) {
    ScheduleOptions o;
    o.lod_kimg = 3;
    o.fade_kimg = 2;
    double before = 3;
    for (int i = 0; i < 3000; ++i) {
        const double kimg = i * 0.01 + 0.005, phase = std::floor(kimg / 5);  // never on a border
        const double expected = std::max(3 - phase - std::max(kimg - phase * 5 - 3, 0.0) / 2, 0.0);
        const double lod = at(64, kimg, o).lod;
        BOOST_TEST_REQUIRE(std::abs(lod - expected) < 1e-9);
        BOOST_TEST_REQUIRE(lod <= before + 1e-9);
        before = lod;
    }
    BOOST_TEST(before == 0);
}

BOOST_AUTO_TEST_CASE(learning_rates_are_those_of_the_resolution_that_fades_in) {
    BOOST_TEST(at(1024, 0).lr == 0.001);
    BOOST_TEST(at(1024, 4799).lr == 0.0015);  // 128, in the middle of fading
    BOOST_TEST(at(1024, 4790).lod > 3.0);
    BOOST_TEST(at(1024, 4199).lr == 0.001);
    BOOST_TEST(at(1024, 4201).lr == 0.0015);
    BOOST_TEST(at(1024, 5401).lr == 0.002);
    BOOST_TEST(at(1024, 6601).lr == 0.003);
    BOOST_TEST(at(1024, 20000).lr == 0.003);
}

BOOST_AUTO_TEST_CASE(minibatches_are_those_of_the_resolution) {
    ScheduleOptions o;
    o.batch = 4;
    o.batch_at = {{8, 64}, {16, 32}};
    BOOST_TEST(at(32, 0, o).batch == 64);
    BOOST_TEST(at(32, 599, o).batch == 64);
    BOOST_TEST(at(32, 601, o).batch == 32);
    BOOST_TEST(at(32, 1801, o).batch == 4);
    BOOST_TEST(at(32, 9000, o).batch == 4);
}

BOOST_AUTO_TEST_CASE(without_growing_all_is_there_from_the_start) {
    ScheduleOptions o;
    o.growing = false;
    BOOST_TEST(at(256, 0, o).lod == 0);
    BOOST_TEST(at(256, 0, o).lr == 0.002);
}

BOOST_AUTO_TEST_CASE(without_fading_levels_jump) {
    ScheduleOptions o;
    o.lod_kimg = 10;
    o.fade_kimg = 0;
    BOOST_TEST(at(32, 9.9, o).lod == 2);
    BOOST_TEST(at(32, 10, o).lod == 1);
    BOOST_TEST(at(32, 19.9, o).lod == 1);
    BOOST_TEST(at(32, 20, o).lod == 0);
    o.lod_kimg = 0;  // no time at all for a level
    BOOST_TEST(at(32, 0, o).lod == 0);
    o.fade_kimg = 10;  // always fading
    BOOST_TEST(at(32, 5, o).lod == 1.5);
    BOOST_TEST(at(32, 15, o).lod == 0.5);
}

BOOST_AUTO_TEST_CASE(growing_starts_at_the_wanted_height) {
    ScheduleOptions o;
    o.first_height = 4;
    BOOST_TEST(at(32, 0, o).lod == 3);
    o.first_height = 16;
    BOOST_TEST(at(32, 0, o).lod == 1);
    o.first_height = 1000;
    BOOST_TEST(at(32, 0, o).lod == 0);
    constexpr Architecture wide{.base = {3, 5}, .resolution_log2 = 4};  // 3x5, 6x10, 12x20
    o.first_height = 8;
    BOOST_TEST(scheduled(wide, o, 0).lod == 0);
    o.first_height = 6;
    BOOST_TEST(scheduled(wide, o, 0).lod == 1);
}

BOOST_AUTO_TEST_SUITE_END()
