// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/layer_epilogue.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(layer_epilogue)

using namespace stylegan;
using namespace layer_test;

namespace {

void check_epilogue(Architecture a, bool with_map, std::uint64_t seed) {
    Draw draw(seed);
    const Index n = draw.between(1, 6), c = draw.between(1, 9), h = draw.between(2, 6), w = h + draw.between(1, 4);
    a.dlatent_size = static_cast<int>(draw.between(1, 9));
    const Index latent = a.w_size(), maps = draw.between(0, 1) == 0 ? 1 : n;
    const auto make = [=]<class Device>(Device) {
        using Layer = LayerEpilogue<Device>;
        using Scalar = typename Device::Scalar;
        const auto noise = random_tensor<FeatureMaps<Device>>(std::array<Index, 4>{maps, 1, h, w}, 9);
        const auto noise_view = [=](const FeatureMaps<Device>& m) {
            return with_map ? m.view() : Maps<const Scalar>{};
        };
        // forward() and tangent() overwrite their first argument, so they get a copy of it
        return LayerCase{
            Layer(a, static_cast<int>(c)),
            LayerCalls<Layer>{.inputs = {{n, c, h, w}, {n, latent}},
                              .output = {n, c, h, w},
                              .forward =
                                  [=](auto& context, auto& layer, auto& x, auto y, auto* cache) {
                                      const Maps<Scalar> copy = context.take(n, c, h, w);
                                      context.template copy<4>(x[0], copy);
                                      layer.forward(context, copy, noise_view(noise), Scalar(0.5), x[1], y, cache);
                                  },
                              .backward = [](auto& context, auto& layer, auto& cache, auto dy, auto& dx,
                                             Pass pass) { layer.backward(context, cache, dy, dx[0], dx[1], pass); },
                              .tangent =
                                  [=](auto& context, auto& layer, auto& cache, auto& x_dot, auto y_dot) {
                                      const Maps<Scalar> copy = context.take(n, c, h, w);
                                      context.template copy<4>(x_dot[0], copy);
                                      layer.tangent(context, cache, copy, x_dot[1], y_dot);
                                  },
                              .backward_tangent =
                                  [](auto& context, auto& layer, auto& cache, auto dy_dot, auto& dx_dot) {
                                      layer.backward_tangent(context, cache, dy_dot, dx_dot[0], dx_dot[1]);
                                  },
                              .optional_gradients = {1},
                              .optional_tangents = a.use_styles ? std::vector<Index>{1} : std::vector<Index>{}}};
    };
    check_layer(make, {.name = text("LayerEpilogue of ", n, "x", c, "x", h, "x", w, ", pixel norm ", a.use_pixel_norm,
                                    ", instance norm ", a.use_instance_norm, ", styles ", a.use_styles, ", noise ",
                                    a.use_noise, with_map ? ", a map" : ", no map"),
                       .seed = seed});
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 400;
    for (const bool pixel_norm : {false, true})
        for (const bool instance_norm : {true, false})
            for (const bool styles : {true, false})
                for (const bool noise : {true, false}) {
                    Architecture a;
                    a.use_pixel_norm = pixel_norm;
                    a.use_instance_norm = instance_norm;
                    a.use_styles = styles;
                    a.use_noise = noise;
                    if (seed % 3 == 0) a.nonlinearity = Nonlinearity::relu;
                    check_epilogue(a, true, ++seed);
                }
    check_epilogue({}, false, ++seed);  // a layer with a noise input that gets none
}

BOOST_AUTO_TEST_CASE(without_noise_and_with_strength_0_are_equal) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    LayerEpilogue<Cpu> layer({}, 3);
    for_each_parameter(layer, [n = 0u](const std::string&, Parameter<Cpu>& p) mutable {
        RandomStream(1, 0, Purpose::test, n++).fill_normal(p.value().data(), p.value().size());
    });
    const auto start = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{2, 3, 4, 5}, 1);
    const auto noise = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{1, 1, 4, 5}, 2);
    const auto w = random_tensor<Vectors<Cpu>>(std::array<Index, 2>{2, 512}, 3);
    auto a = start, b = start, c = start;
    layer.forward(context, a.view(), {}, 1, w.view(), a.view());
    layer.forward(context, b.view(), noise.view(), 0, w.view(), b.view());
    layer.forward(context, c.view(), noise.view(), 1, w.view(), c.view());
    BOOST_TEST(same(a, b));
    BOOST_TEST(!same(a, c));
}

BOOST_AUTO_TEST_SUITE_END()
