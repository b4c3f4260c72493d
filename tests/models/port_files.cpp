// SPDX-License-Identifier: Apache-2.0
// A generator written in the layouts of several ports and read again draws the pictures of the original, bit for bit.
#include "io/port_files.hpp"
#include "io/temporary_folder.hpp"
#include "networks.hpp"

#include <stylegan/models/load.hpp>

BOOST_AUTO_TEST_SUITE(port_files)

using namespace model_test;
using test::OfficialTensors;
using test::PortFile;
using test::TorchPickle;

namespace {

/// Pictures of 128x128, so that the last up-convolution is fused.
constexpr Architecture grown{.resolution_log2 = 7,
                             .fmap_base = 256,
                             .fmap_max = 6,
                             .latent_size = 8,
                             .dlatent_size = 8,
                             .mapping_layers = 3,
                             .mapping_fmaps = 8};

/// The same with the epsilon of PyTorch's own instance norm.
constexpr Architecture with_epsilon = [] {
    Architecture a = grown;
    a.instance_norm_epsilon = 1e-5;
    return a;
}();

OfficialTensors tensors_of(const AnyGenerator<Cpu>& g) {
    OfficialTensors tensors;
    for_each_parameter(g, [&](const std::string& name, const Parameter<Cpu>& p) {
        tensors[name] = {p.shape(), {p.value().begin(), p.value().end()}};
    });
    return tensors;
}

}  // namespace

BOOST_AUTO_TEST_CASE(genforce) {
    const test::TemporaryFolder folder;
    const auto original = trained(AnyGenerator<Cpu>(grown, 1));
    test::write_port(folder / "sefa.pth", tensors_of(original), &PortFile::add_genforce);
    test::write_port(folder / "older.pth", tensors_of(original), &PortFile::add_older_genforce);
    const auto z = latents(2, grown);
    for (const char* name : {"sefa.pth", "older.pth"}) {
        BOOST_TEST_CONTEXT(name) {
            const Checkpoint checkpoint(folder / name);
            BOOST_TEST(checkpoint.format() == "PyTorch, genforce");
            BOOST_TEST(checkpoint.level_note() == "");
            BOOST_TEST(!checkpoint.average_is_missing());
            const auto loaded = load_generator(folder / name);
            BOOST_TEST((loaded.architecture() == grown));
            BOOST_TEST(same(loaded(z, {.truncation = {.psi = 0.7f}}), original(z, {.truncation = {.psi = 0.7f}})));
        }
    }
}

BOOST_AUTO_TEST_CASE(genforce_with_all_its_networks_and_labels) {
    Architecture a = at_resolution(grown, 16);
    a.label_size = 3;
    const auto g = trained(AnyGenerator<Cpu>(a, 1), 1), averaged = trained(AnyGenerator<Cpu>(a, 1), 2);
    const test::TemporaryFolder folder;
    {
        TorchPickle file(folder / "checkpoint.pth");  // of its trainer: the networks are below "models"
        file.pickle().begin_dictionary();
        file.pickle().string("running_metadata");
        file.object("easydict", "EasyDict");
        file.pickle().string("models");
        file.pickle().begin_dictionary();
        for (const auto& [key, network] : {std::pair{"generator", &g}, {"generator_smooth", &averaged}}) {
            file.pickle().string(key);
            file.pickle().begin_dictionary();
            const OfficialTensors tensors = tensors_of(*network);
            PortFile(file, tensors).add_genforce();
            file.tensor("mapping.label_weight", {3, 8}, tensors.at("G_mapping/LabelConcat/weight").values);
            file.pickle().end_dictionary();
        }
        file.pickle().string("discriminator");
        file.pickle().begin_dictionary();
        file.tensor("layer0.weight", {1}, {1});
        file.pickle().end_dictionary();
        file.pickle().end_dictionary();
        file.pickle().end_dictionary();
        file.commit();
    }
    const Checkpoint checkpoint(folder / "checkpoint.pth");
    BOOST_TEST(checkpoint.has("G"));
    BOOST_TEST(checkpoint.has("Gs"));
    BOOST_TEST(checkpoint.networks().left_out == "a discriminator of genforce, which is not read");
    checkpoint.check_architecture(a, NetworkKind::generator);
    const auto loaded = load_generator(folder / "checkpoint.pth");
    const auto z = latents(2, a);
    BOOST_TEST(same(loaded(z, {.labels = labels(2, 3)}), averaged(z, {.labels = labels(2, 3)})));
    BOOST_TEST(!same(loaded(z, {.labels = labels(2, 3)}), g(z, {.labels = labels(2, 3)})));
}

/// These have no noise maps; the pictures are those without noise.
BOOST_AUTO_TEST_CASE(lernapparat_and_huangzh13) {
    const test::TemporaryFolder folder;
    const auto original = trained(AnyGenerator<Cpu>(with_epsilon, 1));
    test::write_port(folder / "for_g_all.pt", tensors_of(original), &PortFile::add_lernapparat);
    test::write_port(folder / "GAN_GEN_SHADOW_1_7.pth", tensors_of(original), &PortFile::add_huangzh13);
    const auto z = latents(2, grown);
    for (const char* name : {"for_g_all.pt", "GAN_GEN_SHADOW_1_7.pth"}) {
        BOOST_TEST_CONTEXT(name) {
            const auto loaded = load_generator(folder / name);
            BOOST_TEST((loaded.architecture() == with_epsilon));
            BOOST_TEST(loaded.lod() == 0);
            BOOST_TEST(same(loaded(z, {.noise = Noise::none}), original(z, {.noise = Noise::none})));
        }
    }
    const Checkpoint lernapparat(folder / "for_g_all.pt");
    BOOST_TEST(lernapparat.format() == "PyTorch, lernapparat");
    BOOST_TEST(lernapparat.average_is_missing());
    BOOST_TEST(lernapparat.assumed().empty());
    lernapparat.require_level(0);
    BOOST_CHECK_EXCEPTION(lernapparat.require_level(2), ValueError, [](const Error& e) {
        return test::contains(e.what(), "level of detail is 2, expected 0: it has no to_rgb layer for 32x32");
    });
    const Checkpoint huangzh13(folder / "GAN_GEN_SHADOW_1_7.pth");
    huangzh13.require_level(2);
    BOOST_CHECK_EXCEPTION(huangzh13.require_level(6), ValueError,
                          [](const Error& e) { return test::contains(e.what(), "is 6, expected 0 to 5"); });
}

BOOST_AUTO_TEST_SUITE_END()
