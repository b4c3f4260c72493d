// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/blend.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(blend)

using namespace stylegan;
using namespace model_test;

namespace {

constexpr Architecture tiny{.resolution_log2 = 4,
                            .fmap_base = 64,
                            .fmap_max = 8,
                            .latent_size = 6,
                            .dlatent_size = 6,
                            .mapping_layers = 2,
                            .mapping_fmaps = 6};

std::map<std::string, std::vector<float>> values_of(const AnyGenerator<Cpu>& g) {
    std::map<std::string, std::vector<float>> all;
    for_each_parameter(g, [&](const std::string& name, const Parameter<Cpu>& p) { all[name] = download(p.value()); });
    return all;
}

/// All parameters of a network are one number, so that each tells where it is from.
AnyGenerator<Cpu> filled(const Architecture& a, float value) {
    AnyGenerator<Cpu> g(a, 1, Cpu{1});
    for_each_parameter(g, [&](const std::string& name, Parameter<Cpu>& p) {
        if (!name.ends_with("lod")) std::fill(p.value().begin(), p.value().end(), value);
    });
    return g;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_parameter_of_the_synthesis_network_belongs_to_a_layer) {
    for (Architecture a : {tiny, config_a, config_b}) {
        a.resolution_log2 = 4;
        a.fmap_base = 64;
        a.fmap_max = 8;
        a.base = {4, 6};
        a.latent_size = a.dlatent_size = a.mapping_fmaps = 6;
        std::vector<int> found(static_cast<std::size_t>(a.layers()), 0);
        const AnyGenerator<Cpu> g(a, 1, Cpu{1});
        for_each_parameter(g, [&](const std::string& name, const Parameter<Cpu>&) {
            const auto layer = layer_of_parameter(a, name);
            const bool of_layer = name.find("Conv") != std::string::npos || name.find("Const/") != std::string::npos ||
                                  name.find("ToRGB") != std::string::npos || name.find("noise") != std::string::npos ||
                                  name.find("Dense/") != std::string::npos;
            BOOST_TEST(layer.has_value() == of_layer, name);
            if (layer) ++found.at(static_cast<std::size_t>(*layer));
        });
        for (const int count : found) BOOST_TEST(count > 0);
    }
    BOOST_TEST(layer_of_parameter(tiny, "Gs/G_synthesis/4x4/Const/const").value() == 0);
    BOOST_TEST(layer_of_parameter(tiny, "G_synthesis/4x4/Conv/weight").value() == 1);
    BOOST_TEST(layer_of_parameter(tiny, "G_synthesis/16x16/Conv0_up/weight").value() == 4);
    BOOST_TEST(layer_of_parameter(tiny, "G_synthesis/ToRGB_lod2/weight").value() == 1);
    BOOST_TEST(layer_of_parameter(tiny, "G_synthesis/ToRGB_lod0/bias").value() == 5);
    BOOST_TEST(layer_of_parameter(tiny, "G_synthesis/noise3").value() == 3);
    BOOST_TEST(!layer_of_parameter(tiny, "G_mapping/Dense0/weight"));
    BOOST_TEST(!layer_of_parameter(tiny, "G_synthesis/32x32/Conv1/weight"));
    BOOST_TEST(!layer_of_parameter(tiny, "dlatent_avg"));
}

BOOST_AUTO_TEST_CASE(parameters_are_mixed_by_the_share_of_their_layer) {
    AnyGenerator<Cpu> g = filled(tiny, 2);
    const AnyGenerator<Cpu> other = filled(tiny, 10);
    const std::vector<double> shares{0, 0.25, 1, 0.5, 1, 0};
    stylegan::blend(g, other, shares);
    for (const auto& [name, values] : values_of(g)) {
        if (name.ends_with("lod")) continue;
        const auto layer = layer_of_parameter(tiny, name);
        const double share = layer ? shares[static_cast<std::size_t>(*layer)] : 0;
        for (const float v : values) BOOST_TEST(v == static_cast<float>(2 + 8 * share), name);
    }
}

BOOST_AUTO_TEST_CASE(all_layers_of_another_network_draw_its_pictures) {
    AnyGenerator<Cpu> a(tiny, 1, Cpu{1});
    const AnyGenerator<Cpu> b(tiny, 2, Cpu{1});
    const auto w = random_array<float, 2>({2, 6}, 3);
    const auto of_a = a.synthesize(w), of_b = b.synthesize(w);
    stylegan::blend(a, b, std::vector<double>(6, 0.0));
    BOOST_TEST(same(a.synthesize(w), of_a));
    stylegan::blend(a, b, std::vector<double>(6, 1.0));
    BOOST_TEST(same(a.synthesize(w), of_b));
}

BOOST_AUTO_TEST_CASE(shares_rise_around_the_first_layer) {
    BOOST_TEST(blend_shares(5, 2) == (std::vector<double>{0, 0, 1, 1, 1}), boost::test_tools::per_element());
    BOOST_TEST(blend_shares(3, 0) == (std::vector<double>{1, 1, 1}), boost::test_tools::per_element());
    const auto soft = blend_shares(8, 4, 1.5);
    for (std::size_t l = 0; l < 8; ++l) {
        BOOST_TEST(soft[l] + soft[7 - l] == 1, boost::test_tools::tolerance(1e-12));
        if (l > 0) BOOST_TEST(soft[l] > soft[l - 1]);
    }
    BOOST_TEST(soft[4] == 1 / (1 + std::exp(-0.5 / 1.5)), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_an_error) {
    AnyGenerator<Cpu> g = filled(tiny, 2);
    const AnyGenerator<Cpu> other = filled(tiny, 3);
    BOOST_CHECK_THROW(stylegan::blend(g, other, {1, 1}), ShapeError);
    std::vector<double> shares(6, 1.0);
    shares[2] = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_THROW(stylegan::blend(g, other, shares), ValueError);
    Architecture wide = tiny;
    wide.fmap_max = 16;
    BOOST_CHECK_THROW(stylegan::blend(g, filled(wide, 3), std::vector<double>(6, 1.0)), Error);
}

BOOST_AUTO_TEST_SUITE_END()
