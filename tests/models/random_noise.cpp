// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(random_noise)

using namespace model_test;

// Random noise is that of the streams (noise_seed, 0, Purpose::noise, layer): another map for each picture and layer.
BOOST_AUTO_TEST_CASE(is_drawn_for_each_picture_and_layer) {
    const auto g = trained(AnyGenerator<Cpu>(small, 1));
    const auto z = latents(3, small);
    std::vector<AnyGenerator<Cpu>::Pictures> maps;
    for (const auto& p : g.synthesis().noise()) {
        auto map = AnyGenerator<Cpu>::Pictures::from_shape(
            {3, 1, static_cast<std::size_t>(p.shape()[2]), static_cast<std::size_t>(p.shape()[3])});
        RandomStream(8, 0, Purpose::noise, static_cast<std::uint32_t>(maps.size())).fill_normal(map.data(), map.size());
        maps.push_back(map);
    }
    AnyGenerator<Cpu>::Options given{.noise = Noise::given};
    for (const auto& map : maps) given.noise_maps.push_back(map);
    BOOST_TEST(same(g(z, {.noise = Noise::random, .noise_seed = 8}), g(z, given)));
    for (std::size_t a = 0; a < maps.size(); ++a)
        for (std::size_t b = a + 1; b < maps.size(); ++b)
            BOOST_TEST(!std::equal(maps[a].begin(), maps[a].begin() + 15, maps[b].begin()));
}

BOOST_AUTO_TEST_SUITE_END()
