// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/mapping_network.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(mapping_network)

using namespace stylegan;
using namespace layer_test;

namespace {

/// Widths that are all different.
Architecture small(int layers) {
    return {.latent_size = 6, .dlatent_size = 5, .mapping_layers = layers, .mapping_fmaps = 7};
}

void check_mapping(const std::string& name, const Architecture& a, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    Draw draw(seed);
    const Index n = draw.between(1, 6);
    const auto make = [=]<class Device>(Device) {
        using Layer = AnyMappingNetwork<Device>;
        const auto labels = std::make_shared<Vectors<Device>>();
        if (a.label_size > 0) *labels = random_tensor<Vectors<Device>>(std::array<Index, 2>{n, a.label_size}, 3);
        const Rows<const typename Device::Scalar> view = std::as_const(*labels).view();
        auto calls = calls_of<Layer>({n, a.latent_size}, {n, a.w_size()}, view);
        calls.optional_gradients = {0};
        return LayerCase{Layer(a), calls, labels};
    };
    check_layer(make, {.name = text("MappingNetwork, ", name, ", batch ", n), .seed = seed});
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 1100;
    for (const int layers : {0, 1, 2, 8}) check_mapping(text(layers, " layers"), small(layers), ++seed);
    for (const int layers : {0, 3}) {
        Architecture a = small(layers);
        a.label_size = 3;
        check_mapping(text(layers, " layers, 3 classes"), a, ++seed);
        a.normalize_latents = false;
        check_mapping(text(layers, " layers, 3 classes, not normalised"), a, ++seed);
        a.progressive_gan = true;
        check_mapping(text(layers, " layers, 3 classes appended, not normalised"), a, ++seed);
        a.normalize_latents = true;
        a.mapping_nonlinearity = Nonlinearity::relu;
        check_mapping(text(layers, " layers, 3 classes appended, ReLU"), a, ++seed);
        a.label_size = 0;
        a.normalize_latents = a.use_wscale = false;
        check_mapping(text(layers, " layers, not normalised, no wscale"), a, ++seed);
    }
}

BOOST_AUTO_TEST_CASE(without_layers_w_is_the_normalised_z) {
    static constexpr Architecture a{.latent_size = 6};
    Context<Cpu> context({.kernels = kernels_under_test()});
    const MappingNetwork<0, a> mapping;
    const auto z = random_tensor<Vectors<Cpu, 6>>(std::array<Index, 2>{4, 6}, 1);
    const auto w = mapping(context, z);
    for (Index n = 0; n < 4; ++n) {
        double squares = 0;
        for (Index i = 0; i < 6; ++i) squares += double(z.view()(n, i)) * double(z.view()(n, i)) / 6;
        for (Index i = 0; i < 6; ++i)
            BOOST_TEST(std::abs(double(w.view()(n, i)) - double(z.view()(n, i)) / std::sqrt(squares + 1e-8)) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(w_does_not_depend_on_the_length_of_z) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    AnyMappingNetwork<Cpu> mapping(small(3));
    stylegan::initialize(mapping, context, 1);
    auto z = random_tensor<Vectors<Cpu>>(std::array<Index, 2>{2, 6}, 1);
    Vectors<Cpu> w({2, 5}), stretched({2, 5});
    mapping.forward(context, z.view(), {}, w.view());
    for (Index i = 0; i < z.size(); ++i) z.data()[i] *= 3;
    mapping.forward(context, z.view(), {}, stretched.view());
    for (Index i = 0; i < w.size(); ++i) BOOST_TEST(std::abs(w.data()[i] - stretched.data()[i]) < 1e-5f);
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    static constexpr Architecture a{.latent_size = 6, .dlatent_size = 5, .mapping_layers = 3, .mapping_fmaps = 7};
    Context<Cpu> context({.kernels = kernels_under_test()});
    MappingNetwork<3, a> typed;
    AnyMappingNetwork<Cpu> any(a);
    stylegan::initialize(typed, context, 1);
    stylegan::initialize(any, context, 1);
    const auto z = random_tensor<Vectors<Cpu, 6>>(std::array<Index, 2>{4, 6}, 1);
    Vectors<Cpu> w({4, 5});
    any.forward(context, z.view(), {}, w.view());
    BOOST_TEST(same(typed(context, z), w));
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const AnyMappingNetwork<Cpu> mapping(small(2));
    Vectors<Cpu> z({2, 7}), w({2, 5});
    BOOST_CHECK_EXCEPTION(mapping.forward(context, z.view(), {}, w.view()), ShapeError, [](const Error& e) {
        return e.what() == std::string("MappingNetwork: length of z is 7, expected 6");
    });
    Architecture a = small(2);
    a.label_size = 3;
    const AnyMappingNetwork<Cpu> labelled(a);
    Vectors<Cpu> right({2, 6}), labels({2, 4}), few({1, 3});
    BOOST_CHECK_EXCEPTION(
        labelled.forward(context, right.view(), labels.view(), w.view()), ShapeError,
        [](const Error& e) { return e.what() == std::string("MappingNetwork: length of a label is 4, expected 3"); });
    BOOST_CHECK_EXCEPTION(
        labelled.forward(context, right.view(), few.view(), w.view()), ShapeError,
        [](const Error& e) { return e.what() == std::string("MappingNetwork: batch of labels is 1, expected 2"); });
}

BOOST_AUTO_TEST_SUITE_END()
