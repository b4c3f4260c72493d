// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/tensor.hpp>
#include <stylegan/layers/any_synthesis_block.hpp>

namespace stylegan {

namespace detail {
/// The stage whose pictures are `res` wide, or -1.
constexpr int stage_of(const Architecture& a, int res) {
    for (int s = 0; s < a.stages(); ++s)
        if (a.size(s).width == res) return s;
    return -1;
}
}  // namespace detail

/// The block of one resolution, for an architecture known at compile time.
/// @tparam Res  width of its pictures
/// @tparam A    the architecture, which determines its widths
template <int Res, auto A = config_f, class Device = Cpu>
class SynthesisBlock : public AnySynthesisBlock<Device> {
    static_assert(A.flaw() == nullptr, "stylegan::SynthesisBlock: A is not a valid Architecture");
    static constexpr int stage = detail::stage_of(A, Res);
    static_assert(stage >= 0, "stylegan::SynthesisBlock: Res is not a resolution of A");
    static constexpr int checked = stage < 0 ? 0 : stage;

public:
    static constexpr int height = A.size(checked).height, width = A.size(checked).width,
                         channels = A.feature_maps(checked);
    static constexpr int channels_below = A.feature_maps(checked > 0 ? checked - 1 : 0);

    SynthesisBlock() : AnySynthesisBlock<Device>(A, checked) {}

    /// @param x  (N, channels_below, height/2, width/2)
    /// @param w  (N, Latent), the style of both layers
    /// @return   (N, channels, height, width), without noise
    [[nodiscard]] FeatureMaps<Device, channels, height, width> operator()(
        Context<Device>& context, const FeatureMaps<Device, channels_below, height / 2, width / 2>& x,
        const Vectors<Device, A.w_size()>& w) const {
        static_assert(stage > 0, "stylegan::SynthesisBlock: the first block takes w alone");
        return run(context, x.view(), w);
    }

    /// The first block, which has no x.
    /// @param w  (N, Latent), the style of both layers
    /// @return   (N, channels, height, width), without noise
    [[nodiscard]] FeatureMaps<Device, channels, height, width> operator()(Context<Device>& context,
                                                                          const Vectors<Device, A.w_size()>& w) const {
        static_assert(stage <= 0,
                      "stylegan::SynthesisBlock: above the first stage a block takes the maps of the block below");
        return run(context, {}, w);
    }

private:
    using Scalar = typename Device::Scalar;
    auto run(Context<Device>& context, Maps<const Scalar> x, const Vectors<Device, A.w_size()>& w) const {
        FeatureMaps<Device, channels, height, width> y(w.batch());
        const Workspace::Frame frame(context.workspace());
        this->forward(context, x, {.w = {w.view(), w.view()}, .noise = {}}, y.view());
        return y;
    }
};

}  // namespace stylegan
