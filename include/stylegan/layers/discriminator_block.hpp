// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/blur.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/synthesis_block.hpp>

namespace stylegan {

/// One resolution of the discriminator: a convolution, the blur, and a convolution that halves the size; a leaky ReLU
/// after each convolution.
///
/// @see Karras et al. (2018), table 2; Karras, Laine, Aila (2019), appendix C
template <class Device = Cpu>
class AnyDiscriminatorBlock {
public:
    using Scalar = typename Device::Scalar;

    struct Cache {
        typename AnyConvolution<Device>::Cache conv0{}, conv1{};
    };

    AnyDiscriminatorBlock() = default;
    AnyDiscriminatorBlock(const Architecture& a, int stage);

    /// The shape of y, (batch, feature maps of the stage below, H/2, W/2).
    [[nodiscard]] Shape4 output_shape(Index batch) const {
        return {batch, conv1_.outputs(), below_.height, below_.width};
    }

    /// x (N, C, H, W) -> y (N, feature maps of the stage below, H/2, W/2).
    void forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y, Cache* cache = nullptr) const;

    /// dy like y -> dx like x.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx, Pass pass);

    /// x_dot like x -> y_dot like y.
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot, Maps<Scalar> y_dot) const;

    /// The tangent of backward(): dy_dot like y -> dx_dot like x.
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        const std::string at = prefix + to_string(self.size_) + "/";
        AnyConvolution<Device>::visit(self.conv0_, at + "Conv0/", f);
        AnyConvolution<Device>::visit(self.conv1_, at + self.conv1_name_, f);
    }

private:
    Maps<const Scalar> blurred(Context<Device>& context, Maps<Scalar> x) const;

    Maps<const Scalar> unblurred(Context<Device>& context, Maps<Scalar> dy) const;

    Size size_, below_;
    Blur<Device> blur_;
    AnyConvolution<Device> conv0_, conv1_;
    const char* conv1_name_ = "Conv1_down/";
};

template <class Device>
AnyDiscriminatorBlock<Device>::AnyDiscriminatorBlock(const Architecture& a, int stage)
    : size_(a.size(stage)), below_(a.size(stage - 1)), blur_(a.blur_filter) {
    const LinearOptions options{.lr = {.wscale = a.use_wscale}, .slope = a.slope()};
    const int channels = a.feature_maps(stage);
    conv0_ = AnyConvolution<Device>(channels, channels, 3, resample<Resample::none>, options);
    conv1_ = AnyConvolution<Device>(channels, a.feature_maps(stage - 1), 3, resample<Resample::down>, options);
    if (a.progressive_gan && a.fused_scale != FusedScale::on) conv1_name_ = "Conv1/";
}

template <class Device>
void AnyDiscriminatorBlock<Device>::forward(Context<Device>& context, Maps<const Scalar> x, Maps<Scalar> y,
                                            Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    const Maps<Scalar> a = context.take_like(x);
    conv0_.forward(context, x, a, cache ? &cache->conv0 : nullptr);
    conv1_.forward(context, blurred(context, a), y, cache ? &cache->conv1 : nullptr);
}

template <class Device>
void AnyDiscriminatorBlock<Device>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy,
                                             Maps<Scalar> dx, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const Maps<Scalar> db = context.take_like(cache.conv1.x);
    conv1_.backward(context, cache.conv1, dy, db, pass);
    conv0_.backward(context, cache.conv0, unblurred(context, db), dx, pass);
}

template <class Device>
void AnyDiscriminatorBlock<Device>::tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                                            Maps<Scalar> y_dot) const {
    const Maps<Scalar> a_dot = context.take_like(x_dot);
    conv0_.tangent(context, cache.conv0, x_dot, a_dot);
    conv1_.tangent(context, cache.conv1, blurred(context, a_dot), y_dot);
}

template <class Device>
void AnyDiscriminatorBlock<Device>::backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot,
                                                     Maps<Scalar> dx_dot) {
    Temporaries t(context.workspace(), false);
    const Maps<Scalar> db_dot = context.take_like(cache.conv1.x);
    conv1_.backward_tangent(context, cache.conv1, dy_dot, db_dot);
    conv0_.backward_tangent(context, cache.conv0, unblurred(context, db_dot), dx_dot);
}

template <class Device>
auto AnyDiscriminatorBlock<Device>::blurred(Context<Device>& context, Maps<Scalar> x) const -> Maps<const Scalar> {
    if (!blur_.exists()) return x;
    const Maps<Scalar> y = context.take_like(x);
    blur_.forward(context, x, y);
    return y;
}

template <class Device>
auto AnyDiscriminatorBlock<Device>::unblurred(Context<Device>& context, Maps<Scalar> dy) const -> Maps<const Scalar> {
    if (!blur_.exists()) return dy;
    const Maps<Scalar> dx = context.take_like(dy);
    blur_.backward(context, dy, dx);
    return dx;
}

/// The block of one resolution, for an architecture known at compile time.
/// @tparam Res  width of its input
/// @tparam A    the architecture, which determines its widths
template <int Res, auto A = config_f, class Device = Cpu>
class DiscriminatorBlock : public AnyDiscriminatorBlock<Device> {
    static_assert(A.flaw() == nullptr, "stylegan::DiscriminatorBlock: A is not a valid Architecture");
    static constexpr int stage = detail::stage_of(A, Res);
    static_assert(stage > 0, "stylegan::DiscriminatorBlock: Res is not a resolution of A above the first");
    static constexpr int checked = stage < 1 ? 1 : stage;

public:
    static constexpr int height = A.size(checked).height, width = A.size(checked).width;
    static constexpr int channels = A.feature_maps(checked), channels_below = A.feature_maps(checked - 1);

    DiscriminatorBlock() : AnyDiscriminatorBlock<Device>(A, checked) {}

    /// @param x  (N, channels, height, width)
    /// @return   (N, channels_below, height/2, width/2)
    [[nodiscard]] FeatureMaps<Device, channels_below, height / 2, width / 2> operator()(
        Context<Device>& context, const FeatureMaps<Device, channels, height, width>& x) const {
        FeatureMaps<Device, channels_below, height / 2, width / 2> y(x.batch());
        const Workspace::Frame frame(context.workspace());
        this->forward(context, x.view(), y.view());
        return y;
    }
};

#ifdef STYLEGAN_COMPILED
extern template class AnyDiscriminatorBlock<Cpu>;
#endif

}  // namespace stylegan
