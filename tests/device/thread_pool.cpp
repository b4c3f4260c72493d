// SPDX-License-Identifier: Apache-2.0
#include "device/limited_memory.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/device/thread_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(thread_pool)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(every_item_runs_once) {
    for (const int threads : {1, 2, 3, 8}) {
        ThreadPool pool(threads);
        BOOST_TEST(pool.threads() == threads);
        for (const Index count : {0, 1, 2, 7, 1000}) {
            std::vector<int> runs(static_cast<std::size_t>(count));
            pool.for_each(count, [&](Index i) { ++runs[static_cast<std::size_t>(i)]; });
            for (const int r : runs) BOOST_REQUIRE(r == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(many_short_loops_one_after_the_other) {
    ThreadPool pool(4);
    std::vector<long> sums(4);
    for (int round = 0; round < 20000; ++round)
        pool.for_each(4, [&](Index i) { sums[static_cast<std::size_t>(i)] += round; });
    for (const long s : sums) BOOST_TEST(s == 19999L * 20000 / 2);
}

BOOST_AUTO_TEST_CASE(a_loop_inside_a_loop_runs_where_it_is) {
    ThreadPool pool(3);
    std::vector<int> runs(64);
    std::atomic<bool> moved{false};
    pool.for_each(8, [&](Index i) {
        const auto here = std::this_thread::get_id();
        pool.for_each(8, [&](Index j) {
            if (std::this_thread::get_id() != here) moved = true;
            ++runs[static_cast<std::size_t>(i * 8 + j)];
        });
    });
    BOOST_TEST(!moved);
    BOOST_TEST(std::accumulate(runs.begin(), runs.end(), 0) == 64);
}

BOOST_AUTO_TEST_CASE(an_exception_reaches_the_caller_and_the_pool_goes_on) {
    ThreadPool pool(3);
    for (int round = 0; round < 200; ++round) {
        BOOST_CHECK_THROW(pool.for_each(50,
                                        [](Index i) {
                                            if (i == 17) throw std::runtime_error("seventeen");
                                        }),
                          std::runtime_error);
        std::atomic<int> sum{0};
        pool.for_each(10, [&](Index i) { sum += static_cast<int>(i); });
        BOOST_REQUIRE(sum == 45);
    }
}

BOOST_AUTO_TEST_CASE(exceptions_of_several_threads_become_one) {
    ThreadPool pool(4);
    for (int round = 0; round < 200; ++round)
        BOOST_CHECK_THROW(pool.for_each(40, [](Index) { throw std::logic_error("all"); }), std::logic_error);
}

BOOST_AUTO_TEST_CASE(after_an_exception_loops_inside_are_still_shared) {
    ThreadPool pool(2);
    BOOST_CHECK_THROW(pool.for_each(4, [](Index) { throw std::runtime_error("once"); }), std::runtime_error);
    // If the calling thread still counted as inside a loop, it would run all items alone, one after the other, and the
    // first of two items that wait for each other would never return.
    std::atomic<int> arrived{0};
    pool.for_each(2, [&](Index) {
        ++arrived;
        while (arrived.load() < 2) std::this_thread::yield();
    });
    BOOST_TEST(arrived == 2);
}

BOOST_AUTO_TEST_CASE(pools_come_and_go) {
    for (int round = 0; round < 100; ++round) {
        ThreadPool pool(1 + round % 5);
        if (round % 2 == 0) continue;  // one that never worked
        std::atomic<int> runs{0};
        pool.for_each(3, [&](Index) { ++runs; });
        BOOST_REQUIRE(runs == 3);
    }
}

namespace {

/// Starts `most` threads, and fails at the next.
struct FailingStart {
    int most;
    int* started;
    template <class Work>
    std::thread operator()(Work work) const {
        if (*started == most) throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
        ++*started;
        return std::thread(work);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(threads_that_cannot_be_started_are_counted) {
    for (const int most : {0, 1, 2, 5}) {
        int started = 0;
        const auto says = [&](const DeviceError& e) {
            const std::string expected = text("only ", most + 1, " of 7 CPU threads can be started");
            return std::string(e.what()).find(expected) != std::string::npos;
        };
        BOOST_CHECK_EXCEPTION(ThreadPool(7, FailingStart{most, &started}), DeviceError, says);
        BOOST_TEST(started == most);
    }
    int started = 0;
    ThreadPool pool(7, FailingStart{6, &started});
    BOOST_TEST(pool.threads() == 7);
}

BOOST_AUTO_TEST_CASE(without_memory_for_threads_the_constructor_throws,
                     *boost::unit_test::precondition(test::memory_can_be_limited)) {
    const int status = test::status_with_little_memory([] {
        try {
            const ThreadPool pool(100);
        } catch (const DeviceError&) {
            return 7;
        }
        return 0;
    });
    BOOST_TEST(status == 7);
}

BOOST_AUTO_TEST_CASE(every_thread_throws) {
    for (int round = 0; round < 50; ++round) {
        ThreadPool pool(4);
        std::atomic<int> arrived{0};
        // Each of the four items waits for the others, so each has a thread of its own.
        BOOST_CHECK_THROW(pool.for_each(4,
                                        [&](Index) {
                                            ++arrived;
                                            while (arrived.load() < 4) std::this_thread::yield();
                                            throw std::runtime_error("all");
                                        }),
                          std::runtime_error);
        std::atomic<int> sum{0};
        pool.for_each(4, [&](Index i) { sum += static_cast<int>(i); });
        BOOST_REQUIRE(sum == 6);
    }
}

BOOST_AUTO_TEST_CASE(an_exception_of_a_loop_inside_a_loop) {
    ThreadPool pool(3);
    for (int round = 0; round < 50; ++round) {
        BOOST_CHECK_THROW(pool.for_each(6,
                                        [&](Index i) {
                                            pool.for_each(6, [&](Index j) {
                                                if (i == 4 && j == 2) throw std::logic_error("inner");
                                            });
                                        }),
                          std::logic_error);
        std::atomic<int> runs{0};
        pool.for_each(6, [&](Index) { pool.for_each(6, [&](Index) { ++runs; }); });
        BOOST_REQUIRE(runs == 36);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_ends_after_an_exception_and_while_its_threads_sleep) {
    for (int round = 0; round < 20; ++round) {
        ThreadPool pool(4);
        if (round % 2 == 0)
            BOOST_CHECK_THROW(pool.for_each(8, [](Index) { throw std::runtime_error("last"); }), std::runtime_error);
        if (round % 4 < 2) std::this_thread::sleep_for(std::chrono::milliseconds(2));  // longer than they spin
    }
}

BOOST_AUTO_TEST_SUITE_END()
