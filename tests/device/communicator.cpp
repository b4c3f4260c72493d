// SPDX-License-Identifier: Apache-2.0
#include <stylegan/device/communicator.hpp>

#include "device/thread_ranks.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(communicator)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(one_process_has_itself) {
    SingleProcess one;
    BOOST_TEST(one.rank() == 0);
    BOOST_TEST(one.size() == 1);
    BOOST_TEST(one.name().starts_with("rank 0 on "));
    BOOST_TEST(one.name().size() > std::string("rank 0 on ").size());
    const std::vector<int> mine{3, 4};
    BOOST_TEST(all_gather(one, std::span<const int>(mine)) == mine, boost::test_tools::per_element());
    BOOST_TEST(broadcast_text(one, "as it is") == "as it is");
    BOOST_TEST(all_gather_text(one, "alone").at(0) == "alone");
    std::byte byte{};
    BOOST_CHECK_EXCEPTION(one.exchange({&byte, 1}, {&byte, 1}, 2), DeviceError, [](const DeviceError& e) {
        return e.what() == std::string("SingleProcess: exchange with rank 2, expected no other rank");
    });
    BOOST_TEST(!one.exchange_on_device({&byte, 1}, {&byte, 1}, 0));
}

BOOST_AUTO_TEST_CASE(texts_of_several_lengths_are_gathered_and_broadcast) {
    thread_ranks::on_ranks(3, [](const std::shared_ptr<Communicator>& ranks) {
        const std::string mine(static_cast<std::size_t>(2 * ranks->rank()), static_cast<char>('a' + ranks->rank()));
        const auto all = all_gather_text(*ranks, mine);
        if (all != std::vector<std::string>{"", "bb", "cccc"}) throw DeviceError("the texts differ");
        if (broadcast_text(*ranks, ranks->rank() == 0 ? "from the first" : "x") != "from the first")
            throw DeviceError("the broadcast differs");
        if (!(ranks->waited() > 0)) throw DeviceError("no time was spent waiting");
    });
}

BOOST_AUTO_TEST_SUITE_END()
