// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sefa.hpp>
#include <stylegan/models/directions/style_weights.hpp>
#include <stylegan/models/generator.hpp>

#include "architectures.hpp"
#include "results.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// A tensor of one or two axes; one axis is a column.
MatrixXd matrix(const SafetensorsFile& file, const std::string& name) {
    const auto& shape = file.shape(name);
    const std::vector<double> values = file.read_double(name);
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(values.data(), shape.at(0), shape.size() > 1 ? shape[1] : 1);
}

void check(const SafetensorsFile& file, const std::string& name, const MatrixXd& found, double tolerance) {
    BOOST_TEST_CONTEXT(name) {
        const MatrixXd expected = matrix(file, name);
        BOOST_TEST_REQUIRE(found.rows() == expected.rows());
        BOOST_TEST_REQUIRE(found.cols() == expected.cols());
        BOOST_TEST((found - expected).cwiseAbs().maxCoeff() <= tolerance * expected.cwiseAbs().maxCoeff());
    }
}

}  // namespace

/// g/... a generator, out/sefa_layers_X and _directions_X, f64/sefa_values_X; in/z w, out/pca_..., f64/pca_...
void golden_latent_directions(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    AnyGenerator<Cpu> g(golden::described_architecture(file, "g/"), 0, Cpu{.threads = 2, .kernels = golden::kernels()});
    load_parameters(file, "g/", g);

    for (const std::string& name : golden::names_below(file, "out/sefa_layers_")) {
        const std::string choice = name.substr(std::string("out/sefa_layers_").size());
        const SefaDirections found = sefa(style_weights(g, file.read<int>(name)));
        check(file, "out/sefa_directions_" + choice, found.directions, 1e-4);
        check(file, "f64/sefa_values_" + choice, found.values, 1e-5);
    }

    const auto w = g.map(golden::read<2>(file, "in/z"));
    golden::check_close(file, "in/w", golden::Result(w), 1e-5);
    const MatrixXd stored = matrix(file, "in/w");
    for (const MatrixXd& samples : {stored, MatrixXd(as_eigen(w).cast<double>())}) {
        const PrincipalComponents found = principal_components(samples);
        check(file, "out/pca_mean", found.mean, 1e-5);
        check(file, "out/pca_components", found.components, 1e-3);
        check(file, "f64/pca_std", found.deviations, 1e-5);
        check(file, "f64/pca_variance_ratio", found.variance_ratio, 1e-5);
        check(file, "out/pca_coordinates", found.coordinates(samples.topRows(8)), 1e-3);
        const auto n = static_cast<double>(samples.rows());
        check(file, "f64/pca_std_unbiased", found.deviations * std::sqrt(n / (n - 1)), 1e-5);
    }
}
