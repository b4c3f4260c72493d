// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "cli/run_program.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/channels.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdlib>

BOOST_AUTO_TEST_SUITE(lpips)

using namespace test;

struct WithPictures {
    WithPictures() {
        write_vgg(folder / "vgg.safetensors", 2, true);
        write_picture("a.png", 24, 20, 3, 1);
        write_picture("b.png", 24, 20, 3, 2);
    }
    void write_picture(const std::string& name, int width, int height, int channels, std::uint64_t seed) const {
        stylegan::Image image(width, height, channels);
        const stylegan::RandomStream random(seed, 0, stylegan::Purpose::test);
        for (std::size_t i = 0; i < image.pixels.size(); ++i)
            image.pixels[i] = static_cast<std::uint8_t>(random.below(i, 256));
        stylegan::write_png(folder / name, image);
    }
    [[nodiscard]] Outcome distance(const std::string& a, const std::string& b) const {
        return run_program(folder, {"lpips", a, b, "--vgg", "vgg.safetensors"});
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(prints_the_distance, WithPictures) {
    const Outcome ab = distance("a.png", "b.png"), ba = distance("b.png", "a.png"), aa = distance("a.png", "a.png");
    for (const Outcome* o : {&ab, &ba, &aa}) {
        check_success(*o);
        BOOST_TEST(contains(o->out, "(vgg of width 2 features, not comparable with published values)"));
    }
    BOOST_TEST(std::atof(ab.out.c_str()) > 0);
    BOOST_TEST(ab.out == ba.out);
    BOOST_TEST(aa.out.starts_with("0.000000 "));
}

BOOST_FIXTURE_TEST_CASE(grey_is_three_equal_colours, WithPictures) {
    write_picture("grey.png", 24, 20, 1, 3);
    stylegan::Image colour(24, 20, 3);
    const stylegan::RandomStream random(3, 0, stylegan::Purpose::test);
    for (std::size_t i = 0; i < colour.pixels.size(); ++i)
        colour.pixels[i] = static_cast<std::uint8_t>(random.below(i / 3, 256));
    stylegan::write_png(folder / "colour.png", colour);
    BOOST_TEST(distance("grey.png", "a.png").out == distance("colour.png", "a.png").out);
}

BOOST_FIXTURE_TEST_CASE(an_opaque_alpha_channel_does_not_count, WithPictures) {
    stylegan::write_png(folder / "opaque.png", stylegan::with_channels(stylegan::read_png(folder / "b.png"), 4));
    BOOST_TEST(distance("a.png", "opaque.png").out == distance("a.png", "b.png").out);
    BOOST_TEST(distance("opaque.png", "opaque.png").out.starts_with("0.000000 "));
}

BOOST_FIXTURE_TEST_CASE(refuses_what_does_not_fit, WithPictures) {
    check_error(run_program(folder, {"lpips", "a.png"}), 2, {"B", "required"});
    check_error(distance("a.png", "none.png"), 1, {"none.png"});
    check_error(distance("a.png", "vgg.safetensors"), 1, {"vgg.safetensors", "is not a picture"});
    write_picture("wide.png", 25, 20, 3, 1);
    check_error(distance("a.png", "wide.png"), 1, {"wide.png", "is 25x20, expected 24x20 as a.png"});
    write_picture("small.png", 15, 20, 3, 1);
    check_error(distance("small.png", "small.png"), 1, {"20x15", "at least 16x16"});
    write_picture("alpha.png", 24, 20, 4, 1);
    check_error(distance("a.png", "alpha.png"), 1, {"alpha.png", "4 channels", "without alpha"});
    write(folder / "page.png", "<!DOCTYPE html>");
    check_error(distance("a.png", "page.png"), 1, {"page.png: is a web page (HTML)"});
}

BOOST_AUTO_TEST_SUITE_END()
