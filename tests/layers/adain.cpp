// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/adain.hpp>
#include <stylegan/layers/initialize.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(adain)

using namespace stylegan;
using namespace layer_test;

namespace {

template <class Layer>
LayerCalls<Layer> adain_calls(std::vector<Index> x, std::vector<Index> w, bool styles) {
    return {
        .inputs = {x, w},
        .output = x,
        .forward = [](auto& context, auto& layer, auto& in, auto y,
                      auto* cache) { layer.forward(context, in[0], in[1], y, cache); },
        .backward = [](auto& context, auto& layer, auto& cache, auto dy, auto& dx,
                       Pass pass) { layer.backward(context, cache, dy, dx[0], dx[1], pass); },
        .tangent = [](auto& context, auto& layer, auto& cache, auto& in_dot,
                      auto y_dot) { layer.tangent(context, cache, in_dot[0], in_dot[1], y_dot); },
        .backward_tangent = [](auto& context, auto& layer, auto& cache, auto dy_dot,
                               auto& dx_dot) { layer.backward_tangent(context, cache, dy_dot, dx_dot[0], dx_dot[1]); },
        .optional_gradients = {1},
        .optional_tangents = styles ? std::vector<Index>{1} : std::vector<Index>{}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 200;
    for (const bool instance_norm : {true, false})
        for (const bool styles : {true, false})
            for (const bool wscale : {true, false}) {
                Draw draw(++seed);
                const Index n = draw.between(1, 6), c = draw.between(1, 9), h = draw.between(2, 6),
                            w = h + draw.between(1, 4);
                const Index latent = draw.between(1, 9);
                const auto make = [=]<class Device>(Device) {
                    using Layer = AdaIN<dynamic, dynamic, Device>;
                    return LayerCase{
                        Layer(static_cast<int>(c), static_cast<int>(latent), {instance_norm, styles, wscale}),
                        adain_calls<Layer>({n, c, h, w}, {n, latent}, styles)};
                };
                check_layer(make, {.name = text("AdaIN of ", n, "x", c, "x", h, "x", w, ", norm ", instance_norm,
                                                ", styles ", styles),
                                   .seed = seed});
            }
}

BOOST_AUTO_TEST_CASE(the_style_sets_mean_and_contrast) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    AdaIN<2, 3> layer;  // the bias of A is 0: scales and biases are its product with w
    initialize(layer, context, 4);
    const auto x = random_tensor<FeatureMaps<Cpu, 2, 8, 6>>(std::array<Index, 4>{2, 2, 8, 6}, 1);
    const auto w = random_tensor<Vectors<Cpu, 3>>(std::array<Index, 2>{2, 3}, 2);
    std::vector<float> a;
    for_each_parameter(layer, [&](const std::string& name, Parameter<Cpu>& p) {
        if (name == "StyleMod/weight") a.assign(p.value().begin(), p.value().end());  // (3, 4)
    });
    const auto y = layer(context, x, w);
    for (int n = 0; n < 2; ++n)
        for (int c = 0; c < 2; ++c) {
            double scale = 0, bias = 0, mean = 0, squares = 0;
            for (std::size_t i = 0; i < 3; ++i) {
                scale += double(w.view()(n, i)) * double(a[i * 4 + std::size_t(c)]) / std::sqrt(3.0);
                bias += double(w.view()(n, i)) * double(a[i * 4 + 2 + std::size_t(c)]) / std::sqrt(3.0);
            }
            for (int i = 0; i < 48; ++i) mean += double(y.view()(n, c, i / 6, i % 6)) / 48;
            for (int i = 0; i < 48; ++i) squares += std::pow(double(y.view()(n, c, i / 6, i % 6)) - mean, 2) / 48;
            BOOST_TEST(std::abs(mean - bias) < 1e-5);
            BOOST_TEST(std::abs(std::sqrt(squares) - std::abs(scale + 1)) < 1e-4);
        }
}

BOOST_AUTO_TEST_CASE(without_its_halves_it_is_the_identity) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const AdaIN<dynamic, dynamic> layer(3, 5, {.instance_norm = false, .styles = false});
    const auto x = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{2, 3, 4, 5}, 1);
    FeatureMaps<Cpu> y({2, 3, 4, 5});
    layer.forward(context, x.view(), {}, y.view());
    BOOST_TEST(same(x, y));
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    AdaIN<7, 5> typed;
    AdaIN<dynamic, dynamic> any(7, 5);
    initialize(typed, context, 7);
    initialize(any, context, 7);
    const auto x = random_tensor<FeatureMaps<Cpu, 7, 3, 5>>(std::array<Index, 4>{3, 7, 3, 5}, 1);
    const auto w = random_tensor<Vectors<Cpu, 5>>(std::array<Index, 2>{3, 5}, 2);
    FeatureMaps<Cpu> y({3, 7, 3, 5});
    any.forward(context, x.view(), w.view(), y.view());
    BOOST_TEST(same(typed(context, x, w), y));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    using Any = AdaIN<dynamic, dynamic>;
    BOOST_CHECK_THROW(Any(0, 5), ShapeError);
    BOOST_CHECK_THROW(Any(5, 0), ShapeError);
    Context<Cpu> context({.kernels = kernels_under_test()});
    const AdaIN<3, 5> layer;
    const FeatureMaps<Cpu, 3, 4, 4> x(2);
    const Vectors<Cpu, 5> w(3);
    BOOST_CHECK_EXCEPTION((void)layer(context, x, w), ShapeError,
                          [](const Error& e) { return e.what() == std::string("AdaIN: batch of w is 3, expected 2"); });
    const FeatureMaps<Cpu> four({3, 4, 4, 4});
    BOOST_CHECK_EXCEPTION((void)layer(context, four, w), ShapeError,
                          [](const Error& e) { return e.what() == std::string("Tensor: extent 1 is 4, expected 3"); });
}

BOOST_AUTO_TEST_SUITE_END()
