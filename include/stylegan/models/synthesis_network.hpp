// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/any_synthesis_block.hpp>
#include <stylegan/layers/block_concepts.hpp>
#include <stylegan/layers/to_rgb.hpp>
#include <stylegan/layers/truncation.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/models/synthesis_noise.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>
#include <stylegan/ops/elementwise/scale.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace stylegan {

/// The synthesis network: from a style for each layer to a picture. It has all stages, but computes none that is finer
/// than the level of detail. The picture has the size of the finest stage computed.
/// Threads: const passes may run in several threads at once, each with its own context.
/// @tparam BlockType  the block of each resolution: the paper's, or your own (see SynthesisBlockOf)
/// @see Karras, Laine, Aila (2019), figure 1b; growing: Karras et al. (2018), figure 2
template <class Device = Cpu, class BlockType = AnySynthesisBlock<Device>>
class SynthesisNetwork {
    static_assert(check_synthesis_block<BlockType, Device>());

public:
    using Scalar = typename Device::Scalar;
    using Block = BlockType;                ///< the block of each resolution
    using Noises = SynthesisNoise<Scalar>;  ///< noise maps and strengths of all layers

    struct Cache {
        Level level{};
        std::vector<typename Block::Cache> blocks{};
        typename AnyConvolution<Device>::Cache rgb{}, rgb_below{};

        /// Makes backward() write the gradient of a layer's noise map as well. Call it after forward() with noise.
        /// @param dnoise  like the noise map; overwritten by backward()
        void want_noise_gradient(int layer, Maps<Scalar> dnoise) {
            blocks.at(static_cast<std::size_t>(layer / 2)).want_noise_gradient(layer % 2, dnoise);
        }
    };

    SynthesisNetwork() = default;
    explicit SynthesisNetwork(const Architecture& a);

    /// The maps of constant noise, (1, 1, H, W) for each layer; empty without noise.
    [[nodiscard]] const std::vector<Parameter<Device>>& noise() const { return noise_; }
    /// The level of detail as stored in files: one number. Calls take a Level instead.
    [[nodiscard]] const Parameter<Device>& lod() const { return lod_; }
    [[nodiscard]] Parameter<Device>& lod() { return lod_; }

    /// The shape of the pictures at a level: (batch, num_channels, H, W) of its stage.
    [[nodiscard]] Shape4 picture_shape(Index batch, Level level) const {
        const Size s = architecture_.size(level.stage);
        return {batch, architecture_.num_channels, s.height, s.width};
    }

    /// @param styles    (layers, N, w_size)
    /// @param noises    noise of the layers
    /// @param pictures  of shape picture_shape(N, level), overwritten
    void forward(Context<Device>& context, Styles<const Scalar> styles, const Noises& noises, Level level,
                 Maps<Scalar> pictures, Cache* cache = nullptr) const;

    /// dpictures like pictures -> dstyles (layers, N, w_size). dstyles is overwritten; it may be empty.
    void backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dpictures, Styles<Scalar> dstyles,
                  Pass pass);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        if (!self.architecture_.progressive_gan) f(prefix + "lod", self.lod_);
        for (std::size_t k = 0; k < self.noise_.size(); ++k) f(prefix + "noise" + std::to_string(k), self.noise_[k]);
        for (std::size_t s = 0; s < self.blocks_.size(); ++s) {
            Block::visit(self.blocks_[s], prefix, f);
            AnyToRgb<Device>::visit(self.to_rgb_[s],
                                    prefix + "ToRGB_lod" + std::to_string(self.blocks_.size() - 1 - s) + "/", f);
        }
    }

private:
    /// Computes the stages up to `last`.
    /// @return feature maps of the last stage and of the one below
    std::array<Maps<const Scalar>, 2> plain_stages(Context<Device>& context, Styles<const Scalar> styles,
                                                   const Noises& noises, int last, Cache* cache) const;

    /// The stage from which on all stages of this level are styled(); one beyond the level's if there is none.
    [[nodiscard]] int first_styled(Level level) const {
        int first = level.stage + 1;
        if constexpr (detail::StyledForward<Block>)
            while (first > 1 && block(first - 1).styled()) --first;
        return first;
    }

    /// forward() without a cache. From stage `first` on, a layer applies the style of the maps that it reads.
    void forward_styled(Context<Device>& context, Styles<const Scalar> styles, const Noises& noises, Level level,
                        int first, Maps<Scalar> pictures) const requires detail::StyledForward<BlockType>;

    auto measured_rgb(Context<Device>& context, Maps<const Scalar> x, Maps<const Scalar> pictures) const {
        return context.measured([&] {
            const double inputs = static_cast<double>(x.size()), outputs = static_cast<double>(pictures.size());
            return Profile::Entry{.name = "ToRGB",
                                  .multiply_adds = inputs * static_cast<double>(pictures.extent(1)),
                                  .bytes = static_cast<double>(sizeof(Scalar)) * (inputs + outputs)};
        });
    }

    /// Blends into `pictures` the upscaled picture of the stage below, by the level's share.
    void fade_in(Context<Device>& context, Maps<const Scalar> below, Level level, Maps<Scalar> pictures) const;

    [[nodiscard]] const Block& block(int s) const { return blocks_[static_cast<std::size_t>(s)]; }
    [[nodiscard]] Block& block(int s) { return blocks_[static_cast<std::size_t>(s)]; }
    [[nodiscard]] const AnyToRgb<Device>& to_rgb(int s) const { return to_rgb_[static_cast<std::size_t>(s)]; }
    [[nodiscard]] AnyToRgb<Device>& to_rgb(int s) { return to_rgb_[static_cast<std::size_t>(s)]; }

    LayerInputs<Scalar> inputs(Styles<const Scalar> styles, const Noises& noises, int stage) const;

    /// Adds the gradient through the picture of the stage below: dx += to_rgb^T (upscale^T (fade * dpictures)).
    void add_faded(Context<Device>& context, Cache& cache, Maps<const Scalar> dpictures, Maps<Scalar> dx, Pass pass);

    Architecture architecture_;
    Parameter<Device> lod_;                 // ()
    std::vector<Parameter<Device>> noise_;  // (1, 1, H, W) for each layer
    std::deque<Block> blocks_;              // a deque never moves a block, so a block need not be movable
    std::vector<AnyToRgb<Device>> to_rgb_;
};

template <class Device, class BlockType>
SynthesisNetwork<Device, BlockType>::SynthesisNetwork(const Architecture& a)
    : architecture_(a), lod_(std::vector<Index>{}, {}, false) {
    for (int stage = 0; stage < a.stages(); ++stage) {
        blocks_.emplace_back(a, stage);
        to_rgb_.emplace_back(a.feature_maps(stage), a.num_channels, a.use_wscale);
        for (int k = 0; k < 2 && a.use_noise; ++k)
            noise_.emplace_back(std::vector<Index>{1, 1, a.size(stage).height, a.size(stage).width}, Initial{0, 1},
                                false);
    }
}

template <class Device, class BlockType>
void SynthesisNetwork<Device, BlockType>::forward(Context<Device>& context, Styles<const Scalar> styles,
                                                  const Noises& noises, Level level, Maps<Scalar> pictures,
                                                  Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    const Index n = styles.extent(1);
    if constexpr (detail::StyledForward<Block>)
        if (const int first = first_styled(level);
            !cache && n > 0 && context.kernels() == Kernels::fast && first <= level.stage)
            return forward_styled(context, styles, noises, level, first, pictures);
    if (cache) {
        *cache = Cache{.level = level};
        cache->blocks.resize(blocks_.size());
    }
    const auto [x, below] = plain_stages(context, styles, noises, level.stage, cache);
    {
        const auto timer = measured_rgb(context, x, pictures);
        to_rgb(level.stage).forward(context, x, pictures, cache ? &cache->rgb : nullptr);
    }
    if (level.fade > 0) {
        const Shape4 small = picture_shape(n, {level.stage - 1, 0});
        const Maps<Scalar> rgb = context.take(small[0], small[1], small[2], small[3]);
        to_rgb(level.stage - 1).forward(context, below, rgb, cache ? &cache->rgb_below : nullptr);
        fade_in(context, rgb, level, pictures);
    }
}

template <class Device, class BlockType>
void SynthesisNetwork<Device, BlockType>::backward(Context<Device>& context, Cache& cache, Maps<const Scalar> dpictures,
                                                   Styles<Scalar> dstyles, Pass pass) {
    const Workspace::Frame frame(context.workspace());
    const Level level = cache.level;
    const Index n = dpictures.extent(0);
    if (!dstyles.empty())
        context.fill(dstyles.part(2 * (level.stage + 1), dstyles.extent(0) - 2 * (level.stage + 1)), Scalar(0));
    Index largest = 0;
    for (int s = 0; s <= level.stage; ++s)
        largest = std::max(largest, View<Scalar, 4>{nullptr, block(s).output_shape(n)}.size());
    std::array<Scalar*, 2> turn{context.take(largest).data, context.take(largest).data};
    const auto buffer = [&](int s) {
        return Maps<Scalar>{turn[static_cast<std::size_t>(s % 2)], block(s).output_shape(n)};
    };

    Maps<Scalar> dx = buffer(level.stage);
    Maps<const Scalar> drgb = dpictures;
    if (level.fade > 0) {
        const Maps<Scalar> scaled = context.take_like(dpictures);
        ops::scale(context, dpictures, static_cast<Scalar>(1 - level.fade), scaled);
        drgb = scaled;
    }
    const auto told = [&](auto& layer) {
        if (pass == Pass::gradients) tell_gradients(context, layer);
    };
    to_rgb(level.stage).backward(context, cache.rgb, drgb, dx, pass);
    told(to_rgb(level.stage));
    for (int s = level.stage; s >= 0; --s) {
        const Maps<Scalar> below = s > 0 ? buffer(s - 1) : Maps<Scalar>{};
        const auto at = [&](int layer) { return dstyles.empty() ? Rows<Scalar>{} : style_of(dstyles, layer); };
        block(s).backward(context, cache.blocks[static_cast<std::size_t>(s)], dx, below, {at(2 * s), at(2 * s + 1)},
                          pass);
        told(block(s));
        if (s == level.stage && level.fade > 0) {
            add_faded(context, cache, dpictures, below, pass);
            told(to_rgb(s - 1));
        }
        dx = below;
    }
}

template <class Device, class BlockType>
auto SynthesisNetwork<Device, BlockType>::plain_stages(Context<Device>& context, Styles<const Scalar> styles,
                                                       const Noises& noises, int last, Cache* cache) const
    -> std::array<Maps<const Scalar>, 2> {
    const Index n = styles.extent(1);
    std::array<Maps<Scalar>, 2> turn;  // without a cache two buffers take turns
    if (!cache) {
        Index largest = 0;
        for (int s = 0; s <= last; ++s)
            largest = std::max(largest, View<Scalar, 4>{nullptr, block(s).output_shape(n)}.size());
        for (auto& b : turn) b = context.take(largest, 1, 1, 1);
    }
    Maps<const Scalar> x, below;
    for (int s = 0; s <= last; ++s) {
        const auto shape = block(s).output_shape(n);
        const Maps<Scalar> y = cache ? context.take(shape[0], shape[1], shape[2], shape[3])
                                     : Maps<Scalar>{turn[static_cast<std::size_t>(s % 2)].data, shape};
        block(s).forward(context, x, inputs(styles, noises, s), y,
                         cache ? &cache->blocks[static_cast<std::size_t>(s)] : nullptr);
        below = x;
        x = y;
    }
    return {x, below};
}

template <class Device, class BlockType>
void SynthesisNetwork<Device, BlockType>::forward_styled(
    Context<Device>& context, Styles<const Scalar> styles, const Noises& noises, Level level, int first,
    Maps<Scalar> pictures) const requires detail::StyledForward<BlockType> {
    const Index n = styles.extent(1);
    const auto blocked = [&](Scalar* data, int s) {
        const Shape4 shape = block(s).output_shape(n);
        return ops::BlockedMaps<Scalar>{data, n, shape[1], shape[2], shape[3]};
    };
    Index largest = 0;
    for (int s = first - 1; s <= level.stage; ++s) largest = std::max(largest, blocked(nullptr, s).size());
    Scalar *const in = context.take(largest).data, *const middle = context.take(largest).data;
    ops::StyledMaps x = ops::as_styled(context, blocked(in, first - 1));
    {
        const Workspace::Frame frame(context.workspace());
        ops::copy_blocked(context, plain_stages(context, styles, noises, first - 1, nullptr)[0],
                          blocked(in, first - 1));
    }
    const bool fading = level.fade > 0;
    const Shape4 small = fading ? picture_shape(n, {level.stage - 1, 0}) : Shape4{};
    const Maps<Scalar> rgb = fading ? context.take(small[0], small[1], small[2], small[3]) : Maps<Scalar>{};
    for (int s = first; s <= level.stage; ++s) {
        if (fading && s == level.stage) to_rgb(s - 1).picture_of(context, x, rgb);
        x = block(s).forward_styled(context, x, inputs(styles, noises, s), blocked(middle, s), blocked(in, s));
    }
    {
        const auto timer =
            measured_rgb(context, Maps<const Scalar>{nullptr, block(level.stage).output_shape(n)}, pictures);
        to_rgb(level.stage).picture_of(context, x, pictures);
    }
    if (fading) fade_in(context, rgb, level, pictures);
}

template <class Device, class BlockType>
void SynthesisNetwork<Device, BlockType>::fade_in(Context<Device>& context, Maps<const Scalar> below, Level level,
                                                  Maps<Scalar> pictures) const {
    const Maps<Scalar> large = context.take_like(pictures);
    ops::upscale2d(context, below, 2, large);
    ops::lerp(context, pictures, large, static_cast<Scalar>(level.fade), pictures);
}

template <class Device, class BlockType>
auto SynthesisNetwork<Device, BlockType>::inputs(Styles<const Scalar> styles, const Noises& noises, int stage) const
    -> LayerInputs<Scalar> {
    LayerInputs<Scalar> in;
    for (std::size_t k = 0; k < 2; ++k) {
        const auto layer = static_cast<std::size_t>(2 * stage) + k;
        in.w[k] = style_of(styles, static_cast<Index>(layer));
        const std::size_t map = architecture_.shared_noise ? layer - k : layer;
        if (map < noises.maps.size()) in.noise[k] = noises.maps[map];
        if (layer < noises.strength.size()) in.strength[k] = noises.strength[layer];
    }
    return in;
}

template <class Device, class BlockType>
void SynthesisNetwork<Device, BlockType>::add_faded(Context<Device>& context, Cache& cache,
                                                    Maps<const Scalar> dpictures, Maps<Scalar> dx, Pass pass) {
    const Workspace::Frame frame(context.workspace());
    const Shape4 small = picture_shape(dpictures.extent(0), {cache.level.stage - 1, 0});
    const Maps<Scalar> drgb = context.take(small[0], small[1], small[2], small[3]), part = context.take_like(dx);
    ops::upscale2d_gradient(context, dpictures, 2, drgb);
    ops::scale(context, drgb, static_cast<Scalar>(cache.level.fade), drgb);
    to_rgb(cache.level.stage - 1).backward(context, cache.rgb_below, drgb, part, pass);
    ops::add(context, dx, part, dx);
}

#ifdef STYLEGAN_COMPILED
extern template class SynthesisNetwork<Cpu>;
#endif

}  // namespace stylegan
