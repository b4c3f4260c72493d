// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/constant_input.hpp>
#include <stylegan/layers/initialize.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(constant_input)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    for (std::uint64_t seed = 500; seed < 504; ++seed) {
        Draw draw(seed);
        const Index n = draw.between(1, 6), c = draw.between(1, 9), h = draw.between(1, 6), w = h + draw.between(1, 4);
        const auto make = [=]<class Device>(Device) {
            using Layer = AnyConstantInput<Device>;
            return LayerCase{Layer(static_cast<int>(c), {static_cast<int>(h), static_cast<int>(w)}),
                             LayerCalls<Layer>{.output = {n, c, h, w},
                                               .forward = [](auto& context, auto& layer, auto&, auto y,
                                                             auto*) { layer.forward(context, y); },
                                               .backward =
                                                   [](auto& context, auto& layer, auto&, auto dy, auto&, Pass pass) {
                                                       if (pass == Pass::gradients) layer.backward(context, dy);
                                                   }}};
        };
        check_layer(make, {.name = text("ConstantInput of ", n, "x", c, "x", h, "x", w), .seed = seed});
    }
}

BOOST_AUTO_TEST_CASE(starts_at_1_and_is_the_same_for_every_picture) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    ConstantInput<3, 2, 5> layer;
    initialize(layer, context, 1);
    const auto ones = layer(context, 2);
    BOOST_TEST(ones.size() == 2 * 3 * 2 * 5);
    BOOST_TEST(std::all_of(ones.data(), ones.data() + ones.size(), [](float v) { return v == 1; }));
    for_each_parameter(layer, [](const std::string& name, Parameter<Cpu>& p) {
        BOOST_TEST(name == "const");
        for (std::size_t i = 0; i < p.value().size(); ++i) p.value()[i] = static_cast<float>(i);
    });
    const auto y = layer(context, 3);
    for (Index i = 0; i < y.size(); ++i) BOOST_TEST(y.data()[i] == static_cast<float>(i % 30));
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const ConstantInput<3, 2, 5> typed;
    const AnyConstantInput<Cpu> any(3, {2, 5});
    FeatureMaps<Cpu> y({4, 3, 2, 5});
    any.forward(context, y.view());
    BOOST_TEST(same(typed(context, 4), y));
    const ConstantInput<3> square;  // 4x4, as in the paper
    BOOST_TEST(square(context, 1).size() == 48);
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    BOOST_CHECK_EXCEPTION(AnyConstantInput<Cpu>(3, {0, 4}), ShapeError, [](const Error& e) {
        return e.what() == std::string("ConstantInput: shape is 3x0x4, expected at least 1x1x1");
    });
    Context<Cpu> context({.kernels = kernels_under_test()});
    const AnyConstantInput<Cpu> any(3, {2, 5});
    FeatureMaps<Cpu> y({4, 3, 2, 6});
    BOOST_CHECK_EXCEPTION(any.forward(context, y.view()), ShapeError, [](const Error& e) {
        return e.what() == std::string("ConstantInput: values of y for each picture is 36, expected 30");
    });
}

BOOST_AUTO_TEST_SUITE_END()
