// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/model_concepts.hpp>
#include <stylegan/training/adam.hpp>
#include <stylegan/training/projection_noise.hpp>
#include <stylegan/training/projection_options.hpp>
#include <stylegan/training/sampled_w.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Finds the w whose picture looks like a given one, for one target or several at once. Adam moves w, one for all layers
/// or one for each, and at first the noise maps, which a regularization keeps noise-like. Then it moves w alone, under
/// the noise stored with the network, with which pictures of this w are made later. With stored_noise_from = 1 the maps
/// move to the end, and noise() returns them.
///
/// The caller gives the distance between two pictures, usually LPIPS. Targets do not influence each other: each is
/// found as if it were alone.
///
/// Threads: one thread at a time, since all calls use one context.
///
/// @see Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 5 and appendix D
template <class Device = Cpu, class G = AnyGenerator<Device>>
class Projection {
    static_assert(GeneratorModel<G>,
                  "stylegan::Projection: the generator lacks a member that the concept GeneratorModel lists");

public:
    using Scalar = typename Device::Scalar;
    using Generator = G;
    using Pictures = typename Generator::Pictures;
    using Latents = typename Generator::Latents;
    using LayerStyles = typename Generator::LayerStyles;  ///< w of each layer
    /// Returns the distance of a picture (1, C, H, W) from the target and writes its gradient, which has the same
    /// shape. Both are of xtensor; as_eigen() and as() view them as Eigen's, also for writing.
    using Distance = std::function<double(const Pictures& picture, Pictures& gradient)>;

    /// The values of a step, before its update.
    struct Step {
        int number = 0;                   ///< from 0
        double distance = 0;              ///< of the pictures from their targets, summed
        double noise_regularization = 0;  ///< weighted penalty of all noise maps; 0 once the stored noise is used
        std::vector<double> distances{};  ///< of each picture from its target
    };

    /// Starts at the mean w.
    /// @param generator  fully grown; must outlive this object. Its weights do not change
    /// @throws ValueError if the generator has labels or is not fully grown, or an option is out of range
    Projection(Generator& generator, Distance distance, ProjectionOptions options = {});

    /// Starts at a given w.
    /// @param start      (1, w_size)
    /// @param deviation  of w, as in SampledW
    Projection(Generator& generator, Distance distance, const ArrayRef<const Scalar, 2>& start, double deviation,
               ProjectionOptions options = {});

    /// One distance for each target; starts at a given w of each.
    /// @param start      (targets, 1, w_size), or (targets, layers, w_size) in W+
    /// @param deviation  of w, as in SampledW
    Projection(Generator& generator, std::vector<Distance> distances, const ArrayRef<const Scalar, 3>& start,
               double deviation, ProjectionOptions options = {});

    [[nodiscard]] bool finished() const { return steps_ >= options_.steps; }

    /// Makes one step of Adam.
    /// @throws ValueError if the distance or a gradient is not finite
    Step step();

    /// The current w of each target, (targets, w_size).
    /// @throws ValueError in W+, where every layer has its own
    [[nodiscard]] Latents w() const;
    /// The current w of each layer of each target, (targets, layers, w_size).
    [[nodiscard]] LayerStyles styles() const;
    /// The current noise maps, (targets, 1, H, W) of each layer, as SynthesisOptions::noise_maps takes them; none for a
    /// network without noise.
    [[nodiscard]] Arrays<Scalar, 4> noise() const { return unknowns_.noise.values(generator_.context()); }

private:
    Projection(Generator& generator, Distance distance, const SampledW<Scalar>& sampled, ProjectionOptions options);

    static SampledW<Scalar> sample_w_of(const Generator& generator, const ProjectionOptions& options) {
        if (options.w_samples < 2)
            throw ValueError(text("Projection: w_samples are ", options.w_samples, ", expected at least 2"));
        if (generator.architecture().label_size > 0)
            throw ValueError("Projection: the generator has labels, expected one without");
        return sample_w(generator, static_cast<std::size_t>(options.w_samples));
    }

    struct Unknowns {
        Parameter<Device> w;  // (1 or layers, targets, w_size)
        ProjectionNoise<Device> noise;

        template <class Self, class F>
        static void visit(Self& self, const std::string& prefix, F& f) {
            f(prefix + "w", self.w);
            ProjectionNoise<Device>::visit(self.noise, prefix, f);
        }
    };
    Unknowns unknowns(Index targets) const {
        const Architecture& a = generator_.architecture();
        const Index rows = options_.space == LatentSpace::w ? 1 : a.layers();
        return {Parameter<Device>({rows, targets, a.w_size()}),
                {generator_.context(), generator_.synthesis().noise(), targets, options_.seed,
                 !options_.starts_at_stored_noise}};
    }
    using Buffer = typename Parameter<Device>::Buffer;

    std::vector<Scalar> download(const Buffer& from) const {
        std::vector<Scalar> values(from.size());
        generator_.context().download(from.data(), static_cast<Index>(from.size()), values.data());
        return values;
    }
    void upload(const std::vector<Scalar>& values, Buffer& to) const {
        generator_.context().upload(values.data(), static_cast<Index>(values.size()), to.data());
    }

    [[nodiscard]] double rate(double t) const {
        const double ramp = options_.rampdown > 0 ? std::min(1.0, (1 - t) / options_.rampdown) : 1.0;
        const double smooth = 0.5 - 0.5 * std::cos(ramp * std::numbers::pi);
        return options_.lr * smooth * (options_.rampup > 0 ? std::min(1.0, t / options_.rampup) : 1.0);
    }

    [[nodiscard]] Index targets() const { return static_cast<Index>(distances_.size()); }

    /// The same start for every layer, (1, 1, w_size) or (1, layers, w_size).
    static LayerStyles spread(const Generator& generator, const ArrayRef<const Scalar, 2>& start, LatentSpace space);
    void start_at(const View<const Scalar, 3>& start);

    /// w plus the noise of this step; in W the same for every layer.
    Styles<Scalar> noisy_styles(double t);

    std::vector<double> measure(Maps<const Scalar> pictures, Maps<Scalar> dpictures) const;

    void add_gradient_of_w(Styles<const Scalar> dstyles);

    Generator& generator_;
    std::vector<Distance> distances_;
    ProjectionOptions options_;
    Unknowns unknowns_;
    Adam<Device> adam_;
    double deviation_;
    int steps_ = 0;
};

/// The device is that of the generator.
template <class G, class... Rest>
Projection(G&, Rest...) -> Projection<typename G::Device, G>;

}  // namespace stylegan

#include <stylegan/training/detail/projection_inl.hpp>

namespace stylegan {

#ifdef STYLEGAN_COMPILED
extern template class Projection<Cpu>;
#endif

}  // namespace stylegan
