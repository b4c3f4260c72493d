// SPDX-License-Identifier: Apache-2.0
#include "cli/perceptual_files.hpp"
#include "io/temporary_folder.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/metrics/load_lpips.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(lpips_of_files)

using namespace stylegan;
using test::TemporaryFolder;

namespace {

Image noise(int width, int height, int channels, std::uint64_t seed) {
    Image image(width, height, channels);
    const RandomStream stream(seed, 0, Purpose::test);
    for (std::size_t i = 0; i < image.pixels.size(); ++i)
        image.pixels[i] = static_cast<std::uint8_t>(stream.below(i, 256));
    return image;
}

template <class E, class F>
std::string message_of(F f) {
    try {
        f();
    } catch (const E& error) {
        return error.what();
    }
    return "";
}

}  // namespace

BOOST_AUTO_TEST_CASE(features_and_heads_come_from_one_file_or_two) {
    const TemporaryFolder folder;
    test::write_vgg(folder / "both.safetensors", 2, true);
    test::write_vgg(folder / "plain.safetensors", 2, false);
    const auto both = stylegan::load_lpips(folder / "both.safetensors"),
               plain = stylegan::load_lpips(folder / "plain.safetensors");
    const auto a = to_float(noise(16, 16, 3, 1)), b = to_float(noise(16, 16, 3, 2));
    BOOST_TEST(both(a, b)[0] > 0);
    BOOST_TEST(plain(a, b)[0] > 0);
    BOOST_TEST(both(a, b)[0] != plain(a, b)[0]);  // heads of weight 1
    for (const float w : plain.head(0).value()) BOOST_TEST(w == 1);
    const auto shared = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    BOOST_TEST(stylegan::load_lpips(folder / "both.safetensors", {}, shared)(a, b)[0] == both(a, b)[0]);
    BOOST_CHECK_THROW((void)stylegan::load_lpips(folder / "none.safetensors"), FileError);
    BOOST_CHECK_THROW((void)stylegan::load_lpips(folder / "both.safetensors", folder / "plain.safetensors"),
                      FormatError);
}

BOOST_AUTO_TEST_CASE(the_distance_of_two_files_is_that_of_their_pictures) {
    const TemporaryFolder folder;
    test::write_vgg(folder / "vgg.safetensors", 2, true);
    const auto lpips = stylegan::load_lpips(folder / "vgg.safetensors");
    const Image a = noise(20, 16, 3, 1), b = noise(20, 16, 3, 2), grey = noise(20, 16, 1, 3);
    write_png(folder / "a.png", a);
    write_png(folder / "b.png", b);
    write_png(folder / "grey.png", grey);
    write_png(folder / "small.png", noise(16, 16, 3, 1));
    const auto of = [&](const char* x, const char* y) {
        return stylegan::lpips_of_files(lpips, folder / x, folder / y);
    };
    BOOST_TEST(of("a.png", "b.png") == lpips(to_float(a), to_float(b))[0]);
    BOOST_TEST(of("a.png", "a.png") == 0);
    BOOST_TEST(of("a.png", "grey.png") > 0);
    BOOST_TEST(message_of<ShapeError>([&] {
                   (void)of("a.png", "small.png");
               }).ends_with("small.png: is 16x16, expected 20x16 as " + (folder / "a.png").string()));
    BOOST_CHECK_THROW((void)of("a.png", "none.png"), FileError);
}

BOOST_AUTO_TEST_SUITE_END()
