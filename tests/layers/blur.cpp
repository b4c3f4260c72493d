// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/tensor.hpp>
#include <stylegan/layers/blur.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(blur)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 1200;
    for (const BlurFilter& filter :
         {BlurFilter{}, BlurFilter{1, {3}}, BlurFilter{5, {1, 4, 7, 2, 1}}, BlurFilter{7, {1, 2, 3, 4, 3, 2, -1}}}) {
        Draw draw(++seed);
        const Index n = draw.between(1, 6), c = draw.between(1, 9), h = draw.between(1, 6), w = h + draw.between(1, 4);
        const auto make = [=]<class Device>(Device) {
            using Layer = Blur<Device>;
            // linear and without parameters, so the passes are their own tangents
            return LayerCase{Layer(filter),
                             LayerCalls<Layer>{
                                 .inputs = {{n, c, h, w}},
                                 .output = {n, c, h, w},
                                 .forward = [](auto& context, auto& layer, auto& x, auto y,
                                               auto*) { layer.forward(context, x[0], y); },
                                 .backward = [](auto& context, auto& layer, auto&, auto dy, auto& dx,
                                                Pass) { layer.backward(context, dy, dx[0]); },
                                 .tangent = [](auto& context, auto& layer, auto&, auto& x_dot,
                                               auto y_dot) { layer.forward(context, x_dot[0], y_dot); },
                                 .backward_tangent = [](auto& context, auto& layer, auto&, auto dy_dot,
                                                        auto& dx_dot) { layer.backward(context, dy_dot, dx_dot[0]); }}};
        };
        check_layer(make,
                    {.name = text("Blur of ", filter.length, " taps, ", n, "x", c, "x", h, "x", w), .seed = seed});
    }
}

BOOST_AUTO_TEST_CASE(keeps_the_mean_away_from_the_border) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    FeatureMaps<Cpu> x({1, 1, 9, 9}), y({1, 1, 9, 9});
    std::fill_n(x.data(), x.size(), 0.0f);
    x.view()(0, 0, 4, 4) = 1;
    const Blur<Cpu> layer{BlurFilter{}};
    layer.forward(context, x.view(), y.view());
    double sum = 0;
    for (Index i = 0; i < y.size(); ++i) sum += double(y.data()[i]);
    BOOST_TEST(sum == 1, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(y.view()(0, 0, 4, 4) == 0.25f);
    BOOST_TEST(y.view()(0, 0, 3, 5) == 0.0625f);
}

BOOST_AUTO_TEST_CASE(no_blur_does_not_exist) {
    BOOST_TEST(!Blur<Cpu>(no_blur).exists());
    BOOST_TEST(!Blur<Cpu>().exists());
    BOOST_TEST(Blur<Cpu>(BlurFilter{}).exists());
}

BOOST_AUTO_TEST_SUITE_END()
