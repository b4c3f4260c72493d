// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_program.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace test {

/// Skips a test where the program has no MPI, or there is no launcher.
inline auto needs_ranks() {
#ifdef STYLEGAN_MPI
    return needs("mpirun --version");
#else
    return boost::unit_test::precondition([](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result never(false);
        never.message() << "the program was compiled without MPI";
        return never;
    });
#endif
}

/// The beginning of a script's command: Open MPI's launcher as root, with more processes than cores, within this
/// machine.
inline std::string launch_command() {
    return "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 "
           "OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl=self,vader "
           "OMPI_MCA_btl_vader_single_copy_mechanism=none\n"
           "mpirun";
}

/// `mpirun -n ranks stylegan`
inline std::string launch(int ranks) { return launch_command() + " -n " + std::to_string(ranks) + " $stylegan"; }

/// Checks that all ranks succeeded.
inline void check_rank_success(const Outcome& o) { BOOST_TEST_CONTEXT("stderr: " << o.err) BOOST_TEST(o.status == 0); }

/// Checks that the program said one line, with `part` in it; what the launcher adds is its own.
inline void check_rank_error(const Outcome& o, const std::string& part) {
    BOOST_TEST_CONTEXT("stderr: " << o.err) {
        BOOST_TEST(o.status != 0);
        const std::string begin = "stylegan: ";
        const std::size_t at = o.err.find(begin);
        BOOST_REQUIRE(at != std::string::npos);
        BOOST_TEST(o.err.find('\n' + begin, at) == std::string::npos);  // one line
        BOOST_TEST(contains(o.err, part), "expected in it: " << part);
    }
}

}  // namespace test
