// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/training/projection.hpp>

namespace stylegan {

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, ProjectionOptions options)
    : Projection(generator, std::move(distance), sample_w_of(generator, options), options) {}

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, const ArrayRef<const Scalar, 2>& start,
                                  double deviation, ProjectionOptions options)
    : Projection(generator, std::vector<Distance>{std::move(distance)}, spread(generator, start, options.space),
                 deviation, options) {}

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, Distance distance, const SampledW<Scalar>& sampled,
                                  ProjectionOptions options)
    : Projection(generator, std::move(distance), sampled.mean, sampled.deviation, options) {}

template <class Device, class G>
Projection<Device, G>::Projection(Generator& generator, std::vector<Distance> distances,
                                  const ArrayRef<const Scalar, 3>& start, double deviation, ProjectionOptions options)
    : generator_(generator),
      distances_(std::move(distances)),
      options_(options),
      unknowns_(unknowns(targets())),
      adam_(unknowns_, {.beta1 = 0.9, .beta2 = 0.999}),
      deviation_(deviation) {
    const Architecture& a = generator.architecture();
    if (a.label_size > 0) throw ValueError("Projection: the generator has labels, expected one without");
    if (generator.lod() != 0)
        throw ValueError(text("Projection: lod of the generator is ", generator.lod(), ", expected 0"));
    if (options.steps < 1) throw ValueError(text("Projection: steps are ", options.steps, ", expected at least 1"));
    if (distances_.empty()) throw ValueError("Projection: there are 0 distances, expected one for each target");
    start_at(start.view());
}

template <class Device, class G>
auto Projection<Device, G>::spread(const Generator& generator, const ArrayRef<const Scalar, 2>& start,
                                   LatentSpace space) -> LayerStyles {
    const Architecture& a = generator.architecture();
    require_equal("Projection", "length of w", start.size(), a.w_size());
    const auto rows = static_cast<std::size_t>(space == LatentSpace::w ? 1 : a.layers());
    const auto length = static_cast<std::size_t>(a.w_size());
    LayerStyles all = LayerStyles::from_shape({1, rows, length});
    for (std::size_t l = 0; l < rows; ++l) std::copy_n(start.data(), length, all.data() + l * length);
    return all;
}

template <class Device, class G>
void Projection<Device, G>::start_at(const View<const Scalar, 3>& start) {
    const std::vector<Index>& shape = unknowns_.w.shape();
    require_equal("Projection", "number of targets of the start", start.extent(0), shape[1]);
    require_equal("Projection", "layers of the start", start.extent(1), shape[0]);
    require_equal("Projection", "length of w", start.extent(2), shape[2]);
    std::vector<Scalar> values(static_cast<std::size_t>(start.size()));
    for (Index i = 0; i < shape[1]; ++i)
        for (Index l = 0; l < shape[0]; ++l)
            std::copy_n(start.data + (i * shape[0] + l) * shape[2], shape[2],
                        values.data() + (l * shape[1] + i) * shape[2]);
    upload(values, unknowns_.w.value());
}

template <class Device, class G>
auto Projection<Device, G>::step() -> Step {
    Context<Device>& c = generator_.context();
    const double t = static_cast<double>(steps_) / options_.steps;
    const Workspace::Frame frame(c.workspace());
    const Level level = Level::of(generator_.architecture(), 0);
    const Styles<Scalar> styles = noisy_styles(t);

    const bool free_noise = t < options_.stored_noise_from;
    SynthesisNoise<Scalar> noises;
    for (const auto& map : free_noise ? unknowns_.noise.maps() : generator_.synthesis().noise())
        noises.maps.push_back(map.template view<4>());
    typename G::Synthesis::Cache cache;
    const Shape4 shape = generator_.synthesis().picture_shape(targets(), level);
    const Maps<Scalar> pictures = c.take(shape[0], shape[1], shape[2], shape[3]), dpictures = c.take_like(pictures);
    generator_.synthesis().forward(c, styles, noises, level, pictures, &cache);

    Step result{.number = steps_, .distances = measure(pictures, dpictures)};
    for (const double distance : result.distances) result.distance += distance;
    for_each_parameter(unknowns_, [](const std::string&, Parameter<Device>& p) { p.clear_gradient(); });
    auto& maps = unknowns_.noise.maps();
    for (std::size_t l = 0; free_noise && l < maps.size(); ++l)
        cache.want_noise_gradient(static_cast<int>(l), maps[l].template gradient_view<4>());
    const Styles<Scalar> dstyles = c.take_like(styles);
    generator_.synthesis().backward(c, cache, dpictures, dstyles, Pass::inputs);
    add_gradient_of_w(dstyles);
    if (free_noise) result.noise_regularization = unknowns_.noise.add_regularization(c, options_.noise_regularization);
    if (!adam_.step(unknowns_, c, rate(t)))
        throw ValueError(text("Projection: the gradient of step ", steps_, " is not finite"));
    if (free_noise) unknowns_.noise.normalize(c);
    ++steps_;
    return result;
}

template <class Device, class G>
auto Projection<Device, G>::w() const -> Latents {
    if (options_.space != LatentSpace::w)
        throw ValueError("Projection: w() is asked for in W+, where every layer has its own; expected styles()");
    const std::vector<Scalar> values = download(unknowns_.w.value());
    Latents w = Latents::from_shape({distances_.size(), values.size() / distances_.size()});
    std::copy(values.begin(), values.end(), w.data());
    return w;
}

template <class Device, class G>
auto Projection<Device, G>::styles() const -> LayerStyles {
    const std::vector<Scalar> values = download(unknowns_.w.value());
    const std::vector<Index>& shape = unknowns_.w.shape();
    const Index layers = generator_.architecture().layers(), length = shape[2];
    LayerStyles all = LayerStyles::from_shape(
        {distances_.size(), static_cast<std::size_t>(layers), static_cast<std::size_t>(length)});
    for (Index i = 0; i < targets(); ++i)
        for (Index l = 0; l < layers; ++l)
            std::copy_n(values.data() + (l % shape[0] * targets() + i) * length, length,
                        all.data() + (i * layers + l) * length);
    return all;
}

template <class Device, class G>
auto Projection<Device, G>::noisy_styles(double t) -> Styles<Scalar> {
    const Architecture& a = generator_.architecture();
    std::vector<Scalar> w = download(unknowns_.w.value());
    const double fade = options_.noise_ramp > 0 ? std::max(0.0, 1 - t / options_.noise_ramp) : 0.0;
    const double scale = deviation_ * options_.initial_noise * fade * fade;
    const RandomStream stream(options_.seed, static_cast<std::uint64_t>(steps_), Purpose::latents);
    const Index rows = unknowns_.w.shape()[0], length = a.w_size(), of_row = targets() * length;
    for (Index l = 0; l < rows; ++l)
        for (Index k = 0; k < of_row; ++k)
            w[static_cast<std::size_t>(l * of_row + k)] += static_cast<Scalar>(
                scale * static_cast<double>(stream.normal(static_cast<std::size_t>(l * length + k % length))));
    const Styles<Scalar> styles = generator_.context().take(a.layers(), targets(), length);
    for (int l = 0; l < a.layers(); ++l)
        generator_.context().upload(w.data() + l % rows * of_row, of_row, style_of(styles, l).data);
    return styles;
}

template <class Device, class G>
void Projection<Device, G>::add_gradient_of_w(Styles<const Scalar> dstyles) {
    const auto size = static_cast<Index>(unknowns_.w.value().size());
    ops::bias_gradient(generator_.context(), as_maps<const Scalar>(dstyles.as(dstyles.size() / size, size)), Scalar(1),
                       std::span<Scalar>(unknowns_.w.gradient().data(), static_cast<std::size_t>(size)));
}

template <class Device, class G>
std::vector<double> Projection<Device, G>::measure(Maps<const Scalar> pictures, Maps<Scalar> dpictures) const {
    Context<Device>& c = generator_.context();
    const auto extent = [&](int axis) { return static_cast<std::size_t>(pictures.extent(axis)); };
    Pictures host = Pictures::from_shape({1, extent(1), extent(2), extent(3)}), gradient = host;
    std::vector<double> distances;
    for (std::size_t i = 0; i < distances_.size(); ++i) {
        const auto at = static_cast<Index>(i * host.size()), size = static_cast<Index>(host.size());
        c.download(pictures.data + at, size, host.data());
        distances.push_back(distances_[i](host, gradient));
        if (!std::isfinite(distances.back()))
            throw ValueError(
                text("Projection: the distance at step ", steps_, " is ", distances.back(), ", expected a number"));
        c.upload(gradient.data(), size, dpictures.data + at);
    }
    return distances;
}

}  // namespace stylegan
