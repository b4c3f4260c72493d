// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/initialize.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(convolution)

using namespace stylegan;
using namespace layer_test;

namespace {

/// Shapes drawn from the seed: H and W differ, and are even where the layer halves them.
void check_convolution_layer(int kernel, Resample kind, bool bias, double slope, std::uint64_t seed) {
    Draw draw(seed);
    const Index n = draw.between(1, 6), in = draw.between(1, 9), out = draw.between(1, 9);
    const Index h = draw.between(1, 7) * (kind == Resample::down ? 2 : 1),
                w = h + (kind == Resample::down ? 2 : 1) * draw.between(1, 4);
    const auto make = [=]<class Device>(Device) {
        using Layer = AnyConvolution<Device>;
        const Layer layer(static_cast<int>(in), static_cast<int>(out), kernel, kind, {.bias = bias, .slope = slope});
        const Size size = layer.output_size({static_cast<int>(h), static_cast<int>(w)});
        auto calls = calls_of<Layer>({n, in, h, w}, {n, out, size.height, size.width});
        calls.optional_gradients = {0};
        return LayerCase{layer, calls};
    };
    check_layer(make,
                {.name = text("Convolution ", in, " -> ", out, ", kernel ", kernel, ", kind ", static_cast<int>(kind),
                              ", ", n, " of ", h, "x", w, ", bias ", bias, ", slope ", slope),
                 .seed = seed});
}

template <Resample Kind>
void check_typed(Context<Cpu>& context) {
    Convolution<5, 7, 3, Kind> typed({.slope = 0.2});
    AnyConvolution<Cpu> any(5, 7, 3, Kind, {.slope = 0.2});
    initialize(typed, context, 7);
    initialize(any, context, 7);
    const auto x = random_tensor<FeatureMaps<Cpu, 5, 6, 8>>(std::array<Index, 4>{3, 5, 6, 8}, 1);
    const Size size = any.output_size({6, 8});
    FeatureMaps<Cpu> y({3, 7, size.height, size.width});
    any.forward(context, x.view(), y.view());
    const auto found = typed(context, x);
    BOOST_TEST(same(found, y));
    static_assert(decltype(found)::extents[1] == 7);
    static_assert(decltype(found)::extents[3] == (Kind == Resample::none ? 8 : Kind == Resample::down ? 4 : 16));
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 100;
    for (const Resample kind : {Resample::none, Resample::up, Resample::up_rotated, Resample::down}) {
        check_convolution_layer(3, kind, true, 0.2, ++seed);
        check_convolution_layer(3, kind, true, 1.0, ++seed);
        check_convolution_layer(3, kind, false, 1.0, ++seed);
        check_convolution_layer(3, kind, false, 0.0, ++seed);
    }
    for (int k = 0; k < 4; ++k) check_convolution_layer(1, Resample::none, k % 2 == 0, k < 2 ? 0.2 : 1.0, ++seed);
}

BOOST_AUTO_TEST_CASE(one_channel_and_one_pixel) {
    for (const Resample kind : {Resample::none, Resample::up, Resample::up_rotated, Resample::down}) {
        const Index side = kind == Resample::down ? 2 : 1;
        const auto make = [=]<class Device>(Device) {
            using Layer = AnyConvolution<Device>;
            const Layer layer(1, 1, 3, kind, {.slope = 0.2});
            const Size size = layer.output_size({static_cast<int>(side), static_cast<int>(side)});
            return LayerCase{layer, calls_of<Layer>({1, 1, side, side}, {1, 1, size.height, size.width})};
        };
        check_layer(make, {.name = "Convolution of one channel", .seed = 5});
    }
}

BOOST_AUTO_TEST_CASE(up_and_up_rotated_differ_by_the_turn_of_the_kernel) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    AnyConvolution<Cpu> up(2, 3, 3, Resample::up, {.bias = false}),
        rotated(2, 3, 3, Resample::up_rotated, {.bias = false});
    initialize(up, context, 1);
    initialize(rotated, context, 1);
    for_each_parameter(rotated, [](const std::string&, Parameter<Cpu>& p) {  // (3, 3, 2, 3): turn both kernel axes
        std::vector<float> turned(p.value().begin(), p.value().end());
        for (std::size_t tap = 0; tap < 9; ++tap)
            std::copy_n(turned.data() + tap * 6, 6, p.value().data() + (8 - tap) * 6);
    });
    const auto x = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{2, 2, 5, 3}, 2);
    FeatureMaps<Cpu> a({2, 3, 10, 6}), b({2, 3, 10, 6});
    up.forward(context, x.view(), a.view());
    rotated.forward(context, x.view(), b.view());
    for (Index i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(a.data()[i] - b.data()[i]) < 1e-5f);
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    check_typed<Resample::none>(context);
    check_typed<Resample::up>(context);
    check_typed<Resample::up_rotated>(context);
    check_typed<Resample::down>(context);
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    using Any = AnyConvolution<Cpu>;
    BOOST_CHECK_EXCEPTION(Any(3, 0, 3, Resample::none), ShapeError, [](const Error& e) {
        return e.what() == std::string("Convolution: feature maps are 3 and 0, expected at least 1");
    });
    BOOST_CHECK_EXCEPTION(Any(3, 3, 2, Resample::none), ShapeError, [](const Error& e) {
        return e.what() == std::string("Convolution: kernel is 2, expected 3, or 1 without resampling");
    });
    BOOST_CHECK_THROW(Any(3, 3, 1, Resample::up), ShapeError);
    Context<Cpu> context({.kernels = kernels_under_test()});
    const Any layer(3, 2, 3, Resample::none);
    FeatureMaps<Cpu> x({1, 4, 5, 5}), y({1, 2, 5, 5});
    std::fill_n(x.data(), x.size(), 0.0f);
    BOOST_CHECK_EXCEPTION(layer.forward(context, x.view(), y.view()), ShapeError, [](const Error& e) {
        const std::string what = e.what();
        return what.find('3') != std::string::npos && what.find('4') != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()
