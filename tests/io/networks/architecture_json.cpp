// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/architecture_json.hpp>

#include "io/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(architecture_json)

using namespace stylegan;
using nlohmann::json;

namespace {

Architecture parsed(const std::string& text) { return architecture_from_json(json::parse(text), "file: architecture"); }

/// Reading `text` must fail with a message that has all of these parts.
void check_refused(const std::string& text, std::initializer_list<const char*> parts) {
    const std::string message = test::message_of<FormatError>([&] { (void)parsed(text); });
    for (const char* part : parts)
        BOOST_TEST(test::contains(message, part), text << ": \"" << message << "\" lacks \"" << part << '"');
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    Architecture odd = config_f;
    odd.base = {4, 6};
    odd.resolution_log2 = 6;
    odd.num_channels = 4;
    odd.label_size = 7;
    odd.fmap_base = 1500;
    odd.fmap_decay = 0.75;
    odd.fmap_max = 100;
    odd.latent_size = 3;
    odd.dlatent_size = 5;
    odd.mapping_layers = 2;
    odd.mapping_fmaps = 9;
    odd.mapping_lrmul = 0.125;
    odd.normalize_latents = odd.use_styles = odd.const_input_layer = odd.use_noise = odd.use_instance_norm =
        odd.use_wscale = false;
    odd.use_pixel_norm = true;
    odd.nonlinearity = odd.mapping_nonlinearity = Nonlinearity::relu;
    odd.fused_scale = FusedScale::off;
    odd.blur_filter = {5, {1, 4, 6.5, 4, 1}};
    odd.mbstd_group_size = 3;
    odd.mbstd_num_features = 2;
    odd.style_mixing_prob = 0.25;
    for (const Architecture& a :
         {config_a, config_b, config_c, config_d, config_e, config_f, at_resolution(config_f, 64), odd}) {
        const std::string text = architecture_to_json(a).dump();
        BOOST_TEST((parsed(text) == a), text);
    }
}

BOOST_AUTO_TEST_CASE(keywords_are_the_official_ones) {
    const json j = architecture_to_json(at_resolution(config_f, 32));
    BOOST_TEST(j["resolution"] == 32);
    BOOST_TEST(j["base_size"] == json({4, 4}));
    BOOST_TEST(j["fmap_decay"] == 1.0);
    BOOST_TEST(j["mapping_nonlinearity"] == "lrelu");
    BOOST_TEST(j["mapping_lrmul"] == 0.01);
    BOOST_TEST(j["fused_scale"] == "auto");
    BOOST_TEST(j["blur_filter"] == json({1, 2, 1}));
    BOOST_TEST(j["style_mixing_prob"] == 0.9);
    const json a = architecture_to_json(config_a);
    BOOST_TEST(a["fused_scale"] == true);
    BOOST_TEST(a["blur_filter"].is_null());
    BOOST_TEST(a["style_mixing_prob"].is_null());
}

BOOST_AUTO_TEST_CASE(what_is_missing_has_its_default) {
    BOOST_TEST((parsed("{}") == config_f));
    BOOST_TEST((parsed(R"({"progressive_gan": true})") == config_a));
    BOOST_TEST((parsed(R"({"progressive_gan": false})") == config_f));
    BOOST_TEST((architecture_from_json(json::object(), "file", config_c) == config_c));
    BOOST_TEST((parsed(R"({"resolution": 256})") == at_resolution(config_f, 256)));
    const Architecture wide = parsed(R"({"resolution": 64, "base_size": [4, 6]})");
    BOOST_TEST((wide.picture() == Size{64, 96}));
    BOOST_TEST((parsed(R"({"blur_filter": []})").blur_filter == no_blur));
}

BOOST_AUTO_TEST_CASE(run_time_keywords_are_ignored) {
    BOOST_TEST(
        (parsed(R"({"randomize_noise": false, "truncation_psi": 0.7, "truncation_cutoff": 8, "dlatent_avg_beta": 0.995,
                           "structure": "auto", "dtype": "float32", "func_name": "G_style"})") == config_f));
}

BOOST_AUTO_TEST_CASE(other_keywords_are_refused_by_name) {
    check_refused(R"({"resolution": 64, "use_attention": true})",
                  {"file: architecture", "\"use_attention\" (true)", "not a known keyword"});
    check_refused("[1]", {"file: architecture", "[1]", "a JSON object"});
}

BOOST_AUTO_TEST_CASE(wrong_values_are_refused) {
    check_refused(R"({"fmap_base": "many"})", {"\"fmap_base\" is \"many\"", "a whole number"});
    check_refused(R"({"fmap_base": 8.5})", {"\"fmap_base\" is 8.5", "a whole number"});
    check_refused(R"({"fmap_base": 4294967296})", {"\"fmap_base\" is 4294967296", "a smaller number"});
    check_refused(R"({"label_size": -4294967296})", {"a larger number"});
    check_refused(R"({"fmap_decay": 0.12345678})", {"\"fmap_decay\"", "six decimals"});
    check_refused(R"({"mapping_lrmul": 1e300})", {"\"mapping_lrmul\"", "at most 2000"});
    check_refused(R"({"use_noise": 1})", {"\"use_noise\" is 1", "true or false"});
    check_refused(R"({"nonlinearity": "tanh"})", {"\"nonlinearity\" is \"tanh\"", "\"lrelu\" or \"relu\""});
    check_refused(R"({"fused_scale": "sometimes"})", {"\"fused_scale\" is \"sometimes\"", "\"auto\", true or false"});
    check_refused(R"({"blur_filter": [1, 2]})", {"\"blur_filter\" is [1,2]", "odd number"});
    check_refused(R"({"blur_filter": [1, 2, 3, 4, 5, 4, 3, 2, 1]})", {"\"blur_filter\"", "at most 7"});
    check_refused(R"({"blur_filter": [1, -2, 1]})", {"\"blur_filter\"", "not 0"});
    check_refused(R"({"base_size": 4})", {"\"base_size\" is 4", "[height, width]"});
    check_refused(R"({"base_size": [0, 4]})", {"\"base_size\" is [0,4]", "[height, width]"});
    check_refused(R"({"base_size": [4, 2000000000]})", {"\"base_size\"", "65536"});
    check_refused(R"({"style_mixing_prob": "often"})", {"\"style_mixing_prob\" is \"often\"", "null or a number"});
    check_refused(R"({"resolution": 100})", {"\"resolution\" is 100", "a power of two times the base height 4"});
    check_refused(R"({"resolution": 2})", {"\"resolution\" is 2"});
    check_refused(R"({"resolution": null})", {"\"resolution\" is null", "a whole number"});
}

BOOST_AUTO_TEST_CASE(what_cannot_be_built_is_refused) {
    check_refused(R"({"num_channels": 5})", {"file: architecture", "num_channels must be 1 to 4"});
    check_refused(R"({"style_mixing_prob": 1.5})", {"style_mixing_prob must be 0 to 1"});
}

BOOST_AUTO_TEST_SUITE_END()
