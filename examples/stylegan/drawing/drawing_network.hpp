// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/perceptual_network.hpp"
#include "options/device_option.hpp"

#include <stylegan/core/eigen.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/metrics/distribution/picture_sets.hpp>
#include <stylegan/metrics/path_length.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/training/projection.hpp>
#include <stylegan/training/sampled_w.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace stylegan::examples {

/// A generator on the device that the command line chose, behind one interface for all devices. Pictures and latents
/// are in host memory.
class DrawingNetwork {
public:
    using Options = SynthesisOptions<float>;
    using Latents = AnyGenerator<Cpu>::Latents;
    using Pictures = AnyGenerator<Cpu>::Pictures;
    using LayerStyles = AnyGenerator<Cpu>::LayerStyles;
    using Distance = Projection<Cpu>::Distance;

    /// A projection in progress. @see Projection
    class Search {
    public:
        virtual ~Search() = default;
        [[nodiscard]] virtual bool finished() const = 0;
        virtual void step() = 0;
        [[nodiscard]] virtual LayerStyles styles() const = 0;
        [[nodiscard]] virtual Arrays<float, 4> noise() const = 0;
    };

    virtual ~DrawingNetwork() = default;

    [[nodiscard]] virtual const Architecture& architecture() const = 0;
    [[nodiscard]] virtual Latents map(const Latents& z, const Latents& labels) const = 0;
    [[nodiscard]] virtual LayerStyles styles(const Latents& w) const = 0;
    [[nodiscard]] virtual Pictures synthesize(const LayerStyles& w, const Options& options) const = 0;
    [[nodiscard]] Pictures synthesize(const Latents& w) const { return synthesize(styles(w), {}); }
    /// The average w, (w_size).
    [[nodiscard]] virtual std::vector<float> w_average() const = 0;
    /// @see stylegan::style_weights
    [[nodiscard]] virtual Eigen::MatrixXd style_weights(const std::vector<int>& layers) const = 0;
    /// Makes synthesize() truncate towards the nearest of these instead of the average w.
    /// @param centers  (k, w_size)
    /// @see truncated_to_centers
    virtual void set_centers(Eigen::MatrixXd centers) = 0;
    /// w truncated as synthesize() truncates it.
    [[nodiscard]] virtual LayerStyles truncated(const LayerStyles& w, TruncationOptions options) const = 0;
    /// nullptr ends the measurement.
    virtual void set_profile(Profile* profile) = 0;

    /// @see path_generator
    [[nodiscard]] virtual PathGenerator<float> path(Noise noise) const = 0;
    /// 8-bit pictures of random latents. @see picture_set
    [[nodiscard]] virtual PictureSet pictures(const GeneratedOptions& options) const = 0;
    /// Distances on the same device. @see open_perceptual_network_beside
    [[nodiscard]] virtual PerceptualNetwork perceptual(const PerceptualOptions& o) const = 0;

    /// For projections. @see sample_w, nearest_samples, Projection
    [[nodiscard]] virtual SampledW<float> sampled_w(std::size_t count) const = 0;
    [[nodiscard]] virtual std::vector<std::size_t> nearest(const SampledW<float>& sampled, std::size_t samples,
                                                           std::size_t count,
                                                           const std::function<double(const Pictures&)>& distance,
                                                           const std::function<void()>& progress) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Search> search(std::vector<Distance> distances, const LayerStyles& start,
                                                         double deviation, const ProjectionOptions& options) = 0;
};

/// The generator of a file.
/// @param lod  its level of detail; the network's own if not given
/// @throws DeviceError; FormatError also if a weight is infinite or NaN; ValueError if it has no such level
[[nodiscard]] std::unique_ptr<DrawingNetwork> open_network(const Checkpoint& checkpoint, const DeviceOption& device,
                                                           int threads, std::optional<double> lod = {});

}  // namespace stylegan::examples
