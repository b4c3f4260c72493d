// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/block_concepts.hpp>
#include <stylegan/layers/truncation.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/models/synthesis_noise.hpp>

#include <concepts>

/// Concepts for networks that training, projection and path length accept: AnyGenerator and AnyDiscriminator, also with
/// your own blocks and mapping network, and any other class with these members.
namespace stylegan {

namespace detail {

template <class S, class D, class T = typename D::Scalar>
concept SynthesisModel = HasCache<S> &&
    requires(S& s, const S& reader, Context<D>& c, typename S::Cache& cache, Styles<const T> styles,
             const SynthesisNoise<T>& noise, Level level, Maps<T> pictures, Maps<const T> dpictures, Styles<T> dstyles,
             Index batch, Pass pass) {
    { reader.picture_shape(batch, level) } -> std::convertible_to<Shape4>;
    { reader.noise() } -> std::convertible_to<const std::vector<Parameter<D>>&>;
    reader.forward(c, styles, noise, level, pictures, &cache);
    s.backward(c, cache, dpictures, dstyles, pass);
};

template <class N, class D, class T = typename D::Scalar>
concept ScoringModel = HasCache<N> &&
    requires(N& n, const N& reader, Context<D>& c, typename N::Cache& cache, Maps<const T> pictures,
             Rows<const T> labels, Level level, Rows<T> scores, Rows<const T> dscores, Maps<T> dpictures, Index batch,
             Pass pass) {
    { reader.group(batch) } -> std::convertible_to<Index>;
    reader.forward(c, pictures, labels, level, scores, &cache);
    n.backward(c, cache, dscores, dpictures, pass);
    reader.tangent(c, cache, pictures, scores);
    n.backward_tangent(c, cache, dscores, dpictures);
};

}  // namespace detail

/// A generator for training, projection and path length.
template <class G>
concept GeneratorModel = std::copy_constructible<G> && detail::HasVisit<G> && requires(G& g, const G& reader) {
    typename G::Device;
    typename G::Scalar;
    { reader.architecture() } -> std::convertible_to<const Architecture&>;
    { reader.context() } -> std::same_as<Context<typename G::Device>&>;
    { reader.lod() } -> std::convertible_to<double>;
    g.set_lod(0.0);
    { g.truncation().average() } -> std::same_as<Parameter<typename G::Device>&>;
    requires detail::MappingForward<typename G::Mapping, typename G::Device>;
    requires detail::MappingBackward<typename G::Mapping, typename G::Device>;
    requires detail::SynthesisModel<typename G::Synthesis, typename G::Device>;
    { g.mapping() } -> std::same_as<typename G::Mapping&>;
    { g.synthesis() } -> std::same_as<typename G::Synthesis&>;
};

/// A discriminator for training.
template <class D>
concept DiscriminatorModel = detail::HasVisit<D> && requires(D& d, const D& reader) {
    typename D::Device;
    typename D::Scalar;
    { reader.architecture() } -> std::convertible_to<const Architecture&>;
    d.set_lod(0.0);
    requires detail::ScoringModel<typename D::Network, typename D::Device>;
    { d.network() } -> std::same_as<typename D::Network&>;
};

}  // namespace stylegan
