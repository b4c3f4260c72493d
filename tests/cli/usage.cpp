// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"

#include <stylegan/core/version.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(usage)

using namespace test;

const std::vector<std::string> commands{"generate", "directions", "edit", "train", "dataset-tool", "info", "benchmark"};

BOOST_AUTO_TEST_CASE(helps) {
    const TemporaryFolder folder;
    const Outcome o = run_program(folder, {"--help"});
    check_success(o);
    for (const std::string& command : commands) {
        BOOST_TEST(contains(o.out, "  " + command + ' '), command);
        const Outcome help = run_program(folder, {command, "--help"});
        check_success(help);
        BOOST_TEST(contains(help.out, "Usage: stylegan " + command), help.out);
    }
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_CASE(tells_its_version) {
    const TemporaryFolder folder;
    const Outcome o = run_program(folder, {"--version"});
    check_success(o);
    const auto& v = stylegan::version;
    BOOST_TEST(o.out ==
               "stylegan " + std::to_string(v[0]) + '.' + std::to_string(v[1]) + '.' + std::to_string(v[2]) + '\n');
}

BOOST_AUTO_TEST_CASE(refuses_wrong_usage) {
    const TemporaryFolder folder;
    check_error(run_program(folder, {}), 2, {"no command", "one of generate, ", ", train, ", ", info, ", "--help"});
    check_error(run_program(folder, {"draw"}), 2, {"\"draw\" is not a command", "one of generate, "});
    check_error(run_program(folder, {"--bogus"}), 2, {"--bogus"});
    check_error(run_program(folder, {"generate", "info", "x"}), 2, {});
    for (const std::string& command : commands) check_error(run_program(folder, {command, "--bogus"}), 2, {});
    check_error(run_program(folder, {"info", "a", "b"}), 2, {"not expected: b", "stylegan info --help"});
    check_error(run_program(folder, {"info", "a", "--sedes", "500", "-x"}), 2, {"not expected: --sedes 500 -x;"});
    check_error(run_program(folder, {"generate", "--network", "n", "--bogus", "2", "--outdir", "x", "y"}), 2,
                {"not expected: --bogus 2 y;", "stylegan generate --help"});
    check_error(run_program(folder, {"benchmark", "--reps", "1", "--reps", "none"}), 2,
                {"--reps", "none"});  // the last one counts
    check_error(run_program(folder, {"benchmark", "--reps"}), 2, {"--reps"});
    check_error(run_program(folder, {"generate", "--network", "two\nlines", "--seeds", "1", "--outdir", "x"}), 1,
                {"two lines: cannot be opened"});
    BOOST_TEST(folder.files().empty());
}

BOOST_AUTO_TEST_CASE(fails_if_its_output_cannot_be_written) {
    const TemporaryFolder folder;
    const std::string network = example_data("faces-32.safetensors").string();
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"--version"}, {"generate", "--help"}, {"info", network}})
        check_error(Program(folder.path(), arguments, "/dev/full").wait(), 1, {"standard output cannot be written"});
}

BOOST_AUTO_TEST_SUITE_END()
