// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/arrays.hpp>
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/layers/block_concepts.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/layers/mapping_network.hpp>
#include <stylegan/layers/style_mixing.hpp>
#include <stylegan/layers/truncation.hpp>
#include <stylegan/models/synthesis_network.hpp>
#include <stylegan/models/synthesis_noise.hpp>
#include <stylegan/models/synthesis_options.hpp>
#include <stylegan/models/uninitialized.hpp>

#include <xtensor/xtensor.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace stylegan {

/// A generator whose architecture is given at run time: mapping network, truncation and synthesis network, with calls
/// for research on top. Generator<1024> and BasicGenerator<A> derive from it and add compile-time checks.
///
/// Array arguments are of xtensor or Eigen, spans or views (see ArrayRef), in CPU memory. Results are of xtensor;
/// as_eigen() and as() view them as Eigen's.
///
/// Threads: const calls without a context use the generator's own context, so only one thread at a time may make them.
/// Const calls with a context may run in several threads at once, each with its own context; they share the weights.
/// While a non-const call runs, no other thread may use the generator.
///
/// @tparam D  the device
/// @tparam S  the synthesis network; SynthesisNetwork<D, MyBlock> for your own block
/// @tparam M  the mapping network; see MappingNetworkOf
/// @see Karras, Laine, Aila: "A Style-Based Generator Architecture for Generative Adversarial Networks" (2019)
template <class D = Cpu, class S = SynthesisNetwork<D>, class M = AnyMappingNetwork<D>>
class AnyGenerator {
    static_assert(check_mapping_network<M, D>());

public:
    using Device = D;
    using Synthesis = S;  ///< the synthesis network
    using Mapping = M;    ///< the mapping network
    using Scalar = typename D::Scalar;
    using Options = SynthesisOptions<Scalar>;    ///< truncation, noise, labels and lod of a call
    using Latents = xt::xtensor<Scalar, 2>;      ///< z (N, latent_size) or w (N, w_size)
    using Pictures = xt::xtensor<Scalar, 4>;     ///< (N, num_channels, H, W)
    using LayerStyles = xt::xtensor<Scalar, 3>;  ///< w of each layer, (N, layers, w_size)

    /// With random weights.
    /// @throws ValueError if the architecture has a flaw
    explicit AnyGenerator(const Architecture& a, std::uint64_t seed = 0, D device = {});
    /// The same with a context that other networks share.
    AnyGenerator(const Architecture& a, std::shared_ptr<Context<D>> context, std::uint64_t seed);
    /// The same without drawing weights, for weights that are loaded next.
    AnyGenerator(const Architecture& a, std::shared_ptr<Context<D>> context, Uninitialized);

    [[nodiscard]] const Architecture& architecture() const { return architecture_; }
    [[nodiscard]] Context<D>& context() const { return *context_; }
    [[nodiscard]] const std::shared_ptr<Context<D>>& shared_context() const { return context_; }

    /// The latents of seeds, as the official code draws them: `RandomState(seed).randn(latent_size)`. Any thread may
    /// call it.
    /// @return (number of seeds, latent_size)
    [[nodiscard]] Latents latents(const std::vector<std::uint32_t>& seeds) const {
        return latents_of_seeds(seeds, static_cast<std::size_t>(architecture_.latent_size));
    }

    /// Pictures of latents.
    /// @param z  (N, latent_size), standard normal; see latents()
    /// @return   (N, num_channels, H, W), about within [-1, 1]
    /// @throws ShapeError, ValueError if z or the options do not fit
    [[nodiscard]] Pictures operator()(const ArrayRef<const Scalar, 2>& z, const Options& options = {}) const {
        return (*this)(*context_, z, options);
    }
    /// The same in another context, for several threads.
    [[nodiscard]] Pictures operator()(Context<D>& context, const ArrayRef<const Scalar, 2>& z,
                                      const Options& options = {}) const;

    /// The mapping network: w of z, not truncated.
    /// @param z       (N, latent_size)
    /// @param labels  (N, classes), for a network with labels
    /// @return        (N, w_size)
    /// @throws ShapeError if z or the labels do not fit
    [[nodiscard]] Latents map(const ArrayRef<const Scalar, 2>& z, const ArrayRef<const Scalar, 2>& labels = {}) const {
        return map(*context_, z, labels);
    }
    /// The same in another context, for several threads.
    [[nodiscard]] Latents map(Context<D>& context, const ArrayRef<const Scalar, 2>& z,
                              const ArrayRef<const Scalar, 2>& labels = {}) const;

    /// The synthesis network: pictures of w, truncated as the options say.
    /// @param w  (N, w_size) for all layers, or (N, layers, w_size)
    /// @return   (N, num_channels, H, W), about within [-1, 1]
    /// @throws ShapeError, ValueError if w or the options do not fit
    [[nodiscard]] Pictures synthesize(const ArrayRef<const Scalar, 2, 3>& w, const Options& options = {}) const {
        return synthesize(*context_, w, options);
    }
    /// The same in another context, for several threads.
    [[nodiscard]] Pictures synthesize(Context<D>& context, const ArrayRef<const Scalar, 2, 3>& w,
                                      const Options& options = {}) const;

    /// w (N, w_size) repeated for every layer: (N, layers, w_size). Any thread may call it.
    [[nodiscard]] LayerStyles styles(const ArrayRef<const Scalar, 2>& w) const;

    /// Style mixing: the given layers take `second`, all others w. Any thread may call it.
    /// @param w, second  (N, w_size)
    /// @param layers     indices in [0, layers)
    /// @return           (N, layers, w_size)
    /// @throws ShapeError if a layer is out of range or the shapes differ, ValueError if the network has no styles
    [[nodiscard]] LayerStyles mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                  const std::vector<int>& layers) const;

    /// The average w, a moving average over training: (w_size).
    [[nodiscard]] std::vector<Scalar> w_average() const;

    /// The mean w of `samples` random latents, for networks that were stored without an average.
    /// @return (w_size)
    /// @throws ValueError if the network has labels
    [[nodiscard]] std::vector<Scalar> measure_w_average(int samples = 10000, std::uint64_t seed = 0) const;

    /// The network's level of detail while it grows; 0 once it is fully grown.
    [[nodiscard]] double lod() const {
        Scalar v{};
        context_->download(lod_.value().data(), 1, &v);
        return static_cast<double>(v);
    }
    /// Sets the level of detail.
    /// @throws ValueError if lod is not within [0, max_lod()] of the architecture
    void set_lod(double lod);

    /// The parts of the network, for training and for research on views.
    [[nodiscard]] M& mapping() { return mapping_; }
    [[nodiscard]] Truncation<dynamic, D>& truncation() { return truncation_; }
    [[nodiscard]] S& synthesis() { return synthesis_; }
    [[nodiscard]] const M& mapping() const { return mapping_; }
    [[nodiscard]] const Truncation<dynamic, D>& truncation() const { return truncation_; }
    [[nodiscard]] const S& synthesis() const { return synthesis_; }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "lod", self.lod_);
        if (self.architecture_.progressive_gan) {  // usually it has no mapping layers, but it may
            S::visit(self.synthesis_, prefix, f);
            return M::visit(self.mapping_, prefix + "G_mapping/", f);
        }
        Truncation<dynamic, D>::visit(self.truncation_, prefix, f);
        S::visit(self.synthesis_, prefix + "G_synthesis/", f);
        M::visit(self.mapping_, prefix + "G_mapping/", f);
    }

private:
    static const Architecture& valid(const Architecture& a) {
        if (a.flaw()) throw ValueError(text("Architecture: ", a.flaw()));
        return a;
    }

    [[nodiscard]] StyleMixing<> every_layer() const { return StyleMixing<>::from(0, architecture_.layers()); }

    [[nodiscard]] Rows<const Scalar> uploaded(Context<D>& context, Rows<const Scalar> x) const {
        const Rows<Scalar> y = context.take_like(x);
        context.upload(x.data, y.size(), y.data);
        return y;
    }

    /// w of z, both on the device.
    [[nodiscard]] Rows<const Scalar> mapped(Context<D>& context, Rows<const Scalar> z, Rows<const Scalar> labels) const;

    /// w of each layer, on the device and not truncated: (layers, N, w_size).
    [[nodiscard]] Styles<Scalar> styles_on_device(Context<D>& context, const ArrayRef<const Scalar, 2, 3>& w) const;

    /// Pictures of styles on the device. Truncates the styles in place.
    [[nodiscard]] Pictures pictures_of(Context<D>& context, Styles<Scalar> styles, const Options& options) const;

    /// Runs the synthesis network. An asynchronous device replays the recording of a call with the same arguments.
    void run_synthesis(Context<D>& context, Styles<const Scalar> styles, const SynthesisNoise<Scalar>& noise,
                       Level level, Maps<Scalar> pictures) const;

    Architecture architecture_;
    std::shared_ptr<Context<D>> context_;
    Parameter<D> lod_;  // ()
    M mapping_;
    Truncation<dynamic, D> truncation_;
    S synthesis_;
    [[no_unique_address]] mutable typename D::Replay replay_;  // of calls with context_
};

}  // namespace stylegan

#include <stylegan/models/detail/any_generator_inl.hpp>

namespace stylegan {

#ifdef STYLEGAN_COMPILED
extern template class AnyGenerator<Cpu>;
#endif

}  // namespace stylegan
