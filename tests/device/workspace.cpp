// SPDX-License-Identifier: Apache-2.0
#include <stylegan/device/workspace.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(workspace)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(blocks_lie_apart_on_cache_lines) {
    Workspace w;
    const Workspace::Frame frame(w);
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> blocks;
    for (Index n = 1; n < 200000; n = n * 3 + 1) {
        auto* const p = w.take<float>(n);
        const auto first = reinterpret_cast<std::uintptr_t>(p);
        BOOST_TEST(first % 64 == 0u);
        std::fill_n(p, n, static_cast<float>(n));
        blocks.emplace_back(first, first + static_cast<std::uintptr_t>(n) * sizeof(float));
    }
    std::sort(blocks.begin(), blocks.end());
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i) BOOST_TEST(blocks[i].second <= blocks[i + 1].first);
}

BOOST_AUTO_TEST_CASE(nothing_moves_while_it_grows) {
    Workspace w;
    const Workspace::Frame frame(w);
    std::vector<std::pair<int*, Index>> blocks;
    for (int k = 1; k < 12; ++k) {
        const Index n = Index{1} << (2 * k);
        blocks.emplace_back(w.take<int>(n), n);
        std::fill_n(blocks.back().first, n, k);
    }
    for (std::size_t k = 0; k < blocks.size(); ++k)
        BOOST_TEST(std::all_of(blocks[k].first, blocks[k].first + blocks[k].second,
                               [&](int v) { return v == static_cast<int>(k) + 1; }));
}

BOOST_AUTO_TEST_CASE(frames_nest_and_give_back_what_they_took) {
    Workspace w;
    const Workspace::Frame outer(w);
    auto* const kept = w.take<double>(10);
    kept[9] = 3;
    double* inside;
    {
        const Workspace::Frame inner(w);
        inside = w.take<double>(1000);
        inside[0] = 4;
    }
    BOOST_TEST(w.take<double>(1000) == inside);
    BOOST_TEST(kept[9] == 3);
}

BOOST_AUTO_TEST_CASE(the_second_time_memory_is_one_piece_and_nothing_is_allocated) {
    Workspace w;
    const auto use = [&] {
        const Workspace::Frame frame(w);
        for (int k = 0; k < 30; ++k) {
            const Workspace::Frame inner(w);
            (void)w.take<float>(100000 * (k % 7 + 1));
            (void)w.take<float>(300000);
        }
        (void)w.take<float>(2000000);
        (void)w.take<float>(1);
    };
    use();
    const std::size_t peak = w.peak();
    use();
    const std::size_t capacity = w.capacity();
    BOOST_TEST(capacity >= peak);
    for (int k = 0; k < 5; ++k) use();
    BOOST_TEST(w.capacity() == capacity);
    BOOST_TEST(w.peak() >= 2000000u * sizeof(float));
    BOOST_TEST(w.peak() <= capacity);
}

BOOST_AUTO_TEST_CASE(taking_nothing_is_allowed) {
    Workspace w;
    const Workspace::Frame frame(w);
    (void)w.take<float>(0);
    auto* const nothing = w.take<float>(0);
    auto* const p = w.take<float>(1);
    BOOST_TEST(nothing != p);
    *p = 1;
    BOOST_TEST(*p == 1);
}

BOOST_AUTO_TEST_SUITE_END()
