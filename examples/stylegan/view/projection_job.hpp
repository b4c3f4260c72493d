// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"
#include "projecting/target_distance.hpp"

#include <stylegan/training/projection_options.hpp>
#include <stylegan/training/sampled_w.hpp>

#include <memory>

namespace stylegan::examples {

/// The projection of one picture, step by step, so that a page can draw in between: a search in W from the mean w, and for
/// W+ a second one from its result.
class ProjectionJob {
public:
    /// @param network, perceptual, sampled  must outlive this object
    /// @throws ValueError if the network has labels
    ProjectionJob(DrawingNetwork& network, PerceptualDistance& perceptual, const SampledW<float>& sampled,
                  const Image& target, LatentSpace space, int steps);

    [[nodiscard]] bool finished() const { return search_->finished() && (space_ == LatentSpace::w || further_); }
    void step();

    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] int total() const { return space_ == LatentSpace::w ? steps_ : 2 * steps_; }
    /// (1, layers, w_size).
    [[nodiscard]] Drawing::Styles w() const { return search_->styles(); }
    /// The LPIPS distance of the picture of w().
    [[nodiscard]] double distance();

private:
    void start(const Drawing::Styles& w, LatentSpace space);

    DrawingNetwork& network_;
    std::unique_ptr<DistanceOfWritten> distance_;
    double deviation_;
    LatentSpace space_;
    int steps_, done_ = 0;
    bool further_ = false;  // the search in W+ has begun
    std::unique_ptr<DrawingNetwork::Search> search_;
};

}  // namespace stylegan::examples
