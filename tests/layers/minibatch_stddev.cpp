// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/minibatch_stddev.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(minibatch_stddev)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(derivatives_and_kernels_agree) {
    std::uint64_t seed = 900;
    for (const int features : {1, 2, 3})
        for (const auto& [group_size, batch] :
             std::vector<std::pair<int, Index>>{{4, 1}, {4, 2}, {4, 3}, {4, 4}, {2, 6}, {3, 6}}) {
            const int group = group_size;
            const Index n = batch;
            Draw draw(++seed);  // few elements: the deviation of a pair is nearly a kink where its two values meet
            const Index c = features * draw.between(1, 3), h = draw.between(1, 3), w = h + draw.between(1, 2);
            const auto make = [=]<class Device>(Device) {
                using Layer = AnyMinibatchStddev<Device>;
                return LayerCase{Layer(group, features), calls_of<Layer>({n, c, h, w}, {n, c + features, h, w})};
            };
            check_layer(make, {.name = text("MinibatchStddev of ", n, "x", c, "x", h, "x", w, ", group ", group,
                                            ", features ", features),
                               .seed = seed,
                               .step = 3e-6});
        }
}

BOOST_AUTO_TEST_CASE(pictures_that_are_one_group_apart_share_their_deviation) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const MinibatchStddev<2> layer;
    const auto x = random_tensor<FeatureMaps<Cpu, 3, 2, 2>>(std::array<Index, 4>{6, 3, 2, 2}, 1);
    const auto y = layer(context, x);
    static_assert(decltype(y)::extents[1] == 4);
    for (Index n = 0; n < 6; ++n) {  // sample n belongs to group n mod 3
        double mean = 0;
        for (Index i = 0; i < 12; ++i) {
            const double a = double(x.view().part(n % 3, 1).data[i]), b = double(x.view().part(n % 3 + 3, 1).data[i]);
            mean += std::sqrt((a - b) * (a - b) / 4 + 1e-8) / 12;
        }
        for (Index i = 0; i < 4; ++i) BOOST_TEST(std::abs(double(y.view()(n, 3, i / 2, i % 2)) - mean) < 1e-6);
        for (Index i = 0; i < 12; ++i) BOOST_TEST(y.view().part(n, 1).data[i] == x.view().part(n, 1).data[i]);
    }
}

BOOST_AUTO_TEST_CASE(typed_and_dynamic_forms_agree_bit_for_bit) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const MinibatchStddev<3, 2> typed;
    const AnyMinibatchStddev<Cpu> any(3, 2);
    const auto x = random_tensor<FeatureMaps<Cpu, 4, 2, 5>>(std::array<Index, 4>{6, 4, 2, 5}, 1);
    FeatureMaps<Cpu> y({6, 6, 2, 5});
    any.forward(context, x.view(), y.view());
    BOOST_TEST(same(typed(context, x), y));
}

BOOST_AUTO_TEST_CASE(says_which_pictures_stay_together) {
    const AnyMinibatchStddev<Cpu> layer(4, 1);
    BOOST_TEST(layer.group(1) == 1);
    BOOST_TEST(layer.group(3) == 3);
    BOOST_TEST(layer.group(8) == 4);
    BOOST_CHECK_EXCEPTION((void)layer.group(6), ShapeError, [](const Error& e) {
        return e.what() == std::string("MinibatchStddev: batch is 6, expected less than 4 or a multiple of it");
    });
    for (const int none : {0, 1}) {
        const AnyMinibatchStddev<Cpu> off(none, 1);
        BOOST_TEST(!off.exists());
        BOOST_TEST(off.features() == 0);
        BOOST_TEST(off.group(7) == 1);
    }
    Context<Cpu> context({.kernels = kernels_under_test()});
    FeatureMaps<Cpu> x({6, 2, 3, 3}), y({6, 3, 3, 3});
    BOOST_CHECK_THROW(layer.forward(context, x.view(), y.view()), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
