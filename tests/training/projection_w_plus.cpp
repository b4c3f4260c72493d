// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/projection.hpp>

#include "models/networks.hpp"
#include "training/projected_networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

// Projection into W+, with noise, and of several targets at once.
BOOST_AUTO_TEST_SUITE(projection_w_plus)

using namespace stylegan;
using namespace model_test;
using namespace projection_test;

namespace {

using Pictures = xt::xtensor<float, 4>;
using LayerStyles = xt::xtensor<float, 3>;
using Search = Projection<Cpu>;

double difference(const Pictures& a, const Pictures& b) {
    Pictures unused = a;
    return squares_to(b)(a, unused);
}

/// w near the mean that differ from layer to layer: (count, layers, w_size).
LayerStyles mixed_styles(AnyGenerator<Cpu>& g, std::size_t count) {
    const auto mean = g.measure_w_average();
    const auto layers = static_cast<std::size_t>(tiny.layers());
    const auto w = g.map(random_array<float, 2>({count * layers, 12}, 3));
    LayerStyles all = LayerStyles::from_shape({count, layers, 12});
    for (std::size_t i = 0; i < all.size(); ++i) all.data()[i] = mean[i % 12] + 0.3f * (w.data()[i] - mean[i % 12]);
    return all;
}

LayerStyles start_of(AnyGenerator<Cpu>& g, std::size_t targets, std::size_t layers) {
    const auto mean = g.measure_w_average();
    LayerStyles start = LayerStyles::from_shape({targets, layers, 12});
    for (std::size_t i = 0; i < start.size(); ++i) start.data()[i] = mean[i % 12];
    return start;
}

Pictures picture(const Pictures& all, std::size_t i) {
    Pictures one = Pictures::from_shape({1, all.shape(1), all.shape(2), all.shape(3)});
    std::copy_n(all.data() + i * one.size(), one.size(), one.data());
    return one;
}

void finish(Search& search) {
    while (!search.finished()) (void)search.step();
}

}  // namespace

BOOST_AUTO_TEST_CASE(w_plus_finds_a_picture_of_mixed_styles_that_w_does_not) {
    AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const Pictures target = g.synthesize(mixed_styles(g, 1), {.noise = Noise::none});
    const auto closest = [&](LatentSpace space) {
        Search search(g, squares_to(target), {.steps = 300, .lr = 0.02, .w_samples = 500, .space = space});
        finish(search);
        return difference(g.synthesize(search.styles(), {.noise = Noise::none}), target);
    };
    const double w = closest(LatentSpace::w), w_plus = closest(LatentSpace::w_plus);
    BOOST_TEST_MESSAGE("W " << w << ", W+ " << w_plus);
    BOOST_TEST(w_plus < 0.1 * w);
}

// Adam moves each number by its own gradient, so that a search in a batch is a search alone.
BOOST_AUTO_TEST_CASE(several_targets_are_found_as_if_each_were_alone) {
    AnyGenerator<Cpu> g = generator_with_noise(0.3f);
    const auto layers = static_cast<std::size_t>(tiny.layers());
    const Pictures targets = g.synthesize(mixed_styles(g, 3), {});
    for (const LatentSpace space : {LatentSpace::w, LatentSpace::w_plus}) {
        const std::size_t rows = space == LatentSpace::w ? 1 : layers;
        const ProjectionOptions options{.steps = 12, .stored_noise_from = 0.5, .space = space};
        std::vector<Search::Distance> distances;
        for (std::size_t i = 0; i < 3; ++i) distances.emplace_back(squares_to(picture(targets, i)));
        Search together(g, distances, start_of(g, 3, rows), 1.0, options);
        std::vector<Search> alone;
        for (std::size_t i = 0; i < 3; ++i)
            alone.emplace_back(g, std::vector{distances[i]}, start_of(g, 1, rows), 1.0, options);
        while (!together.finished()) {
            const Search::Step all = together.step();
            BOOST_TEST_REQUIRE(all.distances.size() == 3u);
            double sum = 0, regularization = 0;
            for (std::size_t i = 0; i < 3; ++i) {
                const Search::Step one = alone[i].step();
                BOOST_TEST(one.distance == all.distances[i], boost::test_tools::tolerance(1e-3));
                sum += all.distances[i];
                regularization += one.noise_regularization;
            }
            BOOST_TEST(all.distance == sum);
            BOOST_TEST(all.noise_regularization == regularization, boost::test_tools::tolerance(1e-3));
        }
        for (std::size_t i = 0; i < 3; ++i) {
            const LayerStyles found = alone[i].styles();
            for (std::size_t k = 0; k < found.size(); ++k)
                BOOST_TEST(std::abs(together.styles().data()[i * found.size() + k] - found.data()[k]) < 2e-3f);
        }
        if (space == LatentSpace::w) BOOST_TEST(together.w().shape(0) == 3u);
    }
}

BOOST_AUTO_TEST_CASE(noise_that_moves_to_the_end_comes_closer_and_is_returned) {
    AnyGenerator<Cpu> g = generator_with_noise(0.3f);
    const auto w = mixed_styles(g, 1);
    const Pictures target = g.synthesize(w, {.noise = Noise::random, .noise_seed = 9});
    const auto search_with = [&](double stored_noise_from) {
        return Search(g, std::vector<Search::Distance>{squares_to(target)}, w, 1.0,
                      {.steps = 100,
                       .lr = 0.05,
                       .initial_noise = 0,
                       .noise_regularization = 0,
                       .stored_noise_from = stored_noise_from,
                       .starts_at_stored_noise = true,
                       .space = LatentSpace::w_plus});
    };
    Search fixed = search_with(0), moved = search_with(1);
    for (int l = 0; l < tiny.layers(); ++l) {
        const auto& stored = g.synthesis().noise()[static_cast<std::size_t>(l)].value();
        BOOST_TEST(std::equal(stored.begin(), stored.end(), moved.noise()[static_cast<std::size_t>(l)].begin()));
    }
    finish(fixed);
    finish(moved);
    const double with_stored = difference(g.synthesize(fixed.styles(), {}), target);
    const double with_found =
        difference(g.synthesize(moved.styles(), {.noise = Noise::given, .noise_maps = moved.noise()}), target);
    BOOST_TEST_MESSAGE("stored " << with_stored << ", found " << with_found);
    BOOST_TEST(with_found < 0.5 * with_stored);
    BOOST_TEST_REQUIRE(moved.noise().size() == static_cast<std::size_t>(tiny.layers()));
    BOOST_TEST(moved.noise()[2].shape(2) == 8u);
}

BOOST_AUTO_TEST_CASE(starts_of_another_shape_are_refused) {
    AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const Search::Distance distance = squares_to(Pictures::from_shape({1, 3, 16, 16}));
    const auto message = [&](std::size_t distances, const LayerStyles& start, LatentSpace space) {
        try {
            Search(g, std::vector(distances, distance), start, 1.0, {.space = space});
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const LayerStyles one = LayerStyles::from_shape({1, 1, 12}), all = LayerStyles::from_shape({1, 6, 12});
    BOOST_TEST(message(1, all, LatentSpace::w) == "Projection: layers of the start is 6, expected 1");
    BOOST_TEST(message(1, one, LatentSpace::w_plus) == "Projection: layers of the start is 1, expected 6");
    BOOST_TEST(message(2, one, LatentSpace::w) == "Projection: number of targets of the start is 1, expected 2");
    BOOST_TEST(message(0, one, LatentSpace::w) == "Projection: there are 0 distances, expected one for each target");
    BOOST_CHECK_EXCEPTION((void)Search(g, std::vector{distance}, all, 1.0, {.space = LatentSpace::w_plus}).w(),
                          ValueError,
                          says("Projection: w() is asked for in W+, where every layer has its own; expected styles()"));
}

BOOST_AUTO_TEST_SUITE_END()
