// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/parallel/split_minibatch.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <vector>

BOOST_AUTO_TEST_SUITE(split_minibatch)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(every_picture_is_in_one_part) {
    for (const Index group : {1, 2, 3, 4})
        for (const Index batch : {group, 2 * group, 5 * group})
            for (const Index most : {Index{1}, group, 3 * group, batch, batch + 7}) {
                std::multiset<Index> seen;
                for (const auto& part : stylegan::split_minibatch(batch, group, most)) {
                    BOOST_TEST(part.size() % static_cast<std::size_t>(group) == 0u);
                    BOOST_TEST(static_cast<Index>(part.size()) <= std::max(most, group));
                    seen.insert(part.begin(), part.end());
                }
                BOOST_TEST(static_cast<Index>(seen.size()) == batch);
                for (Index n = 0; n < batch; ++n) BOOST_TEST(seen.count(n) == 1u);
            }
}

BOOST_AUTO_TEST_CASE(a_whole_minibatch_keeps_its_order) {
    const auto parts = stylegan::split_minibatch(12, 4, 12);
    BOOST_REQUIRE(parts.size() == 1u);
    for (Index n = 0; n < 12; ++n) BOOST_TEST(parts[0][static_cast<std::size_t>(n)] == n);
}

BOOST_AUTO_TEST_CASE(pictures_of_a_stddev_group_stay_together_in_their_order) {
    // In the minibatch, picture n belongs to group n mod (batch / group); in a part, picture k to group k mod (part /
    // group).
    constexpr Index batch = 20, group = 4;
    for (const Index most : {4, 8, 12}) {
        for (const auto& part : stylegan::split_minibatch(batch, group, most)) {
            const auto groups = part.size() / static_cast<std::size_t>(group);
            for (std::size_t g = 0; g < groups; ++g)
                for (std::size_t member = 0; member < static_cast<std::size_t>(group); ++member) {
                    const Index n = part[member * groups + g];
                    BOOST_TEST(n % (batch / group) == part[g] % (batch / group));
                    BOOST_TEST(n / (batch / group) == static_cast<Index>(member));
                }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
