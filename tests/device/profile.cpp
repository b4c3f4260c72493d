// SPDX-License-Identifier: Apache-2.0
#include <stylegan/device/cpu.hpp>
#include <stylegan/device/profile.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(profile)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(calls_of_a_layer_are_added_up_in_the_order_of_first_use) {
    Profile p;
    p.add({.name = "b", .calls = 1, .seconds = 2, .multiply_adds = 3, .bytes = 4});
    p.add({.name = "a", .calls = 1});
    p.add({.name = "b", .calls = 1, .seconds = 20, .multiply_adds = 30, .bytes = 40});
    BOOST_TEST_REQUIRE(p.entries().size() == 2u);
    const Profile::Entry& b = p.entries()[0];
    BOOST_TEST(b.name == "b");
    BOOST_TEST(b.calls == 2);
    BOOST_TEST(b.seconds == 22);
    BOOST_TEST(b.multiply_adds == 33);
    BOOST_TEST(b.bytes == 44);
    BOOST_TEST(p.entries()[1].name == "a");
}

BOOST_AUTO_TEST_CASE(a_context_measures_only_into_a_profile) {
    Context<Cpu> c({1});
    int asked = 0;
    const auto work = [&] {
        const auto timer = c.measured([&] {
            ++asked;
            return Profile::Entry{.name = "work"};
        });
    };
    work();
    BOOST_TEST(asked == 0);
    Profile p;
    c.set_profile(&p);
    work();
    work();
    c.set_profile(nullptr);
    work();
    BOOST_TEST(asked == 2);
    BOOST_TEST_REQUIRE(p.entries().size() == 1u);
    BOOST_TEST(p.entries()[0].calls == 2);
    BOOST_TEST(p.entries()[0].seconds >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
