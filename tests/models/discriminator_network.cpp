// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator_network.hpp>

#include "layers/layer_case.hpp"

BOOST_AUTO_TEST_SUITE(discriminator_network)

using namespace stylegan;
using namespace layer_test;

namespace {

void check_network(const std::string& name, const Architecture& a, double lod, Index n, std::uint64_t seed) {
    BOOST_REQUIRE(a.flaw() == nullptr);
    const Level level = Level::of(a, lod);
    const Size size = a.size(level.stage);
    const auto make = [=]<class Device>(Device) {
        using Layer = DiscriminatorNetwork<Device>;
        const auto labels = std::make_shared<Vectors<Device>>();
        if (a.label_size > 0) *labels = random_tensor<Vectors<Device>>(std::array<Index, 2>{n, a.label_size}, 3);
        const Rows<const typename Device::Scalar> view = std::as_const(*labels).view();
        auto calls = calls_of<Layer>({n, a.num_channels, size.height, size.width}, {n, 1}, view, level);
        calls.optional_gradients = {0};
        return LayerCase{Layer(a), calls, labels};
    };
    check_layer(
        make,
        {.name = text("DiscriminatorNetwork, ", name, ", lod ", lod, ", batch ", n), .seed = seed, .coordinates = 3});
}

}  // namespace

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    Architecture a{.base = {2, 3}, .resolution_log2 = 4, .fmap_base = 24, .fmap_max = 8};
    std::uint64_t seed = 2000;
    for (const double lod : {0.0, 0.3, 1.0, 1.75, 2.0}) check_network("base 2x3", a, lod, 4, ++seed);
    a.label_size = 3;
    a.num_channels = 1;
    check_network("3 classes, 1 colour", a, 0.5, 3, ++seed);
    a.mbstd_group_size = 0;
    a.num_channels = 4;
    a.nonlinearity = Nonlinearity::relu;
    check_network("no minibatch stddev, 4 colours, ReLU", a, 0.25, 5, ++seed);
    a = config_a;
    a.base = {3, 1}, a.resolution_log2 = 4, a.fmap_base = 24, a.fmap_max = 8;
    check_network("configuration A", a, 0.6, 2, ++seed);
}

BOOST_AUTO_TEST_CASE(finer_stages_do_not_count) {
    const Architecture deep{.resolution_log2 = 4, .fmap_base = 64, .fmap_max = 8};
    Architecture flat = deep;
    flat.resolution_log2 = 3;
    Context<Cpu> context;
    DiscriminatorNetwork<Cpu> a(deep), b(flat);
    for_each_parameter(a, [n = 0u](const std::string&, Parameter<Cpu>& p) mutable {
        RandomStream(1, 0, Purpose::test, n++).fill_normal(p.value().data(), p.value().size());
    });
    int copied = 0;
    for_each_parameter(b, [&](const std::string& to, Parameter<Cpu>& p) {
        for_each_parameter(a, [&](const std::string& from, Parameter<Cpu>& q) {
            std::string counted = from;  // FromRGB_lod counts down from the finest stage
            if (counted.rfind("FromRGB_lod", 0) == 0) counted[11] = static_cast<char>(counted[11] - 1);
            if (counted == to && p.shape() == q.shape()) p.value() = q.value(), ++copied;
        });
    });
    BOOST_TEST(copied == 15);
    const auto x = random_tensor<FeatureMaps<Cpu>>(std::array<Index, 4>{3, 3, 8, 8}, 1);
    Vectors<Cpu> of_deep({3, 1}), of_flat({3, 1});
    a.forward(context, x.view(), {}, Level::of(deep, 1), of_deep.view());
    b.forward(context, x.view(), {}, Level::of(flat, 0), of_flat.view());
    BOOST_TEST(same(of_deep, of_flat));
}

BOOST_AUTO_TEST_SUITE_END()
