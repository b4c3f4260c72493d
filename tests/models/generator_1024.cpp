// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(generator_1024)

using namespace model_test;

BOOST_AUTO_TEST_CASE(the_papers_generator_makes_a_finite_picture) {
    const Generator<1024> g;
    BOOST_TEST(g.architecture().layers() == 18);
    const auto x = g(latents(1, g.architecture()));
    BOOST_TEST((x.shape() == std::array<std::size_t, 4>{1, 3, 1024, 1024}));
    double mean = 0, squares = 0;
    bool finite = true;
    for (std::size_t i = 0; i < x.size(); ++i) {
        finite = finite && std::isfinite(x.data()[i]);
        mean += double(x.data()[i]) / double(x.size());
        squares += double(x.data()[i]) * double(x.data()[i]) / double(x.size());
    }
    BOOST_TEST(finite);
    BOOST_TEST(squares - mean * mean > 1e-4);  // no grey
    BOOST_TEST(squares < 100);

    Index parameters = 0;
    for_each_parameter(g, [&](const std::string&, const auto& p) { parameters += p.trainable() ? p.size() : 0; });
    BOOST_TEST(parameters == 26219627);  // as the paper's table of the network says: 26.2 million
}

BOOST_AUTO_TEST_SUITE_END()
