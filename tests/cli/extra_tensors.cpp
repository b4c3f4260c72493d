// SPDX-License-Identifier: Apache-2.0
// A file with tensors that its network does not have: every command lists and refuses them, except with --allow-extra.
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(extra_tensors)

using namespace test;

BOOST_AUTO_TEST_CASE(are_listed_and_refused_unless_allowed) {
    const TemporaryFolder folder;
    write_vgg(folder / "vgg.safetensors", 2, true);
    write_network(folder / "net.safetensors",
                  {.extra = {"Gs/G_synthesis/8x8/Conv2/bias", "Gs/G_mapping/Dense2/weight"}});
    std::vector<std::vector<std::string>> commands{
        {"info", "net.safetensors"},
        {"convert", "--source", "net.safetensors", "--dest", "out.safetensors"},
        {"convert", "--source", "net.safetensors", "--dest", "out.pkl"},
        {"blend", "--network", "net.safetensors", "--other", "net.safetensors", "--layers", "all", "--dest",
         "b.safetensors"},
        {"calc-metrics", "--network", "net.safetensors", "--metrics", "ppl2_wend", "--samples", "4", "--vgg",
         "vgg.safetensors"}};
    for (std::vector<std::string> figure : std::vector<std::vector<std::string>>{
             {"generate", "--seeds", "1"},
             {"style-mixing", "--rows", "1", "--cols", "2", "--styles", "0-1"},
             {"truncation", "--seeds", "1"},
             {"noise", "--seeds", "1"},
             {"noise-components", "--seeds", "1"},
             {"uncurated"},
             {"interpolate", "--seeds", "1,2", "--steps", "2", "--vgg", "vgg.safetensors"}}) {
        figure.insert(figure.end(), {"--network", "net.safetensors", "--outdir", "out"});
        commands.push_back(figure);
    }
    const std::size_t files = folder.files().size();
    for (std::vector<std::string>& command : commands) {
        BOOST_TEST_CONTEXT(command[0]) {
            check_error(run_program(folder, command), 1,
                        {"net.safetensors: has 2 tensors that this network does not have: ",
                         "\"Gs/G_synthesis/8x8/Conv2/bias\"", "\"Gs/G_mapping/Dense2/weight\"",
                         "; --allow-extra ignores them"});
            BOOST_TEST(folder.files().size() == files);
        }
    }
    for (std::vector<std::string>& command : commands) {
        BOOST_TEST_CONTEXT(command[0]) {
            command.push_back("--allow-extra");
            check_success(run_program(folder, command));
        }
    }
    // the converted files have only the tensors of the network
    write_network(folder / "plain.safetensors");
    const stylegan::Checkpoint plain(folder / "plain.safetensors"), ours(folder / "out.safetensors"),
        official(folder / "out.pkl");
    for (const auto* checkpoint : {&ours, &official}) {
        BOOST_TEST(checkpoint->file().names().size() == plain.file().names().size());
        for (const std::string& name : plain.file().names())
            BOOST_TEST((checkpoint->file().read_float(name) == plain.file().read_float(name)), name);
    }
}

BOOST_AUTO_TEST_CASE(that_belong_to_no_network_are_extra_too) {
    const TemporaryFolder folder;
    write_network(folder / "net.safetensors", {.extra = {"style/smile"}});
    check_error(run_program(folder, {"generate", "--network", "net.safetensors", "--seeds", "1", "--outdir", "out"}), 1,
                {"has 1 tensor that", "\"style/smile\"; --allow-extra"});
    const Outcome o =
        run_program(folder, {"train", "--resume", "net.safetensors", "--data", "none", "--outdir", "run"});
    BOOST_TEST(o.status != 0);
    BOOST_TEST(!contains(o.err, "--allow-extra"));  // not a flag of this command
}

BOOST_AUTO_TEST_CASE(do_not_make_up_for_missing_ones) {
    const TemporaryFolder folder;
    write_network(folder / "net.safetensors",
                  {.without = "Gs/G_mapping/Dense1/bias", .extra = {"Gs/G_mapping/Dense2/bias"}});
    for (std::vector<std::string> command : std::vector<std::vector<std::string>>{
             {"generate", "--network", "net.safetensors", "--seeds", "1", "--outdir", "out"},
             {"convert", "--source", "net.safetensors", "--dest", "out.safetensors"}})
        for (const bool allowed : {false, true}) {
            if (allowed) command.push_back("--allow-extra");
            check_error(run_program(folder, command), 1,
                        {"net.safetensors: has no tensor \"Gs/G_mapping/Dense1/bias\", expected one of shape [12]"});
        }
    BOOST_TEST(!exists(folder / "out.safetensors"));
}

BOOST_AUTO_TEST_SUITE_END()
