// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_host.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace cuda_host {

/// A fixture: a test ends without faults that it does not expect, and leaves nothing behind.
struct Clean {
    Clean() { forget_faults(); }

    void teardown() {
        for (const std::string& fault : faults()) BOOST_ERROR("fault: " << fault);
        for (const std::string& line : left_over()) BOOST_ERROR("left over: " << line);
        forget_faults();
    }

    /// The one fault there is contains `text`; it is forgotten.
    static void expect_fault(const std::string& text) {
        BOOST_TEST_REQUIRE(faults().size() == 1u);
        BOOST_TEST(faults()[0].find(text) != std::string::npos, faults()[0] << " does not speak of \"" << text << '"');
        forget_faults();
    }
};

}  // namespace cuda_host
