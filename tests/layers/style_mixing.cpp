// SPDX-License-Identifier: Apache-2.0
#include <stylegan/layers/style_mixing.hpp>

#include "layer_case.hpp"

BOOST_AUTO_TEST_SUITE(style_mixing)

using namespace stylegan;
using namespace layer_test;

BOOST_AUTO_TEST_CASE(chosen_layers_take_the_second_style) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto w = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{6, 2, 3}, 1);
    const auto second = random_tensor<Vectors<Cpu>>(std::array<Index, 2>{2, 3}, 2);
    for (const std::vector<int>& layers : std::vector<std::vector<int>>{{}, {0}, {5, 1}, {0, 1, 2, 3, 4, 5}}) {
        auto y = w;
        StyleMixing<>(layers).forward(context, second.view(), y.view());
        for (int l = 0; l < 6; ++l) {
            const bool mixed = std::find(layers.begin(), layers.end(), l) != layers.end();
            for (Index i = 0; i < 6; ++i)
                BOOST_TEST(y.view().part(l, 1).data[i] == (mixed ? second.data()[i] : w.view().part(l, 1).data[i]));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_crossover_mixes_all_layers_from_there_on) {
    BOOST_TEST(StyleMixing<4>::from(2).layers() == (std::vector<int>{2, 3}), boost::test_tools::per_element());
    BOOST_TEST(StyleMixing<4>::from(4).layers().empty());
    BOOST_TEST(StyleMixing<4>::from(0).layers().size() == 4);
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    const auto says = [](const char* what) { return [=](const Error& e) { return e.what() == std::string(what); }; };
    BOOST_CHECK_EXCEPTION(StyleMixing<4>({1, 4}), ShapeError, says("StyleMixing: layer is 4, expected 0 to 3"));
    BOOST_CHECK_EXCEPTION((void)StyleMixing<4>::from(5), ShapeError, says("StyleMixing: layer is 5, expected 0 to 4"));
    BOOST_CHECK_THROW(StyleMixing<>({-1}), ShapeError);
    Context<Cpu> context({.kernels = kernels_under_test()});
    Tensor<Cpu, dynamic, dynamic, dynamic> w({6, 2, 3});
    const Vectors<Cpu> two({2, 3}), one({1, 3}), wide({2, 4});
    BOOST_CHECK_EXCEPTION(StyleMixing<>({6}).forward(context, two.view(), w.view()), ShapeError,
                          says("StyleMixing: layer is 6, expected 0 to 5"));
    BOOST_CHECK_EXCEPTION(StyleMixing<>({1}).forward(context, one.view(), w.view()), ShapeError,
                          says("StyleMixing: batch of the second w is 1, expected 2"));
    BOOST_CHECK_EXCEPTION(StyleMixing<>({1}).forward(context, wide.view(), w.view()), ShapeError,
                          says("StyleMixing: length of the second w is 4, expected 3"));
}

BOOST_AUTO_TEST_CASE(arrays_of_eigen_and_xtensor_are_mixed_in_place) {
    Context<Cpu> context({.kernels = kernels_under_test()});
    const auto w = random_tensor<Tensor<Cpu, dynamic, dynamic, dynamic>>(std::array<Index, 3>{2, 4, 3}, 1);
    const Eigen::MatrixXf second =
        to_eigen(random_tensor<Vectors<Cpu>>(std::array<Index, 2>{2, 3}, 2));  // column-major
    Array<float, 3> y = w;
    StyleMixing<4>({1, 3}).apply(context, second, y);
    for (Index n = 0; n < 2; ++n)
        for (Index l = 0; l < 4; ++l)
            for (Index i = 0; i < 3; ++i)
                BOOST_TEST(view_of(y)(n, l, i) == (l % 2 == 1 ? second(n, i) : w.view()(n, l, i)));
    BOOST_CHECK_THROW(StyleMixing<>({1}).apply(context, second.topRows(1), y), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
