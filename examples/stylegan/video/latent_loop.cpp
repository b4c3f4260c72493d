// SPDX-License-Identifier: Apache-2.0
#include "video/latent_loop.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/metrics/path_points.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace stylegan::examples {

LatentLoop::LatentLoop(const Drawing& drawing, const std::vector<std::uint32_t>& seeds, PathSpace space)
    : drawing_(drawing), z_(latents_of_seeds(seeds, static_cast<std::size_t>(drawing.architecture().latent_size))) {
    if (space == PathSpace::z) return;
    const auto w = drawing.generator().map(z_, drawing.options(seeds.size()).labels);
    Eigen::MatrixXd points(static_cast<Eigen::Index>(w.shape(0)), static_cast<Eigen::Index>(w.shape(1)));
    for (std::size_t i = 0; i < w.shape(0); ++i)
        for (std::size_t k = 0; k < w.shape(1); ++k)
            points(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = static_cast<double>(w(i, k));
    spline_.emplace(std::move(points));
}

std::vector<double> LatentLoop::on_great_circle(double t) const {
    const std::size_t count = z_.shape(0), length = z_.shape(1);
    const auto from = static_cast<std::size_t>(std::floor(t)) % count, to = (from + 1) % count;
    const std::vector<double> a(z_.data() + from * length, z_.data() + (from + 1) * length);
    const std::vector<double> b(z_.data() + to * length, z_.data() + (to + 1) * length);
    const auto norm = [](const std::vector<double>& v) {
        double squares = 0;
        for (const double x : v) squares += x * x;
        return std::sqrt(squares);
    };
    const double part = t - std::floor(t), scale = (1 - part) * norm(a) + part * norm(b);
    std::vector<double> point = slerp(a, b, part);
    for (double& x : point) x *= scale;
    return point;
}

Drawing::Styles LatentLoop::styles(const std::vector<double>& t) const {
    const auto length =
        static_cast<std::size_t>(spline_ ? drawing_.architecture().w_size() : drawing_.architecture().latent_size);
    auto points = Drawing::Generator::Latents::from_shape({t.size(), length});
    for (std::size_t i = 0; i < t.size(); ++i)
        if (spline_) {
            const Eigen::RowVectorXd point = (*spline_)(t[i]);
            for (std::size_t k = 0; k < length; ++k)
                points(i, k) = static_cast<float>(point[static_cast<Eigen::Index>(k)]);
        } else {
            const std::vector<double> point = on_great_circle(t[i]);
            for (std::size_t k = 0; k < length; ++k) points(i, k) = static_cast<float>(point[k]);
        }
    const auto& generator = drawing_.generator();
    return generator.styles(spline_ ? points : generator.map(points, drawing_.options(t.size()).labels));
}

}  // namespace stylegan::examples
