// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(generator_noise)

using namespace model_test;

namespace {

using Pictures = AnyGenerator<Cpu>::Pictures;
using Options = AnyGenerator<Cpu>::Options;

AnyGenerator<Cpu> generator_of(const Architecture& a) { return trained(AnyGenerator<Cpu>(a, 1)); }

/// The stored maps of a network, for Noise::given.
std::vector<Pictures> stored_maps(const AnyGenerator<Cpu>& g) {
    std::vector<Pictures> maps;
    for (const auto& p : g.synthesis().noise()) {
        Pictures map = Pictures::from_shape(
            {1, 1, static_cast<std::size_t>(p.shape()[2]), static_cast<std::size_t>(p.shape()[3])});
        std::copy(p.value().begin(), p.value().end(), map.data());
        maps.push_back(map);
    }
    return maps;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_noise_equals_noise_of_strength_0) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    const Pictures none = g(z, {.noise = Noise::none});
    BOOST_TEST(same(g(z, {.noise = Noise::constant, .noise_strength = {{.strength = 0}}}), none));
    BOOST_TEST(same(g(z, {.noise = Noise::random, .noise_strength = {{.strength = 0}}}), none));
    BOOST_TEST(!same(g(z), none));
}

BOOST_AUTO_TEST_CASE(strengths_apply_to_their_layers_and_the_last_one_counts) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    BOOST_TEST(same(g(z, {.noise_strength = {{.strength = 0}, {.first = 0, .last = 5, .strength = 1}}}), g(z)));
    // strength 0 in the last layer equals no map for it
    auto maps = stored_maps(g);
    std::fill_n(maps[5].data(), maps[5].size(), 0.0f);
    const Pictures expected = g(z, {.noise = Noise::given, .noise_maps = maps});
    BOOST_TEST(distance(g(z, {.noise_strength = {{.first = 5, .last = 5, .strength = 0}}}), expected) < 1e-6);
    BOOST_TEST(distance(g(z, {.noise_strength = {{.first = 4, .last = 4, .strength = 0}}}), expected) > 1e-4);
}

BOOST_AUTO_TEST_CASE(constant_noise_is_that_of_the_stored_maps) {
    const auto g = generator_of(small);
    const auto z = latents(3, small);
    BOOST_TEST(same(g(z, {.noise = Noise::given, .noise_maps = stored_maps(g)}), g(z)));
}

BOOST_AUTO_TEST_CASE(a_map_for_each_picture_is_that_pictures) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    std::vector<Pictures> maps, first;
    for (const Pictures& stored : stored_maps(g)) {
        maps.push_back(
            random_array<float, 4>({2, 1, stored.shape(2), stored.shape(3)}, static_cast<std::uint32_t>(maps.size())));
        first.push_back(Pictures::from_shape(stored.shape()));
        std::copy_n(maps.back().data(), first.back().size(), first.back().data());
    }
    const Pictures both = g(z, {.noise = Noise::given, .noise_maps = maps}),
                   shared = g(z, {.noise = Noise::given, .noise_maps = first});
    BOOST_TEST((one_of(both, 0) == one_of(shared, 0)));
    BOOST_TEST((one_of(both, 1) != one_of(shared, 1)));
}

BOOST_AUTO_TEST_CASE(random_noise_is_a_function_of_its_seed) {
    const auto g = generator_of(small);
    auto z = latents(2, small);
    std::copy_n(z.data(), 7, z.data() + 7);  // one z twice
    const auto at = [&](std::uint64_t seed) { return g(z, {.noise = Noise::random, .noise_seed = seed}); };
    BOOST_TEST(same(at(3), at(3)));
    BOOST_TEST(!same(at(3), at(4)));
    BOOST_TEST((one_of(at(3), 0) != one_of(at(3), 1)));  // each picture has its own
}

BOOST_AUTO_TEST_CASE(a_network_without_noise_inputs_ignores_the_option) {
    Architecture a = small;
    a.use_noise = false;
    const auto g = generator_of(a);
    const auto z = latents(2, a);
    BOOST_TEST(g.synthesis().noise().empty());
    BOOST_TEST(same(g(z, {.noise = Noise::random}), g(z, {.noise = Noise::none})));
}

BOOST_AUTO_TEST_CASE(refuses_maps_that_do_not_fit) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    auto maps = stored_maps(g);
    maps.pop_back();
    BOOST_CHECK_EXCEPTION((void)g(z, Options{.noise = Noise::given, .noise_maps = maps}), ShapeError,
                          says("Generator: noise maps are 5, expected 6, one a layer"));
    BOOST_TEST(g(z, {.noise = Noise::given, .noise_maps = maps, .lod = 1}).size() ==
               2u * 3 * 12 * 20);  // needs 4 of them
    maps = stored_maps(g);
    maps[3] = random_array<float, 4>({3, 1, 6, 10}, 1);
    BOOST_CHECK_THROW((void)g(z, Options{.noise = Noise::given, .noise_maps = maps}), ShapeError);
    maps[3] = random_array<float, 4>({1, 1, 6, 11}, 1);
    BOOST_CHECK_THROW((void)g(z, Options{.noise = Noise::given, .noise_maps = maps}), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
