// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/models/inception_layers.hpp>
#include <stylegan/ops/blocked/pool.hpp>
#include <stylegan/ops/blocked/window_convolution.hpp>
#include <stylegan/ops/convolution/window_convolution.hpp>
#include <stylegan/ops/resampling/window_pool.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace stylegan {

/// The convolutions of an Inception network.
struct InceptionWeights {
    std::array<View<const float, 4>, inception_layers.size()> weight;
    std::array<std::span<const float>, inception_layers.size()> bias;
};

/// The weights as Kernels::fast reads them, packed when they are first used.
class PackedInception {
public:
    struct Layer {
        ops::blocked::WindowKernel kernel;
        std::size_t weight, bias;  ///< where they begin
    };

    void pack(Context<Cpu>& context, const InceptionWeights& weights) {
        std::call_once(once_, [&] {
            std::size_t size = 0;
            for (std::size_t k = 0; k < inception_layers.size(); ++k) {
                const InceptionLayer& l = inception_layers[k];
                const ops::blocked::WindowKernel kernel(l.window, l.inputs, l.outputs, k > 0);
                const auto weight = static_cast<std::size_t>(kernel.size()),
                           bias = static_cast<std::size_t>(kernel.blocks() * ops::blocked::lanes);
                layers_.push_back({kernel, size, size + weight});
                size += weight + bias;
            }
            values_ = HostBuffer<float>(size);
            for (std::size_t k = 0; k < inception_layers.size(); ++k) {
                const Layer& l = layers_[k];
                if (l.kernel.size() > 0)
                    context.parallel_for(l.kernel.panels(), [&](Index p) {
                        l.kernel.pack(weights.weight[k], p, values_.data() + l.weight);
                    });
                const std::span<const float> bias = weights.bias[k];
                std::fill_n(std::copy_n(bias.data(), bias.size(), values_.data() + l.bias),
                            l.kernel.blocks() * ops::blocked::lanes - l.kernel.outputs, 0.0f);
            }
        });
    }
    [[nodiscard]] const Layer& layer(std::size_t k) const { return layers_[k]; }
    [[nodiscard]] const float* values(std::size_t first) const { return values_.data() + first; }

private:
    std::once_flag once_;
    std::vector<Layer> layers_;
    HostBuffer<float> values_;
};

/// Feature maps in planes, for the plain kernels and those by Eigen.
struct InceptionPlanes {
    using Type = Maps<float>;
    using Read = Maps<const float>;

    const InceptionWeights& weights;
    Context<Cpu>& context;

    [[nodiscard]] static Index values(Index channels, Index pixels) { return channels * pixels; }
    [[nodiscard]] static Type maps(float* data, Index n, Index channels, Index height, Index width) {
        return {data, {n, channels, height, width}};
    }
    [[nodiscard]] static Index batch(Read x) { return x.extent(0); }
    [[nodiscard]] static Index channels(Read x) { return x.extent(1); }
    [[nodiscard]] static Index height(Read x) { return x.extent(2); }
    [[nodiscard]] static Index width(Read x) { return x.extent(3); }
    [[nodiscard]] static Type pictures(Type x, Index first, Index count) {
        return {x.data + first * x.size() / x.extent(0), {count, x.extent(1), x.extent(2), x.extent(3)}};
    }

    void convolve(std::size_t k, Read x, Type y, Index first) const {
        ops::window_convolution(context, inception_layers[k].window, x, weights.weight[k], weights.bias[k], y, first);
    }
    void pool(ops::Pool kind, const ops::Window& window, Read x, Type y, Index first) const {
        ops::window_pool(context, kind, window, x, y, first);
    }
    template <class Observer>
    void observe(const Observer& observer, std::string_view name, Type y) const {
        observer(name, y);
    }
    /// The mean of all pixels of a channel.
    [[nodiscard]] static float mean(Read x, Index n, Index channel) {
        double sum = 0;
        const Index pixels = height(x) * width(x);
        for (Index p = 0; p < pixels; ++p) sum += double(x.data[(n * channels(x) + channel) * pixels + p]);
        return static_cast<float>(sum / static_cast<double>(pixels));
    }
};

/// Feature maps in blocks of channels, for Kernels::fast. Channels are padded to whole blocks only where a branch ends.
struct InceptionBlocks {
    using Type = ops::blocked::BlockedMaps<float>;
    using Read = ops::blocked::BlockedMaps<const float>;
    static constexpr Index lanes = ops::blocked::lanes;

    const InceptionWeights& weights;
    const PackedInception& packed;
    Context<Cpu>& context;

    [[nodiscard]] static Index values(Index channels, Index pixels) {
        return ops::blocked::blocks_of(channels) * lanes * pixels;
    }
    [[nodiscard]] static Type maps(float* data, Index n, Index channels, Index height, Index width) {
        return {data, n, ops::blocked::blocks_of(channels), height, width, values(channels, height * width)};
    }
    [[nodiscard]] static Index batch(Read x) { return x.batch; }
    [[nodiscard]] static Index channels(Read x) { return x.blocks * lanes; }
    [[nodiscard]] static Index height(Read x) { return x.height; }
    [[nodiscard]] static Index width(Read x) { return x.width; }
    [[nodiscard]] static Type pictures(Type x, Index first, Index count) { return x.pictures(first, count); }

    void convolve(std::size_t k, Read x, Type y, Index first) const {
        const PackedInception::Layer& l = packed.layer(k);
        ops::blocked::window_convolution(context, l.kernel, packed.values(l.weight), weights.weight[k],
                                         packed.values(l.bias), x, y.part(first / lanes, l.kernel.blocks()));
    }
    /// The first layer, which reads pictures.
    void convolve(std::size_t k, Maps<const float> x, Type y, Index) const {
        const PackedInception::Layer& l = packed.layer(k);
        ops::blocked::picture_convolution(context, l.kernel, packed.values(l.weight), packed.values(l.bias), x, y);
    }
    void pool(ops::Pool kind, const ops::Window& window, Read x, Type y, Index first) const {
        ops::blocked::window_pool(context, kind, window, x, y.part(first / lanes, x.blocks));
    }
    template <class Observer>
    void observe(const Observer& observer, std::string_view name, Type y) const {
        const Workspace::Frame frame(context.workspace());
        const Maps<float> planes = context.take(y.batch, channels(y), y.height, y.width);
        ops::blocked::from_blocked(context, y, planes, 0, channels(y));
        observer(name, planes);
    }
    [[nodiscard]] static float mean(Read x, Index n, Index channel) {
        double sum = 0;
        const Index pixels = height(x) * width(x);
        for (Index p = 0; p < pixels; ++p) sum += double(x.at(n, channel / lanes)[p * lanes + channel % lanes]);
        return static_cast<float>(sum / static_cast<double>(pixels));
    }
};

}  // namespace stylegan
