// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/dense.hpp>
#include <stylegan/layers/initialize.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(dense)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 0;
    for (const bool bias : {true, false})
        for (const double slope : {1.0, 0.2, 0.0})
            for (int k = 0; k < 2; ++k) {
                Draw draw(++seed);
                const Index n = draw.between(1, 6), in = draw.between(1, 40), out = draw.between(1, 40);
                const auto make = [=]<class Device>(Device) {
                    using Layer = Dense<dynamic, dynamic, Device>;
                    auto calls = calls_of<Layer>({n, in}, {n, out});
                    calls.optional_gradients = {0};
                    return LayerCase{Layer(static_cast<int>(in), static_cast<int>(out),
                                           {.lr = {.lrmul = 0.5}, .bias = bias, .slope = slope}),
                                     calls};
                };
                check_layer(make,
                            {.name = text("Dense ", in, " -> ", out, ", batch ", n, ", slope ", slope), .seed = seed});
            }
}

BOOST_AUTO_TEST_CASE(is_the_product_scaled_plus_the_scaled_bias) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const LinearOptions options{.lr = {.gain = 2, .lrmul = 0.25}, .slope = 0.2};
    Dense<3, 2> layer(options);
    for_each_parameter(layer, [](const std::string&, Parameter<Cpu>& p) {
        for (Index i = 0; i < p.size(); ++i) p.value()[static_cast<std::size_t>(i)] = static_cast<float>(i) - 2.0f;
    });
    Vectors<Cpu, 3> x(1);
    x.view()(0, 0) = 1, x.view()(0, 1) = -2, x.view()(0, 2) = 3;
    const auto y = layer(context, x);
    const double scale = 2 / std::sqrt(3.0) * 0.25;  // weights are -2 -1, 0 1, 2 3 and biases -2 -1
    BOOST_TEST(y.view()(0, 0) == 4 * scale - 2 * 0.25, boost::test_tools::tolerance(1e-6));
    BOOST_TEST(y.view()(0, 1) == 6 * scale - 0.25, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(starts_with_the_variance_of_its_options) {
    for (const bool wscale : {true, false})
        for (const double lrmul : {1.0, 0.01}) {
            const EqualizedLr lr{.lrmul = lrmul, .wscale = wscale};
            Dense<dynamic, dynamic> layer(50, 80, {.lr = lr});
            Context<Cpu> context({.kernels = kernels_under_test()});
            initialize(layer, context, 3);
            for_each_parameter(layer, [&](const std::string& name, Parameter<Cpu>& p) {
                double squares = 0;
                for (const float v : p.value()) squares += double(v) * double(v);
                if (name == "bias") BOOST_TEST(squares == 0);
                if (name == "weight")  // used, its variance is gain^2 / fan_in whatever the options
                    BOOST_TEST(std::sqrt(squares / double(p.size())) * lr.scale(50) == lr.he(50),
                               boost::test_tools::tolerance(0.05));
            });
        }
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    Dense<19, 35> typed({.slope = 0.2});
    Dense<dynamic, dynamic> any(19, 35, {.slope = 0.2});
    initialize(typed, context, 7);
    initialize(any, context, 7);
    const auto x = random_tensor<Vectors<Cpu, 19>>(std::array<Index, 2>{5, 19}, 1);
    Vectors<Cpu> y({5, 35});
    any.forward(context, x.view(), y.view());
    BOOST_TEST(same(typed(context, x), y));
}

BOOST_AUTO_TEST_CASE(refuses_widths_that_do_not_fit) {
    using Any = Dense<dynamic, dynamic>;
    BOOST_CHECK_EXCEPTION(Any(0, 3), ShapeError, [](const Error& e) {
        return e.what() == std::string("Dense: widths are 0 and 3, expected at least 1");
    });
    Context<Cpu> context({.kernels = kernels_under_test()});
    const Any layer(4, 3);
    Vectors<Cpu> x({2, 5}), y({2, 3});
    BOOST_CHECK_EXCEPTION(layer.forward(context, x.view(), y.view()), ShapeError, [](const Error& e) {
        const std::string what = e.what();
        return what.find('4') != std::string::npos && what.find('5') != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_gradient_before_clear_gradient_is_refused) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    Dense<dynamic, dynamic> layer(4, 3);
    Vectors<Cpu> x({2, 4}), y({2, 3});
    std::fill_n(x.data(), x.size(), 1.0f);
    Dense<dynamic, dynamic>::Cache cache;
    layer.forward(context, x.view(), y.view(), &cache);
    BOOST_CHECK_THROW(layer.backward(context, cache, std::as_const(y).view(), {}, Pass::gradients), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
