// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/truncation.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(truncation)

using namespace stylegan;
using namespace layer_test;

namespace {

/// Latent 3, w average (1, 2, 3).
template <class Layer>
Layer averaged(Layer layer) {
    for (std::size_t i = 0; i < 3; ++i) layer.average().value()[i] = static_cast<float>(i + 1);
    return layer;
}

}  // namespace

BOOST_AUTO_TEST_CASE(pulls_the_layers_below_the_cutoff_towards_the_average) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto layer = averaged(Truncation<dynamic>(3));
    const auto w = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{4, 2, 3}, 1);
    for (const float psi : {0.7f, 0.0f, -1.0f, 1.5f})
        for (const int cutoff : {0, 1, 3, 4, 99}) {
            auto y = w;
            layer.forward(context, {.psi = psi, .cutoff = cutoff}, y.view());
            for (Index l = 0; l < 4; ++l)
                for (Index n = 0; n < 2; ++n)
                    for (Index i = 0; i < 3; ++i) {
                        const double mean = static_cast<double>(i + 1), before = double(w.view()(l, n, i));
                        const double expected = l < cutoff ? mean + double(psi) * (before - mean) : before;
                        BOOST_TEST(std::abs(double(y.view()(l, n, i)) - expected) < 1e-5);
                    }
        }
}

BOOST_AUTO_TEST_CASE(arrays_of_eigen_and_xtensor_are_truncated_in_place) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto layer = averaged(Truncation<dynamic>(3));
    const auto w = random_tensor<Vectors<Cpu>>(std::array<Index, 2>{5, 3}, 1);
    auto expected = w;
    layer.forward(context, {.psi = 0.3f}, expected.view().as(1, 5, 3));
    auto rows = to_eigen(w);
    layer.apply(context, {.psi = 0.3f, .cutoff = 0}, rows);  // one w for all layers ignores the cutoff
    BOOST_TEST((rows == as_eigen(expected)));
    Array<float, 2> x = w;
    layer.apply(context, {.psi = 0.3f}, as_eigen(x));
    BOOST_TEST((as_eigen(x) == as_eigen(expected)));
    BOOST_CHECK_THROW(layer.apply(context, {.psi = 0.3f}, rows.leftCols(2)), ShapeError);

    // (N, layers, Latent), as from Generator::styles()
    const auto styles = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{2, 4, 3}, 2);
    Array<float, 3> all = styles;
    layer.apply(context, {.psi = 0.3f, .cutoff = 2}, all);
    for (Index n = 0; n < 2; ++n) {
        auto one = styles;
        layer.forward(context, {.psi = 0.3f, .cutoff = 2}, one.view().part(n, 1).as(4, 1, 3));
        BOOST_TEST((as_eigen(all).row(n) == as_eigen(one).row(n)));
    }
}

BOOST_AUTO_TEST_CASE(psi_1_and_cutoff_0_change_no_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto layer = averaged(Truncation<dynamic>(3));
    const auto w = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{4, 2, 3}, 1);
    auto y = w;
    layer.forward(context, {}, y.view());
    BOOST_TEST(same(y, w));
    layer.forward(context, {.psi = 0.3f, .cutoff = 0}, y.view());
    BOOST_TEST(same(y, w));
    layer.forward(context, {.psi = 0.3f, .cutoff = -1}, y.view());  // no layer is below it
    BOOST_TEST(same(y, w));
}

BOOST_AUTO_TEST_CASE(psi_0_gives_the_average_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto layer = averaged(Truncation<dynamic>(3));
    auto y = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{2, 5, 3}, 1);
    layer.forward(context, {.psi = 0}, y.view());
    for (Index i = 0; i < y.size(); ++i) BOOST_TEST(y.data()[i] == static_cast<float>(i % 3 + 1));
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto typed = averaged(Truncation<3>());
    const auto any = averaged(Truncation<dynamic>(3));
    const auto w = random_tensor<Vectors<Cpu, 3>>(std::array<Index, 2>{5, 3}, 1);
    auto y = w;
    any.forward(context, {.psi = 0.7f}, y.view().as(1, 5, 3));
    BOOST_TEST(same(typed(context, w, 0.7f), y));
}

BOOST_AUTO_TEST_CASE(refuses_styles_of_another_length) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const Truncation<3> layer;
    Tensor<Cpu, dynamic, dynamic, dynamic> w({6, 2, 4});
    BOOST_CHECK_EXCEPTION(layer.forward(context, {.psi = 0.5f}, w.view()), ShapeError, [](const Error& e) {
        return e.what() == std::string("Truncation: length of w is 4, expected 3");
    });
}

BOOST_AUTO_TEST_CASE(its_average_is_kept_but_not_trained) {
    const Truncation<3> layer;
    for_each_parameter(layer, [](const std::string& name, const Parameter<Cpu>& p) {
        BOOST_TEST(name == "dlatent_avg");
        BOOST_TEST(!p.trainable());
        BOOST_TEST(p.size() == 3);
    });
}

BOOST_AUTO_TEST_SUITE_END()
