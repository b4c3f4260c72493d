// SPDX-License-Identifier: Apache-2.0
#include <stylegan/device/replay_key.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(replay_key)

using namespace stylegan;

namespace {

/// Equal parts give equal keys, different parts different keys.
template <class A, class B>
void check_differ(const A& a, const B& b) {
    BOOST_TEST((ReplayKey(a) == ReplayKey(a)));
    BOOST_TEST((ReplayKey(a) != ReplayKey(b)));
}

enum class Color { red, blue };

}  // namespace

BOOST_AUTO_TEST_CASE(numbers_and_addresses_count) {
    float values[6] = {};
    check_differ(1, 2);
    check_differ(0.5, 0.25);
    check_differ(0.5f, 0.25f);
    check_differ(Color::red, Color::blue);
    check_differ(&values[0], &values[1]);
    check_differ(static_cast<float*>(nullptr), &values[0]);
    check_differ(std::uint64_t{1} << 40, std::uint64_t{1} << 41);
}

/// Floating-point numbers count by their bits, so that no key differs from itself.
BOOST_AUTO_TEST_CASE(floating_point_numbers_count_by_their_bits) {
    check_differ(0.0, -0.0);
    check_differ(NAN, 0.0f);
    check_differ(2, 2.0);
}

BOOST_AUTO_TEST_CASE(views_count_by_address_and_extents) {
    std::array<float, 12> values{}, others{};
    const View<float, 2> view{values.data(), {3, 4}};
    check_differ(view, View<float, 2>{others.data(), {3, 4}});
    check_differ(view, View<float, 2>{values.data(), {4, 3}});
    check_differ(view, view.part(0, 2));
    check_differ(view, view.part(1, 2));
    BOOST_TEST((ReplayKey(view) == ReplayKey(View<const float, 2>(view))));
    values[5] = 1;  // the values themselves do not count
    BOOST_TEST((ReplayKey(view) == ReplayKey(view)));
}

BOOST_AUTO_TEST_CASE(ranges_count_by_elements_and_length) {
    float value = 0;
    check_differ(std::vector<float>{1, 2}, std::vector<float>{1, 3});
    check_differ(std::vector<int>{}, std::vector<int>{0});
    check_differ(std::vector<View<float, 1>>{{&value, {1}}}, std::vector<View<float, 1>>{{&value, {0}}});
    const std::vector<int> one{1}, two{2}, both{1, 2}, none;
    BOOST_TEST((ReplayKey(both, none) != ReplayKey(one, two)));
}

BOOST_AUTO_TEST_CASE(the_order_counts) {
    BOOST_TEST((ReplayKey(1, 2) != ReplayKey(2, 1)));
    BOOST_TEST((ReplayKey(1, 2) != ReplayKey(1)));
    BOOST_TEST((ReplayKey() != ReplayKey(0)));
    ReplayKey built(1);
    built.add(2);
    BOOST_TEST((built == ReplayKey(1, 2)));
    ReplayKey copy = built;
    BOOST_TEST((copy == built));
    copy.clear();
    BOOST_TEST((copy == ReplayKey()));
}

BOOST_AUTO_TEST_SUITE_END()
