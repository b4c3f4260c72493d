// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"

#include <stylegan/io/files/file_format.hpp>
#include <stylegan/io/networks/official_pickle.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(official_pickle)

using stylegan::FormatError;
using stylegan::NetworkFile;
using stylegan::read_official_pickle;

namespace {

std::string quoted(const std::string& s) { return "S'" + s + "'\n"; }

std::string array(const std::string& type, const std::string& bytes) {
    return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nNNtR(K\x01(I" + std::to_string(bytes.size() / 4) +
           "\ntcnumpy\ndtype\n(S'" + type + "'\nI00\nI01\ntRI00\nS'" + bytes + "'\ntb";
}

std::string variable(const std::string& name, const std::string& value) { return "(" + quoted(name) + value + "t"; }

std::string network(const std::string& function, const std::string& keywords, const std::string& variables = "",
                    const std::string& more = "", int version = 3) {
    return "cdnnlib.tflib.network\nNetwork\n)\x81}(" + quoted("version") + "I" + std::to_string(version) + "\n" +
           quoted("name") + quoted("G") + quoted("static_kwargs") + "}(" + keywords + "u" + quoted("build_func_name") +
           quoted(function) + quoted("variables") + "(" + variables + "l" + more + "ub";
}

NetworkFile read(const std::string& pickle) {
    const test::TemporaryFolder folder;
    test::write(folder / "x.pkl", pickle);
    return read_official_pickle(folder / "x.pkl");
}

void check_refused(const std::string& pickle, const std::string& part) {
    const std::string message = test::message_of<FormatError>([&] { (void)read(pickle); });
    BOOST_TEST(test::contains(message, "x.pkl: "), message);
    BOOST_TEST(test::contains(message, part), "expected: " << part << "\nin: " << message);
}

const std::string size = "S'resolution'\nI64\nS'num_channels'\nI3\n";

}  // namespace

BOOST_AUTO_TEST_CASE(keywords_decide_the_architecture) {
    const NetworkFile file = read(
        "(" +
        network("G_style", size + "S'fmap_max'\nI32\nS'mapping_lrmul'\nF0.02\nS'blur_filter'\nNS'style_mixing_prob'\nN",
                variable("lod", array("f4", "abcd")),
                quoted("components") + "}(" + quoted("mapping") +
                    network("G_mapping", "", variable("Dense0/bias", array(">f4", "@@@@@@@@"))) + "u") +
        network("D_basic", size + "S'mbstd_group_size'\nI8\n") + network("G_style", size) + "t.");
    BOOST_TEST(file.format == "official TensorFlow pickle");
    BOOST_TEST(file.generator.picture().height == 64);
    BOOST_TEST(file.generator.mbstd_group_size == 8);
    BOOST_TEST((file.discriminator.mbstd_group_size == 8 && file.discriminator.num_channels == 3));
    BOOST_TEST(file.tensors.names() == (std::vector<std::string>{"G/lod", "G/G/Dense0/bias"}));
    BOOST_TEST(file.tensors.read_float("G/G/Dense0/bias") == (std::vector<float>{3.00392151f, 3.00392151f}));

    // the architecture is that of Gs
    BOOST_TEST(file.generator.fmap_max == 512);
    const NetworkFile alone =
        read(network("G_style", size + "S'fmap_max'\nI32\nS'mapping_lrmul'\nF0.02\nS'blur_filter'\nN") + ".");
    BOOST_TEST(alone.generator.fmap_max == 32);
    BOOST_TEST(alone.generator.mapping_lrmul.value() == 0.02);
    BOOST_TEST(alone.generator.blur_filter.length == 0);
}

BOOST_AUTO_TEST_CASE(pickles_of_every_protocol_are_known_by_their_start) {
    const test::TemporaryFolder folder;
    const auto format = [&](const std::string& content) {
        test::write(folder / "x", content);
        return stylegan::detail::file_format(folder / "x");
    };
    using stylegan::detail::FileFormat;
    for (const char* start :
         {"\x80\x02(cdnnlib.tflib.network\n", "\x80\x04\x95 and so on", "(cdnnlib.tflib.network\nNetwork\n",
          "ccopy_reg\n_reconstructor\n", "(idnnlib.tflib.network\nNetwork\n", "(NNcdnnlib.tflib\nNetwork\n"})
        BOOST_TEST((format(start) == FileFormat::pickle), start);
    BOOST_TEST((format("PK\x03\x04 and so on") == FileFormat::torch));
    for (const char* text : {"no network at all", "c no module\n", "(a list)\n", "cats and dogs"})
        BOOST_CHECK_EXCEPTION((void)format(text), FormatError, [](const FormatError& e) {
            return test::contains(e.what(), "x: has an unknown format");
        });
}

BOOST_AUTO_TEST_CASE(progressive_networks_have_keywords_of_their_own) {
    const NetworkFile file = read(
        network("G_paper", size + "S'use_leakyrelu'\nI00\nS'use_pixelnorm'\nI01\nS'fmap_max'\nI64\nS'latent_size'\nN",
                "", "", 2) +
        ".");
    BOOST_TEST(file.generator.progressive_gan);
    BOOST_TEST((file.generator.nonlinearity == stylegan::Nonlinearity::relu));
    BOOST_TEST(file.generator.latent_size == 64);
    BOOST_TEST((file.generator.fused_scale == stylegan::FusedScale::on));
    check_refused(network("G_paper", size + "S'pixelnorm_epsilon'\nF1e-6\n") + ".", "pixelnorm_epsilon");
    const NetworkFile d = read(network("D_paper", "") + ".");
    BOOST_TEST(d.discriminator.picture().height == 32);
    BOOST_TEST(d.discriminator.num_channels == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_network_of_this_kind_is_refused) {
    check_refused("N.", "is None, expected a network or the three networks (G, D, Gs)");
    check_refused("(NNt.", "expected a network or the three");
    check_refused("(I1\nNNt.", "is an integer, expected a network");
    check_refused("cdnnlib.tflib.network\nNetwork\n)\x81.", "without a state");
    check_refused("cdnnlib.tflib.network\nNetwork\n)\x81}b.", "has no \"version\"");
    check_refused(network("G_style", size, "", "", 4) + ".", "is a network of version 4, expected 2 or 3");
    check_refused(network("G_main", size) + ".", "function \"G_main\"");
    check_refused("(" + network("D_basic", size) + "NNt.", "in the place of G");
    check_refused("(N" + network("G_style", size) + "Nt.", "in the place of D");
    check_refused(network("G_style", "S'resolution'\nI63\n") + ".", "static_kwargs: \"resolution\" is 63");
    check_refused(network("G_style", "S'unheard_of'\nI1\n") + ".", "unheard_of");
    check_refused(network("G_style", "I1\nI1\n") + ".", "is an integer, expected text");
    check_refused(network("G_style", size, variable("lod", "N")) + ".", "is not a variable's name and its array");
    check_refused(network("G_style", size, variable("lod", array("c8", "abcd"))) + ".", "dtype \"c8\"");
    check_refused(
        network("G_style", size, variable("lod", array("f4", "abcd")) + variable("lod", array("f4", "abcd"))) + ".",
        "names \"Gs/lod\" twice");
    check_refused(network("G_style", "S'a'\n" + std::string(20, ']') + std::string(19, 'a')) + ".", "nests too deep");
    check_refused(network("G_style", "S'a'\nS'" + std::string(2000, 'x') + "'\n") + ".", "text of 2000 characters");
}

// Small files that would cost a naive reader minutes or gigabytes.
BOOST_AUTO_TEST_CASE(values_that_stand_for_many_are_counted) {
    std::string lists = "S'a'\n(";  // nested lists that share their entries
    for (int i = 0; i < 10; ++i) lists += "N";
    lists += "lp0\n";
    for (int level = 1; level < 7; ++level) {
        lists += "0(";
        for (int i = 0; i < 50; ++i) lists += "g" + std::to_string(level - 1) + "\n";
        lists += "lp" + std::to_string(level) + "\n";
    }
    check_refused(network("G_style", lists) + ".", "is value number 1001");

    std::string parts = quoted("components") + "}(";
    for (int i = 0; i < 20; ++i) parts += quoted(std::to_string(i)) + network("G_mapping", "");
    check_refused(network("G_style", size, "", parts + "u") + ".", "has 20 components");

    const std::string long_name = network("G_mapping", "", variable("b", array("f4", "abcd")));
    const std::string named = "S'name'\nS'" + std::string(2000, 'x');
    std::string component = long_name;
    component.replace(component.find("S'name'\nS'G"), 11, named);
    check_refused(network("G_style", size, "", quoted("components") + "}(" + quoted("mapping") + component + "u") + ".",
                  "of 2005 characters, expected at most 1024");
}

BOOST_AUTO_TEST_SUITE_END()
