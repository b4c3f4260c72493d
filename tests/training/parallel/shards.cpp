// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/parallel/shards.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(shards)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(a_power_of_two) {
    for (const int n : {1, 2, 4, 256, 1024}) BOOST_TEST(is_number_of_shards(n));
    for (const int n : {-4, -1, 0, 3, 6, 12, 1023, 2048}) BOOST_TEST(!is_number_of_shards(n));
}

BOOST_AUTO_TEST_CASE(ranks_have_equal_shares_in_order) {
    for (const int ranks : {1, 2, 4, 8}) {
        int next = 0;
        for (int r = 0; r < ranks; ++r) {
            const ShardRange mine = shards_of_rank(8, r, ranks);
            BOOST_TEST(mine.first == next);
            BOOST_TEST(mine.last - mine.first == 8 / ranks);
            next = mine.last;
        }
        BOOST_TEST(next == 8);
    }
    for (const int ranks : {3, 5, 16})
        BOOST_CHECK_EXCEPTION((void)shards_of_rank(8, 0, ranks), ValueError, [&](const ValueError& e) {
            return e.what() == text("training: ", ranks,
                                    " ranks share 8 shards of each minibatch, expected a number of "
                                    "ranks that divides the number of shards");
        });
}

BOOST_AUTO_TEST_CASE(shards_are_whole_groups_and_make_up_the_minibatch) {
    for (const Index group : {1, 3, 4})
        for (const int count : {1, 2, 4})
            for (const Index each : {1, 2, 5})
                for (const Index microbatch : {Index{0}, Index{1}, group, 2 * group, 100 * group}) {
                    const Index groups = each * count, batch = groups * group;
                    std::vector<int> shard_of(static_cast<std::size_t>(batch), -1);
                    for (int s = 0; s < count; ++s) {
                        const auto parts = parts_of_shard(batch, group, count, s, microbatch);
                        if (microbatch == 0) BOOST_TEST(parts.size() == 1u);
                        for (const auto& part : parts) {
                            BOOST_TEST(part.size() % static_cast<std::size_t>(group) == 0u);
                            if (microbatch >= group) BOOST_TEST(static_cast<Index>(part.size()) <= microbatch);
                            for (const Index n : part) {
                                BOOST_TEST(shard_of[static_cast<std::size_t>(n)] == -1);
                                shard_of[static_cast<std::size_t>(n)] = s;
                            }
                        }
                    }
                    for (Index n = 0; n < batch; ++n)  // groups that follow each other
                        BOOST_TEST(shard_of[static_cast<std::size_t>(n)] == n % groups / each);
                }
}

BOOST_AUTO_TEST_CASE(groups_that_cannot_be_shared_out_are_refused) {
    BOOST_CHECK_EXCEPTION((void)parts_of_shard(4, 4, 2, 0, 0), ShapeError, [](const ShapeError& e) {
        return e.what() == std::string(
                               "training: a minibatch of 4 pictures has 1 minibatch stddev group of 4, expected "
                               "a multiple of the 2 shards");
    });
    BOOST_CHECK_THROW((void)parts_of_shard(24, 4, 4, 0, 0), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
