// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/layers/block_concepts.hpp>
#include <stylegan/layers/discriminator_block.hpp>
#include <stylegan/layers/discriminator_output.hpp>
#include <stylegan/layers/from_rgb.hpp>
#include <stylegan/models/level.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>
#include <stylegan/ops/elementwise/scale.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace stylegan {

/// The discriminator on views: scores of pictures, with gradients and tangents. Pictures have the size of the finest
/// stage of the level.
/// Threads: const passes may run in several threads at once, each with its own context.
///
/// @tparam BlockType  the block of each resolution: the paper's, or your own (see DiscriminatorBlockOf)
/// @see Karras et al. (2018), table 2, figure 2
template <class Device = Cpu, class BlockType = AnyDiscriminatorBlock<Device>>
class DiscriminatorNetwork {
    static_assert(check_discriminator_block<BlockType, Device>());

public:
    using Scalar = typename Device::Scalar;
    using Block = BlockType;  ///< the block of each resolution

    struct Cache {
        Level level{};
        typename AnyConvolution<Device>::Cache rgb{}, rgb_below{};
        std::vector<typename Block::Cache> blocks{};
        typename DiscriminatorOutput<Device>::Cache output{};
    };

    DiscriminatorNetwork() = default;
    explicit DiscriminatorNetwork(const Architecture& a);

    [[nodiscard]] const Architecture& architecture() const { return architecture_; }
    /// The level of detail as stored in files: one number. Calls take a Level instead.
    [[nodiscard]] Parameter<Device>& lod() { return lod_; }
    [[nodiscard]] const Parameter<Device>& lod() const { return lod_; }

    /// Pictures in a group of the minibatch stddev, for a minibatch of `batch`; 1 without minibatch stddev. When a
    /// minibatch is split, groups stay whole.
    /// @throws ShapeError if the batch is not a multiple of the group
    [[nodiscard]] Index group(Index batch) const { return output_.stddev().group(batch); }

    /// @param pictures  (N, num_channels, H, W), of the size of the level's stage
    /// @param labels    (N, classes), empty without labels
    /// @param scores    (N, 1), overwritten
    void forward(Context<Device>& context, Maps<const Scalar> pictures, Rows<const Scalar> labels, Level level,
                 Rows<Scalar> scores, Cache* cache = nullptr) const;

    /// dscores (N, 1) -> dpictures like pictures. An empty dpictures is not computed.
    void backward(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores, Maps<Scalar> dpictures,
                  Pass pass);

    /// pictures_dot like pictures -> scores_dot (N, 1), after forward() with this cache.
    void tangent(Context<Device>& context, Cache& cache, Maps<const Scalar> pictures_dot,
                 Rows<Scalar> scores_dot) const;

    /// The tangent of backward(Pass::linearize), after tangent(): dscores_dot (N, 1) -> dpictures_dot, which may be
    /// empty. Adds the tangents of the parameter gradients.
    void backward_tangent(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores_dot,
                          Maps<Scalar> dpictures_dot);

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "lod", self.lod_);
        for (std::size_t s = self.from_rgb_.size(); s-- > 0;) {
            AnyFromRgb<Device>::visit(self.from_rgb_[s],
                                      prefix + "FromRGB_lod" + std::to_string(self.from_rgb_.size() - 1 - s) + "/", f);
            if (s > 0) Block::visit(self.blocks_[s - 1], prefix, f);
        }
        DiscriminatorOutput<Device>::visit(self.output_, prefix, f);
    }

private:
    [[nodiscard]] const Block& block(int s) const { return blocks_[static_cast<std::size_t>(s - 1)]; }
    [[nodiscard]] Block& block(int s) { return blocks_[static_cast<std::size_t>(s - 1)]; }
    [[nodiscard]] const AnyFromRgb<Device>& from_rgb(int s) const { return from_rgb_[static_cast<std::size_t>(s)]; }
    [[nodiscard]] AnyFromRgb<Device>& from_rgb(int s) { return from_rgb_[static_cast<std::size_t>(s)]; }

    static Maps<Scalar> take(Context<Device>& context, Shape4 s) { return context.take(s[0], s[1], s[2], s[3]); }

    Maps<const Scalar> halved(Context<Device>& context, Maps<const Scalar> x) const;

    Maps<const Scalar> entered(Context<Device>& context, Maps<const Scalar> pictures, int stage,
                               typename AnyConvolution<Device>::Cache* cache) const;

    /// Goes from the scores back to the pictures. `step` calls backward() or backward_tangent() of a layer.
    template <class Step>
    void descend(Context<Device>& context, Cache& cache, Rows<const Scalar> dscores, Maps<Scalar> dpictures,
                 Step step) {
        const Level level = cache.level;
        const Index n = dscores.extent(0);
        const Size base = architecture_.size(0);
        Maps<Scalar> d = context.take(n, architecture_.feature_maps(0), base.height, base.width);
        step(output_, cache.output, dscores, d);
        Maps<Scalar> small;
        for (int s = 1; s <= level.stage; ++s) {
            if (s == level.stage && level.fade > 0) {
                const Maps<Scalar> share = context.take_like(d), rest = context.take_like(d);
                ops::scale(context, d, static_cast<Scalar>(level.fade), share);
                ops::scale(context, d, static_cast<Scalar>(1 - level.fade), rest);
                if (!dpictures.empty()) small = context.take_like(cache.rgb_below.x);
                step(from_rgb(s - 1), cache.rgb_below, Maps<const Scalar>(share), small);
                d = rest;
            }
            const Size size = architecture_.size(s);
            const Maps<Scalar> dx = context.take(n, architecture_.feature_maps(s), size.height, size.width);
            step(block(s), cache.blocks[static_cast<std::size_t>(s - 1)], Maps<const Scalar>(d), dx);
            d = dx;
        }
        step(from_rgb(level.stage), cache.rgb, Maps<const Scalar>(d), dpictures);
        if (!small.empty()) {
            const Maps<Scalar> large = context.take_like(dpictures);
            ops::downscale2d_gradient(context, small, 2, large);
            ops::add(context, dpictures, large, dpictures);
        }
    }

    Architecture architecture_;
    Parameter<Device> lod_;  // ()
    std::vector<AnyFromRgb<Device>> from_rgb_;
    std::vector<Block> blocks_;  // from stage 1 on
    DiscriminatorOutput<Device> output_;
};

template <class Device, class BlockType>
DiscriminatorNetwork<Device, BlockType>::DiscriminatorNetwork(const Architecture& a)
    : architecture_(a), lod_(std::vector<Index>{}, {}, false), output_(a) {
    for (int stage = 0; stage < a.stages(); ++stage) {
        from_rgb_.emplace_back(a.feature_maps(stage), a.num_channels, a.slope(), a.use_wscale);
        if (stage > 0) blocks_.emplace_back(a, stage);
    }
}

template <class Device, class BlockType>
void DiscriminatorNetwork<Device, BlockType>::forward(Context<Device>& context, Maps<const Scalar> pictures,
                                                      Rows<const Scalar> labels, Level level, Rows<Scalar> scores,
                                                      Cache* cache) const {
    Temporaries t(context.workspace(), cache != nullptr);
    if (cache) {
        *cache = Cache{.level = level};
        cache->blocks.resize(blocks_.size());
    }
    Maps<const Scalar> x = entered(context, pictures, level.stage, cache ? &cache->rgb : nullptr);
    for (int s = level.stage; s > 0; --s) {
        Maps<Scalar> y = take(context, block(s).output_shape(x.extent(0)));
        block(s).forward(context, x, y, cache ? &cache->blocks[static_cast<std::size_t>(s - 1)] : nullptr);
        if (s == level.stage && level.fade > 0) {
            const Maps<const Scalar> below =
                entered(context, halved(context, pictures), s - 1, cache ? &cache->rgb_below : nullptr);
            const Maps<Scalar> faded = context.take_like(y);  // the block's cache keeps y
            ops::lerp(context, y, below, static_cast<Scalar>(level.fade), faded);
            y = faded;
        }
        x = y;
    }
    output_.forward(context, x, labels, scores, cache ? &cache->output : nullptr);
}

template <class Device, class BlockType>
void DiscriminatorNetwork<Device, BlockType>::backward(Context<Device>& context, Cache& cache,
                                                       Rows<const Scalar> dscores, Maps<Scalar> dpictures, Pass pass) {
    Temporaries t(context.workspace(), pass == Pass::linearize);
    descend(context, cache, dscores, dpictures, [&](auto& layer, auto& c, auto dy, auto dx) {
        layer.backward(context, c, dy, dx, pass);
        if (pass == Pass::gradients) tell_gradients(context, layer);
    });
}

template <class Device, class BlockType>
void DiscriminatorNetwork<Device, BlockType>::tangent(Context<Device>& context, Cache& cache,
                                                      Maps<const Scalar> pictures_dot, Rows<Scalar> scores_dot) const {
    const Level level = cache.level;
    const Maps<Scalar> entry = context.take_like(cache.rgb.y);
    from_rgb(level.stage).tangent(context, cache.rgb, pictures_dot, entry);
    Maps<const Scalar> x_dot = entry;
    for (int s = level.stage; s > 0; --s) {
        const Maps<Scalar> y_dot = take(context, block(s).output_shape(x_dot.extent(0)));
        block(s).tangent(context, cache.blocks[static_cast<std::size_t>(s - 1)], x_dot, y_dot);
        if (s == level.stage && level.fade > 0) {
            const Maps<Scalar> below_dot = context.take_like(cache.rgb_below.y);
            from_rgb(s - 1).tangent(context, cache.rgb_below, halved(context, pictures_dot), below_dot);
            ops::lerp(context, y_dot, below_dot, static_cast<Scalar>(level.fade), y_dot);
        }
        x_dot = y_dot;
    }
    output_.tangent(context, cache.output, x_dot, scores_dot);
}

template <class Device, class BlockType>
void DiscriminatorNetwork<Device, BlockType>::backward_tangent(Context<Device>& context, Cache& cache,
                                                               Rows<const Scalar> dscores_dot,
                                                               Maps<Scalar> dpictures_dot) {
    Temporaries t(context.workspace(), false);
    descend(context, cache, dscores_dot, dpictures_dot, [&](auto& layer, auto& c, auto dy, auto dx) {
        layer.backward_tangent(context, c, dy, dx);
        tell_gradients(context, layer);
    });
}

template <class Device, class BlockType>
auto DiscriminatorNetwork<Device, BlockType>::halved(Context<Device>& context, Maps<const Scalar> x) const
    -> Maps<const Scalar> {
    const Maps<Scalar> y = context.take(x.extent(0), x.extent(1), x.extent(2) / 2, x.extent(3) / 2);
    ops::downscale2d(context, x, 2, y);
    return y;
}

template <class Device, class BlockType>
auto DiscriminatorNetwork<Device, BlockType>::entered(Context<Device>& context, Maps<const Scalar> pictures, int stage,
                                                      typename AnyConvolution<Device>::Cache* cache) const
    -> Maps<const Scalar> {
    const Maps<Scalar> y =
        context.take(pictures.extent(0), from_rgb(stage).outputs(), pictures.extent(2), pictures.extent(3));
    from_rgb(stage).forward(context, pictures, y, cache);
    return y;
}

#ifdef STYLEGAN_COMPILED
extern template class DiscriminatorNetwork<Cpu>;
#endif

}  // namespace stylegan
