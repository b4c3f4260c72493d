// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/channels/channel_sums.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(channel_sums)

namespace ops = stylegan::ops;
using namespace maps;

BOOST_AUTO_TEST_CASE(sums_are_scaled_and_added_and_an_empty_one_is_left_out) {
    Context<Double> c({1, kernels_under_test()});
    std::vector<double> wanted{10, 20, 30};
    const auto f = [](Index n, Index channel, Index at) {
        return std::array{static_cast<double>(100 * n + channel), static_cast<double>(at)};
    };
    ops::add_channel_sums<2, double>(c, 2, 3, 5, {{{wanted, 0.5}, {{}, 1.0}}}, f);
    BOOST_TEST(wanted == (std::vector<double>{60, 71, 82}), boost::test_tools::per_element());

    std::vector<double> offsets(3, 0.0);
    ops::add_channel_sums<2, double>(c, 2, 3, 5, {{{{}, 1.0}, {offsets, 1.0}}}, f);
    BOOST_TEST(offsets == (std::vector<double>{15, 25, 35}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_workspace_is_given_back) {
    Context<Double> c({1, kernels_under_test()});
    std::vector<double> sum(1, 0.0);
    const auto next = [&] {
        const stylegan::Workspace::Frame frame(c.workspace());
        return c.workspace().take<double>(1);
    };
    const double* const before = next();
    ops::add_channel_sums<1, double>(c, 3, 1, 1, {{{sum, 1.0}}}, [](Index, Index, Index) { return std::array{1.0}; });
    BOOST_TEST(next() == before);
    BOOST_TEST(sum[0] == 3.0);
}

BOOST_AUTO_TEST_SUITE_END()
