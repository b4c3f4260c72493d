// SPDX-License-Identifier: Apache-2.0
#include "cli/run_program.hpp"
#include "device/limited_memory.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <initializer_list>
#include <string>
#include <vector>

/// Files that were made to hurt cost little, and files that never end are refused at once.
BOOST_AUTO_TEST_SUITE(hostile_files)

using namespace test;
using stylegan::Image;

namespace {

/// 64 MiB above what the program itself takes; sanitizers take more.
void check_memory(const Outcome& o) { BOOST_TEST((sanitized || o.peak_kib < (64 + 32) * 1024), o.peak_kib << " KiB"); }

/// Calls f() in a process of its own: the memory that it takes would count as that of the programs that start later.
template <class F>
void apart(F&& f) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        f();
        ::_exit(0);
    }
    BOOST_TEST_REQUIRE(child > 0);
    ::waitpid(child, nullptr, 0);
}

/// The arguments, with each X replaced.
std::vector<std::string> with(std::vector<std::string> arguments, const std::string& x) {
    for (std::string& a : arguments)
        if (a == "X") a = x;
    return arguments;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pipes_and_devices_are_no_files, *needs_example_data("faces-32.safetensors")) {
    const TemporaryFolder folder;
    BOOST_TEST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    stylegan::write_png(folder / "a.png", random_image(32, 32, 3));
    const std::string network = example_data("faces-32.safetensors").string();
    const std::vector<std::vector<std::string>> commands{
        {"generate", "--network", "X", "--seeds", "0", "--outdir", "o"},
        {"generate", "--network", network, "--latents", "X", "--outdir", "o"},
        {"generate", "--network", network, "--projected-w", "X", "--outdir", "o"},
        {"interpolate", "--network", "X", "--seeds", "0,1", "--outdir", "o"},
        {"info", "X"},
        {"convert", "--source", "X", "--dest", "o.safetensors"},
        {"blend", "--network", "X", "--other", network, "--layers", "4-", "--dest", "o.safetensors"},
        {"blend", "--network", network, "--other", "X", "--layers", "4-", "--dest", "o.safetensors"},
        {"generate", "--network", network, "--seeds", "0", "--projected-noise", "X", "--outdir", "o"},
        {"project", "--network", network, "--target", "a.png", "--init", "X", "--outdir", "o"},
        {"dataset-tool", "--source", "X", "--dest", "o.zip"},
        {"train", "--data", "X", "--outdir", "o", "--dry-run"},
        {"train", "--resume", "X", "--data", "X", "--outdir", "o", "--dry-run"},
        {"lpips", "X", "a.png"},
        {"lpips", "a.png", "X"},
        {"lpips", "a.png", "a.png", "--vgg", "X"},
        {"project", "--network", network, "--target", "X", "--outdir", "o"},
        {"project", "--network", "X", "--target", "a.png", "--outdir", "o"},
        {"calc-metrics", "--network", "X", "--metrics", "ppl_wend"},
    };
    for (const auto& command : commands)
        for (const char* x : {"pipe", "/dev/zero"}) {
            const Outcome o = run_program(folder, with(command, x));
            BOOST_TEST_CONTEXT(command[0] << ' ' << command[1] << ' ' << x) {
                check_error(o, 1, {x, "is not a regular file"});
                check_memory(o);
            }
        }
}

BOOST_AUTO_TEST_CASE(pipes_inside_folders_are_left_out) {
    const TemporaryFolder folder;
    stylegan::write_png(folder / "a.png", random_image(8, 8, 3));
    std::filesystem::create_directory(folder / "in");
    std::filesystem::rename(folder / "a.png", folder / "in/a.png");
    BOOST_TEST_REQUIRE(::mkfifo((folder / "in/b.png").c_str(), 0600) == 0);
    const Outcome o = run_program(folder, {"dataset-tool", "--source", "in", "--dest", "o.zip"});
    check_success(o);
    BOOST_TEST(contains(o.out, "Wrote 1 picture "), o.out);
    BOOST_TEST(contains(o.out, "b.png (not a file)"), o.out);
}

BOOST_AUTO_TEST_CASE(large_pictures_cost_what_their_small_versions_cost) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "in");
    apart([&] { test::write(folder / "in/a.png", stylegan::encode_png(Image(4096, 4096, 3), 9)); });  // 50 MB decoded
    const Outcome refused = run_program(folder, {"dataset-tool", "--source", "in", "--dest", "o.zip", "--resolution",
                                                 "16x16", "--max-pixels", "1000000"});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(contains(refused.out, "the picture is 4096x4096, expected 1 to 1000000 pixels"), refused.out);
    const Outcome o =
        run_program(folder, {"dataset-tool", "--source", "in", "--dest", "o.zip", "--resolution", "16x16"});
    check_success(o);
    BOOST_TEST((sanitized || o.peak_kib < 32 * 1024), o.peak_kib << " KiB");
}

BOOST_AUTO_TEST_CASE(archives_are_not_inflated_without_limit) {
    const TemporaryFolder folder;
    apart([&] {
        stylegan::ZipWriter zip(folder / "spaces.zip");
        zip.add("a.png", stylegan::encode_png(random_image(8, 8, 3)));
        zip.add("dataset.json", std::string((std::size_t{1} << 26) + 1, ' '));
        zip.commit();
    });
    const Outcome o =
        run_program(folder, {"train", "--data", "spaces.zip", "--cond", "1", "--outdir", "o", "--dry-run"});
    check_error(o, 1, {"spaces.zip: dataset.json: is 67108865 bytes long, expected at most 67108864"});
    check_memory(o);
}

BOOST_AUTO_TEST_SUITE_END()
