// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/mapping_network.hpp>

#include <boost/test/unit_test.hpp>

#include <vector>

BOOST_AUTO_TEST_SUITE(initialize)

using namespace stylegan;

namespace {

template <class Device>
std::vector<std::vector<double>> values_of(std::uint64_t seed, Device device) {
    Context<Device> context(device);
    AnyMappingNetwork<Device> mapping(
        {.label_size = 3, .latent_size = 60, .dlatent_size = 90, .mapping_layers = 3, .mapping_fmaps = 70});
    stylegan::initialize(mapping, context, seed);
    std::vector<std::vector<double>> all;
    for_each_parameter(
        mapping, [&](const std::string&, const auto& p) { all.emplace_back(p.value().begin(), p.value().end()); });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_seed_gives_the_same_values_whatever_the_threads) {
    const auto one = values_of(5, Cpu{.threads = 1});
    BOOST_TEST((values_of(5, Cpu{.threads = 3}) == one));
    BOOST_TEST((values_of(6, Cpu{.threads = 1}) != one));
}

BOOST_AUTO_TEST_CASE(single_and_double_precision_start_alike) {
    const auto single = values_of(5, Cpu{}), twice = values_of(5, BasicCpu<double>{});
    for (std::size_t p = 0; p < single.size(); ++p)
        for (std::size_t i = 0; i < single[p].size(); ++i)
            BOOST_REQUIRE(std::abs(single[p][i] - twice[p][i]) <= 1e-7 * std::abs(twice[p][i]));
}

BOOST_AUTO_TEST_CASE(parameters_are_independent) {
    const auto all = values_of(5, Cpu{});
    for (std::size_t a = 0; a < all.size(); ++a)
        for (std::size_t b = a + 1; b < all.size(); ++b)
            if (all[a][0] != 0) BOOST_TEST(all[a][0] != all[b][0]);
}

BOOST_AUTO_TEST_CASE(weights_have_the_deviation_that_equalized_learning_rate_asks_for) {
    const auto all = values_of(5, Cpu{});  // the embedding, then weight and bias of each layer
    const auto deviation = [](const std::vector<double>& v) {
        double squares = 0;
        for (const double x : v) squares += x * x;
        return std::sqrt(squares / static_cast<double>(v.size()));
    };
    BOOST_TEST(all.size() == 7u);
    BOOST_TEST(deviation(all[0]) == 1, boost::test_tools::tolerance(0.15));
    for (const std::size_t weight : {1u, 3u, 5u})
        BOOST_TEST(deviation(all[weight]) == 100, boost::test_tools::tolerance(0.05));
    for (const std::size_t bias : {2u, 4u, 6u}) BOOST_TEST(deviation(all[bias]) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_used_has_the_scale_of_he) {
    const EqualizedLr lr;
    BOOST_TEST(lr.he(8) == 0.5, boost::test_tools::tolerance(1e-12));  // sqrt(2 / 8)
    for (const double lrmul : {1.0, 0.01})
        for (const bool wscale : {true, false}) {
            const EqualizedLr other{.gain = 1, .lrmul = lrmul, .wscale = wscale};
            BOOST_TEST(other.scale(25) * other.initial(25).standard_deviation == 0.2,
                       boost::test_tools::tolerance(1e-12));
        }
    const EqualizedLr stored{.lrmul = 0.01};
    BOOST_TEST(stored.initial(8).standard_deviation == 100, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_SUITE_END()
