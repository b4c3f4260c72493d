// SPDX-License-Identifier: Apache-2.0
// What people name as a network, to every command that takes one.
#include "cli/run_program.hpp"
#include "io/port_files.hpp"
#include "io/shared_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(foreign_networks)

using namespace test;

namespace {

/// Every command tells the same of a file, in one line, and writes nothing.
void check_told_by_all(const TemporaryFolder& folder, const std::string& path,
                       std::initializer_list<const char*> parts) {
    const std::size_t files = folder.files().size();
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"info", path},
                                               {"convert", "--source", path, "--dest", "out.safetensors"},
                                               {"generate", "--network", path, "--seeds", "1", "--outdir", "out"},
                                               {"truncation", "--network", path, "--seeds", "1", "--outdir", "out"}}) {
        BOOST_TEST_CONTEXT(command[0]) {
            check_error(run_program(folder, command), 1, parts);
            BOOST_TEST(folder.files().size() == files);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(are_told_as_what_they_are) {
    const TemporaryFolder folder;
    write(folder / "page.pkl", "<html><title>Sign in</title></html>");
    check_told_by_all(folder, "page.pkl", {"page.pkl: is a web page (HTML, \"Sign in\")", "download the file itself"});
    write(folder / "empty.pth", "");
    check_told_by_all(folder, "empty.pth", {"empty.pth: is empty (0 bytes)"});
    write(folder / "n.pkl.gz", "\x1F\x8B\x08 and so on");
    check_told_by_all(folder, "n.pkl.gz", {"n.pkl.gz: is compressed with gzip: unpack it first"});
    check_told_by_all(folder, "https://example.org/n.pkl",
                      {"https://example.org/n.pkl: is an address, expected a file"});
}

BOOST_AUTO_TEST_CASE(a_good_generator_beside_settings_opens) {
    const TemporaryFolder folder;
    {
        TorchPickle file(folder / "run.pth");
        const auto tensors = tiny_official(3, 2);
        file.pickle().begin_dictionary();
        file.pickle().string("args");
        file.object("argparse", "Namespace");
        file.pickle().begin_dictionary();
        file.pickle().string("device");
        file.object("torch", "device", {"cuda"});
        file.pickle().end_dictionary();
        file.pickle().set_state();
        file.pickle().string("shadow");
        file.object("collections", "OrderedDict");
        file.pickle().mark();
        PortFile(file, tensors).add_huangzh13();
        file.pickle().end_dictionary();
        file.pickle().string("when");
        file.object("datetime", "date", {"2019"});
        file.pickle().end_dictionary();
        file.commit();
    }
    const Outcome info = run_program(folder, {"info", "run.pth"});
    check_success(info);
    BOOST_TEST(contains(info.out, "Passed over     args (argparse.Namespace), when (datetime.date): "), info.out);
    check_success(run_program(folder, {"generate", "--network", "run.pth", "--seeds", "1", "--outdir", "out"}));
}

BOOST_AUTO_TEST_CASE(the_inputs_that_people_have, *needs_shared_cases()) {
    const TemporaryFolder folder;
    const auto tell = [&](const char* name, std::initializer_list<const char*> parts) {
        check_told_by_all(folder, shared_case(std::string("networks/") + name).string(), parts);
    };
    tell("html.pkl", {"html.pkl: is a web page", "Quota exceeded", "download the file itself"});
    tell("lfs.pkl", {"lfs.pkl: is a pointer of Git LFS", "git lfs pull"});
    tell("empty.pkl", {"empty.pkl: is empty"});
    tell("sg3.pkl", {"sg3.pkl: ", "stylegan3", "generators of the first StyleGAN (2019) are read"});
    tell("sg2_gema.pt", {"sg2_gema.pt: ", "StyleGAN2", "generators of the first StyleGAN (2019) are read"});
    tell("genforce.pth", {"genforce.pth: ", "genforce"});
    check_success(
        run_program(folder, {"generate", "--network", shared_case("networks/GAN_GEN_SHADOW_3_with_device.pth").string(),
                             "--seeds", "0,1", "--outdir", "out"}));
    BOOST_TEST(exists(folder / "out/seed0001.png"));
}

BOOST_AUTO_TEST_SUITE_END()
