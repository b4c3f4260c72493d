// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/load.hpp>

#include <stylegan/io/networks/official_pickle_writer.hpp>

#include "io/temporary_folder.hpp"
#include "networks.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

BOOST_AUTO_TEST_SUITE(load)

using namespace model_test;

namespace {

/// Bytes of memory from a line of /proc/self/status, such as "VmHWM:"; 0 if the system has none.
std::size_t memory(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (std::size_t kibibytes = 0; word == name && status >> kibibytes) return 1024 * kibibytes;
    return 0;
}

/// Resets VmHWM, the peak of memory, to the current memory.
void forget_most_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// The three networks of the official release's size, in its format.
void write_official_networks(const std::filesystem::path& path) {
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    AnyGenerator<Cpu> g(config_f, context, uninitialized);
    AnyDiscriminator<Cpu> d(config_f, context, uninitialized);
    initialize(g, *context, 1);
    NetworkFile networks;
    networks.tensors = NamedTensors(path);
    networks.generator = networks.discriminator = config_f;
    const auto add = [&](const std::string& prefix, const auto& network) {
        for_each_parameter(network, [&](const std::string& name, const Parameter<Cpu>& p) {
            StoredArray a;
            a.shape = p.shape();
            a.strides = dense_strides(a.shape);
            a.bytes = StoredBytes(
                {reinterpret_cast<const std::uint8_t*>(p.value().data()), p.value().size() * sizeof(float)});
            networks.tensors.add(prefix + name, a);
        });
    };
    add("G/", g);
    add("Gs/", g);
    add("D/", d);
    write_official_pickle(path, networks);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_papers_networks_are_opened_in_little_more_memory_than_their_file_takes) {
    const test::TemporaryFolder folder;
    const auto path = folder / "stylegan-1024x1024.pkl";
    write_official_networks(path);
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    BOOST_TEST(size > 300e6);
    BOOST_TEST(size < 340e6);

    const std::size_t before = memory("VmRSS:");
    forget_most_memory();
    const AnyGenerator<Cpu> g = load_generator(path);
    const std::size_t most = memory("VmHWM:");
    BOOST_TEST_MESSAGE("file " << size << " bytes, memory " << most - before);
    if (before > 0 && most > before) BOOST_TEST(static_cast<double>(most - before) < 1.3 * size);

    const auto x = g(latents(1, g.architecture()), {.truncation = {.psi = 0.7f}});
    BOOST_TEST((x.shape() == std::array<std::size_t, 4>{1, 3, 1024, 1024}));
    bool finite = true;
    for (const float v : x) finite = finite && std::isfinite(v);
    BOOST_TEST(finite);
    BOOST_TEST(x(0, 0, 0, 0) != x(0, 0, 512, 512));
}

BOOST_AUTO_TEST_SUITE_END()
