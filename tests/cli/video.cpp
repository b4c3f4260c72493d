// SPDX-License-Identifier: Apache-2.0
// Videos of loops through seeds: animated PNGs, and files of ffmpeg.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(video)

using namespace test;

struct VideoFolder : NetworkFolder {
    [[nodiscard]] Outcome loop(const std::string& file, const std::vector<std::string>& more) const {
        std::vector<std::string> all{"interpolate", "--network", network, "--video", file};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        const auto bytes = read(folder / name);
        return {bytes.begin(), bytes.end()};
    }
    /// What a shell command prints in the folder.
    [[nodiscard]] std::string output_of(const std::string& command) const {
        const std::string file = (folder / "printed.txt").string();
        const std::string whole = "cd '" + folder.path().string() + "' && " + command + " > '" + file + "'";
        BOOST_TEST(std::system(whole.c_str()) == 0, whole);
        return content("printed.txt");
    }
    /// The number of files, hidden ones too.
    [[nodiscard]] long files() const { return std::distance(std::filesystem::directory_iterator(folder.path()), {}); }
};

/// A PATH with another program ffmpeg, or with none.
struct OtherFfmpeg : VideoFolder {
    OtherFfmpeg() { ::setenv("PATH", (folder.path() / "bin").c_str(), 1); }
    ~OtherFfmpeg() { ::setenv("PATH", before.c_str(), 1); }
    void write_script(const std::string& text) const {
        std::filesystem::create_directory(folder / "bin");
        std::ofstream(folder / "bin/ffmpeg") << "#!/bin/sh\nPATH='" << before << "'\n" << text;
        std::filesystem::permissions(folder / "bin/ffmpeg", std::filesystem::perms::owner_all);
    }

    std::string before = std::getenv("PATH");
};

BOOST_FIXTURE_TEST_CASE(a_loop_begins_with_the_pictures_of_its_seeds, VideoFolder) {
    make({"generate", "--seeds", "3,4,7,9", "--trunc", "0.7"});
    for (const char* space : {"w", "z"}) {
        const Outcome o = loop("loop.png", {"--seeds", "3,4,7,9", "--trunc", "0.7", "--grid", "2x1", "--w-frames", "5",
                                            "--fps", "25", "--space", space});
        check_success(o);
        BOOST_TEST(o.out == "loop.png: 10 pictures of 32x16 (width x height), 25 a second, 0.4 s\n", o.out);
        const stylegan::Image first = stylegan::read_png(folder / "loop.png");  // the first picture of the animation
        BOOST_TEST_REQUIRE(first.width == 32);
        const stylegan::Image left = picture("seed0003.png"), right = picture("seed0004.png");
        int different = 0;  // in z, the point is scaled to its length again, which rounds
        for (int y = 0; y < 16; ++y)
            for (int x = 0; x < 16 * 3; ++x)
                different = std::max({different, std::abs(first.pixel(0, y)[x] - left.pixel(0, y)[x]),
                                      std::abs(first.pixel(16, y)[x] - right.pixel(0, y)[x])});
        BOOST_TEST(different <= (space == std::string("w") ? 0 : 1));
    }
}

BOOST_FIXTURE_TEST_CASE(pixels_are_enlarged, VideoFolder) {
    check_success(loop("one.png", {"--seeds", "1,2", "--w-frames", "1"}));
    check_success(loop("three.png", {"--seeds", "1,2", "--w-frames", "1", "--scale", "3"}));
    const stylegan::Image small = stylegan::read_png(folder / "one.png"),
                          large = stylegan::read_png(folder / "three.png");
    BOOST_TEST_REQUIRE(large.width == 48);
    for (int y = 0; y < 48; y += 5)
        for (int x = 0; x < 48; ++x)
            for (int c = 0; c < 3; ++c) BOOST_TEST(large.pixel(x, y)[c] == small.pixel(x / 3, y / 3)[c]);
}

// Two seeds, there and back: the second half of the loop mirrors the first, in a spline as on a circle.
BOOST_TEST_DECORATOR(*needs("ffmpeg -version") * needs("ffprobe -version"))
BOOST_FIXTURE_TEST_CASE(ffmpeg_writes_every_picture, VideoFolder) {
    for (const char* file : {"a.mp4", "b.webm"}) {
        check_success(loop(file, {"--seeds", "1,2", "--w-frames", "12", "--fps", "24", "--scale", "2"}));
        const std::string found =
            output_of(std::string("ffprobe -v error -count_frames -show_entries "
                                  "stream=codec_name,width,height,r_frame_rate,nb_read_frames -of csv=p=0 ") +
                      file);
        BOOST_TEST(found == (file == std::string("a.mp4") ? "h264,32,32,24/1,24\n" : "vp9,32,32,24/1,24\n"));
    }
    BOOST_TEST(files() == 4);  // the network, two videos, what ffprobe printed
    // the picture of the first seed within what the codec loses
    (void)output_of("ffmpeg -v error -i a.mp4 -frames:v 1 first.png");
    check_success(loop("first_apng.png", {"--seeds", "1,2", "--w-frames", "1", "--scale", "2"}));
    const stylegan::Image decoded = stylegan::read_png(folder / "first.png");
    const stylegan::Image exact = stylegan::read_png(folder / "first_apng.png");
    double sum = 0;
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 96; ++x) sum += std::abs(decoded.pixel(0, y)[x] - exact.pixel(0, y)[x]);
    BOOST_TEST(sum / (32 * 96) < 40, "mean difference " << sum / (32 * 96));
}

BOOST_FIXTURE_TEST_CASE(wrong_use_is_an_error_before_anything_is_drawn, VideoFolder) {
    check_error(loop("x.avi", {"--seeds", "1,2"}), 2,
                {"--video: is \"x.avi\", expected a name ending in .mp4, .webm, .png or .apng"});
    check_error(loop("x.png", {"--seeds", "1"}), 1, {"--seeds: is 1 seed, expected at least 2"});
    check_error(loop("x.png", {"--seeds", "1-5", "--grid", "2x1"}), 1,
                {"--seeds: are 5 seeds, expected as many for each of the 2 cells of --grid, at least 2: 4, 6"});
    check_error(loop("no/x.png", {"--seeds", "1,2"}), 1, {"no/"});
    check_error(loop("no/x.mp4", {"--seeds", "1,2"}), 1, {"no/x.mp4: cannot be created"});
    std::filesystem::create_directory(folder / "folder.mp4");
    check_error(loop("folder.mp4", {"--seeds", "1,2"}), 1, {"folder.mp4: is a folder, expected a file"});
    check_error(run_program(folder, {"interpolate", "--network", network, "--seeds", "1,2"}), 2,
                {"--outdir: is missing, expected a folder, or --video FILE"});
    check_error(run_program(folder, {"interpolate", "--network", network, "--seeds", "1,2", "--video"}), 2,
                {"--outdir: is missing"});
    BOOST_TEST(files() == 2);
}

BOOST_FIXTURE_TEST_CASE(without_ffmpeg_the_error_says_what_helps, OtherFfmpeg) {
    check_error(loop("x.mp4", {"--seeds", "1,2"}), 1,
                {"x.mp4: needs the program ffmpeg, which cannot be started", "apt-get install ffmpeg"});
    BOOST_TEST(files() == 1);
}

BOOST_FIXTURE_TEST_CASE(an_ffmpeg_that_fails_leaves_nothing, OtherFfmpeg) {
    std::ofstream(folder / "x.mp4") << "before";
    write_script("echo 'no encoder of this name' >&2\nexit 3\n");
    check_error(loop("x.mp4", {"--seeds", "1,2"}), 1, {"x.mp4: ffmpeg ended with status 3: no encoder of this name"});
    write_script("head -c 2000 > /dev/null\nexit 1\n");  // goes in the middle
    check_error(loop("x.mp4", {"--seeds", "1,2"}), 1, {"x.mp4: ffmpeg ended with status 1"});
    write_script("cat > /dev/null\nkill -9 $$\n");
    check_error(loop("x.mp4", {"--seeds", "1,2", "--w-frames", "2"}), 1, {"x.mp4: ffmpeg ended with status -1"});
    BOOST_TEST(content("x.mp4") == "before");
    BOOST_TEST(files() == 3);  // the network, bin, x.mp4
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_video_leaves_nothing, OtherFfmpeg) {
    write_script("cat > /dev/null\n");
    Program program(folder.path(), {"interpolate", "--network", network, "--seeds", "1-9", "--w-frames", "100000",
                                    "--video", "x.mp4"});
    for (int i = 0; i < 500 && files() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    program.interrupt();
    const Outcome o = program.wait();
    BOOST_TEST(o.status != 0);
    BOOST_TEST(files() == 2);  // the network, bin
    BOOST_TEST(o.peak_kib < 400'000);
}

BOOST_AUTO_TEST_SUITE_END()
