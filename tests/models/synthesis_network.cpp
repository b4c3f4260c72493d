// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/synthesis_network.hpp>

#include "layers/layer_case.hpp"

BOOST_AUTO_TEST_SUITE(synthesis_network)

using namespace stylegan;
using namespace layer_test;

namespace {

void check_network(const std::string& name, const Architecture& a, double lod, Index n, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    const Level level = Level::of(a, lod);
    const auto make = [=]<class Device>(Device) {
        using Layer = SynthesisNetwork<Device>;
        using Scalar = typename Device::Scalar;
        const Layer network(a);
        const Shape4 s = network.picture_shape(n, level);
        const auto maps = std::make_shared<std::vector<FeatureMaps<Device>>>();
        typename Layer::Noises noises;
        for (int l = 0; l < 2 * (level.stage + 1) && a.use_noise; ++l) {
            const Size size = a.size(l / 2);
            maps->push_back(random_tensor<FeatureMaps<Device>>(
                std::array<Index, 4>{l % 2 == 0 ? n : 1, 1, size.height, size.width}, static_cast<std::uint32_t>(l)));
            noises.strength.push_back(Scalar(0.5));
        }
        for (const auto& m : *maps) noises.maps.push_back(m.view());
        LayerCalls<Layer> calls{.inputs = {{a.layers(), n, a.w_size()}},
                                .output = {s[0], s[1], s[2], s[3]},
                                .forward = [=](auto& context, auto& layer, auto& x, auto y,
                                               auto* cache) { layer.forward(context, x[0], noises, level, y, cache); },
                                .backward = [](auto& context, auto& layer, auto& cache, auto dy, auto& dx,
                                               Pass pass) { layer.backward(context, cache, dy, dx[0], pass); },
                                .optional_gradients = {0}};
        return LayerCase{network, calls, maps};
    };
    check_layer(
        make, {.name = text("SynthesisNetwork, ", name, ", lod ", lod, ", batch ", n), .seed = seed, .coordinates = 3},
        2e-5);
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    Architecture a{.base = {2, 3}, .resolution_log2 = 4, .fmap_base = 24, .fmap_max = 8, .dlatent_size = 5};
    std::uint64_t seed = 3000;
    for (const double lod : {0.0, 0.3, 1.0, 1.75, 2.0}) check_network("base 2x3", a, lod, 2, ++seed);
    a.num_channels = 1;
    a.fused_scale = FusedScale::on;
    check_network("1 colour, fused", a, 0.5, 3, ++seed);
    for (Architecture config : {config_b, config_c, config_d}) {
        config.base = {3, 2}, config.resolution_log2 = 4, config.fmap_base = 24, config.fmap_max = 8;
        config.latent_size = 6, config.dlatent_size = 5;
        check_network("configuration B, C or D", config, 0.4, 2, ++seed);
    }
}

BOOST_AUTO_TEST_CASE(names_its_parameters_as_the_official_network) {
    const SynthesisNetwork<Cpu> network(at_resolution(config_f, 8));
    std::vector<std::string> names;
    for_each_parameter(network, [&](const std::string& name, const auto&) { names.push_back(name); });
    BOOST_TEST(names.size() == 1u + 4 + 10 + 2 + 10 + 2);
    for (const char* name : {"lod", "noise0", "noise3", "4x4/Const/const", "4x4/Conv/weight", "8x8/Conv0_up/weight",
                             "8x8/Conv1/StyleMod/bias", "ToRGB_lod0/weight", "ToRGB_lod1/bias"})
        BOOST_TEST((std::find(names.begin(), names.end(), name) != names.end()), name);
}

BOOST_AUTO_TEST_SUITE_END()
