// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/pass.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>

#include <algorithm>

namespace stylegan {

/// Styles of all layers, (layers, N, Latent). Those of one layer are contiguous.
template <class T>
using Styles = View<T, 3>;

/// The style of one layer, (N, Latent).
template <class T>
[[nodiscard]] Rows<T> style_of(Styles<T> styles, Index layer) {
    return styles.part(layer, 1).as(styles.extent(1), styles.extent(2));
}

/// How much of each style's distance from the average is kept, and in which layers.
struct TruncationOptions {
    float psi = 1;         ///< 1: no truncation; 0: the average picture; below 0: the opposite of the picture
    int cutoff = 1 << 30;  ///< the first layer that is not truncated
};

/// Truncation in W: moves styles towards the average w. Pictures gain quality and lose variety.
///
///     w'[layer] = w_avg + psi (w[layer] - w_avg)   for layer < cutoff
///
/// @tparam Latent  length of w
/// @see Karras, Laine, Aila (2019), appendix B
template <int Latent = dynamic, class Device = Cpu>
class Truncation;

template <class Device>
class Truncation<dynamic, Device> {
public:
    using Scalar = typename Device::Scalar;

    Truncation() = default;
    explicit Truncation(int latent) : average_({latent}, {}, false) {}

    /// The average w, (Latent); a moving average over training.
    [[nodiscard]] const Parameter<Device>& average() const { return average_; }
    [[nodiscard]] Parameter<Device>& average() { return average_; }

    /// Truncates styles (layers, N, Latent) in place.
    /// @throws ShapeError if their length is not Latent
    void forward(Context<Device>& context, TruncationOptions options, Styles<Scalar> styles) const {
        require_equal("Truncation", "length of w", styles.extent(2), average_.size());
        if (options.psi == 1) return;
        const Workspace::Frame frame(context.workspace());
        const Rows<Scalar> mean = context.take(styles.extent(1), styles.extent(2));
        for (Index n = 0; n < mean.extent(0); ++n)
            context.template copy<1>(average_.template view<1>(), mean.part(n, 1).as(mean.extent(1)));
        const Index layers = std::min<Index>(options.cutoff, styles.extent(0));
        for (Index l = 0; l < layers; ++l) {
            const Rows<Scalar> w = style_of(styles, l);
            ops::lerp(context, mean, w, static_cast<Scalar>(options.psi), w);
        }
    }

    /// The same on arrays in CPU memory: xtensor, Eigen or a view (see ArrayRef).
    /// @param w  (N, Latent), truncated whatever the cutoff; or (N, layers, Latent), as from Generator::styles()
    /// @throws ShapeError if the length of w is not Latent, or w is not row-major
    void apply(Context<Device>& context, TruncationOptions options, const ArrayRef<Scalar, 2, 3>& w) const
        requires(!Device::asynchronous) {
        if (w.rank() == 2)
            return forward(context, {.psi = options.psi}, w.template view<2>().as(1, w.extent(0), w.extent(1)));
        const Styles<Scalar> all = w.template view<3>();
        for (Index n = 0; n < all.extent(0); ++n)
            forward(context, options, all.part(n, 1).as(all.extent(1), 1, all.extent(2)));
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "dlatent_avg", self.average_);
    }

private:
    Parameter<Device> average_;  // (Latent)
};

template <int Latent, class Device>
class Truncation : public Truncation<dynamic, Device> {
    static_assert(Latent > 0, "stylegan::Truncation: Latent must be at least 1");

public:
    Truncation() : Truncation<dynamic, Device>(Latent) {}

    /// @param w  (N, Latent)
    /// @return   like w, truncated whatever the cutoff
    [[nodiscard]] Vectors<Device, Latent> operator()(Context<Device>& context, Vectors<Device, Latent> w,
                                                     float psi) const {
        this->forward(context, {.psi = psi}, w.view().as(1, w.batch(), Latent));
        return w;
    }
};

}  // namespace stylegan
