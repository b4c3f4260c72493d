// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/models/generator.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

namespace test {

void write_network(const std::filesystem::path& path, const NetworkFile& file) {
    using namespace stylegan;
    AnyGenerator<Cpu> generator(file.architecture, 1);
    SafetensorsWriter writer;
    if (file.metadata) writer.metadata("architecture", architecture_to_json(file.architecture).dump());
    for_each_parameter(generator, [&](const std::string& name, Parameter<Cpu>& p) {
        auto& v = p.value();
        if (name.ends_with("Noise/weight")) std::fill(v.begin(), v.end(), 0.25f);
        if (name == "dlatent_avg") std::fill(v.begin(), v.end(), 0.5f);
        if ("Gs/" + name == file.broken) v[1] = std::numeric_limits<float>::quiet_NaN();
        if (name == "G_synthesis/ToRGB_lod0/weight" || name == "G_synthesis/16x16/Conv1/StyleMod/weight")
            for (float& x : v) x *= file.scale;
        if ("Gs/" + name != file.without) writer.add("Gs/" + name, p.shape(), v.data());
    });
    const float number = 0;
    for (const std::string& name : file.extra) writer.add(name, {}, &number);
    writer.write(path);
}

}  // namespace test

BOOST_AUTO_TEST_SUITE(info)

using namespace test;

BOOST_AUTO_TEST_CASE(tells_what_a_generator_is) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    const Outcome o = run_program(folder, {"info", "small.safetensors"});
    check_success(o);
    for (const char* part :
         {"safetensors, 49 tensors", "Gs (averaged generator", "configuration F", "16x16 pixels, 3 channels, no labels",
          "w of 12", "16 (4x4), 16 (8x8), 16 (16x16)", "no record", "length 1.732\n", "4x4/Const 0.25, ",
          "16x16/Conv1 0.25\n",
          "constexpr stylegan::Architecture architecture{.resolution_log2 = 4, .fmap_base = 128, .fmap_max = 16, "
          ".latent_size = 12, .dlatent_size = 12, .mapping_layers = 2, .mapping_fmaps = 12};\n",
          "G_mapping/Dense1            156", "(?, 12)", "(3, 3, 16, 16)",
          "Metadata \"architecture\": {\"resolution\":16"})
        BOOST_TEST(contains(o.out, part), "expected: " << part << "\nin\n" << o.out);
    BOOST_TEST(!contains(o.out, "Assumed"));
}

BOOST_AUTO_TEST_CASE(counts_every_trainable_number) {
    const TemporaryFolder folder;
    write_network(folder / "small.safetensors");
    stylegan::AnyGenerator<stylegan::Cpu> generator(small, 1);
    stylegan::Index count = 0;
    stylegan::for_each_parameter(generator,
                                 [&](const std::string&, const auto& p) { count += p.trainable() ? p.size() : 0; });
    const std::string out = run_program(folder, {"info", "small.safetensors"}).out;
    const std::size_t total = out.find("\nTotal ");
    BOOST_TEST_REQUIRE(total != std::string::npos);
    BOOST_TEST(std::stol(out.substr(total + 7)) == count);
}

BOOST_AUTO_TEST_CASE(knows_other_architectures) {
    const TemporaryFolder folder;
    stylegan::Architecture progressive = stylegan::config_a;
    progressive.resolution_log2 = 4;
    progressive.fmap_max = progressive.latent_size = 8;
    write_network(folder / "a.safetensors", {.architecture = progressive});
    const Outcome a = run_program(folder, {"info", "a.safetensors"});
    check_success(a);
    BOOST_TEST(contains(a.out, "configuration A"));
    BOOST_TEST(contains(
        a.out, ".fused_scale = stylegan::FusedScale::on, .blur_filter = stylegan::no_blur, .progressive_gan = true"));
    BOOST_TEST(!contains(a.out, "Average w"));

    stylegan::Architecture wide = small;
    wide.base = {4, 6};
    wide.label_size = 10;
    wide.num_channels = 1;
    write_network(folder / "wide.safetensors", {.architecture = wide});
    const Outcome w = run_program(folder, {"info", "wide.safetensors"});
    check_success(w);
    BOOST_TEST(contains(w.out, "24x16 pixels (width x height), 1 channel, 10 labels"));
    BOOST_TEST(contains(w.out, "{.base = {4, 6}, .resolution_log2 = 4, .num_channels = 1, .label_size = 10, "));
    BOOST_TEST(contains(w.out, "16 (16x24)"));
    BOOST_TEST(contains(w.out, "(?, 1, 16, 24)"));
    BOOST_TEST(contains(w.out, "LabelConcat"));
}

#define AS_CODE_AND_TEXT(name, ...)                    \
    constexpr stylegan::Architecture name __VA_ARGS__; \
    const std::string text_of_##name = #__VA_ARGS__;

BOOST_AUTO_TEST_CASE(what_it_prints_to_paste_is_code) {
    AS_CODE_AND_TEXT(odd, {.base = {4, 6},
                           .resolution_log2 = 4,
                           .num_channels = 1,
                           .label_size = 10,
                           .fmap_base = 100,
                           .fmap_decay = 0.5,
                           .fmap_max = 16,
                           .latent_size = 12,
                           .dlatent_size = 14,
                           .mapping_layers = 2,
                           .mapping_fmaps = 13,
                           .mapping_lrmul = 0.5,
                           .nonlinearity = stylegan::Nonlinearity::relu,
                           .fused_scale = stylegan::FusedScale::off,
                           .blur_filter = {5, {1, 4, 6, 4, 1}},
                           .bias_before_blur = true,
                           .instance_norm_epsilon = 1e-05,
                           .shared_noise = true})
    const TemporaryFolder folder;
    write_network(folder / "odd.safetensors", {.architecture = odd});
    const Outcome o = run_program(folder, {"info", "odd.safetensors"});
    check_success(o);
    BOOST_TEST(contains(o.out, "constexpr stylegan::Architecture architecture" + text_of_odd + ";\n"),
               "expected: " << text_of_odd << "\nin\n"
                            << o.out);
}

BOOST_AUTO_TEST_CASE(verify_reads_every_byte) {
    const TemporaryFolder folder;
    write_network(folder / "a.safetensors");
    const Outcome intact = run_program(folder, {"info", "--verify", "a.safetensors"});
    check_success(intact);
    BOOST_TEST(intact.out ==
               "a.safetensors: intact: 49 tensors and what describes them agree with their digests (XXH3)\n");

    auto bytes = read(folder / "a.safetensors");
    bytes[bytes.size() - 8] ^= 1;
    write(folder / "b.safetensors", bytes);
    const Outcome damaged = run_program(folder, {"info", "--verify", "b.safetensors"});
    BOOST_TEST(damaged.status == 1);
    BOOST_TEST(damaged.out.empty());
    BOOST_TEST(damaged.err.starts_with("stylegan: b.safetensors: tensor \"Gs/"), damaged.err);
    BOOST_TEST(contains(damaged.err, "is damaged: the XXH3 of "), damaged.err);
    for (const char* command : {"info", "convert --dest c.pkl --source", "generate --seeds 1 --outdir out --network"}) {
        std::vector<std::string> arguments;
        std::istringstream words(command);
        for (std::string word; words >> word;) arguments.push_back(word);
        arguments.push_back("b.safetensors");
        const Outcome o = run_program(folder, arguments);
        BOOST_TEST(o.status == 1, command);
        BOOST_TEST(contains(o.err, "is damaged: the XXH3 of "), command << ": " << o.err);
    }
}

BOOST_AUTO_TEST_CASE(verify_says_what_other_files_have) {
    const TemporaryFolder folder;
    write_network(folder / "a.safetensors");
    check_success(run_program(folder, {"convert", "--source", "a.safetensors", "--dest", "a.pkl"}));
    const Outcome pickle = run_program(folder, {"info", "--verify", "a.pkl"});
    check_success(pickle);
    BOOST_TEST(pickle.out == "a.pkl: intact: 49 tensors and what describes them agree with their digests (XXH3)\n");

    auto bytes = read(folder / "a.pkl");
    bytes.resize(bytes.size() - 1);
    while (bytes.back() != '.') bytes.pop_back();  // as another program writes it
    write(folder / "b.pkl", bytes);
    const Outcome plain = run_program(folder, {"info", "--verify", "b.pkl"});
    check_success(plain);
    BOOST_TEST(contains(plain.out, "b.pkl: has no digests: its 49 tensors can be read, but a changed number"),
               plain.out);

    stylegan::write_npz(folder / "w.npz", "w", {1, 256}, std::vector<float>(256, 1));
    BOOST_TEST(run_program(folder, {"info", "--verify", "w.npz"}).out ==
               "w.npz: intact: 1 entry agrees with its digest (CRC-32)\n");
    bytes = read(folder / "w.npz");
    bytes[500] ^= 1;
    write(folder / "w.npz", bytes);
    const Outcome damaged = run_program(folder, {"info", "--verify", "w.npz"});
    BOOST_TEST(damaged.status == 1);
    BOOST_TEST(contains(damaged.err, "w.npz: w.npy: "), damaged.err);
    BOOST_TEST(run_program(folder, {"info", "--verify"}).status == 2);
}

BOOST_AUTO_TEST_CASE(says_what_it_assumes) {
    const TemporaryFolder folder;
    write_network(folder / "bare.safetensors", {.metadata = false});
    const Outcome o = run_program(folder, {"info", "bare.safetensors"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Assumed         "));
    BOOST_TEST(contains(o.out, "fused_scale = \"auto\""));
    BOOST_TEST(contains(o.out, "16x16 pixels"));
}

BOOST_AUTO_TEST_CASE(tells_the_training_of_a_snapshot) {
    const TemporaryFolder folder;
    check_success(
        run_program(folder, {"train", "--data", example_data("faces-32.zip"), "--outdir", "runs", "--kimg", "0.008",
                             "--batch", "4", "--fmap-base", "64", "--fmap-max", "8", "--latent", "8", "--no-growing"}));
    std::string snapshot;
    for (const std::string& name : folder.files())
        if (contains(name, "network-snapshot")) snapshot = name;
    BOOST_TEST_REQUIRE(snapshot != "");
    const Outcome o = run_program(folder, {"info", snapshot});
    check_success(o);
    BOOST_TEST(contains(o.out, "Gs (averaged generator, the one to use), G (generator), D (discriminator)"));
    BOOST_TEST(contains(o.out, "0.008 kimg, 2 steps, "));
    BOOST_TEST(contains(o.out, "can be resumed"));
    BOOST_TEST(contains(o.out, "32x32/Conv1_down"));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_network) {
    const TemporaryFolder folder;
    check_error(run_program(folder, {"info"}), 2, {"FILE", "missing"});
    check_error(run_program(folder, {"info", "none.safetensors"}), 1, {"none.safetensors", "No such file"});
    check_error(run_program(folder, {"info", "."}), 1, {".: is a folder, expected a file"});
    write(folder / "text", "no network at all, but long enough to hold a length");
    check_error(run_program(folder, {"info", "text"}), 1,
                {"text: has an unknown format", "a pickle", "a PyTorch file"});

    write_network(folder / "lacking.safetensors", {.without = "Gs/G_synthesis/8x8/Conv1/bias"});
    check_error(run_program(folder, {"info", "lacking.safetensors"}), 1,
                {"lacking.safetensors: has no tensor \"Gs/G_synthesis/8x8/Conv1/bias\", expected one of shape [16]"});
    std::vector<std::uint8_t> whole = read(folder / "lacking.safetensors");
    whole.resize(whole.size() - 1);
    write(folder / "cut.safetensors", whole);
    check_error(run_program(folder, {"info", "cut.safetensors"}), 1, {"cut.safetensors: ", "cut off"});
    BOOST_TEST(folder.files().size() == 3u);
}

BOOST_AUTO_TEST_CASE(build_tells_what_the_program_was_compiled_for) {
    const TemporaryFolder folder;
    const Outcome o = run_program(folder, {"info", "--build"});
    check_success(o);
    for (const char* line : {"version  ", "compiler  ", "compiled for  ", "CPU  "})
        BOOST_TEST(contains(o.out, line), o.out);
    check_error(run_program(folder, {"info"}), 2, {"FILE", "--build"});
    check_error(run_program(folder, {"info", "x", "--build"}), 2, {"--build"});
}

BOOST_AUTO_TEST_SUITE_END()
