// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/from_rgb.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/to_rgb.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(rgb)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 700;
    for (int colors = 1; colors <= 4; ++colors) {
        Draw draw(++seed);
        const Index n = draw.between(1, 6), c = draw.between(1, 20), h = draw.between(1, 6), w = h + draw.between(1, 4);
        const bool wscale = colors % 2 == 0;
        const std::string shape = text(n, " of ", h, "x", w, ", ", c, " maps, ", colors, " colours");
        const auto to_rgb = [=]<class Device>(Device) {
            using Layer = AnyToRgb<Device>;
            auto calls = calls_of<Layer>({n, c, h, w}, {n, colors, h, w});
            calls.optional_gradients = {0};
            return LayerCase{Layer(static_cast<int>(c), colors, wscale), calls};
        };
        check_layer(to_rgb, {.name = "ToRgb of " + shape, .seed = seed});
        const auto from_rgb = [=]<class Device>(Device) {
            using Layer = AnyFromRgb<Device>;
            auto calls = calls_of<Layer>({n, colors, h, w}, {n, c, h, w});
            calls.optional_gradients = {0};
            return LayerCase{Layer(static_cast<int>(c), colors, 0.2, wscale), calls};
        };
        check_layer(from_rgb, {.name = "FromRgb of " + shape, .seed = seed});
    }
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    ToRgb<6> to;
    AnyToRgb<Cpu> any_to(6, 3);
    FromRgb<6> from;
    AnyFromRgb<Cpu> any_from(6, 3);
    stylegan::initialize(to, context, 1);
    stylegan::initialize(any_to, context, 1);
    stylegan::initialize(from, context, 2);
    stylegan::initialize(any_from, context, 2);
    const auto x = random_tensor<FeatureMaps<Cpu, 6, 5, 7>>(std::array<Index, 4>{3, 6, 5, 7}, 1);
    FeatureMaps<Cpu> picture({3, 3, 5, 7}), maps({3, 6, 5, 7});
    any_to.forward(context, x.view(), picture.view());
    any_from.forward(context, picture.view(), maps.view());
    const auto typed_picture = to(context, x);
    BOOST_TEST(same(typed_picture, picture));
    BOOST_TEST(same(from(context, typed_picture), maps));
}

BOOST_AUTO_TEST_CASE(the_picture_has_no_nonlinearity_and_gain_1) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    ToRgb<4> to;
    stylegan::initialize(to, context, 1);
    auto x = random_tensor<FeatureMaps<Cpu, 4, 3, 2>>(std::array<Index, 4>{1, 4, 3, 2}, 1);
    const auto y = to(context, x);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] = -x.data()[i];
    const auto turned = to(context, x);
    for (Index i = 0; i < y.size(); ++i) BOOST_TEST(std::abs(y.data()[i] + turned.data()[i]) < 1e-6f);
    for_each_parameter(to, [&](const std::string& name, Parameter<Cpu>& p) {
        if (name != "weight") return;
        double sum = 0;  // y[0,0,0,0] = sum over i of x[0,i,0,0] w[0,0,i,0] / sqrt(4)
        for (Index i = 0; i < 4; ++i)
            sum -= double(x.view()(0, i, 0, 0)) * double(p.template view<4>()(0, 0, i, 0)) / 2;
        BOOST_TEST(std::abs(double(y.view()(0, 0, 0, 0)) - sum) < 1e-6);
    });
}

BOOST_AUTO_TEST_SUITE_END()
