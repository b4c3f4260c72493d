// SPDX-License-Identifier: Apache-2.0
#include "device/limited_memory.hpp"

#include <stylegan/device/start_beside.hpp>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(start_beside)

using stylegan::start_beside;

BOOST_AUTO_TEST_CASE(work_runs_on_a_thread_of_its_own) {
    const auto here = std::this_thread::get_id();
    BOOST_TEST(start_beside([=] { return std::this_thread::get_id() != here; }).get());
}

BOOST_AUTO_TEST_CASE(its_exception_comes_with_the_result) {
    auto work = start_beside([]() -> int { throw std::runtime_error("no"); });
    BOOST_CHECK_THROW(work.get(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(without_memory_for_a_thread_it_runs_when_the_result_is_asked_for,
                     *boost::unit_test::precondition(test::memory_can_be_limited)) {
    const int status = test::status_with_little_memory([] {
        auto& others = *new std::vector<std::thread>;  // the C library keeps stacks of threads that ended
        try {
            for (;;) others.emplace_back([] { ::pause(); });
        } catch (const std::system_error&) {
        }
        const auto here = std::this_thread::get_id();
        const auto kept = std::make_shared<int>(7);
        auto work = start_beside([=] { return kept && std::this_thread::get_id() == here ? *kept : 0; });
        return work.get();
    });
    BOOST_TEST(status == 7);
}

BOOST_AUTO_TEST_SUITE_END()
