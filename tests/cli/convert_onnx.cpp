// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "cli/training_run.hpp"
#include "cli/write_network.hpp"
#include "io/onnx_model.hpp"

#include <stylegan/io/tensors/npy.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(convert_onnx)

using namespace test;
using stylegan::Architecture;

const std::string runtime = "node '" STYLEGAN_SOURCE_DIR "/tests/node/onnxruntime.mjs'";
const std::string python = "${STYLEGAN_PYTHON:-/usr/bin/python3}";

BOOST_FIXTURE_TEST_CASE(a_generator_becomes_a_model, NetworkFolder) {
    const Outcome o = run_program(folder, {"convert", "--network", network, "--dest", "G.ONNX"});
    check_success(o);
    BOOST_TEST(o.out ==
               "Converted small.safetensors (safetensors) to G.ONNX\n"
               "z (n, 12), psi () -> picture (n, 3, 16, 16), w (n, 6, 12)\n");
    BOOST_TEST(OnnxModel(folder / "G.ONNX").nodes.size() > 50u);
    check_error(run_program(folder, {"info", "G.ONNX"}), 1, {"G.ONNX: is an ONNX model"});

    const Outcome w = run_program(folder, {"convert", "--source", network, "--dest", "w.onnx", "--inputs", "w",
                                           "--noise-mode", "input", "--lod", "1"});
    check_success(w);
    BOOST_TEST(
        contains(w.out,
                 "\nw (n, 6, 12), noise0 (n, 1, 4, 4), noise1 (n, 1, 4, 4), noise2 (n, 1, 8, 8), noise3 (n, 1, 8, 8) "
                 "-> picture (n, 3, 16, 16)\n"),
        w.out);
    const auto has = [&](const std::string& part, const std::vector<std::string>& flags) {
        std::vector<std::string> arguments{"convert", "--source", network, "--dest", "x.onnx"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        check_success(run_program(folder, arguments));
        const OnnxModel model(folder / "x.onnx");
        return std::any_of(model.nodes.begin(), model.nodes.end(),
                           [&](const OnnxNode& node) { return contains(node.name, part); });
    };
    BOOST_TEST(has("/Noise", {}));
    BOOST_TEST(has("/Noise", {"--noise-mode", "const"}));
    BOOST_TEST(!has("/Noise", {"--noise-mode", "none"}));
    BOOST_TEST(!has("Truncation/above", {}));
    BOOST_TEST(has("Truncation/above", {"--trunc-cutoff", "5"}));
}

BOOST_FIXTURE_TEST_CASE(faults_are_one_line, NetworkFolder) {
    const auto convert = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "convert");
        return run_program(folder, std::move(arguments));
    };
    check_error(convert({"--dest", "g.onnx"}), 2, {"--source: is missing"});
    check_error(convert({"--source", network, "--network", network, "--dest", "g.onnx"}), 2, {"--network", "--source"});
    for (const char* flag : {"--inputs=z", "--noise-mode=none", "--trunc-cutoff=3"})
        check_error(convert({"--source", network, "--dest", "g.pkl", flag}), 2, {"g.pkl, expected --dest FILE.onnx"});
    check_error(convert({"--source", network, "--dest", "g.onnx", "--inputs", "w", "--trunc-cutoff", "3"}), 2,
                {"--trunc-cutoff: is given with --inputs w"});
    check_error(convert({"--source", network, "--dest", "g.onnx", "--inputs", "x"}), 2,
                {"--inputs", "expected z or w"});
    check_error(convert({"--source", network, "--dest", "g.onnx", "--lod", "4"}), 1,
                {"level of detail is 4, expected 0 to 2"});
    check_error(convert({"--source", network, "--dest", "nowhere/g.onnx"}), 1, {"nowhere/g.onnx: cannot be created"});
    Architecture a = small;
    a.use_noise = false;
    write_network(folder / "quiet.safetensors", {.architecture = a});
    check_error(convert({"--source", "quiet.safetensors", "--dest", "g.onnx", "--noise-mode", "input"}), 1,
                {"g.onnx: noise is asked for as an input", "its use_noise is false"});
    a = stylegan::config_a;
    a.resolution_log2 = 3;
    a.fmap_base = 32;
    a.fmap_max = 8;
    a.latent_size = a.dlatent_size = 8;
    write_network(folder / "progan.safetensors", {.architecture = a});
    check_error(convert({"--source", "progan.safetensors", "--dest", "g.onnx", "--trunc-cutoff", "1"}), 1,
                {"--trunc-cutoff: is 1, expected none, since progan.safetensors is a Progressive GAN"});
    const auto files = folder.files();
    BOOST_TEST(std::none_of(files.begin(), files.end(), [](const std::string& f) { return contains(f, "g.onnx"); }));

    write_network(folder / "broken.safetensors", {.broken = "Gs/G_synthesis/4x4/Conv/weight"});
    const Outcome o = convert({"--source", "broken.safetensors", "--dest", "b.onnx"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Warning: broken.safetensors has 1 number that is not finite"), o.out);
}

BOOST_FIXTURE_TEST_CASE(a_full_disk_leaves_nothing, NetworkFolder) {
    check_error(run_script(folder, "ulimit -f 30; $stylegan convert --source small.safetensors --dest g.onnx"), 1,
                {"g.onnx: cannot be written: File too large"});
    BOOST_TEST(folder.files() == std::vector<std::string>{network}, boost::test_tools::per_element());
}

/// Networks of three sizes that write the pictures of the program, with z and psi, as files.
struct ThreeSizes {
    ThreeSizes() {
        for (const int log2 : {5, 8, 10}) {
            Architecture a = small;
            a.resolution_log2 = log2;
            a.fmap_base = 4096;
            a.fmap_max = 24;
            const std::string name = std::to_string(1 << log2);
            write_network(folder / (name + ".safetensors"), {.architecture = a});
            check_success(
                run_program(folder, {"convert", "--source", name + ".safetensors", "--dest", name + ".onnx"}));
            names.push_back(name);
        }
    }

    std::vector<std::string> names;
    TemporaryFolder folder;
};

BOOST_TEST_DECORATOR(*needs(python + " -c 'import onnx'"))
BOOST_FIXTURE_TEST_CASE(the_checker_of_onnx_accepts_it, ThreeSizes) {
    std::string script = "import onnx, sys\n";
    for (const std::string& name : names) {
        script += "model = onnx.load('" + name + ".onnx')\nonnx.checker.check_model(model, full_check=True)\n";
        script += "model = onnx.shape_inference.infer_shapes(model, strict_mode=True)\n";
        script +=
            "print([d.dim_param or d.dim_value for d in [v for v in model.graph.value_info\n"
            "      if v.name == 'G_synthesis/ToRGB_lod0/Conv'][0].type.tensor_type.shape.dim])\n";
    }
    write(folder / "check.py", script);
    const Outcome o = run_script(folder, python + " check.py");
    check_success(o);
    BOOST_TEST(o.out == "['n', 3, 32, 32]\n['n', 3, 256, 256]\n['n', 3, 1024, 1024]\n");
}

std::vector<float> read_floats(const std::filesystem::path& path) {
    const auto bytes = read(path);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

void write_floats(const std::filesystem::path& path, const std::vector<float>& values) {
    write(path, std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)));
}

BOOST_TEST_DECORATOR(*needs(runtime))
BOOST_FIXTURE_TEST_CASE(onnx_runtime_gives_the_pictures_of_the_program, ThreeSizes) {
    if (exists(example_data("faces-32.safetensors"))) {
        std::filesystem::copy(example_data("faces-32.safetensors"), folder / "faces.safetensors");
        check_success(run_program(folder, {"convert", "--source", "faces.safetensors", "--dest", "faces.onnx"}));
        names.emplace_back("faces");
    }
    write_floats(folder / "psi.raw", {0.7f});
    for (const std::string& name : names) {
        const int length = name == "faces" ? 128 : small.latent_size;
        std::vector<float> z(static_cast<std::size_t>(2 * length));
        stylegan::RandomStream(5, 0, stylegan::Purpose::test).fill_normal(z.data(), z.size());
        write_floats(folder / "z.raw", z);
        stylegan::write_npy(folder / "z.npy", {2, length}, z.data());
        check_success(run_program(folder, {"generate", "--network", name + ".safetensors", "--latents", "z.npy",
                                           "--trunc", "0.7", "--raw", "--outdir", name}));
        const std::string inputs = " z=z.raw:2," + std::to_string(length) + " psi=psi.raw:";
        check_success(run_script(folder, runtime + " " + name + ".onnx picture out.raw" + inputs));
        const auto ours = stylegan::read_npy(folder / (name + "/images.npy")).values;
        const auto theirs = read_floats(folder / "out.raw");
        BOOST_REQUIRE(ours.size() == theirs.size());
        float difference = 0, largest = 0;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            difference = std::max(difference, std::abs(ours[i] - theirs[i]));
            largest = std::max(largest, std::abs(ours[i]));
        }
        BOOST_TEST(difference < 1e-4f * std::max(largest, 1.0f), name << ": " << difference << " of " << largest);
        BOOST_TEST(largest > 0.1f);
    }
}

BOOST_AUTO_TEST_SUITE_END()
