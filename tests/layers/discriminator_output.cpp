// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/discriminator_output.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(discriminator_output)

using namespace stylegan;
using namespace layer_test;

namespace {

/// One-hot labels, (n, classes).
template <class Device>
Vectors<Device> labels_of(Index n, int classes) {
    Vectors<Device> labels({n, classes});
    std::fill_n(labels.data(), labels.size(), typename Device::Scalar(0));
    for (Index i = 0; i < n; ++i) labels.view()(i, (i * 2 + 1) % classes) = 1;
    return labels;
}

void check_output(const std::string& name, const Architecture& a, Index n, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    const auto make = [=]<class Device>(Device) {
        using Layer = DiscriminatorOutput<Device>;
        const auto labels = std::make_shared<Vectors<Device>>(a.label_size > 0 ? labels_of<Device>(n, a.label_size)
                                                                               : Vectors<Device>());
        const Rows<const typename Device::Scalar> view = std::as_const(*labels).view();
        return LayerCase{Layer(a), calls_of<Layer>({n, a.feature_maps(0), a.base.height, a.base.width}, {n, 1}, view),
                         labels};
    };
    check_layer(make, {.name = text("DiscriminatorOutput, ", name, ", batch ", n), .seed = seed});
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    Architecture a{.base = {2, 3}, .resolution_log2 = 2, .fmap_base = 18, .fmap_max = 10};
    std::uint64_t seed = 1000;
    for (const Index n : {1, 2, 3, 4}) check_output("group 4", a, n, ++seed);
    a.mbstd_group_size = 3;
    a.mbstd_num_features = 3;
    check_output("group 3, 3 features", a, 6, ++seed);
    a.mbstd_group_size = 0;
    check_output("no minibatch stddev", a, 5, ++seed);
    a.mbstd_group_size = 2;
    a.label_size = 3;
    check_output("3 classes", a, 4, ++seed);
    a.label_size = 1;
    a.nonlinearity = Nonlinearity::relu;
    a.use_wscale = false;
    check_output("1 class, ReLU, no wscale", a, 4, ++seed);
}

BOOST_AUTO_TEST_CASE(a_label_chooses_the_score) {
    const Architecture a{
        .base = {2, 3}, .resolution_log2 = 2, .label_size = 3, .fmap_base = 18, .fmap_max = 10, .mbstd_group_size = 0};
    Context<Cpu> context({.kernels = kernels_under_test()});
    DiscriminatorOutput<Cpu> layer(a);
    for_each_parameter(layer, [n = 0u](const std::string&, Parameter<Cpu>& p) mutable {
        RandomStream(1, 0, Purpose::test, n++).fill_normal(p.value().data(), p.value().size());
    });
    const auto one = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{1, a.feature_maps(0), 2, 3}, 1);
    FeatureMaps<Cpu> x({3, a.feature_maps(0), 2, 3});
    for (Index n = 0; n < 3; ++n) std::copy_n(one.data(), one.size(), x.view().part(n, 1).data);
    Vectors<Cpu> labels({3, 3}), scores({3, 1}), mixed({1, 1});
    std::fill_n(labels.data(), labels.size(), 0.0f);
    for (Index n = 0; n < 3; ++n) labels.view()(n, n) = 1;
    layer.forward(context, x.view(), labels.view(), scores.view());
    BOOST_TEST(scores.data()[0] != scores.data()[1]);
    Vectors<Cpu> blend({1, 3});
    blend.data()[0] = 0.5f, blend.data()[1] = 0.25f, blend.data()[2] = -1;
    layer.forward(context, one.view(), blend.view(), mixed.view());
    BOOST_TEST(std::abs(mixed.data()[0] - (0.5f * scores.data()[0] + 0.25f * scores.data()[1] - scores.data()[2])) <
               1e-4f);
}

BOOST_AUTO_TEST_SUITE_END()
