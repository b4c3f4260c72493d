// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/networks/checkpoint.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(convert)

using namespace test;

BOOST_AUTO_TEST_CASE(the_official_layout_and_back) {
    const TemporaryFolder folder;
    write_network(folder / "a.safetensors");
    const Outcome there =
        run_program(folder, {"convert", "--source", "a.safetensors", "--dest", "network-snapshot-000123.pkl"});
    check_success(there);
    BOOST_TEST(there.out == "Converted a.safetensors (safetensors) to network-snapshot-000123.pkl\n");
    check_success(
        run_program(folder, {"convert", "--source", "network-snapshot-000123.pkl", "--dest", "b.safetensors"}));
    const stylegan::Checkpoint a(folder / "a.safetensors"), b(folder / "b.safetensors");
    BOOST_TEST((a.architecture() == b.architecture()));
    BOOST_TEST(a.file().names().size() == b.file().names().size());
    for (const std::string& name : a.file().names())
        BOOST_TEST((a.file().read_float(name) == b.file().read_float(name)), name);

    const Outcome info = run_program(folder, {"info", "network-snapshot-000123.pkl"});
    check_success(info);
    for (const char* part :
         {"official TensorFlow pickle, 49 tensors", "Gs (averaged generator", "123 kimg, from the file name",
          "length 1.732\n", "{.resolution_log2 = 4, .fmap_base = 128, .fmap_max = 16, ", "4x4/Const 0.25, "})
        BOOST_TEST(contains(info.out, part), "expected: " << part << "\nin\n" << info.out);

    check_success(
        run_program(folder, {"generate", "--network", "network-snapshot-000123.pkl", "--seeds", "5", "--outdir", "p"}));
    check_success(run_program(folder, {"generate", "--network", "a.safetensors", "--seeds", "5", "--outdir", "q"}));
    BOOST_TEST((read(folder / "p/seed0005.png") == read(folder / "q/seed0005.png")));
}

BOOST_AUTO_TEST_CASE(faults_are_one_line) {
    const TemporaryFolder folder;
    write_network(folder / "a.safetensors");
    check_error(run_program(folder, {"convert", "--source", "a.safetensors", "--dest", "b.pt"}), 1,
                {"b.pt: ", "cannot hold this network"});
    check_error(run_program(folder, {"convert", "--source", "a.safetensors", "--dest", "b.zip"}), 1,
                {"b.zip: ends with \".zip\""});
    check_error(run_program(folder, {"convert", "--source", "a.safetensors"}), 2, {"--dest", "required"});
    write(folder / "evil.pkl",
          "\x80\x02"
          "cos\nsystem\n(S'touch owned'\ntR.");
    for (const char* command : {"info", "convert", "generate"}) {
        std::vector<std::string> arguments{command};
        if (std::string(command) == "info") arguments.push_back("evil.pkl");
        if (std::string(command) == "convert")
            arguments.insert(arguments.end(), {"--source", "evil.pkl", "--dest", "b.safetensors"});
        if (std::string(command) == "generate")
            arguments.insert(arguments.end(), {"--network", "evil.pkl", "--seeds", "1", "--outdir", "p"});
        check_error(run_program(folder, arguments), 1,
                    {"evil.pkl: byte 2: names \"os.system\"", "nothing was executed"});
    }
    BOOST_TEST(folder.files().size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_source_is_not_replaced_and_endings_have_any_case) {
    const TemporaryFolder folder;
    write_network(folder / "a.safetensors");
    const auto before = read(folder / "a.safetensors");
    std::filesystem::create_symlink("a.safetensors", folder / "link.safetensors");
    std::filesystem::create_hard_link(folder / "a.safetensors", folder / "second.safetensors");
    for (const char* dest : {"a.safetensors", "./a.safetensors", "link.safetensors", "second.safetensors"})
        check_error(run_program(folder, {"convert", "--source", "a.safetensors", "--dest", dest}), 1,
                    {"--dest", "is the source"});
    BOOST_TEST((read(folder / "a.safetensors") == before));
    check_success(run_program(folder, {"convert", "--source", "a.safetensors", "--dest", "B.PKL"}));
    check_success(run_program(folder, {"convert", "--source", "B.PKL", "--dest", "C.SafeTensors"}));
    check_success(run_program(folder, {"generate", "--network", "C.SafeTensors", "--seeds", "1", "--outdir", "out"}));
}

BOOST_AUTO_TEST_SUITE_END()
