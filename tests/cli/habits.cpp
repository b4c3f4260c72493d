// SPDX-License-Identifier: Apache-2.0
// Pictures, archives and ways to name folders that people really have.
#include "cli/training_run.hpp"
#include "cli/write_network.hpp"
#include "io/shared_cases.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(habits)

using namespace test;

/// A folder that is the home folder while a test runs.
struct WithHome : TrainingFolder {
    WithHome() {
        const char* const before = std::getenv("HOME");
        home = before != nullptr ? before : "";
        std::filesystem::create_directory(folder / "home");
        ::setenv("HOME", (folder / "home").c_str(), 1);
    }
    WithHome(const WithHome&) = delete;
    WithHome& operator=(const WithHome&) = delete;
    ~WithHome() { ::setenv("HOME", home.c_str(), 1); }

    [[nodiscard]] bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }

    std::string home;
};

BOOST_FIXTURE_TEST_CASE(a_tilde_is_the_home_folder, WithHome) {
    write_network(folder / "home/n.safetensors");
    check_success(run_program(folder, {"generate", "--network=~/n.safetensors", "--seeds", "0", "--outdir=~/x"}));
    BOOST_TEST(exists("home/x/seed0000.png"));
    check_success(run_program(folder, {"dataset-tool", "--source=pictures", "--dest=~/p.zip"}));
    BOOST_TEST(exists("home/p.zip"));
    check_success(train({"--data=~/p.zip", "--outdir=~"}));
    BOOST_TEST(exists("home/00000-p-cfgf-8x8-batch8-gamma0.078/log.txt"));
    BOOST_TEST(!exists("~"));
    for (const char* name : {"~root/x", "~x"})
        check_error(run_program(folder, {"generate", "--network=~/n.safetensors", "--seeds", "0",
                                         std::string("--outdir=") + name}),
                    2, {"--outdir: is \"", name, "expected a path; of those with ~, only ~/..."});
    check_success(run_program(folder, {"generate", "--network=~/n.safetensors", "--seeds", "0", "--outdir=./~x"}));
    BOOST_TEST(exists("~x/seed0000.png"));
    ::unsetenv("HOME");
    check_error(run_program(folder, {"dataset-tool", "--source=~/p.zip", "--dest=q.zip"}), 2, {"--source", "~/..."});
}

BOOST_FIXTURE_TEST_CASE(train_names_what_it_leaves_out, TrainingFolder) {
    write(folder / "pictures/.DS_Store", "");
    write(folder / "pictures/notes.txt", "about these pictures");
    write(folder / "pictures/old.zip", "PK\3\4");
    write(folder / "pictures/scan.gif", "GIF89a");
    const std::string line =
        "Left out  4 files: .DS_Store (hidden), notes.txt (not a picture), old.zip (a zip archive) and 1 more\n";
    const Outcome o = train();
    check_success(o);
    BOOST_TEST(contains(o.out, line), o.out);
    BOOST_TEST(contains(content(first_run + "/log.txt"), line));
    BOOST_TEST(contains(train({"--dry-run"}).out, line));
}

BOOST_FIXTURE_TEST_CASE(train_ignores_labels_that_are_not_asked_for, TrainingFolder) {
    for (const char* json :
         {"{", R"({"labels": 3})", R"({"labels": [["100.png", 0]]})", R"({"labels": [["x", [0]]]})"}) {
        write(folder / "pictures/dataset.json", json);
        check_success(train({"--dry-run"}));
        BOOST_TEST(train({"--dry-run", "--cond"}).status == 1);
    }
    check_success(train());
}

BOOST_FIXTURE_TEST_CASE(project_has_the_rule_of_lpips_for_alpha, TrainingFolder) {
    write_network(folder / "n.safetensors");
    const auto project = [&](const std::string& target, const std::string& outdir) {
        return run_program(folder, {"project", "--network", "n.safetensors", "--target", target, "--num-steps", "1",
                                    "--starts", "1", "--outdir", outdir});
    };
    write_pictures("more", 1, 20, 24);
    const stylegan::Image rgb = stylegan::read_image(folder / "more/100.png");
    stylegan::Image alpha = stylegan::with_channels(rgb, 4);
    stylegan::write_png(folder / "opaque.png", alpha);
    alpha.pixel(5, 5)[3] = 254;
    stylegan::write_png(folder / "clear.png", alpha);
    check_error(project("clear.png", "clear"), 1, {"--target clear.png: has 4 channels and transparent pixels"});
    BOOST_TEST(!std::filesystem::exists(folder / "clear"));

    check_success(project("more/100.png", "rgb"));
    check_success(project("opaque.png", "opaque"));
    BOOST_TEST((read(folder / "rgb/target.png") == read(folder / "opaque/target.png")));
    const auto before = read(folder / "rgb/target.png");
    check_error(project("rgb/target.png", "./rgb"), 1, {"--outdir ./rgb: its target.png is --target rgb/target.png"});
    BOOST_TEST((read(folder / "rgb/target.png") == before));
}

BOOST_FIXTURE_TEST_CASE(photos_that_people_have, TrainingFolder, *needs_shared_cases()) {
    const auto tool = [&](const char* source, std::vector<std::string> more = {}) {
        std::vector<std::string> all{"dataset-tool", "--source", shared_case(source).string(), "--dest", "out.zip"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    };
    check_success(tool("exif", {"--resolution", "32x32", "--transform", "center-crop"}));
    const stylegan::Dataset photos(folder / "out.zip");
    BOOST_TEST(photos.size() == 4u);
    const auto red = [&](std::size_t i, std::size_t y) { return static_cast<int>(photos.picture(i).at(32 * y + 16)); };
    BOOST_TEST(red(0, 2) > 200);
    BOOST_TEST(red(1, 2) < 50);  // this one was stored upside down
    BOOST_TEST(red(1, 29) > 200);

    const Outcome jpeg = tool("jpeg");
    check_success(jpeg);
    for (const char* part :
         {"j_bmp_named.png: is a BMP picture", "k.gif: is a GIF picture", "m_cgbi.png: is an iPhone-optimized PNG",
          "n_badadler.png: cannot be read as PNG: a checksum"})
        BOOST_TEST(contains(jpeg.out, part), jpeg.out);
    BOOST_TEST(!contains(jpeg.out, "b2_sos_ahal.jpg"), jpeg.out);
    const auto distance = [&](const char* a, const char* b) {
        return std::atof(run_program(folder, {"lpips", shared_case(a).string(), shared_case(b).string()}).out.c_str());
    };
    BOOST_TEST(distance("jpeg/a_ok.jpg", "jpeg/b2_sos_ahal.jpg") == 0);
    BOOST_TEST(distance("exif/o1.jpg", "exif/o3.jpg") > 0.1);
}

BOOST_FIXTURE_TEST_CASE(zips_that_people_have, TrainingFolder, *needs_shared_cases()) {
    const auto dry_run = [&](const char* name, std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--dry-run", "--data", shared_case(std::string("zips/") + name).string()});
        return train(std::move(more));
    };
    for (const char* name : {"dotslash.zip", "backslash.zip", "nfd.zip", "noprefix.zip", "onehot_float.zip"}) {
        const Outcome o = dry_run(name, {"--cond"});
        check_success(o);
        BOOST_TEST(contains(o.out, ": 8 pictures of 32x32, 3 channels, labels of length 3\n"), o.out);
    }
    check_success(dry_run("partial_missing.zip"));
    check_error(dry_run("partial_missing.zip", {"--cond"}), 1, {"has no label for 00000/img00000006.png"});

    check_success(train({"--data", shared_case("zips/onehot_float.zip").string(), "--cond"}));
    const std::string run = "runs/00000-onehot_float-cfgf-32x32-batch8-gamma0.313-cond";
    check_success(run_program(folder, {"generate", "--network", run + "/network-snapshot-000000.safetensors", "--seeds",
                                       "0", "--label", "0.2,0.3,0.5", "--outdir", "out"}));
    BOOST_TEST(std::filesystem::exists(folder / "out/seed0000.png"));
}

BOOST_AUTO_TEST_SUITE_END()
