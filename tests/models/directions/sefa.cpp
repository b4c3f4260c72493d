// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/directions/sefa.hpp>
#include <stylegan/models/directions/style_weights.hpp>

#include "models/networks.hpp"

#include <cmath>

BOOST_AUTO_TEST_SUITE(sefa)

using namespace stylegan;
using namespace model_test;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd random_matrix(Index rows, Index columns, std::uint32_t number) {
    MatrixXd m(rows, columns);
    RandomStream(5, 0, Purpose::test, number).fill_normal(m.data(), static_cast<std::size_t>(m.size()));
    return m;
}

}  // namespace

BOOST_AUTO_TEST_CASE(directions_are_orthonormal_eigenvectors) {
    for (const Index columns : {1, 3, 7, 40}) {
        const MatrixXd weights = random_matrix(7, columns, static_cast<std::uint32_t>(columns));
        const SefaDirections found = stylegan::sefa(weights);
        BOOST_TEST((found.directions * found.directions.transpose()).isIdentity(1e-12));
        const MatrixXd a = weights.colwise().normalized();
        BOOST_TEST((found.directions * a * a.transpose())
                       .isApprox(found.values.asDiagonal() * found.directions, columns < 7 ? 1e-6 : 1e-10));
        for (Index k = 1; k < 7; ++k) BOOST_TEST(found.values(k - 1) >= found.values(k));
        BOOST_TEST(std::abs(found.values.sum() - static_cast<double>(columns)) < 1e-10);  // columns have length 1
        for (Index k = 0; k < 7; ++k)
            BOOST_TEST(found.directions.row(k).maxCoeff() == found.directions.row(k).cwiseAbs().maxCoeff());
    }
}

BOOST_AUTO_TEST_CASE(a_matrix_whose_directions_are_known) {
    MatrixXd weights = MatrixXd::Zero(3, 7);  // one column along y, two along x, three along z; one that moves nothing
    weights(1, 0) = 4;
    weights(0, 1) = -2;
    weights(0, 2) = 1;
    weights(2, 3) = weights(2, 4) = 0.5;
    weights(2, 5) = -9;
    const SefaDirections found = stylegan::sefa(weights);
    MatrixXd expected(3, 3);
    expected << 0, 0, 1, 1, 0, 0, 0, 1, 0;
    BOOST_TEST(found.directions.isApprox(expected, 1e-12));
    BOOST_TEST(found.values.isApprox(Eigen::Vector3d(3, 2, 1), 1e-12));
}

BOOST_AUTO_TEST_CASE(the_length_of_a_column_plays_no_part) {
    const MatrixXd weights = random_matrix(6, 20, 1);
    VectorXd scale = random_matrix(20, 1, 2).cwiseAbs().array() + 0.01;
    scale(3) = -scale(3);
    const SefaDirections a = stylegan::sefa(weights), b = stylegan::sefa(weights * scale.asDiagonal());
    BOOST_TEST(a.directions.isApprox(b.directions, 1e-9));
    BOOST_TEST(a.values.isApprox(b.values, 1e-12));
}

BOOST_AUTO_TEST_CASE(refuses_what_has_no_directions) {
    BOOST_CHECK_EXCEPTION((void)stylegan::sefa(MatrixXd(4, 0)), ShapeError,
                          says("sefa: the weights are 4x0, expected at least 1x1"));
    MatrixXd weights = random_matrix(2, 2, 1);
    weights(1, 1) = NAN;
    BOOST_CHECK_EXCEPTION((void)stylegan::sefa(weights), ValueError,
                          says("sefa: the weights have a number that is not finite"));
}

BOOST_AUTO_TEST_CASE(the_weights_are_those_of_the_layers_in_their_order) {
    const AnyGenerator<Cpu> g = trained(AnyGenerator<Cpu>(small, 1, Cpu{1}));
    std::vector<MatrixXd> all;
    for (int l = 0; l < small.layers(); ++l) all.push_back(style_weights(g, {l}));
    for (int l = 0; l < small.layers(); ++l) {
        BOOST_TEST(all[static_cast<std::size_t>(l)].rows() == small.w_size());
        BOOST_TEST(all[static_cast<std::size_t>(l)].cols() == 2 * small.feature_maps(l / 2));
    }
    const MatrixXd two = style_weights(g, {5, 1});
    BOOST_TEST((two.leftCols(all[5].cols()) == all[5]));
    BOOST_TEST((two.rightCols(all[1].cols()) == all[1]));

    // a style is w times its weight: the layer's own, as the network multiplies it
    for_each_parameter(g, [&](const std::string& name, const auto& p) {
        if (name != "G_synthesis/" + to_string(small.size(0)) + "/Conv/StyleMod/weight") return;
        BOOST_TEST(static_cast<double>(p.value()[1]) == all[1](0, 1));
        BOOST_TEST(static_cast<double>(p.value()[static_cast<std::size_t>(p.shape()[1])]) == all[1](1, 0));
    });
}

BOOST_AUTO_TEST_CASE(names_a_layer_that_does_not_exist) {
    const AnyGenerator<Cpu> g(small, 1, Cpu{1});
    const std::string last = std::to_string(small.layers() - 1), beyond = std::to_string(small.layers());
    BOOST_CHECK_EXCEPTION((void)style_weights(g, {small.layers()}), ValueError,
                          says("style_weights: layer is " + beyond + ", expected 0 to " + last));
    BOOST_CHECK_EXCEPTION((void)style_weights(g, {-1}), ValueError,
                          says("style_weights: layer is -1, expected 0 to " + last));
    BOOST_CHECK_EXCEPTION((void)style_weights(g, {}), ValueError,
                          says("style_weights: there are no layers, expected at least 1"));
    Architecture plain = small;
    plain.use_styles = false;
    BOOST_CHECK_EXCEPTION((void)style_weights(AnyGenerator<Cpu>(plain, 1, Cpu{1}), {0}), ValueError,
                          says("style_weights: the network has no styles"));
}

BOOST_AUTO_TEST_SUITE_END()
