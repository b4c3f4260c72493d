// SPDX-License-Identifier: Apache-2.0
#include "view/projection_job.hpp"

#include <algorithm>
#include <vector>

namespace stylegan::examples {

ProjectionJob::ProjectionJob(DrawingNetwork& network, PerceptualDistance& perceptual, const SampledW<float>& sampled,
                             const Image& target, LatentSpace space, int steps)
    : network_(network),
      distance_(std::make_unique<DistanceOfWritten>(perceptual, target, 10)),
      deviation_(sampled.deviation),
      space_(space),
      steps_(steps) {
    auto mean = Drawing::Styles::from_shape({1, 1, sampled.mean.shape(1)});
    std::copy(sampled.mean.begin(), sampled.mean.end(), mean.data());
    start(mean, LatentSpace::w);
}

void ProjectionJob::start(const Drawing::Styles& w, LatentSpace space) {
    std::vector<DrawingNetwork::Distance> distances{
        [d = distance_.get()](const auto& picture, auto& gradient) { return (*d)(picture, gradient); }};
    search_ = network_.search(std::move(distances), w, deviation_, {.steps = steps_, .space = space});
}

void ProjectionJob::step() {
    if (search_->finished() && !finished()) {
        further_ = true;
        start(Drawing::Styles(w()), LatentSpace::w_plus);
    }
    search_->step();
    ++done_;
}

double ProjectionJob::distance() { return distance_->lpips(network_.synthesize(w(), {})); }

}  // namespace stylegan::examples
