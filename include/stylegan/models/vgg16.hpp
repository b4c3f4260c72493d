// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/convolution.hpp>
#include <stylegan/layers/initialize.hpp>
#include <stylegan/ops/channels/channel_affine.hpp>
#include <stylegan/ops/elementwise/add.hpp>
#include <stylegan/ops/resampling/max_pool.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// The convolutions of VGG16: thirteen of 3x3, each followed by a ReLU, in five stages with 2x2 max-pooling between
/// them. Its features are the outputs of the stages: relu1_2, relu2_2, relu3_3, relu4_3 and relu5_3.
///
/// The width is given at run time: the published network has 64 feature maps in the first stage; the small one that
/// comes with this library has 16 and is otherwise the same.
///
/// Pictures are (N, 3, H, W), about within [-1, 1] as from a generator, and 16x16 or larger. The network itself
/// normalizes them by the mean and deviation of the data that VGG16 was trained on.
///
/// Threads: const passes may run in several threads at once, each with its own context.
///
/// @see Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2015), table 1, D
template <class Device = Cpu>
class Vgg16 {
public:
    using Scalar = typename Device::Scalar;
    using Pictures = xt::xtensor<Scalar, 4>;  ///< (N, C, H, W), pictures or features

    static constexpr int stages = 5;          ///< stages, with a max-pooling between them
    static constexpr int convolutions = 13;   ///< 3x3 convolutions in all stages
    static constexpr int smallest_side = 16;  ///< smallest height and width of a picture: one pixel in the last stage
    /// Convolutions of each stage.
    static constexpr std::array<int, stages> depth{2, 2, 3, 3, 3};
    /// Feature maps of each stage, in multiples of the first.
    static constexpr std::array<int, stages> widths{1, 2, 4, 8, 8};

    /// Features of each stage, (N, C, H, W): relu1_2, relu2_2, relu3_3, relu4_3, relu5_3.
    using Features = std::array<Maps<const Scalar>, stages>;

    struct Cache {
        std::array<typename AnyConvolution<Device>::Cache, convolutions> layers{};
        Features features{};
        Shape4 pictures{};
    };

    /// With random weights (He et al., 2015).
    /// @param width  feature maps of the first stage
    /// @param lr     with `wscale` to train it here; without it, weights are stored as used
    /// @throws ValueError if width is less than 1
    explicit Vgg16(int width = 64, EqualizedLr lr = {.wscale = false}, std::uint64_t seed = 0, Device device = {});
    /// With all weights 0, for weights that are loaded next, and a context that other networks share.
    Vgg16(int width, EqualizedLr lr, std::shared_ptr<Context<Device>> context);

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] EqualizedLr equalized_lr() const { return lr_; }
    [[nodiscard]] Context<Device>& context() const { return *context_; }
    [[nodiscard]] const std::shared_ptr<Context<Device>>& shared_context() const { return context_; }

    /// Number of feature maps of a stage, 0 to 4.
    [[nodiscard]] int channels(int stage) const { return width_ * widths[static_cast<std::size_t>(stage)]; }

    /// The stage of convolution k, which is 0 to 12.
    [[nodiscard]] static constexpr int stage_of(int k) {
        int stage = 0;
        while (k >= depth[static_cast<std::size_t>(stage)]) k -= depth[static_cast<std::size_t>(stage++)];
        return stage;
    }
    /// The first convolution of a stage, 0 to 12.
    [[nodiscard]] static constexpr int first_of(int stage) {
        int k = 0;
        while (stage > 0) k += depth[static_cast<std::size_t>(--stage)];
        return k;
    }
    /// Number of feature maps that convolution k writes.
    [[nodiscard]] int outputs_of(int k) const { return channels(stage_of(k)); }
    /// Number of feature maps that convolution k reads.
    [[nodiscard]] int inputs_of(int k) const { return k == 0 ? 3 : outputs_of(k - 1); }

    /// The usual name of convolution k, such as "conv3_1".
    [[nodiscard]] static std::string name_of(int k) {
        return text("conv", stage_of(k) + 1, '_', k - first_of(stage_of(k)) + 1);
    }

    /// The features of pictures: relu1_2, relu2_2, relu3_3, relu4_3, relu5_3.
    /// @param pictures  (N, 3, H, W), about within [-1, 1]
    /// @return          (N, C, H / 2^stage, W / 2^stage) for each stage, rounded down
    /// @throws ShapeError if the pictures are smaller than 16x16 or do not have three colour channels
    [[nodiscard]] std::array<Pictures, stages> features(const ArrayRef<const Scalar, 4>& pictures) const;

    /// The same on views. The features lie in the caller's workspace frame.
    [[nodiscard]] Features forward(Context<Device>& context, Maps<const Scalar> pictures, Cache* cache = nullptr) const;

    /// The gradient of a function of the features.
    /// @param dfeatures  like the features; an empty view for a stage without a gradient
    /// @param dpictures  like the pictures, overwritten; may be empty
    /// @param pass       Pass::inputs for dpictures alone; Pass::gradients also adds to the gradients of the parameters
    void backward(Context<Device>& context, Cache& cache, const Features& dfeatures, Maps<Scalar> dpictures, Pass pass);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        for (int k = 0; k < convolutions; ++k)
            AnyConvolution<Device>::visit(self.layer(k), prefix + name_of(k) + "/", f);
    }

private:
    void require_pictures(Maps<const Scalar> pictures) const;

    // (x / 2 + 1/2 - mean) / deviation of ImageNet's colours, for x in [-1, 1]: (x - m) / d with m = 2 mean - 1
    static constexpr std::array<double, 3> mean{-0.030, -0.088, -0.188}, deviation{0.458, 0.448, 0.450};
    static constexpr std::array<Scalar, 3> scales{Scalar(1 / deviation[0]), Scalar(1 / deviation[1]),
                                                  Scalar(1 / deviation[2])};
    static constexpr std::array<Scalar, 3> shifts{Scalar(-mean[0] / deviation[0]), Scalar(-mean[1] / deviation[1]),
                                                  Scalar(-mean[2] / deviation[2])};
    [[nodiscard]] static std::span<const Scalar> scale() { return scales; }
    [[nodiscard]] static std::span<const Scalar> shift() { return shifts; }

    [[nodiscard]] AnyConvolution<Device>& layer(int k) { return layers_[static_cast<std::size_t>(k)]; }
    [[nodiscard]] const AnyConvolution<Device>& layer(int k) const { return layers_[static_cast<std::size_t>(k)]; }

    int width_;
    EqualizedLr lr_;
    std::shared_ptr<Context<Device>> context_;
    std::vector<AnyConvolution<Device>> layers_;
};

template <class Device>
Vgg16<Device>::Vgg16(int width, EqualizedLr lr, std::uint64_t seed, Device device)
    : Vgg16(width, lr, std::make_shared<Context<Device>>(device)) {
    initialize(*this, *context_, seed);
}

template <class Device>
Vgg16<Device>::Vgg16(int width, EqualizedLr lr, std::shared_ptr<Context<Device>> context)
    : width_(width), lr_(lr), context_(std::move(context)) {
    if (width < 1 || width > 4096) throw ValueError(text("Vgg16: width is ", width, ", expected 1 to 4096"));
    for (int k = 0; k < convolutions; ++k)
        layers_.emplace_back(inputs_of(k), outputs_of(k), 3, resample<Resample::none>,
                             LinearOptions{.lr = lr, .bias = true, .slope = 0});
}

template <class Device>
auto Vgg16<Device>::features(const ArrayRef<const Scalar, 4>& pictures) const -> std::array<Pictures, stages> {
    const Workspace::Frame frame(context_->workspace());
    const Maps<Scalar> x = context_->take_like(pictures.view());
    context_->upload(pictures.data(), x.size(), x.data);
    const Features found = forward(*context_, x);
    std::array<Pictures, stages> all;
    for (std::size_t s = 0; s < stages; ++s) {
        all[s] = Pictures::from_shape(detail::xtensor_shape(found[s]));
        context_->download(found[s].data, found[s].size(), all[s].data());
    }
    return all;
}

template <class Device>
auto Vgg16<Device>::forward(Context<Device>& context, Maps<const Scalar> pictures, Cache* cache) const -> Features {
    require_pictures(pictures);
    std::array<Maps<Scalar>, stages> taps;
    Features features;
    Index h = pictures.extent(2), w = pictures.extent(3);
    for (std::size_t s = 0; s < stages; ++s, h /= 2, w /= 2)
        features[s] = taps[s] = context.take(pictures.extent(0), channels(static_cast<int>(s)), h, w);
    if (cache) *cache = Cache{.features = features, .pictures = pictures.shape};

    Temporaries all(context.workspace(), cache != nullptr);
    for (int s = 0; s < stages; ++s) {
        const auto at = static_cast<std::size_t>(s);
        Temporaries of_stage(context.workspace(), cache != nullptr);
        Maps<const Scalar> x;
        if (s == 0) {
            const Maps<Scalar> y = context.take_like(pictures);
            ops::channel_affine(context, pictures, scale(), shift(), y);
            x = y;
        } else {
            const Maps<Scalar> y = context.take(features[at].extent(0), features[at - 1].extent(1),
                                                features[at].extent(2), features[at].extent(3));
            ops::max_pool(context, features[at - 1], y);
            x = y;
        }
        const int first = first_of(s), last = first + depth[at] - 1;
        for (int k = first; k <= last; ++k) {
            const Maps<Scalar> y = k == last ? taps[at] : context.take_like(taps[at]);
            layer(k).forward(context, x, y, cache ? &cache->layers[static_cast<std::size_t>(k)] : nullptr);
            x = y;
        }
    }
    return features;
}

template <class Device>
void Vgg16<Device>::backward(Context<Device>& context, Cache& cache, const Features& dfeatures, Maps<Scalar> dpictures,
                             Pass pass) {
    const Workspace::Frame frame(context.workspace());
    Index largest = View<Scalar, 4>{nullptr, cache.pictures}.size();
    for (const auto& f : cache.features) largest = std::max(largest, f.size());
    std::array<Scalar*, 2> turn{context.take(largest).data, context.take(largest).data};
    const auto other = [&](const Shape4& shape) {
        std::swap(turn[0], turn[1]);
        return Maps<Scalar>{turn[0], shape};
    };

    Maps<const Scalar> dy;  // gradient of the stage's output; empty until a later stage has one
    for (int s = stages - 1; s >= 0; --s) {
        const auto at = static_cast<std::size_t>(s);
        const Maps<const Scalar> features = cache.features[at];
        if (!dy.empty()) {
            const Maps<Scalar> through = other(features.shape);
            ops::max_pool_gradient(context, features, dy, through);
            if (!dfeatures[at].empty()) ops::add(context, Maps<const Scalar>(through), dfeatures[at], through);
            dy = through;
        } else {
            dy = dfeatures[at];
        }
        if (dy.empty()) continue;
        for (int k = first_of(s) + depth[at] - 1; k >= first_of(s); --k) {
            auto& kept = cache.layers[static_cast<std::size_t>(k)];
            const bool wanted = k > 0 || !dpictures.empty();
            const Maps<Scalar> dx = wanted ? other(kept.x.shape) : Maps<Scalar>{};
            layer(k).backward(context, kept, dy, dx, pass);
            dy = dx;
        }
    }
    if (dpictures.empty()) return;
    if (dy.empty())
        context.fill(dpictures, Scalar(0));
    else
        ops::channel_affine(context, dy, scale(), {}, dpictures);
}

template <class Device>
void Vgg16<Device>::require_pictures(Maps<const Scalar> pictures) const {
    require_equal("Vgg16", "colour channels of the pictures", pictures.extent(1), 3);
    for (int axis = 2; axis < 4; ++axis)
        if (pictures.extent(axis) < smallest_side)
            throw ShapeError(text("Vgg16: pictures are ", pictures.extent(2), 'x', pictures.extent(3),
                                  ", expected at least ", smallest_side, 'x', smallest_side));
}

#ifdef STYLEGAN_COMPILED
extern template class Vgg16<Cpu>;
#endif

}  // namespace stylegan
