// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/truncation.hpp>

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// Style mixing: some layers take their style from a second w. In training, these are the layers from a random
/// crossover on; in figures, a chosen set.
///
/// @tparam Layers  number of style layers of the generator, two for each resolution
/// @see Karras, Laine, Aila (2019), section 3.1, figure 3
template <int Layers = dynamic>
class StyleMixing {
    static_assert(Layers == dynamic || Layers > 0, "stylegan::StyleMixing: Layers must be at least 1");

public:
    StyleMixing() = default;

    /// @param layers  the layers that take the second w, each in [0, Layers)
    /// @throws ShapeError if one is out of range
    explicit StyleMixing(std::vector<int> layers) : layers_(std::move(layers)) {
        for (int l : layers_) check(l, Layers == dynamic ? l + 1 : Layers);
    }

    /// All layers from `first` on, the paper's crossover point. With 0, every layer takes the same w.
    /// @throws ShapeError if `first` is not within [0, layers]
    [[nodiscard]] static StyleMixing from(int first, int layers) {
        check(first, layers + 1);
        std::vector<int> chosen;
        for (int l = first; l < layers; ++l) chosen.push_back(l);
        return StyleMixing(std::move(chosen));
    }
    /// The same for the Layers of this type.
    [[nodiscard]] static StyleMixing from(int first) requires(Layers != dynamic) { return from(first, Layers); }

    [[nodiscard]] const std::vector<int>& layers() const { return layers_; }

    /// Writes second (N, Latent) into the chosen layers of styles (layers, N, Latent), both on the device.
    /// @throws ShapeError if a chosen layer is out of range or the shapes differ
    template <class Device>
    void forward(Context<Device>& context, Rows<const typename Device::Scalar> second,
                 Styles<typename Device::Scalar> styles) const {
        check(second, styles.extent(1), styles.extent(0), styles.extent(2));
        for (const int l : layers_) context.template copy<2>(second, style_of(styles, l));
    }

    /// The same in CPU memory, with the samples first.
    /// @param second  (N, Latent)
    /// @param w       (N, layers, Latent) as from Generator::styles(), overwritten in the chosen layers
    /// @throws ShapeError as above
    template <class S>
    void write(Rows<const std::type_identity_t<S>> second, View<S, 3> w) const {
        check(second, w.extent(0), w.extent(1), w.extent(2));
        for (Index n = 0; n < w.extent(0); ++n)
            for (const int l : layers_)
                std::copy_n(second.part(n, 1).data, w.extent(2), w.part(n, 1).data + l * w.extent(2));
    }

    /// The same on arrays of xtensor or Eigen, or views (see ArrayRef).
    /// @throws ShapeError as above, or if w is not row-major
    template <class S>
    void apply(Context<BasicCpu<S>>&, const ArrayRef<const std::type_identity_t<S>, 2>& second,
               const ArrayRef<std::type_identity_t<S>, 3>& w) const {
        write<S>(second.view(), w.view());
    }

private:
    static void check(int layer, int end) {
        if (layer < 0 || layer >= end)
            throw ShapeError(text("StyleMixing: layer is ", layer, ", expected 0 to ", end - 1));
    }

    template <class T>
    void check(Rows<T> second, Index batch, Index layers, Index length) const {
        require_equal("StyleMixing", "batch of the second w", second.extent(0), batch);
        require_equal("StyleMixing", "length of the second w", second.extent(1), length);
        for (const int l : layers_) check(l, static_cast<int>(layers));
    }

    std::vector<int> layers_;
};

}  // namespace stylegan
