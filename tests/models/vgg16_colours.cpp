// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/vgg16.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(vgg16_colours)

using namespace model_test;

// LPIPS prepares colours of [-1, 1] as (x - mean) / deviation with its own numbers. The first two convolutions pass them on
// here, raised by 10, so that no activation cuts them off.
BOOST_AUTO_TEST_CASE(are_prepared_as_lpips_does) {
    using Double = BasicCpu<double>;
    Vgg16<Double> vgg(3, {.wscale = false}, 0, Double{.threads = 1});
    for_each_parameter(vgg, [](const std::string& name, Parameter<Double>& p) {
        if (!name.starts_with("conv1_")) return;
        const bool raised = name == "conv1_1/bias";
        std::fill(p.value().begin(), p.value().end(), raised ? 10.0 : 0.0);
        if (name.ends_with("/weight"))  // (3, 3, 3, 3): the centre of each channel's own kernel
            for (std::size_t c = 0; c < 3; ++c) p.value()[(4 * 3 + c) * 3 + c] = 1;
    });
    auto x = xt::xtensor<double, 4>::from_shape({1, 3, 16, 16});
    RandomStream(1, 0, Purpose::test).fill_normal(x.data(), x.size());
    const auto features = vgg.features(x);
    const double mean[] = {-0.030, -0.088, -0.188}, deviation[] = {0.458, 0.448, 0.450};
    BOOST_TEST_REQUIRE(features[0].size() == x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i / 256;
        BOOST_TEST(std::abs(features[0].data()[i] - ((x.data()[i] - mean[c]) / deviation[c] + 10)) < 1e-12);
    }
}

BOOST_AUTO_TEST_SUITE_END()
