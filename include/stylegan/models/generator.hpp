// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/tensor.hpp>
#include <stylegan/models/any_generator.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace stylegan {

/// A generator whose architecture is known at compile time: a wrong width or shape is a compile error.
/// @tparam A  the architecture
template <auto A, class Device = Cpu>
class BasicGenerator : public AnyGenerator<Device> {
    static_assert(A.flaw() == nullptr,
                  "stylegan::BasicGenerator: this Architecture cannot be built; A.flaw() says why");

public:
    static constexpr Size picture = A.picture();  ///< height and width of its pictures, in pixels
    using typename AnyGenerator<Device>::Scalar;
    using typename AnyGenerator<Device>::Options;
    using typename AnyGenerator<Device>::Latents;
    using typename AnyGenerator<Device>::LayerStyles;

    /// With random weights.
    explicit BasicGenerator(std::uint64_t seed = 0, Device device = {}) : AnyGenerator<Device>(A, seed, device) {}
    /// Without drawing weights, for weights that are loaded next.
    explicit BasicGenerator(Uninitialized, Device device = {})
        : AnyGenerator<Device>(A, std::make_shared<Context<Device>>(device), uninitialized) {}

    using AnyGenerator<Device>::operator();
    using AnyGenerator<Device>::map;
    using AnyGenerator<Device>::synthesize;

    /// The mapping network on typed tensors: z (N, latent_size) -> w (N, w_size). Uses the generator's own context.
    template <int Latent>
    [[nodiscard]] Vectors<Device, A.w_size()> map(const Vectors<Device, Latent>& latents) const {
        const Vectors<Device, A.latent_size>& z = latents;
        static_assert(A.label_size == 0,
                      "stylegan::BasicGenerator: a network with labels maps z together with its labels");
        Vectors<Device, A.w_size()> w(z.batch());
        const Workspace::Frame frame(this->context().workspace());
        this->mapping().forward(this->context(), z.view(), {}, w.view());
        return w;
    }

    /// Style mixing; see AnyGenerator::mix(). A compile error without styles.
    [[nodiscard]] LayerStyles mix(const ArrayRef<const Scalar, 2>& w, const ArrayRef<const Scalar, 2>& second,
                                  const std::vector<int>& layers) const {
        static_assert(A.use_styles, "stylegan::BasicGenerator: this architecture has no styles to mix");
        return AnyGenerator<Device>::mix(w, second, layers);
    }
};

/// The paper's generator (configuration F) for pictures of Res x Res.
template <int Res, class Device = Cpu>
using Generator = BasicGenerator<at_resolution(config_f, Res), Device>;

}  // namespace stylegan
