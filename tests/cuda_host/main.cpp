// SPDX-License-Identifier: Apache-2.0
// The main program of tests on the device Cuda. Boost.Test leaves the signal of an illegal access to the stand-in for CUDA,
// which can tell what it was.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include <stylegan/device/cuda.hpp>

#include <iostream>
#include <vector>

int main(int argc, char** argv) {
    if (stylegan::cuda_devices() == 0) {
        std::cout << "skipped: there is no CUDA device\n";
        return 77;
    }
    std::vector<char*> options(argv, argv + argc);
    char leave[] = "--catch_system_errors=no";
    options.push_back(leave);
    return boost::unit_test::unit_test_main([] { return true; }, static_cast<int>(options.size()), options.data());
}
