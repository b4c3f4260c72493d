// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace test {

/// A file of the small inputs that people really have: in the folder that the environment's STYLEGAN_CASES_DIR names,
/// else in the build's, else in shared/cases beside the sources.
inline std::filesystem::path shared_case(const std::string& name) {
    const char* folder = std::getenv("STYLEGAN_CASES_DIR");
    if (folder == nullptr || *folder == '\0') folder = STYLEGAN_CASES_DIR;
    if (*folder != '\0') return std::filesystem::path(folder) / name;
    return std::filesystem::path(STYLEGAN_SOURCE_DIR).parent_path() / "shared" / "cases" / name;
}

/// Skips a test, and says so, if the inputs are not there.
inline auto needs_shared_cases() {
    return boost::unit_test::precondition([folder = shared_case("")](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result there(is_directory(folder));
        there.message() << "there is no " << folder.string();
        return there;
    });
}

}  // namespace test
