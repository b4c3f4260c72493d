// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/noise_input.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(noise_input)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 300;
    for (const bool shared : {true, false})
        for (int k = 0; k < 3; ++k) {
            Draw draw(++seed);
            const Index n = draw.between(1, 6), c = draw.between(1, 9), h = draw.between(1, 6),
                        w = h + draw.between(1, 4);
            const auto make = [=]<class Device>(Device) {
                using Layer = NoiseInput<dynamic, Device>;
                const auto noise = random_tensor<FeatureMaps<Device>>(std::array<Index, 4>{shared ? 1 : n, 1, h, w}, 9);
                // y is affine in x, and the gradient of the weight does not depend on x, so the passes are their own
                // tangents
                return LayerCase{
                    Layer(static_cast<int>(c)),
                    LayerCalls<Layer>{
                        .inputs = {{n, c, h, w}},
                        .output = {n, c, h, w},
                        .forward = [noise](auto& context, auto& layer, auto& x, auto y,
                                           auto* cache) { layer.forward(context, x[0], noise.view(), 0.5, y, cache); },
                        .backward =
                            [](auto& context, auto& layer, auto& cache, auto dy, auto& dx, Pass pass) {
                                layer.backward(context, cache, dy, pass);
                                context.template copy<4>(dy, dx[0]);
                            },
                        .tangent = [](auto& context, auto&, auto&, auto& x_dot,
                                      auto y_dot) { context.template copy<4>(x_dot[0], y_dot); },
                        .backward_tangent =
                            [](auto& context, auto& layer, auto& cache, auto dy_dot, auto& dx_dot) {
                                layer.backward(context, cache, dy_dot, Pass::gradients);
                                context.template copy<4>(dy_dot, dx_dot[0]);
                            }}};
            };
            check_layer(
                make, {.name = text("NoiseInput of ", n, "x", c, "x", h, "x", w, shared ? ", one map" : ", a map each"),
                       .seed = seed});
        }
}

BOOST_AUTO_TEST_CASE(starts_without_effect_and_then_adds_one_map_to_all) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    NoiseInput<3> layer;
    stylegan::initialize(layer, context, 1);
    const auto x = random_tensor<FeatureMaps<Cpu, 3, 4, 5>>(std::array<Index, 4>{2, 3, 4, 5}, 1);
    const auto noise = random_tensor<FeatureMaps<Cpu, 1, 4, 5>>(std::array<Index, 4>{2, 1, 4, 5}, 2);
    BOOST_TEST(same(layer(context, x, noise), x));
    for (std::size_t c = 0; c < 3; ++c) layer.weight().value()[c] = static_cast<float>(c) - 1.0f;
    const auto y = layer(context, x, noise);
    for (int n = 0; n < 2; ++n)
        for (int c = 0; c < 3; ++c)
            for (int i = 0; i < 20; ++i) {
                const double expected =
                    double(x.view()(n, c, i / 5, i % 5)) + (c - 1) * double(noise.view()(n, 0, i / 5, i % 5));
                BOOST_TEST(std::abs(double(y.view()(n, c, i / 5, i % 5)) - expected) < 1e-6);
            }
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    NoiseInput<7> typed;
    NoiseInput<dynamic> any(7);
    for (std::size_t c = 0; c < 7; ++c)
        typed.weight().value()[c] = any.weight().value()[c] = 0.3f * static_cast<float>(c);
    const auto x = random_tensor<FeatureMaps<Cpu, 7, 3, 5>>(std::array<Index, 4>{3, 7, 3, 5}, 1);
    const auto noise = random_tensor<FeatureMaps<Cpu, 1, 3, 5>>(std::array<Index, 4>{1, 1, 3, 5}, 2);
    FeatureMaps<Cpu> y({3, 7, 3, 5});
    any.forward(context, x.view(), noise.view(), 1, y.view());
    BOOST_TEST(same(typed(context, x, noise), y));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    BOOST_CHECK_THROW(NoiseInput<dynamic>(0), ShapeError);
    Context<Cpu> context({.kernels = kernels_under_test()});
    const NoiseInput<3> layer;
    const FeatureMaps<Cpu, 3, 4, 4> x(3);
    const FeatureMaps<Cpu, 1, 4, 4> noise(2);
    BOOST_CHECK_EXCEPTION((void)layer(context, x, noise), ShapeError, [](const Error& e) {
        const std::string what = e.what();
        return what.find('2') != std::string::npos && what.find('3') != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()
