// SPDX-License-Identifier: Apache-2.0
#include "io/shared_cases.hpp"
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(foreign_picture)

using stylegan::Bytes;
using stylegan::FormatError;
using namespace std::string_view_literals;

namespace {

std::string complaint(std::string_view content) {
    const Bytes bytes(content.begin(), content.end());
    return test::message_of<FormatError>([&] { (void)stylegan::decode_image(bytes, "x.png"); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(other_formats_are_named_with_a_way_to_convert_them) {
    const auto expect = [](std::string_view content, const std::string& what, const std::string& remedy) {
        const std::string message = complaint(content), start = "x.png: is " + what;
        BOOST_TEST(message.starts_with(start), message << " does not begin with: " << start);
        BOOST_TEST(test::contains(message, ", expected PNG"), message);
        BOOST_TEST(test::contains(message, remedy), message << " lacks: " << remedy);
    };
    expect("BM\x36\x30\0\0\0\0\0\0\x36\0\0\0"sv, "a BMP picture", "mogrify");
    expect("GIF89a\x40\0"sv, "a GIF picture", "mogrify");
    expect("II*\0\x08\0\0\0"sv, "a TIFF picture", "mogrify");
    expect("MM\0*\0\0\0\x08"sv, "a TIFF picture", "mogrify");
    expect(
        "\0\0\0\x18"
        "ftypheic\0\0\0\0"sv,
        "a HEIC picture", "heif-convert");
    expect(
        "\0\0\0\x18"
        "ftypmif1\0\0\0\0"sv,
        "a HEIF picture", "heif-convert");
    expect(
        "\0\0\0\x1C"
        "ftypavif\0\0\0\0"sv,
        "an AVIF picture", "avifdec");
    expect("\0\0\0\x0CJXL \r\n\x87\n"sv, "a JPEG XL picture", "djxl");
    expect("\0\0\0\x0CjP  \r\n\x87\n"sv, "a JPEG 2000 picture", "mogrify");
    expect(
        "\0\0\0\x20"
        "ftypisom\0\0\2\0"sv,
        "a video", "ffmpeg");
    expect("8BPS\0\1"sv, "a Photoshop document", "export");
    expect("PK\3\4\x14\0"sv, "a zip archive", "unpack");
    expect("\x1F\x8B\x08\0"sv, "a gzip file", "unpack");
    expect("\n<!DOCTYPE html>\n<html>"sv, "a web page (HTML)", "download");
    expect("<HTML><head>"sv, "a web page (HTML)", "download");
    expect("<svg xmlns="sv, "a drawing (SVG)", "PNG");
    expect("version https://git-lfs.github.com/spec/v1\noid sha256:"sv, "a Git LFS pointer", "git lfs pull");
    expect(""sv, "empty", "");
    expect("BMW and other cars"sv, "not a picture", "");
    expect("no picture"sv, "not a picture", "");
}

BOOST_AUTO_TEST_CASE(pngs_of_phones_and_damaged_ones_are_told) {
    const std::string_view start = "\x89PNG\r\n\x1A\n\0\0\0\4CgBI\x50\0\x20\2\x2B\xD5\xB3\x7F"sv;
    BOOST_TEST(complaint(start).starts_with("x.png: is an iPhone-optimized PNG (CgBI), expected a standard one; "));
    Bytes png = stylegan::encode_png(test::random_image(9, 9, 3));
    png[png.size() - 13] ^= 1;  // the checksum of the pixels' chunk
    BOOST_TEST(test::message_of<FormatError>([&] { (void)stylegan::decode_png(png, "x.png"); }) ==
               "x.png: cannot be read as PNG: a checksum is wrong: it was damaged after it was written");
}

BOOST_AUTO_TEST_CASE(data_sets_say_so_too) {
    const test::TemporaryFolder folder;
    const auto png = stylegan::encode_png(test::random_image(8, 8, 3));
    test::write(folder / "x/1.png", png);
    test::write(folder / "x/animation.gif", "GIF89a");
    test::write(folder / "x/more.zip", "PK\3\4");
    test::write(folder / "x/notes.txt", "about these pictures");
    test::write(folder / "x/.DS_Store", "");
    test::write(folder / "x/dataset.json", "{}");
    BOOST_TEST(stylegan::summary(stylegan::Dataset(folder / "x").passed_over()) ==
               "4 files: .DS_Store (hidden), animation.gif (a GIF picture), more.zip (a zip archive) and 1 more");
    std::filesystem::remove(folder / "x/1.png");
    const std::string message = test::message_of<FormatError>([&] { stylegan::Dataset d(folder / "x"); });
    BOOST_TEST(test::contains(message, "has no pictures"), message);
    BOOST_TEST(test::contains(message, "; there are 4 files: .DS_Store (hidden), "), message);

    test::write(folder / "x/2.Png", "GIF89a");  // meant to be one
    const std::string named = test::message_of<FormatError>([&] { stylegan::Dataset d(folder / "x"); });
    BOOST_TEST(test::contains(named, "x/2.Png: is a GIF picture, expected PNG"), named);
}

BOOST_AUTO_TEST_CASE(files_that_people_have, *test::needs_shared_cases()) {
    const auto complaint_of = [](const char* name) {
        return test::message_of<FormatError>([&] { (void)stylegan::read_image(test::shared_case(name)); });
    };
    BOOST_TEST(test::contains(complaint_of("jpeg/j_bmp_named.png"), "is a BMP picture"));
    BOOST_TEST(test::contains(complaint_of("jpeg/k.gif"), "is a GIF picture"));
    BOOST_TEST(test::contains(complaint_of("jpeg/m_cgbi.png"), "is an iPhone-optimized PNG"));
    BOOST_TEST(test::contains(complaint_of("jpeg/n_badadler.png"), "a checksum is wrong"));
    BOOST_TEST(stylegan::read_image(test::shared_case("jpeg/b2_sos_ahal.jpg")).pixels ==
               stylegan::read_image(test::shared_case("jpeg/a_ok.jpg")).pixels);
}

BOOST_AUTO_TEST_SUITE_END()
