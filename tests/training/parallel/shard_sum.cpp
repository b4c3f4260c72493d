// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/parallel/shard_sum.hpp>

#include <stylegan/core/philox.hpp>

#include "device/thread_ranks.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(shard_sum)

using namespace stylegan;

namespace {

constexpr std::size_t first = 7, second = 1000;  // values of the two arrays

float value(int shard, std::size_t i) {
    return static_cast<float>(RandomStream(3, 0, Purpose::test, static_cast<std::uint32_t>(shard)).normal(i));
}

/// The sum of shards [begin, end) as a binary tree.
float tree(int begin, int end, std::size_t i) {
    if (end - begin == 1) return value(begin, i);
    const int middle = (begin + end) / 2;
    return tree(begin, middle, i) + tree(middle, end, i);
}

/// The sums of one rank, twice over, since buffers are used again.
template <class Scalar = float>
std::vector<Scalar> sums(Communicator& ranks, int shards) {
    Context<BasicCpu<Scalar>> context(BasicCpu<Scalar>{.threads = 2});
    ShardSum<BasicCpu<Scalar>> sum;
    std::vector<Scalar> a(first), b(second), none;
    for (int repeat = 0; repeat < 2; ++repeat) {
        sum.begin({a, none, b});
        const int each = shards / ranks.size();
        for (int s = ranks.rank() * each; s < (ranks.rank() + 1) * each; ++s) {
            for (std::size_t i = 0; i < first; ++i) a[i] = static_cast<Scalar>(value(s, i));
            for (std::size_t i = 0; i < second; ++i) b[i] = static_cast<Scalar>(value(s, first + i));
            if (s + 1 < (ranks.rank() + 1) * each) sum.add(context);
        }
        sum.finish(context, ranks);
    }
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

BOOST_AUTO_TEST_CASE(shards_are_added_as_a_binary_tree) {
    SingleProcess one;
    for (const int shards : {1, 2, 4, 8, 16}) {
        const auto found = sums(one, shards);
        bool equal = true, as_a_chain = true;
        for (std::size_t i = 0; i < found.size(); ++i) {
            equal = equal && found[i] == tree(0, shards, i);
            float chain = 0;
            for (int s = 0; s < shards; ++s) chain += value(s, i);
            as_a_chain = as_a_chain && found[i] == chain;
        }
        BOOST_TEST(equal);
        BOOST_TEST(as_a_chain == (shards <= 2));  // otherwise this test could not tell
    }
}

BOOST_AUTO_TEST_CASE(any_number_of_ranks_gives_the_same_bits_on_all_of_them) {
    SingleProcess alone;
    for (const int shards : {2, 8}) {
        const auto one = sums(alone, shards);
        for (int size = 2; size <= shards; size *= 2)
            thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) {
                if (sums(*ranks, shards) != one) throw DeviceError(text("the sums differ at ", ranks->name()));
            });
    }
}

BOOST_AUTO_TEST_CASE(a_rank_sends_less_than_twice_the_arrays) {
    for (const int size : {2, 4, 8}) {
        const std::size_t bytes =
            thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) { (void)sums(*ranks, size); });
        const double arrays = 2.0 * sizeof(float) * (first + second);  // two repeats
        BOOST_TEST(static_cast<double>(bytes) < 2 * arrays);
        BOOST_TEST(static_cast<double>(bytes) > 2 * arrays * (size - 1) / size - 100);
    }
}

BOOST_AUTO_TEST_CASE(sums_begin_while_the_last_shard_is_computed) {
    constexpr std::size_t large = 200'000, small = 50;
    for (const int size : {2, 4})
        for (const int shards : {size, 2 * size}) {
            std::vector<std::vector<float>> results(static_cast<std::size_t>(size));
            thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) {
                Context<Cpu> context(Cpu{.threads = 1});
                ShardSum<Cpu> sum;
                std::vector<float> a(large), b(small), early(large), never(small);
                const auto set = [](std::vector<float>& v, int shard, std::size_t from) {
                    for (std::size_t i = 0; i < v.size(); ++i) v[i] = value(shard, from + i);
                };
                for (int repeat = 0; repeat < 2; ++repeat) {
                    sum.begin({a, b, early, never});
                    const int each = shards / size, last = (ranks->rank() + 1) * each - 1;
                    for (int s = ranks->rank() * each; s < last; ++s) {
                        set(a, s, 0);
                        set(b, s, large);
                        set(early, s, 7);
                        set(never, s, 9);
                        sum.add(context);
                    }
                    const double waited = ranks->waited();
                    {
                        const auto watch = sum.watch(context, ranks, 2);
                        const auto& tell = context.gradient_listener();
                        set(a, last + 1, 3);  // not yet all
                        tell(a.data());
                        tell(early.data());
                        set(early, last, 11);
                        tell(early.data());  // it seems to be complete, and is not
                        set(a, last, 0);
                        tell(a.data());
                        for (int i = 0; i < 10'000 && ranks->waited() == waited; ++i)
                            std::this_thread::sleep_for(std::chrono::milliseconds(1));
                        if (ranks->waited() == waited) throw DeviceError("no sum has begun");
                        set(early, last, 7);
                        tell(early.data());
                        set(b, last, large);
                        set(never, last, 9);
                        tell(b.data());
                        float unknown = 0;
                        tell(&unknown);
                    }
                    if (context.gradient_listener()) throw DeviceError("the listener stays");
                    sum.finish(context, *ranks);
                }
                auto& all = results[static_cast<std::size_t>(ranks->rank())];
                for (const auto* v : {&a, &b, &early, &never}) all.insert(all.end(), v->begin(), v->end());
            });
            const auto& one = results[0];
            for (const auto& other : results) BOOST_TEST((other == one));
            bool equal = true;
            for (std::size_t i = 0; i < large; i += 997)
                equal = equal && one[i] == tree(0, shards, i) && one[large + small + i] == tree(0, shards, 7 + i);
            for (std::size_t i = 0; i < small; ++i)
                equal = equal && one[large + i] == tree(0, shards, large + i) &&
                        one[2 * large + small + i] == tree(0, shards, 9 + i);
            BOOST_TEST(equal);
        }
}

BOOST_AUTO_TEST_CASE(double_precision_too) {
    SingleProcess one;
    const auto found = sums<double>(one, 4);
    for (std::size_t i = 0; i < found.size(); i += 100) {
        const auto v = [&](int s) { return static_cast<double>(value(s, i)); };
        BOOST_TEST(found[i] == (v(0) + v(1)) + (v(2) + v(3)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
