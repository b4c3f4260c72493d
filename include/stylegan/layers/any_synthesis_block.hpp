// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/blur.hpp>
#include <stylegan/layers/constant_input.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/layer_epilogue.hpp>
#include <stylegan/layers/layer_inputs.hpp>
#include <stylegan/ops/elementwise/add.hpp>

#include <array>
#include <string>
#include <type_traits>

namespace stylegan {

/// One resolution of the synthesis network: two convolutions, each followed by its epilogue.
///
/// Above the first stage, the first convolution upscales and the blur follows it. In the first stage the learned
/// constant takes the place of the first convolution; without a constant, a dense layer of w does.
///
/// @see Karras, Laine, Aila (2019), figure 1b
template <class Device = Cpu>
class AnySynthesisBlock {
public:
    using Scalar = typename Device::Scalar;
    /// Styles and noise of the two layers.
    using Inputs = LayerInputs<Scalar>;

    struct Cache {
        typename AnyConvolution<Device>::Cache conv0{}, conv1{};
        typename Dense<dynamic, dynamic, Device>::Cache dense{};
        typename LayerEpilogue<Device>::Cache epilogue0{}, epilogue1{};

        /// Makes backward() write the gradient of the noise map of layer 0 or 1 as well.
        /// @param dnoise  like the noise map; overwritten by backward()
        void want_noise_gradient(int layer, Maps<Scalar> dnoise) {
            (layer == 0 ? epilogue0 : epilogue1).dnoise = dnoise;
        }
    };

    AnySynthesisBlock() = default;
    AnySynthesisBlock(const Architecture& a, int stage);

    /// The shape of y, (batch, C, H, W).
    [[nodiscard]] Shape4 output_shape(Index batch) const { return {batch, channels_, size_.height, size_.width}; }

    /// x (N, feature maps of the stage below, H/2, W/2), or empty in the first stage -> y (N, C, H, W).
    void forward(Context<Device>& context, Maps<const Scalar> x, const Inputs& in, Maps<Scalar> y,
                 Cache* cache = nullptr) const;

    /// Whether forward_styled() supports this block and is faster than forward(). It is faster where there are enough
    /// pixels.
    [[nodiscard]] bool styled() const;

    /// forward() without a cache, for a block that is styled(). Feature maps are in blocks, and the next layer that
    /// reads them applies their style: one pass over memory for each layer.
    /// @param x     as in forward()
    /// @param a, y  (N, C, H, W) in blocks, overwritten; y may be the memory of x
    /// @return      y; its means, factors and shifts lie in the caller's workspace frame
    [[nodiscard]] ops::StyledMaps forward_styled(Context<Device>& context, const ops::StyledMaps& x, const Inputs& in,
                                                 ops::BlockedMaps<Scalar> a,
                                                 ops::BlockedMaps<Scalar> y) const requires std::is_same_v<Device, Cpu>;

    /// dy like y -> dx like x (empty in the first stage), dw (N, Latent) for each layer, or empty.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                  std::array<Rows<Scalar>, 2> dw, Pass pass);

    /// x_dot like x, w_dot (N, Latent) for each layer, or empty for 0 -> y_dot like y.
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                 std::array<Rows<const Scalar>, 2> w_dot, Maps<Scalar> y_dot) const;

    /// The tangent of backward().
    void backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot, Maps<Scalar> dx_dot,
                          std::array<Rows<Scalar>, 2> dw_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        const std::string at = prefix + to_string(self.size_) + "/";
        if (self.stage_ > 0) {
            AnyConvolution<Device>::visit(self.conv0_, at + self.conv0_name_, f);
            LayerEpilogue<Device>::visit(self.epilogue0_, at + self.conv0_name_, f);
        } else if (self.constant_.exists()) {
            AnyConstantInput<Device>::visit(self.constant_, at + "Const/", f);
            LayerEpilogue<Device>::visit(self.epilogue0_, at + "Const/", f);
        } else {
            Dense<dynamic, dynamic, Device>::visit(self.dense_, at + "Dense/", f);
            LayerEpilogue<Device>::visit(self.epilogue0_, at + "Dense/", f);
        }
        const std::string last = at + self.conv1_name();
        AnyConvolution<Device>::visit(self.conv1_, last, f);
        LayerEpilogue<Device>::visit(self.epilogue1_, last, f);
    }

private:
    [[nodiscard]] const char* conv1_name() const { return stage_ > 0 ? "Conv1/" : "Conv/"; }

    /// @param taps  multiply-adds for each output value and input map; 0 for memory-bound work
    auto measured(Context<Device>& context, const char* layer, const char* work, Maps<const Scalar> x,
                  Maps<const Scalar> y, int taps) const {
        return context.measured([&] {
            const double maps = static_cast<double>(x.extent(1)),
                         weights = taps * maps * static_cast<double>(y.extent(1));
            return Profile::Entry{
                .name = text(to_string(size_), '/', layer, work),
                .multiply_adds = static_cast<double>(y.size()) * maps * taps,
                .bytes = static_cast<double>(sizeof(Scalar)) * (static_cast<double>(x.size() + y.size()) + weights)};
        });
    }

    /// Whether the bias of the first convolution is added before the blur.
    static bool early_bias(const Architecture& a, int stage) {
        return a.bias_before_blur && stage > 0 && a.blur_filter.length > 0;
    }

    /// Carries `d`, the gradient before the first epilogue (or its tangent), back to x; in the first stage, to the
    /// constant or to w.
    template <class Step>
    void to_input(Context<Device>& context, Cache& cache, Maps<Scalar> d, Maps<Scalar> scratch, Maps<Scalar> dx,
                  Rows<Scalar> dw, Step step, bool parameters) {
        if (stage_ > 0) {
            if (blur_.exists()) blur_.backward(context, Maps<const Scalar>(d), scratch);
            step(conv0_, cache.conv0, Maps<const Scalar>(blur_.exists() ? scratch : d), dx);
        } else if (constant_.exists()) {
            if (parameters) constant_.backward(context, d);
        } else {
            const Rows<Scalar> part = dw.empty() ? Rows<Scalar>{} : context.take_like(dw);
            step(dense_, cache.dense, Rows<const Scalar>(as_rows(d)), part);
            if (!dw.empty()) ops::add(context, as_maps<const Scalar>(dw), as_maps<const Scalar>(part), as_maps(dw));
        }
    }

    int stage_ = 0;
    Size size_;
    int channels_ = 0;
    AnyConstantInput<Device> constant_;  // the first stage has one of these two
    Dense<dynamic, dynamic, Device> dense_;
    AnyConvolution<Device> conv0_;  // later stages
    const char* conv0_name_ = "Conv0_up/";
    Blur<Device> blur_;
    LayerEpilogue<Device> epilogue0_;
    AnyConvolution<Device> conv1_;
    LayerEpilogue<Device> epilogue1_;
};

template <class Device>
AnySynthesisBlock<Device>::AnySynthesisBlock(const Architecture& a, int stage)
    : stage_(stage),
      size_(a.size(stage)),
      channels_(a.feature_maps(stage)),
      epilogue0_(a, channels_, !early_bias(a, stage)),
      epilogue1_(a, channels_) {
    const LinearOptions plain{.lr = {.wscale = a.use_wscale}, .bias = false};
    if (stage > 0) {
        LinearOptions before_blur = plain;
        before_blur.bias = early_bias(a, stage);
        const auto up = [&](auto kind) {
            return AnyConvolution<Device>(a.feature_maps(stage - 1), channels_, 3, kind, before_blur);
        };
        conv0_ = a.fused(stage) ? up(resample<Resample::up_rotated>) : up(resample<Resample::up>);
        conv0_name_ = a.progressive_gan && a.fused_scale != FusedScale::on ? "Conv0/" : "Conv0_up/";
        blur_ = Blur<Device>(a.blur_filter);
    } else if (a.const_input_layer) {
        constant_ = AnyConstantInput<Device>(channels_, size_);
    } else {
        LinearOptions input = plain;
        input.lr.gain /= 4;
        dense_ = Dense<dynamic, dynamic, Device>(a.w_size(), channels_ * size_.height * size_.width, input);
    }
    conv1_ = AnyConvolution<Device>(channels_, channels_, 3, resample<Resample::none>, plain);
}

template <class Device>
void AnySynthesisBlock<Device>::forward(Context<Device>& context, Maps<const Scalar> x, const Inputs& in,
                                        Maps<Scalar> y, Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    if (cache) *cache = Cache{};
    const Maps<Scalar> a = context.take_like(y);
    if (stage_ == 0) {
        if (constant_.exists())
            constant_.forward(context, a);
        else
            dense_.forward(context, in.w[0], as_rows(a), cache ? &cache->dense : nullptr);
    } else {
        const Maps<Scalar> up = blur_.exists() ? y : a;  // y is free until the end
        {
            const auto timer = measured(context, conv0_name_, "up-convolution", x, up, 9);
            conv0_.forward(context, x, up, cache ? &cache->conv0 : nullptr);
        }
        if (blur_.exists()) {
            const auto timer = measured(context, conv0_name_, "blur", up, a, 0);
            blur_.forward(context, Maps<const Scalar>(up), a);
        }
    }
    const char* const first = stage_ > 0 ? conv0_name_ : constant_.exists() ? "Const/" : "Dense/";
    const Maps<Scalar> middle = cache ? context.take_like(y) : a;
    {
        const auto timer = measured(context, first, "epilogue", a, middle, 0);
        epilogue0_.forward(context, a, in.noise[0], in.strength[0], in.w[0], middle,
                           cache ? &cache->epilogue0 : nullptr);
    }
    const Maps<Scalar> b = cache ? context.take_like(y) : y;
    {
        const auto timer = measured(context, conv1_name(), "convolution", middle, b, 9);
        conv1_.forward(context, middle, b, cache ? &cache->conv1 : nullptr);
    }
    const auto timer = measured(context, conv1_name(), "epilogue", b, y, 0);
    epilogue1_.forward(context, b, in.noise[1], in.strength[1], in.w[1], y, cache ? &cache->epilogue1 : nullptr);
}

template <class Device>
bool AnySynthesisBlock<Device>::styled() const {
    const Index in = stage_ > 0 ? conv0_.inputs() : 0;
    return stage_ > 0 && blur_.three_taps() && epilogue0_.styled() && epilogue1_.styled() &&
           ops::suits_styled_convolution(Resample::up, in, channels_, size_.height / 2, size_.width / 2) &&
           ops::suits_styled_convolution(Resample::none, channels_, channels_, size_.height, size_.width);
}

template <class Device>
auto AnySynthesisBlock<Device>::forward_styled(Context<Device>& context, const ops::StyledMaps& x, const Inputs& in,
                                               ops::BlockedMaps<Scalar> a, ops::BlockedMaps<Scalar> y) const
    -> ops::StyledMaps requires std::is_same_v<Device, Cpu> {
    const auto layer = [&](const LayerEpilogue<Device>& epilogue, std::size_t k) {
        return epilogue.styled_layer(context, in.noise[k], in.strength[k], in.w[k]);
    };
    const auto maps = [](const auto& m) {
        return Maps<const Scalar>{m.data, {m.batch, m.channels, m.height, m.width}};
    };
    const auto middle = [&] {
        const auto timer = measured(context, conv0_name_, "up-convolution to epilogue", maps(x.maps), maps(a), 9);
        return conv0_.forward_styled(context, x, *blur_.three_taps(), layer(epilogue0_, 0), a);
    }();
    const auto timer = measured(context, conv1_name(), "convolution to epilogue", maps(a), maps(y), 9);
    return conv1_.forward_styled(context, middle, {}, layer(epilogue1_, 1), y);
}

template <class Device>
void AnySynthesisBlock<Device>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dy, Maps<Scalar> dx,
                                         std::array<Rows<Scalar>, 2> dw, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    const bool kept = pass == Pass::linearize;
    const Maps<Scalar> d1 = context.take_like(dy);
    const Maps<Scalar> d0 = context.take_like(dy);
    epilogue1_.backward(context, cache.epilogue1, dy, d1, dw[1], pass);
    conv1_.backward(context, cache.conv1, d1, d0, pass);
    const Maps<Scalar> da = kept ? context.take_like(dy) : d1;
    epilogue0_.backward(context, cache.epilogue0, d0, da, dw[0], pass);
    to_input(
        context, cache, da, kept ? context.take_like(dy) : d0, dx, dw[0],
        [&](auto& layer, auto& c, auto d, auto di) { layer.backward(context, c, d, di, pass); },
        pass == Pass::gradients);
}

template <class Device>
void AnySynthesisBlock<Device>::tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> x_dot,
                                        std::array<Rows<const Scalar>, 2> w_dot, Maps<Scalar> y_dot) const {
    const Maps<Scalar> a_dot = context.take_like(y_dot), middle_dot = context.take_like(y_dot),
                       b_dot = context.take_like(y_dot);
    if (stage_ > 0) {
        const Maps<Scalar> up_dot = blur_.exists() ? y_dot : a_dot;
        conv0_.tangent(context, cache.conv0, x_dot, up_dot);
        if (blur_.exists()) blur_.forward(context, Maps<const Scalar>(up_dot), a_dot);
    } else if (!constant_.exists() && !w_dot[0].empty()) {
        dense_.tangent(context, cache.dense, w_dot[0], as_rows(a_dot));
    } else {
        context.fill(a_dot, Scalar(0));
    }
    epilogue0_.tangent(context, cache.epilogue0, a_dot, w_dot[0], middle_dot);
    conv1_.tangent(context, cache.conv1, middle_dot, b_dot);
    epilogue1_.tangent(context, cache.epilogue1, b_dot, w_dot[1], y_dot);
}

template <class Device>
void AnySynthesisBlock<Device>::backward_tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> dy_dot,
                                                 Maps<Scalar> dx_dot, std::array<Rows<Scalar>, 2> dw_dot) {
    Temporaries t(context.workspace(), false);
    const Maps<Scalar> d1 = context.take_like(dy_dot), d0 = context.take_like(dy_dot);
    epilogue1_.backward_tangent(context, cache.epilogue1, dy_dot, d1, dw_dot[1]);
    conv1_.backward_tangent(context, cache.conv1, d1, d0);
    epilogue0_.backward_tangent(context, cache.epilogue0, d0, d1, dw_dot[0]);
    to_input(
        context, cache, d1, d0, dx_dot, dw_dot[0],
        [&](auto& layer, auto& c, auto d, auto di) { layer.backward_tangent(context, c, d, di); }, true);
}

#ifdef STYLEGAN_COMPILED
extern template class AnySynthesisBlock<Cpu>;
#endif

}  // namespace stylegan
