// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <initializer_list>

// The options --device and --kernels, in a program with or without CUDA, on a machine with or without a GPU.
BOOST_AUTO_TEST_SUITE(device)

using namespace test;

struct WithNetwork {
    WithNetwork() {
        write_network(folder / "network.safetensors");
        write_vgg(folder / "vgg.safetensors", 2, true);
        stylegan::Image image(16, 16, 3);
        for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<std::uint8_t>(i * 7);
        stylegan::write_png(folder / "a.png", image);
        files = folder.files().size();
        cuda = run_program(folder, {"info", "--build"}).out;
        cuda = cuda.substr(std::min(cuda.find("CUDA"), cuda.size()));
    }

    [[nodiscard]] bool has_gpu() const { return contains(cuda, " device\n") || contains(cuda, " devices\n"); }

    /// Every command that computes, with `device` as its --device.
    [[nodiscard]] std::vector<std::vector<std::string>> commands(const std::string& device) const {
        const std::string network = "network.safetensors", vgg = "vgg.safetensors";
        std::vector<std::vector<std::string>> all{
            {"generate", "--network", network, "--seeds", "1", "--outdir", "out"},
            {"style-mixing", "--network", network, "--rows", "1", "--cols", "2", "--outdir", "out"},
            {"calc-metrics", "--network", network, "--metrics", "ppl2_wend", "--samples", "2", "--vgg", vgg},
            {"project", "--network", network, "--target", "a.png", "--num-steps", "1", "--vgg", vgg, "--outdir", "out"},
            {"lpips", "a.png", "a.png", "--vgg", vgg},
            {"benchmark", "--network", network, "--reps", "1"},
            {"train", "--data", example_data("faces-32.zip").string(), "--outdir", "runs", "--fmap-base", "64",
             "--latent", "8", "--kimg", "0.008", "--batch", "4"},
        };
        for (auto& command : all) command.insert(command.end(), {"--device", device});
        return all;
    }

    TemporaryFolder folder;
    std::size_t files = 0;
    std::string cuda;  // what `info --build` says about CUDA
};

BOOST_FIXTURE_TEST_CASE(the_program_tells_of_cuda, WithNetwork) {
    BOOST_TEST((contains(cuda, "not compiled in\n") || contains(cuda, "compiled in, but no CUDA device can be used") ||
                has_gpu()),
               cuda);
}

BOOST_FIXTURE_TEST_CASE(refuses_what_is_no_device, WithNetwork) {
    for (const char* text : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cpu:0", "CUDA", ""}) {
        const Outcome o = run_program(folder, {"generate", "--network", "network.safetensors", "--seeds", "1",
                                               "--outdir", "out", "--device", text});
        check_error(o, 2, {"--device", "expected cpu, cuda, or cuda:N"});
    }
    const auto fails = [&](const std::vector<std::string>& more, const char* why) {
        std::vector<std::string> all{"generate", "--network", "network.safetensors", "--seeds", "1", "--outdir", "out"};
        all.insert(all.end(), more.begin(), more.end());
        check_error(run_program(folder, all), 2, {"--gpu-precision", why});
    };
    fails({"--gpu-precision", "half"}, "expected fp32, tf32, fp16 or bf16");
    fails({"--gpu-precision", "fp16", "--tf32"}, "--tf32");
    BOOST_TEST(folder.files().size() == files);
}

BOOST_FIXTURE_TEST_CASE(cpu_is_the_default, WithNetwork) {
    const auto pictures = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"generate", "--network", "network.safetensors", "--seeds", "3", "--raw",
                                           "--outdir", "out"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        check_success(run_program(folder, arguments));
        return read(folder / "out" / "images.npy");
    };
    const auto usual = pictures({});
    BOOST_TEST((usual == pictures({"--device", "cpu"})));
}

BOOST_FIXTURE_TEST_CASE(all_kernels_make_the_same_pictures, WithNetwork) {
    constexpr int pictures = 8;
    const auto generate = [&](const std::string& kernels) {
        check_success(run_program(folder, {"generate", "--network", "network.safetensors", "--seeds", "0-7", "--raw",
                                           "--kernels", kernels, "--outdir", kernels}));
        std::vector<int> values;
        for (int i = 0; i < pictures; ++i) {
            const stylegan::Image image =
                stylegan::read_png(folder / kernels / ("seed000" + std::to_string(i) + ".png"));
            values.insert(values.end(), image.pixels.begin(), image.pixels.end());
        }
        return values;
    };
    const auto raw = [&](const std::string& kernels) { return read(folder / kernels / "images.npy"); };
    const std::vector<int> plain = generate("plain");
    BOOST_TEST(plain.size() == 16u * 16u * 3u * pictures);
    for (const std::string kernels : {"fast", "eigen"}) {
        const std::vector<int> found = generate(kernels);
        BOOST_TEST_REQUIRE(found.size() == plain.size());
        int most = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) most = std::max(most, std::abs(found[i] - plain[i]));
        BOOST_TEST(most <= 1, kernels);
        BOOST_TEST((raw(kernels) != raw("plain")), "plain kernels ran in place of " << kernels);
    }
    BOOST_TEST((raw("fast") != raw("eigen")));
}

BOOST_FIXTURE_TEST_CASE(refuses_what_are_no_kernels_and_kernels_of_a_gpu, WithNetwork) {
    const auto fails = [&](int status, std::initializer_list<const char*> parts, const std::vector<std::string>& more) {
        std::vector<std::string> all{"generate", "--network", "network.safetensors", "--seeds", "1", "--outdir", "out"};
        all.insert(all.end(), more.begin(), more.end());
        check_error(run_program(folder, all), status, parts);
        BOOST_TEST(folder.files().size() == files);
    };
    for (const char* name : {"quick", "eigens", ""})
        fails(2, {"--kernels", "expected fast, eigen or plain"}, {"--kernels", name});
    for (const char* name : {"eigen", "plain"}) {
        const std::string found =
            std::string("--kernels: is \"") + name + "\" with --device cuda, expected --device cpu";
        fails(1, {found.c_str()}, {"--kernels", name, "--device", "cuda"});
        fails(1, {found.c_str()}, {"--device", "cuda:0", "--kernels", name});
    }
}

BOOST_FIXTURE_TEST_CASE(without_a_gpu_every_command_says_so_in_one_line, WithNetwork) {
    if (has_gpu()) return;
    for (const auto& command : commands("cuda")) {
        BOOST_TEST_CONTEXT(command[0]) {
            check_error(run_program(folder, command), 1, {"--device: is \"cuda\", expected cpu, since ", "CUDA"});
            BOOST_TEST(folder.files().size() == files);
        }
    }
    check_error(run_program(folder, {"benchmark", "--network", "network.safetensors", "--device", "cuda:2"}), 1,
                {"--device: is \"cuda:2\", expected cpu, since "});
}

BOOST_FIXTURE_TEST_CASE(with_a_gpu_every_command_runs_on_it, WithNetwork) {
    if (!has_gpu()) return;
    for (const auto& command : commands("cuda:0")) {
        for (const char* precision : {"fp32", "tf32", "fp16", "bf16"}) {
            std::vector<std::string> all = command;
            all.insert(all.end(), {"--gpu-precision", precision});
            BOOST_TEST_CONTEXT(command[0] << ' ' << precision) { check_success(run_program(folder, all)); }
        }
    }
    check_error(run_program(folder, {"benchmark", "--network", "network.safetensors", "--device", "cuda:1000"}), 1,
                {"--device: is \"cuda:1000\", expected cpu, since CUDA device is 1000, expected 0"});
}

BOOST_AUTO_TEST_SUITE_END()
