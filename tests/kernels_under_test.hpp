// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/device/cpu.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

/// The kernels that a test program was called for: fast, or, after `--`, `eigen` or `plain`.
inline stylegan::Kernels kernels_under_test() {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    for (int i = 1; i < suite.argc; ++i) {
        if (std::string_view(suite.argv[i]) == "eigen") return stylegan::Kernels::eigen;
        if (std::string_view(suite.argv[i]) == "plain") return stylegan::Kernels::plain;
    }
    return stylegan::Kernels::fast;
}
