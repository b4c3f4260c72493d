// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/model_concepts.hpp>
#include <stylegan/training/adam.hpp>
#include <stylegan/training/noise_regularization.hpp>
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

/// Options of a projection. The defaults are those of the official projector, except for lr (0.1 there, which is too
/// large for a w of 128 numbers) and stored_noise_from (1 there).
struct ProjectionOptions {
    int steps = 1000;                   ///< steps of Adam, at least 1
    double lr = 0.03;                   ///< largest learning rate
    double rampup = 0.05;               ///< share of the steps in which the learning rate rises from 0
    double rampdown = 0.25;             ///< share of the steps in which it falls to 0
    double initial_noise = 0.05;        ///< noise added to w in the first step, in standard deviations of w
    double noise_ramp = 0.75;           ///< share of the steps in which that noise falls to 0
    double noise_regularization = 1e5;  ///< weight of noise_regularization()
    double stored_noise_from = 0.3;     ///< share of the steps after which the network's stored noise is used; 1: never
    int w_samples = 10000;              ///< samples for the mean and deviation of w, at least 2
    std::uint64_t seed = 303;           ///< seed of the noise maps and of the noise on w
};

/// Finds the w whose picture looks like a given one. Adam moves one w for all layers and, at first, the noise maps,
/// which a regularization keeps noise-like. Then it moves w alone, under the noise stored with the network, with which
/// pictures of this w are made later.
///
/// The caller gives the distance between two pictures, usually LPIPS.
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
    /// Returns the distance of a picture (1, C, H, W) from the target and writes its gradient, which has the same
    /// shape. Both are of xtensor; as_eigen() and as() view them as Eigen's, also for writing.
    using Distance = std::function<double(const Pictures& picture, Pictures& gradient)>;

    /// The values of a step, before its update.
    struct Step {
        int number = 0;                   ///< from 0
        double distance = 0;              ///< of the picture from the target
        double noise_regularization = 0;  ///< weighted penalty of all noise maps; 0 once the stored noise is used
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

    [[nodiscard]] bool finished() const { return steps_ >= options_.steps; }

    /// Makes one step of Adam.
    /// @throws ValueError if the distance or a gradient is not finite
    Step step();

    /// The current w, (1, w_size).
    [[nodiscard]] Latents w() const;

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
        Parameter<Device> w;                   // (w_size)
        std::vector<Parameter<Device>> noise;  // (1, 1, H, W) of each layer

        explicit Unknowns(const Generator& g) : w({g.architecture().w_size()}) {
            for (const auto& map : g.synthesis().noise()) noise.emplace_back(map.shape());
        }

        template <class Self, class F>
        static void visit(Self& self, const std::string& prefix, F& f) {
            f(prefix + "w", self.w);
            for (std::size_t l = 0; l < self.noise.size(); ++l) f(prefix + "noise" + std::to_string(l), self.noise[l]);
        }
    };
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

    /// w plus the noise of this step, the same for every layer.
    Styles<Scalar> noisy_styles(double t);

    double measure(Maps<const Scalar> picture, Maps<Scalar> dpicture) const;

    double add_noise_regularization();

    Generator& generator_;
    Distance distance_;
    ProjectionOptions options_;
    Unknowns unknowns_;
    Adam<Device> adam_;
    double deviation_;
    int steps_ = 0;
};

/// The device is that of the generator.
template <class G, class... Rest>
Projection(G&, Rest...) -> Projection<typename G::Device, G>;

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, ProjectionOptions options)
    : Projection(generator, std::move(distance), sample_w_of(generator, options), options) {}

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, const ArrayRef<const Scalar, 2>& start,
                                  double deviation, ProjectionOptions options)
    : generator_(generator),
      distance_(std::move(distance)),
      options_(options),
      unknowns_(generator),
      adam_(unknowns_, {.beta1 = 0.9, .beta2 = 0.999}),
      deviation_(deviation) {
    const Architecture& a = generator.architecture();
    if (a.label_size > 0) throw ValueError("Projection: the generator has labels, expected one without");
    if (generator.lod() != 0)
        throw ValueError(text("Projection: lod of the generator is ", generator.lod(), ", expected 0"));
    if (options.steps < 1) throw ValueError(text("Projection: steps are ", options.steps, ", expected at least 1"));
    require_equal("Projection", "length of w", start.size(), static_cast<Index>(unknowns_.w.value().size()));
    upload({start.data(), start.data() + start.size()}, unknowns_.w.value());
    for (std::size_t l = 0; l < unknowns_.noise.size(); ++l) {
        std::vector<Scalar> map(static_cast<std::size_t>(unknowns_.noise[l].size()));
        RandomStream(options_.seed, 0, Purpose::noise, static_cast<std::uint32_t>(l))
            .fill_normal(map.data(), map.size());
        upload(map, unknowns_.noise[l].value());
    }
}

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, const SampledW<Scalar>& sampled,
                                  ProjectionOptions options)
    : Projection(generator, std::move(distance), sampled.mean, sampled.deviation, options) {}

template <class Device, class G>
auto Projection<Device, G>::step() -> Step {
    Context<Device>& c = generator_.context();
    const double t = static_cast<double>(steps_) / options_.steps;
    const Workspace::Frame frame(c.workspace());
    const Architecture& a = generator_.architecture();
    const Level level = Level::of(a, 0);
    const Styles<Scalar> styles = noisy_styles(t);

    const bool free_noise = t < options_.stored_noise_from;
    SynthesisNoise<Scalar> noises;
    for (const auto& map : free_noise ? unknowns_.noise : generator_.synthesis().noise())
        noises.maps.push_back(map.template view<4>());
    typename G::Synthesis::Cache cache;
    const Shape4 shape = generator_.synthesis().picture_shape(1, level);
    const Maps<Scalar> picture = c.take(shape[0], shape[1], shape[2], shape[3]), dpicture = c.take_like(picture);
    generator_.synthesis().forward(c, styles, noises, level, picture, &cache);

    Step result{.number = steps_};
    result.distance = measure(picture, dpicture);
    for_each_parameter(unknowns_, [](const std::string&, Parameter<Device>& p) { p.clear_gradient(); });
    for (std::size_t l = 0; free_noise && l < unknowns_.noise.size(); ++l) {
        const Size s = a.size(static_cast<int>(l / 2));
        cache.want_noise_gradient(static_cast<int>(l),
                                  Maps<Scalar>{unknowns_.noise[l].gradient().data(), {1, 1, s.height, s.width}});
    }
    const Styles<Scalar> dstyles = c.take_like(styles);
    generator_.synthesis().backward(c, cache, dpicture, dstyles, Pass::inputs);
    ops::bias_gradient(c, as_maps<const Scalar>(dstyles.as(a.layers(), a.w_size())), Scalar(1),
                       std::span<Scalar>(unknowns_.w.gradient().data(), static_cast<std::size_t>(a.w_size())));
    if (free_noise) result.noise_regularization = add_noise_regularization();
    if (!adam_.step(unknowns_, c, rate(t)))
        throw ValueError(text("Projection: the gradient of step ", steps_, " is not finite"));
    if (free_noise)
        for (auto& map : unknowns_.noise) {
            std::vector<Scalar> values = download(map.value());
            normalize_noise(values);
            upload(values, map.value());
        }
    ++steps_;
    return result;
}

template <class Device, class G>
auto Projection<Device, G>::w() const -> Latents {
    const std::vector<Scalar> values = download(unknowns_.w.value());
    Latents w = Latents::from_shape({1, values.size()});
    std::copy(values.begin(), values.end(), w.data());
    return w;
}

template <class Device, class G>
auto Projection<Device, G>::noisy_styles(double t) -> Styles<Scalar> {
    const Architecture& a = generator_.architecture();
    std::vector<Scalar> w = download(unknowns_.w.value());
    const double fade = options_.noise_ramp > 0 ? std::max(0.0, 1 - t / options_.noise_ramp) : 0.0;
    const double scale = deviation_ * options_.initial_noise * fade * fade;
    const RandomStream stream(options_.seed, static_cast<std::uint64_t>(steps_), Purpose::latents);
    for (std::size_t k = 0; k < w.size(); ++k)
        w[k] += static_cast<Scalar>(scale * static_cast<double>(stream.normal(k)));
    const Styles<Scalar> styles = generator_.context().take(a.layers(), 1, a.w_size());
    for (int l = 0; l < a.layers(); ++l) generator_.context().upload(w.data(), a.w_size(), style_of(styles, l).data);
    return styles;
}

template <class Device, class G>
double Projection<Device, G>::measure(Maps<const Scalar> picture, Maps<Scalar> dpicture) const {
    Context<Device>& c = generator_.context();
    const auto extent = [&](int axis) { return static_cast<std::size_t>(picture.extent(axis)); };
    Pictures host = Pictures::from_shape({extent(0), extent(1), extent(2), extent(3)}), gradient = host;
    c.download(picture.data, picture.size(), host.data());
    const double distance = distance_(host, gradient);
    if (!std::isfinite(distance))
        throw ValueError(text("Projection: the distance at step ", steps_, " is ", distance, ", expected a number"));
    c.upload(gradient.data(), dpicture.size(), dpicture.data);
    return distance;
}

template <class Device, class G>
double Projection<Device, G>::add_noise_regularization() {
    double sum = 0;
    for (auto& map : unknowns_.noise) {
        std::vector<Scalar> gradient = download(map.gradient());
        sum += noise_regularization(download(map.value()), map.shape()[2], map.shape()[3],
                                    options_.noise_regularization, gradient);
        upload(gradient, map.gradient());
    }
    return sum;
}

#ifdef STYLEGAN_COMPILED
extern template class Projection<Cpu>;
#endif

}  // namespace stylegan
