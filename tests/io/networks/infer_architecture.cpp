// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>

#include "io/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(infer_architecture)

using namespace stylegan;

namespace {

template <class Network>
VariableShapes shapes_of(const Network& network) {
    VariableShapes shapes;
    for_each_parameter(network,
                       [&](const std::string& name, const Parameter<Cpu>& p) { shapes.emplace(name, p.shape()); });
    return shapes;
}

VariableShapes generator_of(const Architecture& a) {
    return shapes_of(AnyGenerator<>(a, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}), uninitialized));
}
VariableShapes discriminator_of(const Architecture& a) {
    return shapes_of(AnyDiscriminator<>(a, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}), uninitialized));
}

InferredArchitecture infer(const VariableShapes& g, const VariableShapes& d) {
    return stylegan::infer_architecture(g, d, "file");
}

bool is_assumed(const InferredArchitecture& i, const std::string& key) {
    return std::find(i.assumed.begin(), i.assumed.end(), key) != i.assumed.end();
}

/// Every difference must be in the list of assumptions.
void check(const InferredArchitecture& found, const Architecture& expected, NetworkKind kind) {
    for (const std::string& key : stylegan::architecture_differences(found.architecture, expected, kind))
        BOOST_TEST(is_assumed(found, key), key);
}

std::string refusal(const VariableShapes& g, const VariableShapes& d = {}) {
    return test::message_of<FormatError>([&] { (void)infer(g, d); });
}

/// Different values for all widths, depths and sizes.
Architecture odd() {
    Architecture a = config_f;
    a.base = {3, 5};
    a.resolution_log2 = 5;
    a.num_channels = 2;
    a.fmap_base = 150;
    a.fmap_max = 30;
    a.latent_size = 6;
    a.dlatent_size = 7;
    a.mapping_fmaps = 9;
    a.mapping_layers = 3;
    a.mbstd_num_features = 2;
    return a;
}

std::vector<Architecture> all_kinds() {
    std::vector<Architecture> all{odd()};
    for (const Architecture& config : {config_a, config_b, config_c, config_d, config_e, config_f}) {
        Architecture a = at_resolution(config, 32);
        a.fmap_base = 200;
        a.fmap_max = 16;
        a.latent_size = a.dlatent_size = a.mapping_fmaps = 8;
        all.push_back(a);
        a.label_size = 3;
        all.push_back(a);
    }
    Architecture a = odd();
    a.mapping_layers = 1;
    all.push_back(a);
    a.mapping_layers = 0;
    all.push_back(a);
    a = odd();
    a.resolution_log2 = 2;
    all.push_back(a);
    a = odd();
    a.mbstd_group_size = 0;
    all.push_back(a);
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(from_both_networks) {
    for (const Architecture& a : all_kinds()) {
        BOOST_TEST_CONTEXT(architecture_to_json(a)) {
            const auto found = infer(generator_of(a), discriminator_of(a));
            check(found, a, NetworkKind::generator);
            check(found, a, NetworkKind::discriminator);
            for (const char* key : {"resolution", "base_size", "num_channels", "label_size", "fmap_base", "fmap_max",
                                    "latent_size", "dlatent_size", "mapping_layers", "use_styles", "const_input_layer",
                                    "use_noise", "mbstd_num_features", "progressive_gan"})
                BOOST_TEST(!is_assumed(found, key), key);
            BOOST_TEST(generator_of(found.architecture) == generator_of(a));
            BOOST_TEST(discriminator_of(found.architecture) == discriminator_of(a));
        }
    }
}

BOOST_AUTO_TEST_CASE(from_one_network) {
    for (const Architecture& a : all_kinds()) {
        BOOST_TEST_CONTEXT(architecture_to_json(a)) {
            const auto g = infer(generator_of(a), {}), d = infer({}, discriminator_of(a));
            if (!a.progressive_gan || a.label_size == 0) {  // there z and the label are one vector
                check(g, a, NetworkKind::generator);
                BOOST_TEST(generator_of(g.architecture) == generator_of(a));
            }
            check(d, a, NetworkKind::discriminator);
            BOOST_TEST(discriminator_of(d.architecture) == discriminator_of(a));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_variables_do_not_tell_is_said) {
    const auto found = infer(generator_of(odd()), {});
    const auto lines = found.assumptions();
    const auto says = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    BOOST_TEST(says("fused_scale = \"auto\""));
    BOOST_TEST(says("nonlinearity = \"lrelu\""));
    BOOST_TEST(says("blur_filter = [1,2,1]"));
    BOOST_TEST(says("use_wscale = true"));
    BOOST_TEST(says("normalize_latents = true"));
    BOOST_TEST(says("mapping_lrmul = 0.01"));
    BOOST_TEST(says("mbstd_group_size = 4"));
    BOOST_TEST(is_assumed(infer(generator_of(at_resolution(config_a, 8)), {}), "label_size"));
}

BOOST_AUTO_TEST_CASE(a_progressive_gan_without_fused_scaling_is_known_by_its_names) {
    Architecture a = at_resolution(config_a, 16);
    a.fmap_max = 8;
    a.fused_scale = FusedScale::off;
    const auto g = infer(generator_of(a), {}), d = infer({}, discriminator_of(a));
    BOOST_TEST(g.architecture.progressive_gan);
    BOOST_TEST(d.architecture.progressive_gan);
    BOOST_TEST((g.architecture.fused_scale == FusedScale::off));
    BOOST_TEST((d.architecture.fused_scale == FusedScale::off));
}

BOOST_AUTO_TEST_CASE(what_is_no_network_is_refused) {
    BOOST_TEST(test::contains(refusal({}), "file: has no variables"));
    BOOST_TEST(test::contains(refusal({{"conv1.weight", {3, 3}}}), "4x4/Conv/weight"));

    const VariableShapes whole = generator_of(odd());
    VariableShapes g = whole;
    g.erase("G_synthesis/ToRGB_lod1/weight");
    BOOST_TEST(test::contains(refusal(g), "\"G_synthesis/ToRGB_lod1/weight\""));
    g = whole;
    g["G_synthesis/ToRGB_lod1/weight"] = {1, 20, 2};
    BOOST_TEST(test::contains(refusal(g), "has 3 axes, expected 4"));
    g["G_synthesis/ToRGB_lod1/weight"] = {1, 1, 0, 2};
    BOOST_TEST(test::contains(refusal(g), "has extent 0, expected 1 to"));
    g["G_synthesis/ToRGB_lod1/weight"] = {1, 1, Index{1} << 40, 2};
    BOOST_TEST(test::contains(refusal(g), "expected 1 to"));
    g = whole;
    g["G_synthesis/9x14/Conv1/weight"] = {3, 3, 20, 20};
    BOOST_TEST(test::contains(refusal(g), "has resolution 9x14, expected 12x20"));
}

BOOST_AUTO_TEST_CASE(widths_that_no_fmap_base_gives_are_refused_with_their_stage) {
    VariableShapes g = generator_of(odd());  // 30, 30, 18, 9 maps
    g["G_synthesis/ToRGB_lod1/weight"] = {1, 1, 20, 2};
    BOOST_TEST(test::contains(refusal(g), "has 9 feature maps at 24x40"));
    g["G_synthesis/ToRGB_lod1/weight"] = {1, 1, 31, 2};
    BOOST_TEST(test::contains(refusal(g), "has 31 feature maps at 12x20"));
}

BOOST_AUTO_TEST_CASE(networks_that_do_not_belong_together_are_refused) {
    Architecture wider = odd();
    wider.fmap_max = 28;
    BOOST_TEST(test::contains(refusal(generator_of(odd()), discriminator_of(wider)), "30 and 28 feature maps at 3x5"));
}

BOOST_AUTO_TEST_SUITE_END()
