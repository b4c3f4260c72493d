// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing.hpp"
#include "printing/progress.hpp"
#include "projecting/target_distance.hpp"

#include <stylegan/training/projection_options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace stylegan::examples {

/// How `stylegan project` searches.
struct ProjectorOptions {
    int steps = 1000;    ///< of a search
    int starts = 4;      ///< most searches in W for a target
    int batch = 4;       ///< targets searched at once
    bool noise = false;  ///< the noise maps are found, too
    LatentSpace space = LatentSpace::w;
    std::uint64_t seed = 303;
};

/// What was found for a target.
struct Projected {
    Drawing::Styles w;                                          ///< (1, layers, w_size)
    std::vector<Array<float, 4>> noise;                         ///< (1, 1, H, W) of each layer; empty: the network's
    double in_w = std::numeric_limits<double>::infinity();      ///< the LPIPS distance of the best w of W
    double distance = std::numeric_limits<double>::infinity();  ///< the LPIPS distance of the result
    double average = 0;                                         ///< the LPIPS distance of the average picture
};

/// Searches for the w whose pictures are closest to targets. The first search is in W and starts at the mean w. It can
/// end in a local minimum; then others start at the sampled w with the closest pictures. A search in W+, or with noise,
/// starts at the best w of those.
class Projector {
public:
    using Pictures = Drawing::Generator::Pictures;

    Projector(Drawing::Generator& generator, const ProjectorOptions& o);

    [[nodiscard]] Pictures average_picture() const { return generator_.synthesize(sampled_.mean); }

    /// @param distances  one for each target; must outlive the call
    /// @param starts     (targets, layers, w_size) to start at in place of the mean w, if given
    [[nodiscard]] std::vector<Projected> find(std::vector<DistanceOfWritten>& distances,
                                              const std::optional<Drawing::Styles>& starts);

    /// The picture of a result.
    [[nodiscard]] Pictures picture(const Projected& found) const;

private:
    struct Target {
        DistanceOfWritten* distance;
        Projected best{};
    };
    using Group = std::vector<Target*>;

    [[nodiscard]] std::size_t planned_steps(bool with_starts) const;
    /// LPIPS plus the squared error, of each target.
    [[nodiscard]] static std::vector<Drawing::Generator::Distance> perceptual(const Group& group);
    void search_in_w(const Group& group);
    /// A search with the perceptual distance; then, from its result, one with the mean squared error alone. LPIPS has a
    /// kink where a unit of its network turns on, so close to the minimum only the squared error is smooth.
    /// @param starts  (targets, 1, w_size) in W, else (targets, layers, w_size)
    void search_from(const Group& group, const Drawing::Styles& starts, LatentSpace space);
    void search_with_noise(const Group& group, const Drawing::Styles& starts);
    [[nodiscard]] std::unique_ptr<Drawing::Generator::Search> run(std::vector<Drawing::Generator::Distance> distances,
                                                                  const Drawing::Styles& starts,
                                                                  const ProjectionOptions& options);
    /// Keeps the w of each target whose picture is closer than that of the best so far.
    void keep(const Group& group, const Drawing::Styles& found);
    [[nodiscard]] int last_steps() const { return std::max(1, options_.steps / 2); }
    void count(std::size_t more) { progress_.show(done_ += more, total_); }

    Drawing::Generator& generator_;
    ProjectorOptions options_;
    SampledW<float> sampled_;
    std::size_t done_ = 0, total_ = 0;
    CountedProgress progress_{"steps"};
};

}  // namespace stylegan::examples
