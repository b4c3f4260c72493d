// SPDX-License-Identifier: Apache-2.0
// One flipped bit anywhere in a file of ours is noticed when the file is read, or changes nothing that is read.
// STYLEGAN_BIT_FLIPS=1000 tries so many bits of each file, and STYLEGAN_BIT_FLIP_FILES=A:B tries further files.
#include "io/temporary_folder.hpp"

#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/networks/convert_networks.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>
#include <sstream>

BOOST_AUTO_TEST_SUITE(network_bit_flips)

using namespace stylegan;
namespace fs = std::filesystem;

namespace {

Architecture small() {
    Architecture a = at_resolution(config_f, 16);
    a.fmap_base = 64;
    a.fmap_max = 12;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = 10;
    a.mapping_layers = 2;
    a.bias_before_blur = a.shared_noise = true;  // as rosinality's files need it
    a.instance_norm_epsilon = 1e-5;
    return a;
}

/// A file as a snapshot of a run is: three networks, moments and metadata.
void write_snapshot(const fs::path& path, const Architecture& a) {
    const AnyGenerator<Cpu> g(a, 1), averaged(a, 2);
    const AnyDiscriminator<Cpu> d(a, 3);
    SafetensorsWriter writer;
    writer.metadata("architecture", architecture_to_json(a).dump());
    writer.metadata("training", R"({"kimg": 12.5, "progress": {"pictures": 12500, "steps": 3125}})");
    add_parameters(writer, "G/", g);
    add_parameters(writer, "D/", d);
    add_parameters(writer, "Gs/", averaged);
    add_parameters(writer, "training/g/m/", g);
    add_parameters(writer, "training/d/m/", d);
    writer.write(path);
}

/// All that is read from a file of networks, for comparisons.
std::string content_of(const fs::path& path) {
    const Checkpoint c(path);
    std::string all = architecture_to_json(c.networks().generator).dump();
    all += architecture_to_json(c.networks().discriminator).dump() + c.format();
    for (const auto& [key, value] : c.metadata()) all += key + '=' + value + ';';
    for (const std::string& name : c.file().names()) {
        all += name + shape_text(c.file().shape(name));
        const std::vector<float> values = c.file().read_float(name);
        all.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    }
    return all;
}

std::string content_of_npz(const fs::path& path) {
    const auto array = read_npz<float>(path, "w");
    const auto* const bytes = reinterpret_cast<const char*>(array.values.data());
    return shape_text(array.shape) + std::string(bytes, array.values.size() * sizeof(float));
}

std::size_t tries() {
    const char* const asked = std::getenv("STYLEGAN_BIT_FLIPS");
    return asked != nullptr ? std::stoul(asked) : 60;
}

/// Flips random bits of a file, one at a time, and reads it.
void check_flips(const fs::path& path, const std::function<std::string(const fs::path&)>& content) {
    const std::vector<std::uint8_t> whole = test::read(path);
    const std::string expected = content(path);
    std::mt19937_64 random(17);
    std::size_t noticed = 0, harmless = 0, missed = 0;
    const test::TemporaryFolder folder;
    const fs::path flipped = folder / path.filename().string();
    for (std::size_t i = 0; i < tries(); ++i) {
        const std::size_t bit = random() % (8 * whole.size());
        std::vector<std::uint8_t> bytes = whole;
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
        test::write(flipped, bytes);
        try {
            const bool same = content(flipped) == expected;
            ++(same ? harmless : missed);
            BOOST_TEST(same, path.filename()
                                 << ": bit " << bit % 8 << " of byte " << bit / 8 << " of " << whole.size());
        } catch (const FormatError& e) {
            ++noticed;
            BOOST_TEST(test::contains(e.what(), flipped.string()), e.what());
        }
    }
    BOOST_TEST_MESSAGE(path.filename().string()
                       << ", " << whole.size() << " bytes: of " << tries() << " flipped bits " << noticed
                       << " noticed, " << harmless << " harmless, " << missed << " missed");
}

}  // namespace

BOOST_AUTO_TEST_CASE(in_a_snapshot) {
    const test::TemporaryFolder folder;
    write_snapshot(folder / "snapshot.safetensors", small());
    check_flips(folder / "snapshot.safetensors", content_of);
    const char* const files = std::getenv("STYLEGAN_BIT_FLIP_FILES");
    std::istringstream names(files != nullptr ? files : "");
    for (std::string name; std::getline(names, name, ':');) check_flips(name, content_of);
}

BOOST_AUTO_TEST_CASE(in_what_convert_writes) {
    const test::TemporaryFolder folder;
    for (const bool official : {false, true}) {
        Architecture a = small();
        if (official) {
            a.bias_before_blur = a.shared_noise = false;
            a.instance_norm_epsilon = 1e-8;
        }
        SafetensorsWriter writer;
        writer.metadata("architecture", architecture_to_json(a).dump());
        const AnyGenerator<Cpu> g(a, 1);
        add_parameters(writer, "Gs/", g);
        writer.write(folder / "network.safetensors");
        const fs::path converted = folder / (official ? "network.pkl" : "network.pt");
        write_networks(converted, Checkpoint(folder / "network.safetensors").networks());
        check_flips(converted, content_of);
    }
    check_flips(folder / "network.safetensors", content_of);
}

BOOST_AUTO_TEST_CASE(in_a_file_of_w) {
    const test::TemporaryFolder folder;
    write_npz(folder / "w.npz", "w", {1, 4, 64}, std::vector<float>(256, 0.5f));
    check_flips(folder / "w.npz", content_of_npz);
}

BOOST_AUTO_TEST_SUITE_END()
