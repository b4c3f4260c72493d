// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/metrics/distribution/feature_moments.hpp>
#include <stylegan/metrics/distribution/neighbours.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace stylegan {

/// Whether a picture at exactly the radius of a ball is in it. Improved precision and recall count it, with k = 3;
/// density and coverage (`prdc`) do not, with k = 5.
enum class Boundary { inside, outside };

/// A share or a mean, and its standard error as if pictures were independent.
struct ShareEstimate {
    double value = 0;           ///< the share or mean
    double standard_error = 0;  ///< of the value
};

/// How far generated pictures lie among real ones, and the other way round. Around each picture of a set is a ball that
/// reaches to its k-th nearest neighbour in the set.
struct PrecisionRecall {
    ShareEstimate precision{};  ///< share of generated pictures in the ball of a real one
    ShareEstimate recall{};     ///< share of real pictures in the ball of a generated one
    ShareEstimate density{};    ///< real balls around a generated picture, divided by k: the mean; may exceed 1
    ShareEstimate coverage{};   ///< share of real pictures whose ball holds a generated one
    std::vector<Index> balls_around_fake{};      ///< for each generated picture, the real balls that it is in
    std::vector<Index> balls_around_real{};      ///< for each real picture, the generated balls that it is in
    std::vector<double> nearest_fake_of_real{};  ///< for each real picture, the distance to the nearest generated one
};

namespace detail {

inline ShareEstimate share_of(Index hits, std::size_t all) {
    const double n = static_cast<double>(all), p = static_cast<double>(hits) / n;
    return {p, std::sqrt(p * (1 - p) / n)};
}

}  // namespace detail

/// Precision, recall, density and coverage of generated pictures, by their features.
/// @param real  (pictures, width)
/// @param fake  (pictures, width)
/// @param k     neighbour that a ball reaches to; at least 1, less than the number of pictures of either set
/// @throws ShapeError if the widths differ; ValueError if k is out of range or a value is not finite
/// @see Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing Generative Models" (2019);
///      Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models" (2020)
[[nodiscard]] inline PrecisionRecall precision_recall(Context<Cpu>& context, Rows<const float> real,
                                                      Rows<const float> fake, int k,
                                                      Boundary boundary = Boundary::inside) {
    require_features("precision_recall", real, real.extent(1));
    require_features("precision_recall", fake, real.extent(1));
    const std::vector<double> real_radii = neighbour_radii(context, real, k),
                              fake_radii = neighbour_radii(context, fake, k);
    const auto reaches = [&](double radius, double distance) {
        return boundary == Boundary::inside ? distance <= radius : distance < radius;
    };
    PrecisionRecall r;
    r.balls_around_fake.resize(fake_radii.size());
    r.balls_around_real.resize(real_radii.size());
    r.nearest_fake_of_real.assign(real_radii.size(), std::numeric_limits<double>::infinity());
    detail::for_each_block_of_distances(
        context, fake, real, [&](const detail::PaddedMatrix& distances, Index f0, Index r0) {
            const auto radius_of = [](const std::vector<double>& radii, Index i) {
                return radii[static_cast<std::size_t>(i)];
            };
            context.parallel_for(distances.rows(), [&](Index f) {
                for (Index i = 0; i < distances.columns(); ++i)
                    r.balls_around_fake[static_cast<std::size_t>(f0 + f)] +=
                        reaches(radius_of(real_radii, r0 + i), distances(f, i)) ? 1 : 0;
            });
            context.parallel_for(distances.columns(), [&](Index i) {
                const auto at = static_cast<std::size_t>(r0 + i);
                for (Index f = 0; f < distances.rows(); ++f) {
                    r.balls_around_real[at] += reaches(radius_of(fake_radii, f0 + f), distances(f, i)) ? 1 : 0;
                    r.nearest_fake_of_real[at] = std::min(r.nearest_fake_of_real[at], distances(f, i));
                }
            });
        });

    Index precise = 0, recalled = 0, covered = 0;
    double balls = 0, squares = 0;
    for (const Index n : r.balls_around_fake) {
        precise += n > 0 ? 1 : 0;
        balls += static_cast<double>(n) / k;
        squares += static_cast<double>(n) / k * (static_cast<double>(n) / k);
    }
    for (std::size_t i = 0; i < real_radii.size(); ++i) {
        recalled += r.balls_around_real[i] > 0 ? 1 : 0;
        covered += reaches(real_radii[i], r.nearest_fake_of_real[i]) ? 1 : 0;
    }
    const double n = static_cast<double>(fake_radii.size());
    r.precision = detail::share_of(precise, fake_radii.size());
    r.recall = detail::share_of(recalled, real_radii.size());
    r.coverage = detail::share_of(covered, real_radii.size());
    r.density = {balls / n, std::sqrt(std::max(0.0, squares / n - balls / n * (balls / n)) / n)};
    return r;
}

}  // namespace stylegan
