// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/animated_png.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

BOOST_AUTO_TEST_SUITE(interpolate)

using namespace test;

struct WithFeatures {
    WithFeatures() {
        write_network(folder / "small.safetensors");
        write_vgg(folder / "vgg.safetensors", 2, true);
    }
    [[nodiscard]] Outcome walk(const std::string& outdir, std::vector<std::string> more) const {
        std::vector<std::string> all{"interpolate", "--network", "small.safetensors", "--vgg", "vgg.safetensors",
                                     "--outdir",    outdir};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    [[nodiscard]] stylegan::Image strip(const std::string& outdir) const {
        return stylegan::read_image(folder / (outdir + "/interpolate.png"));
    }

    TemporaryFolder folder;
};

/// The upper part of cell (column, row) of a strip: the picture, without the number under it.
std::vector<std::uint8_t> cell(const stylegan::Image& strip, int column, int row) {
    const int height = 16 + 9;
    std::vector<std::uint8_t> pixels;
    for (int y = 0; y < 16; ++y)
        pixels.insert(pixels.end(), strip.pixel(column * 16, row * height + y),
                      strip.pixel(column * 16, row * height + y) + 48);
    return pixels;
}

BOOST_FIXTURE_TEST_CASE(a_strip_from_seed_to_seed_with_numbers, WithFeatures) {
    const Outcome o = walk("w", {"--seeds", "3,8,3", "--steps", "4"});
    check_success(o);
    BOOST_TEST(contains(o.out, "8 pictures"));
    BOOST_TEST(contains(o.out, "\n3 to 8: "));
    BOOST_TEST(contains(o.out, "\n8 to 3: "));
    const auto image = strip("w");
    BOOST_TEST(image.width == 4 * 16);
    BOOST_TEST(image.height == 2 * 25);
    BOOST_TEST((cell(image, 0, 0) == cell(image, 3, 1)));  // there and back again
    BOOST_TEST((cell(image, 3, 0) == cell(image, 0, 1)));
    BOOST_TEST((cell(image, 0, 0) != cell(image, 1, 0)));

    check_success(run_program(folder, {"generate", "--network", "small.safetensors", "--seeds", "3", "--outdir", "g"}));
    BOOST_TEST((stylegan::read_image(folder / "g/seed0003.png").pixels == cell(image, 0, 0)));
}

BOOST_FIXTURE_TEST_CASE(paths_in_z_have_the_same_ends, WithFeatures) {
    check_success(walk("w", {"--seeds", "1,2", "--steps", "3"}));
    const Outcome o = walk("z", {"--seeds", "1,2", "--steps", "3", "--space", "z"});
    check_success(o);
    BOOST_TEST(contains(o.out, "path length in Z"));
    // pixel norm removes the length of z, apart from its epsilon
    const auto z = cell(strip("z"), 0, 0), w = cell(strip("w"), 0, 0);
    int most = 0;
    for (std::size_t i = 0; i < z.size(); ++i) most = std::max(most, std::abs(int(z[i]) - int(w[i])));
    BOOST_TEST(most <= 1);
    BOOST_TEST((cell(strip("z"), 1, 0) != cell(strip("w"), 1, 0)));
}

BOOST_FIXTURE_TEST_CASE(a_sequence_of_files_and_a_video, WithFeatures) {
    for (const std::string space : {"w", "z"}) {
        const Outcome o =
            walk(space, {"--seeds", "1,2,5", "--steps", "3", "--space", space, "--frames", "--video", "--fps", "24"});
        check_success(o);
        BOOST_TEST(contains(o.out, space + "/frame0000.png ... frame0004.png: one file per picture\n"));
        BOOST_TEST(contains(o.out, space + "/video.png: animated PNG, 5 pictures, 24 per second\n"));
        const stylegan::Image all = strip(space);
        std::vector<stylegan::Image> frames;
        for (int i = 0; i < 5; ++i) {
            frames.push_back(stylegan::read_image(folder / (space + "/frame000" + std::to_string(i) + ".png")));
            BOOST_TEST(frames.back().size().text() == "16x16 with 3 channels");
            const bool second = i > 2;  // the first picture of the second path is the last one of the first
            BOOST_TEST((frames.back().pixels == cell(all, second ? i - 2 : i, second ? 1 : 0)));
        }
        BOOST_TEST(!exists(folder / (space + "/frame0005.png")));
        const auto video = stylegan::encode_animated_png(frames, 24);
        BOOST_TEST((read(folder / (space + "/video.png")) == video));
    }
    check_success(walk("plain", {"--seeds", "1,2", "--steps", "2"}));
    BOOST_TEST(!exists(folder / "plain/frame0000.png"));
    BOOST_TEST(!exists(folder / "plain/video.png"));
}

BOOST_FIXTURE_TEST_CASE(alpha_channels_are_drawn_and_do_not_count, WithFeatures) {
    for (const int channels : {1, 2, 4}) {
        stylegan::Architecture a = small;
        a.num_channels = channels;
        write_network(folder / "small.safetensors", {.architecture = a});
        const std::string outdir = "channels" + std::to_string(channels);
        check_success(walk(outdir, {"--seeds", "1,2", "--steps", "3", "--video"}));
        const stylegan::Image all = strip(outdir);
        BOOST_TEST(all.channels == channels);
        BOOST_TEST(all.height == 16 + 9);
        if (channels % 2 == 0) BOOST_TEST(int{all.pixel(20, 16 + 4)[channels - 1]} == 255);
        check_success(run_program(folder, {"calc-metrics", "--network", "small.safetensors", "--vgg", "vgg.safetensors",
                                           "--metrics", "ppl2_wend", "--samples", "12"}));
    }
}

BOOST_FIXTURE_TEST_CASE(refuses_what_is_no_path, WithFeatures) {
    const auto fail = [&](int status, std::initializer_list<const char*> parts, std::vector<std::string> more) {
        check_error(walk("out", std::move(more)), status, parts);
        BOOST_TEST(!std::filesystem::exists(folder / "out"));
    };
    fail(2, {"--seeds", "required"}, {});
    fail(1, {"--seeds", "is 1 seed, expected at least 2"}, {"--seeds", "5"});
    fail(2, {"--steps", "\"1\""}, {"--seeds", "1,2", "--steps", "1"});
    fail(2, {"--space", "expected z or w"}, {"--seeds", "1,2", "--space", "x"});
    fail(2, {"--fps", "--video"}, {"--seeds", "1,2", "--fps", "5"});
    fail(2, {"--fps", "\"0\""}, {"--seeds", "1,2", "--video", "--fps", "0"});
    fail(1, {"none.safetensors"}, {"--seeds", "1,2", "--vgg", "none.safetensors"});
}

BOOST_AUTO_TEST_SUITE_END()
