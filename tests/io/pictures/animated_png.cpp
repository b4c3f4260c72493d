// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "io/test_images.hpp"

#include <stylegan/io/pictures/animated_png.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(animated_png)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(every_picture_comes_back) {
    for (const int channels : {1, 3, 4}) {
        std::vector<Image> pictures;
        for (std::uint64_t seed = 0; seed < 4; ++seed) pictures.push_back(test::random_image(70, 50, channels, seed));
        const Bytes all = encode_animated_png(pictures, 25);
        BOOST_TEST(decode_png(all, "x").pixels == pictures[0].pixels, boost::test_tools::per_element());

        // as a player reads it: the IHDR of the first picture with the data of picture k
        std::vector<detail::PngChunks> alone(pictures.size());
        std::uint32_t sequence = 0;
        std::size_t k = 0;  // pictures so far
        std::string order;
        detail::for_each_png_chunk(all, [&](std::string_view type, std::span<const std::uint8_t> content) {
            const auto number = [&](std::size_t at, std::size_t width) {
                return detail::big_endian(content, at, width);
            };
            if (!order.ends_with(type)) order += text(' ', type);
            if (type == "IHDR" || type == "IEND")
                for (detail::PngChunks& one : alone) {
                    one.begin(type);
                    one.data(content);
                    one.end();
                }
            if (type == "acTL") {
                BOOST_TEST(number(0, 4) == pictures.size());
                BOOST_TEST(number(4, 4) == 0u);
            }
            if (type == "fcTL" || type == "fdAT") BOOST_TEST(number(0, 4) == sequence++);
            if (type == "fcTL") {
                BOOST_TEST(content.size() == 26u);
                BOOST_TEST(number(4, 4) == 70u);
                BOOST_TEST(number(8, 4) == 50u);
                BOOST_TEST(number(20, 2) == 1u);
                BOOST_TEST(number(22, 2) == 25u);
                ++k;
            }
            if (type == "IDAT" || type == "fdAT") {
                alone.at(k - 1).begin("IDAT");
                alone.at(k - 1).data(content.subspan(type == "fdAT" ? 4 : 0));
                alone.at(k - 1).end();
            }
        });
        BOOST_TEST(order == " IHDR acTL fcTL IDAT fcTL fdAT fcTL fdAT fcTL fdAT IEND");
        for (std::size_t i = 0; i < pictures.size(); ++i)
            BOOST_TEST((decode_png(alone[i].bytes(), "x").pixels == pictures[i].pixels), "picture " << i);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_animation) {
    const auto refusal = [](const std::vector<Image>& pictures, int per_second) {
        return test::message_of<ValueError>([&] { (void)encode_animated_png(pictures, per_second); });
    };
    BOOST_TEST(test::contains(refusal({}, 10), "no pictures"));
    BOOST_TEST(test::contains(refusal({Image(2, 2, 3)}, 0), "are 0, expected 1 to 1000"));
    BOOST_TEST(test::contains(refusal({Image(2, 2, 3), Image(2, 3, 3)}, 10),
                              "picture 1 is 2x3 with 3 channels, expected 2x2 with 3 channels"));
}

BOOST_AUTO_TEST_SUITE_END()
