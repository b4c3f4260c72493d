// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sampled_w_moments.hpp>

#include "models/networks.hpp"

#include <cmath>
#include <vector>

BOOST_AUTO_TEST_SUITE(principal_components)

using namespace stylegan;
using namespace model_test;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

MatrixXd normal_matrix(Index rows, Index columns) {
    MatrixXd m(rows, columns);
    RandomStream(8, 0, Purpose::test, 1).fill_normal(m.data(), static_cast<std::size_t>(m.size()));
    return m;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_known_gaussian_is_found) {
    const Eigen::Vector4d mean(3, -1, 0, 100), deviations(5, 2, 1, 0.25);
    MatrixXd axes(4, 4);  // orthonormal
    axes << 1, 1, 1, 1, 1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, 1;
    axes /= 2;
    const Index n = 20000;
    const MatrixXd w =
        (normal_matrix(n, 4) * deviations.asDiagonal() * axes).rowwise() + Eigen::RowVectorXd(mean.transpose());
    const PrincipalComponents found = stylegan::principal_components(w);
    BOOST_TEST((found.mean - mean).norm() < 5 * 5 / std::sqrt(static_cast<double>(n)));
    for (Index k = 0; k < 4; ++k) {
        BOOST_TEST(std::abs(found.components.row(k).dot(axes.row(k))) > 0.999);
        BOOST_TEST(std::abs(found.deviations(k) / deviations(k) - 1) < 0.03);
        BOOST_TEST(std::abs(found.variance_ratio(k) - std::pow(deviations(k), 2) / deviations.squaredNorm()) < 0.01);
        Index largest = 0;
        found.components.row(k).cwiseAbs().maxCoeff(&largest);
        BOOST_TEST(found.components(k, largest) > 0);
    }
    BOOST_TEST((found.components * found.components.transpose()).isIdentity(1e-12));
    BOOST_TEST(std::abs(found.variance_ratio.sum() - 1) < 1e-12);
    const MatrixXd coordinates = found.coordinates(w);
    BOOST_TEST((coordinates.transpose() * coordinates / static_cast<double>(n)).isIdentity(1e-8));
    BOOST_TEST(coordinates.colwise().mean().norm() < 1e-10);
}

BOOST_AUTO_TEST_CASE(parts_give_the_moments_of_the_whole) {
    const MatrixXd w = normal_matrix(101, 3).array() + 1e6;
    const Eigen::RowVectorXd mean = w.colwise().mean();
    const MatrixXd centred = w.rowwise() - mean, covariance = centred.transpose() * centred / 101.0;
    WMoments moments(3);
    for (Index first : {0, 1, 40, 97})
        moments.add(w.middleRows(first, (first == 0 ? 1 : first == 1 ? 40 : first == 40 ? 97 : 101) - first));
    BOOST_TEST(moments.count() == 101);
    BOOST_TEST(moments.mean().isApprox(mean.transpose(), 1e-14));
    BOOST_TEST(moments.covariance().isApprox(covariance, 1e-8));
    MatrixXd directions(2, 3);
    directions << 0, 7, 0, 1, -1, 2;
    const VectorXd along = moments.deviations_along(directions);
    BOOST_TEST(std::abs(along(0) - std::sqrt(covariance(1, 1))) < 1e-8);
    BOOST_TEST(std::abs(along(1) - std::sqrt((centred * directions.row(1).transpose()).squaredNorm() / 101 / 6)) <
               1e-8);
}

BOOST_AUTO_TEST_CASE(few_samples_have_few_components) {
    const PrincipalComponents found = stylegan::principal_components(normal_matrix(4, 9));
    BOOST_TEST(found.components.rows() == 3);
    BOOST_TEST(found.deviations.size() == 3);
    BOOST_TEST(std::abs(found.variance_ratio.sum() - 1) < 1e-12);
    BOOST_TEST(found.coordinates(normal_matrix(2, 9)).cols() == 3);
}

BOOST_AUTO_TEST_CASE(refuses_too_few_samples) {
    BOOST_CHECK_EXCEPTION((void)stylegan::principal_components(normal_matrix(1, 3)), ValueError,
                          says("principal_components: has 1 samples of w, expected at least 2"));
    BOOST_CHECK_EXCEPTION((void)stylegan::principal_components(MatrixXd::Ones(5, 3)), ValueError,
                          says("principal_components: all samples of w are equal, expected different ones"));
    BOOST_CHECK_EXCEPTION((void)WMoments(3).mean(), ValueError, says("WMoments: has no samples, expected at least 1"));
    BOOST_CHECK_EXCEPTION((void)WMoments(0), ShapeError, says("WMoments: width is 0, expected at least 1"));
    BOOST_CHECK_THROW(WMoments(3).add(normal_matrix(2, 4)), ShapeError);
    BOOST_CHECK_THROW((void)stylegan::principal_components(normal_matrix(5, 3)).coordinates(normal_matrix(5, 4)),
                      ShapeError);
    MatrixXd w = normal_matrix(5, 3);
    w(2, 1) = INFINITY;
    BOOST_CHECK_EXCEPTION((void)stylegan::principal_components(w), ValueError,
                          says("WMoments: w has a number that is not finite"));
}

BOOST_AUTO_TEST_CASE(samples_of_a_network_are_its_w_of_the_seed) {
    const AnyGenerator<Cpu> g = trained(AnyGenerator<Cpu>(small, 1, Cpu{1}));
    std::vector<std::size_t> done;
    const auto map = [&](const auto& z) { return g.map(z); };
    const WMoments moments =
        sampled_w_moments(map, small.latent_size, 300, 5, [&](std::size_t n) { done.push_back(n); });
    BOOST_TEST(done == (std::vector<std::size_t>{256, 300}), boost::test_tools::per_element());
    NumpyRandomState random(5);
    auto z = xt::xtensor<float, 2>::from_shape({300, static_cast<std::size_t>(small.latent_size)});
    for (float& v : z) v = static_cast<float>(random.randn());
    const auto mapped = g.map(z);
    const MatrixXd w = as_eigen(mapped).cast<double>();
    BOOST_TEST(moments.count() == 300);
    BOOST_TEST(moments.mean().isApprox(w.colwise().mean().transpose(), 1e-9));
    BOOST_TEST(stylegan::principal_components(moments).deviations.isApprox(stylegan::principal_components(w).deviations,
                                                                           1e-7));
    BOOST_CHECK_EXCEPTION((void)sampled_w_moments(map, small.latent_size, 0), ValueError,
                          says("sampled_w_moments: 0 latents of length 7, expected at least 1"));
}

BOOST_AUTO_TEST_SUITE_END()
