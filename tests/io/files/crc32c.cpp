// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/files/crc32c.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(crc32c)

BOOST_AUTO_TEST_CASE(published_values) {  // RFC 3720, appendix B.4
    BOOST_TEST(stylegan::crc32c("") == 0u);
    BOOST_TEST(stylegan::crc32c("123456789") == 0xE3069283u);
    BOOST_TEST(stylegan::crc32c(std::string(32, '\0')) == 0x8A9136AAu);
    BOOST_TEST(stylegan::crc32c(std::string(32, '\xFF')) == 0x62A8AB43u);
    std::string ascending;
    for (char c = 0; c < 32; ++c) ascending += c;
    BOOST_TEST(stylegan::crc32c(ascending) == 0x46DD794Eu);
}

BOOST_AUTO_TEST_SUITE_END()
