// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/style_mixing.hpp>
#include <stylegan/models/any_generator.hpp>
#include <stylegan/models/model_concepts.hpp>
#include <stylegan/ops/elementwise/add.hpp>
#include <stylegan/training/draws.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// The generator in training: random noise, style mixing at a random crossover, no truncation; forward, and backward to
/// every parameter. Pictures have the size of the finest stage of the level.
/// @see Karras, Laine, Aila (2019), section 3.1
template <GeneratorModel G>
class GeneratorPass {
public:
    using Device = typename G::Device;
    using Scalar = typename Device::Scalar;

    /// @param samples  indices of the pictures of the minibatch that are evaluated: all, or a part of it
    GeneratorPass(G& generator, Draws<Device> draws, Level level, std::span<const Index> samples)
        : generator_(generator), draws_(std::move(draws)), level_(level), samples_(samples) {}

    /// The shape of the pictures, (samples, num_channels, H, W).
    [[nodiscard]] Shape4 picture_shape() const {
        return generator_.synthesis().picture_shape(static_cast<Index>(samples_.size()), level_);
    }

    /// @param labels    (samples, classes), empty without labels
    /// @param pictures  of shape picture_shape(), overwritten
    /// @param w_sum     (w_size), to which the sum of w over the samples is added, for the w average
    /// @param keep      whether backward() follows; then the caller must not free workspace memory before it
    void forward(Rows<const Scalar> labels, Maps<Scalar> pictures, std::span<Scalar> w_sum, bool keep);

    /// Adds to the gradient of every parameter. Call it after forward() with `keep`.
    /// @param dpictures  like pictures
    void backward(Maps<const Scalar> dpictures);

private:
    void map_back(Context<Device>& context, typename G::Mapping::Cache& cache, Styles<Scalar> dstyles, int begin,
                  int end);

    G& generator_;
    Draws<Device> draws_;
    Level level_;
    std::span<const Index> samples_;
    int cutoff_ = 0;
    typename G::Mapping::Cache first_, second_;
    typename G::Synthesis::Cache synthesis_;
};

template <GeneratorModel G>
void GeneratorPass<G>::forward(Rows<const Scalar> labels, Maps<Scalar> pictures, std::span<Scalar> w_sum, bool keep) {
    const Architecture& a = generator_.architecture();
    Context<Device>& context = generator_.context();
    Temporaries t(context.workspace(), keep);
    const auto n = static_cast<Index>(samples_.size());
    const int layers = 2 * (level_.stage + 1);
    cutoff_ = draws_.mix_cutoff(layers, a.style_mixing_prob.value());

    const Rows<Scalar> w = context.take(n, a.w_size());
    generator_.mapping().forward(context, draws_.latents(context, samples_, a.latent_size, false), labels, w,
                                 keep ? &first_ : nullptr);
    ops::bias_gradient(context, as_maps<const Scalar>(w), Scalar(1), w_sum);
    Rows<Scalar> second;
    if (cutoff_ < layers) {
        second = context.take(n, a.w_size());
        generator_.mapping().forward(context, draws_.latents(context, samples_, a.latent_size, true), labels, second,
                                     keep ? &second_ : nullptr);
    }
    const Styles<Scalar> styles = context.take(a.layers(), n, a.w_size());
    StyleMixing<>::from(0, std::min(cutoff_, layers)).forward(context, w, styles);
    if (cutoff_ < layers) StyleMixing<>::from(cutoff_, layers).forward(context, second, styles);

    SynthesisNoise<Scalar> noises;
    for (int l = 0; l < layers && a.use_noise; ++l)
        noises.maps.push_back(draws_.noise(context, samples_, l, a.size(l / 2)));
    generator_.synthesis().forward(context, styles, noises, level_, pictures, keep ? &synthesis_ : nullptr);
}

template <GeneratorModel G>
void GeneratorPass<G>::backward(Maps<const Scalar> dpictures) {
    const Architecture& a = generator_.architecture();
    Context<Device>& context = generator_.context();
    const Workspace::Frame frame(context.workspace());
    const auto n = static_cast<Index>(samples_.size());
    const int layers = 2 * (level_.stage + 1);
    const Styles<Scalar> dstyles = context.take(a.layers(), n, a.w_size());
    generator_.synthesis().backward(context, synthesis_, dpictures, dstyles, Pass::gradients);
    map_back(context, first_, dstyles, 0, std::min(cutoff_, layers));
    if (cutoff_ < layers) map_back(context, second_, dstyles, cutoff_, layers);
}

template <GeneratorModel G>
void GeneratorPass<G>::map_back(Context<Device>& context, typename G::Mapping::Cache& cache, Styles<Scalar> dstyles,
                                int begin, int end) {
    const Rows<Scalar> dw = style_of(dstyles, begin);
    for (int l = begin + 1; l < end; ++l)
        ops::add(context, as_maps<const Scalar>(dw), as_maps<const Scalar>(style_of(dstyles, l)), as_maps(dw));
    generator_.mapping().backward(context, cache, dw, {}, Pass::gradients);
}

#ifdef STYLEGAN_COMPILED
extern template class GeneratorPass<AnyGenerator<Cpu>>;
#endif

}  // namespace stylegan
