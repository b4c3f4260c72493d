// SPDX-License-Identifier: Apache-2.0
// Where growing stopped, from the content of a file and never from its name.
#include "io/port_files.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>

BOOST_AUTO_TEST_SUITE(level_of_detail)

using namespace stylegan;
using test::PortFile;

namespace {

/// A file of huangzh13's program whose growing stopped at a stage.
Checkpoint stopped_at(const test::TemporaryFolder& folder, int trained, const std::string& name = "faces.pth") {
    test::write_port(folder / name, test::tiny_official(4, trained), &PortFile::add_huangzh13);
    return Checkpoint(folder / name);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_finest_trained_layers_tell) {
    const test::TemporaryFolder folder;
    for (int trained = 0; trained < 4; ++trained) {
        BOOST_TEST_CONTEXT(trained) {
            const Checkpoint c = stopped_at(folder, trained);
            BOOST_TEST(c.level() == 3 - trained);
            BOOST_TEST(c.file().read_float("Gs/G_synthesis/lod")[0] == static_cast<float>(3 - trained));
            BOOST_TEST(!c.networks().level.basis.empty());
            BOOST_TEST(c.networks().level.doubtful == (trained < 3));
        }
    }
    BOOST_TEST(stopped_at(folder, 1).level_note() ==
               "does not say its level of detail; assumed: 2 (pictures of 8x8), since layers from 16x16 on have their "
               "initial values, those of 8x8 are trained");
    BOOST_TEST(stopped_at(folder, 3).level_note() == "");
    BOOST_TEST(test::contains(stopped_at(folder, -1).level_note(), "this network was never trained"));
    BOOST_TEST(stopped_at(folder, -1).level() == 0);
}

BOOST_AUTO_TEST_CASE(a_name_tells_nothing) {
    const test::TemporaryFolder folder;
    for (const char* name : {"GAN_GEN_SHADOW_0_7.pth", "GAN_GEN_3_1.pth", "train_step-2.model", "faces.pth"})
        BOOST_TEST(stopped_at(folder, 1, name).level() == 2, name);
}

BOOST_AUTO_TEST_CASE(rosinalitys_files_too) {
    const test::TemporaryFolder folder;
    NetworkFile networks = open_network_file([&] {
        test::write_port(folder / "a.pth", test::tiny_official(4, 2), &PortFile::add_huangzh13);
        return folder / "a.pth";
    }());
    networks.generator.bias_before_blur = networks.generator.shared_noise = true;
    networks.discriminator = networks.generator;
    write_networks(folder / "010000.model", networks);
    const Checkpoint c(folder / "010000.model");
    BOOST_TEST(c.level() == 1);
    BOOST_TEST(test::contains(c.level_note(), "assumed: 1 (pictures of 16x16), since layers from 32x32 on"));
}

BOOST_AUTO_TEST_CASE(a_stored_level_is_kept_and_checked) {
    const test::TemporaryFolder folder;
    auto tensors = test::tiny_official(4, 2);
    test::write_port(folder / "stored.pth", tensors, &PortFile::add_genforce);  // says 0
    const Checkpoint against(folder / "stored.pth");
    BOOST_TEST(against.level() == 0);
    BOOST_TEST(against.level_note() ==
               "says that its level of detail is 0 (pictures of 32x32), but layers from 32x32 on have their initial "
               "values, which suggests 1");
    tensors["lod"].values = {1.5};
    test::write_port(folder / "stored.pth", tensors, &PortFile::add_genforce);
    const Checkpoint agrees(folder / "stored.pth");
    BOOST_TEST(agrees.level() == 1.5);
    BOOST_TEST(agrees.level_note() == "");
    BOOST_TEST(agrees.networks().level.basis == "");
}

BOOST_AUTO_TEST_CASE(conversion_keeps_it) {
    const test::TemporaryFolder folder;
    (void)stopped_at(folder, 1, "a.pth");
    write_networks(folder / "b.safetensors", open_network_file(folder / "a.pth"));
    const Checkpoint b(folder / "b.safetensors");
    BOOST_TEST(b.level() == 2);
    BOOST_TEST(b.level_note() == "");
}

BOOST_AUTO_TEST_SUITE_END()
