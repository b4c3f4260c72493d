// SPDX-License-Identifier: Apache-2.0
// Boost.Test leaves the signal of an illegal access to the stand-in, which can tell what it was.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include <vector>

int main(int argc, char** argv) {
    std::vector<char*> options(argv, argv + argc);
    char leave[] = "--catch_system_errors=no";
    options.push_back(leave);
    return boost::unit_test::unit_test_main([] { return true; }, static_cast<int>(options.size()), options.data());
}
