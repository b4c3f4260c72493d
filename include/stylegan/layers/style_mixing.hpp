// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/truncation.hpp>

#include <type_traits>
#include <vector>

namespace stylegan {

/// Style mixing: some layers take their style from a second w. While training, layers at or after a random crossover do;
/// in figures, a chosen set.
///
/// @tparam Layers  style layers of the generator, two for each resolution
/// @see Karras, Laine, Aila (2019), section 3.1, figure 3
template <int Layers = dynamic>
class StyleMixing {
    static_assert(Layers == dynamic || Layers > 0, "stylegan::StyleMixing: Layers must be at least 1");

public:
    StyleMixing() = default;

    /// The chosen layers, each in [0, Layers). @throws ShapeError if one is not
    explicit StyleMixing(std::vector<int> layers) : layers_(std::move(layers)) {
        for (int l : layers_) check(l, Layers == dynamic ? l + 1 : Layers);
    }

    /// All layers from `first` on: the paper's crossover point. @throws ShapeError if it is not within [0, Layers]
    [[nodiscard]] static StyleMixing from(int first) requires(Layers != dynamic) {
        check(first, Layers + 1);
        std::vector<int> layers;
        for (int l = first; l < Layers; ++l) layers.push_back(l);
        return StyleMixing(std::move(layers));
    }

    [[nodiscard]] const std::vector<int>& layers() const { return layers_; }

    /// Writes second (N, Latent) into the chosen layers of styles (layers, N, Latent).
    /// @throws ShapeError if a chosen layer is beyond them or the shapes differ
    template <class Device>
    void forward(Context<Device>& context, Rows<const typename Device::Scalar> second,
                 Styles<typename Device::Scalar> styles) const {
        require_equal("StyleMixing", "batch of the second w", second.extent(0), styles.extent(1));
        require_equal("StyleMixing", "length of the second w", second.extent(1), styles.extent(2));
        for (int l : layers_) {
            check(l, static_cast<int>(styles.extent(0)));
            context.template copy<2>(second, style_of(styles, l));
        }
    }

    /// The same on arrays of the processor, of xtensor, Eigen or a view: ArrayRef says which.
    /// @param second  (N, Latent)
    /// @param w       (N, layers, Latent), as Generator::styles() has it, written
    /// @throws ShapeError as above, or if w does not lie row by row
    template <class S>
    void apply(Context<BasicCpu<S>>& context, const ArrayRef<const std::type_identity_t<S>, 2>& second,
               const ArrayRef<std::type_identity_t<S>, 3>& w) const {
        require_equal("StyleMixing", "batch of the second w", second.extent(0), w.extent(0));
        for (Index n = 0; n < w.extent(0); ++n)
            forward(context, second.view().part(n, 1), w.view().part(n, 1).as(w.extent(1), 1, w.extent(2)));
    }

private:
    static void check(int layer, int end) {
        if (layer < 0 || layer >= end)
            throw ShapeError(text("StyleMixing: layer is ", layer, ", expected 0 to ", end - 1));
    }

    std::vector<int> layers_;
};

}  // namespace stylegan
