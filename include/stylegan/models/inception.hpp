// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/compiled.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/models/inception_layers.hpp>

#include <xtensor/xtensor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

class PackedInception;

/// The Inception v3 network of 2015-12-05, whose features FID, KID, precision and recall are defined on. It differs from
/// the network of the same name in torchvision: average pools leave the padding out of the count, and the last block has
/// a max pool.
///
/// Weights come from a file: see load_inception(). Batch normalization is part of the weights here. The CPU only.
///
/// Threads: const passes may run in several threads at once, each with its own context.
///
/// @see Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (2016)
class Inception {
public:
    static constexpr Index side = 299;       ///< height and width of its pictures
    static constexpr Index features = 2048;  ///< of a picture
    static constexpr Index classes = 1008;   ///< logits of a picture

    /// A convolution with batch normalization in it.
    struct Convolution {
        std::vector<float> weight;  ///< (height, width, inputs, outputs)
        std::vector<float> bias;    ///< (outputs)
    };

    /// @param convolutions  one for each of inception_layers, in this order
    /// @param head          (classes, features)
    /// @param head_bias     (classes)
    /// @param context       shared with other networks
    /// @throws ShapeError if a size does not fit
    Inception(std::vector<Convolution> convolutions, std::vector<float> head, std::vector<float> head_bias,
              std::shared_ptr<Context<Cpu>> context = std::make_shared<Context<Cpu>>())
        : layers_(std::move(convolutions)),
          head_(std::move(head)),
          head_bias_(std::move(head_bias)),
          context_(std::move(context)) {
        require_equal("Inception", "number of convolutions", layers_.size(), inception_layers.size());
        for (std::size_t k = 0; k < layers_.size(); ++k) {
            const InceptionLayer& l = inception_layers[k];
            const Index size = l.window.height * l.window.width * l.inputs * l.outputs;
            require_equal("Inception", "size of a weight", static_cast<Index>(layers_[k].weight.size()), size);
            require_equal("Inception", "size of a bias", static_cast<Index>(layers_[k].bias.size()), l.outputs);
        }
        require_equal("Inception", "size of the head", static_cast<Index>(head_.size()), classes * features);
        require_equal("Inception", "size of the head's bias", static_cast<Index>(head_bias_.size()), classes);
    }

    [[nodiscard]] Context<Cpu>& context() const { return *context_; }

    /// The XXH3 of the weights that features depend on.
    [[nodiscard]] std::uint64_t digest() const {
        Digest digest(DigestKind::xxh3);
        for (const Convolution& c : layers_)
            for (const std::vector<float>& values : {std::cref(c.weight), std::cref(c.bias)})
                digest.add(values.data(), values.size() * sizeof(float));
        return digest.value();
    }

    /// Called with the name of a block and its feature maps, (N, C, H, W).
    using Observer = std::function<void(std::string_view block, Maps<const float> maps)>;

    /// The features of pictures: the last block's feature maps, averaged over their 8x8 pixels.
    /// @param pictures  (N, 3, 299, 299), scaled as inception_input() does
    /// @param out       (N, features), overwritten
    /// @throws ShapeError if the pictures have another size
    STYLEGAN_INLINE void forward(Context<Cpu>& context, Maps<const float> pictures, Rows<float> out,
                                 const Observer& observer = {}) const;

    /// The same, for arrays. @return (N, features)
    [[nodiscard]] xt::xtensor<float, 2> operator()(const ArrayRef<const float, 4>& pictures) const {
        const auto x = pictures.view();
        auto out = xt::xtensor<float, 2>::from_shape({static_cast<std::size_t>(x.extent(0)), std::size_t{features}});
        forward(*context_, x, {out.data(), {x.extent(0), features}});
        return out;
    }

    /// The logits of a picture's classes. @param one  its features @return (classes)
    [[nodiscard]] std::vector<float> logits(std::span<const float> one) const {
        require_equal("Inception", "number of features", static_cast<Index>(one.size()), features);
        std::vector<float> out(head_bias_);
        for (std::size_t c = 0; c < out.size(); ++c) {
            double sum = out[c];
            for (std::size_t k = 0; k < one.size(); ++k) sum += double(head_[c * one.size() + k]) * double(one[k]);
            out[c] = static_cast<float>(sum);
        }
        return out;
    }

private:
    template <class Kind>
    class Pass;

    STYLEGAN_INLINE static std::shared_ptr<PackedInception> make_packed();
    template <class Kind>
    static void early(const Kind& kind, const Observer& observer, Maps<const float> pictures, typename Kind::Type y);
    template <class Kind>
    [[nodiscard]] static typename Kind::Read late(Pass<Kind>& pass, typename Kind::Read x);
    template <class Kind>
    static void run(const Kind& kind, Maps<const float> pictures, Rows<float> out, const Observer& observer);

    std::vector<Convolution> layers_;
    std::vector<float> head_, head_bias_;
    std::shared_ptr<Context<Cpu>> context_;
    std::shared_ptr<PackedInception> packed_ = make_packed();  ///< of layers_
};

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/models/detail/inception_inl.hpp>
#endif
