// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

BOOST_AUTO_TEST_SUITE(random_noise)

using namespace test;

// The seed of a picture is that of its noise, so a picture does not depend on those drawn with it.
BOOST_AUTO_TEST_CASE(a_seed_has_its_noise_in_any_list) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    const auto generate = [&](const std::string& outdir, const std::string& seeds) {
        check_success(run_program(folder, {"generate", "--network", "small.safetensors", "--noise-mode", "random",
                                           "--seeds", seeds, "--outdir", outdir}));
    };
    generate("all", "3-6");
    for (const std::string seed : {"3", "5", "6"}) {
        generate("alone", seed);
        const std::string name = "/seed000" + seed + ".png";
        BOOST_TEST(!read(folder / ("all" + name)).empty());
        BOOST_TEST((read(folder / ("all" + name)) == read(folder / ("alone" + name))), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
