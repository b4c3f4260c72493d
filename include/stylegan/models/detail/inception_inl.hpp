// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/models/detail/inception_maps.hpp>
#include <stylegan/models/inception.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace stylegan {

/// One forward pass. Convolutions are taken by their names, so that a block reads as in the paper.
/// @tparam Kind  of feature maps: InceptionPlanes or InceptionBlocks
template <class Kind>
class Inception::Pass {
public:
    using Type = typename Kind::Type;
    using Read = typename Kind::Read;

    /// @param values  of the largest output of a layer; outputs lie in two places in turns
    Pass(const Kind& kind, const Observer& observer, Index values)
        : kind_(kind), observer_(observer), places_{take(values), take(values)} {}

    /// A convolution of the stem.
    template <class Input>
    Read layer(std::string_view name, Input x, Index n, Index height, Index width) {
        const InceptionLayer& l = inception_layers[index_of(name)];
        const Type y = output(n, l.outputs, l.window.output_height(height), l.window.output_width(width));
        kind_.convolve(index_of(name), x, y, 0);
        return seen(name, y);
    }
    Read layer(std::string_view name, Read x) {
        return layer(name, x, Kind::batch(x), Kind::height(x), Kind::width(x));
    }

    Read max_pool(std::string_view name, Read x) {
        const Type y = output(Kind::channels(x), halving, x);
        kind_.pool(ops::Pool::largest, halving, x, y, 0);
        return seen(name, y);
    }

    /// Begins a block with these channels in its output.
    void begin(std::string_view name, Read x, Index channels, const ops::Window& window = {}) {
        begin(name, x, output(channels, window, x));
    }
    void begin(std::string_view name, Read x, Type y) {
        block_ = name;
        x_ = x;
        y_ = y;
        next_ = 0;
    }
    void branch(std::initializer_list<std::string_view> names) {
        const Workspace::Frame frame(kind_.context.workspace());
        append(*(names.end() - 1), chain(x_, names.begin(), names.end() - 1));
    }
    /// A branch that ends in two convolutions of the same input, side by side.
    void split_branch(std::initializer_list<std::string_view> names, std::string_view a, std::string_view b) {
        const Workspace::Frame frame(kind_.context.workspace());
        const Read x = chain(x_, names.begin(), names.end());
        append(a, x);
        append(b, x);
    }
    /// A pool of 3x3 pixels around each pixel, then a convolution.
    void pool_branch(ops::Pool pool) {
        const Workspace::Frame frame(kind_.context.workspace());
        const Type pooled = between(Kind::channels(x_), {}, x_);
        kind_.pool(pool, around, x_, pooled, 0);
        append("branch_pool", pooled);
    }
    /// A pool that halves the resolution, without a convolution.
    void halving_branch() {
        kind_.pool(ops::Pool::largest, halving, x_, y_, next_);
        next_ += Kind::channels(x_);
    }
    Read end() {
        require_equal("Inception", "number of channels of a block", next_, Kind::channels(y_));
        return seen(block_, y_);
    }

    static constexpr ops::Window halving{.height = 3, .width = 3, .stride = 2};

private:
    static constexpr ops::Window around{.height = 3, .width = 3, .pad_height = 1, .pad_width = 1};

    [[nodiscard]] static std::size_t index_of(std::string_view name) {
        const auto* const found = std::find_if(inception_layers.begin(), inception_layers.end(),
                                               [&](const InceptionLayer& l) { return l.name == name; });
        return static_cast<std::size_t>(found - inception_layers.begin());
    }
    [[nodiscard]] std::size_t in_block(std::string_view name) const {
        return index_of(std::string(block_) + "." + std::string(name));
    }

    float* take(Index values) { return kind_.context.workspace().template take<float>(values); }
    Type output(Index n, Index channels, Index height, Index width) {
        std::swap(places_[0], places_[1]);
        return Kind::maps(places_[0], n, channels, height, width);
    }
    Type output(Index channels, const ops::Window& window, Read x) {
        return output(Kind::batch(x), channels, window.output_height(Kind::height(x)),
                      window.output_width(Kind::width(x)));
    }
    /// Maps within a branch.
    Type between(Index channels, const ops::Window& window, Read x) {
        const Index n = Kind::batch(x), height = window.output_height(Kind::height(x)),
                    width = window.output_width(Kind::width(x));
        return Kind::maps(take(n * Kind::values(channels, height * width)), n, channels, height, width);
    }
    Read chain(Read x, const std::string_view* first, const std::string_view* last) {
        for (; first != last; ++first) {
            const std::size_t k = in_block(*first);
            const Type y = between(inception_layers[k].outputs, inception_layers[k].window, x);
            kind_.convolve(k, x, y, 0);
            x = y;
        }
        return x;
    }
    void append(std::string_view name, Read x) {
        const std::size_t k = in_block(name);
        kind_.convolve(k, x, y_, next_);
        next_ += inception_layers[k].outputs;
    }
    Read seen(std::string_view name, Type y) const {
        if (observer_) kind_.observe(observer_, name, y);
        return y;
    }

    const Kind& kind_;
    const Observer& observer_;
    std::array<float*, 2> places_;
    std::string_view block_;
    Read x_;
    Type y_;
    Index next_ = 0;  ///< the first channel of y that no branch has written
};

/// From pictures to the feature maps of 17x17 pixels, y.
template <class Kind>
void Inception::early(const Kind& kind, const Observer& observer, Maps<const float> pictures, typename Kind::Type y) {
    const Workspace::Frame frame(kind.context.workspace());
    const Index n = pictures.extent(0);
    Pass<Kind> pass(kind, observer, n * Kind::values(64, 147 * 147));  // Conv2d_2b_3x3
    typename Kind::Read x = pass.layer("Conv2d_1a_3x3", pictures, n, side, side);
    x = pass.layer("Conv2d_2a_3x3", x);
    x = pass.layer("Conv2d_2b_3x3", x);
    x = pass.max_pool("maxpool1", x);
    x = pass.layer("Conv2d_3b_1x1", x);
    x = pass.layer("Conv2d_4a_3x3", x);
    x = pass.max_pool("maxpool2", x);
    for (const auto& [name, channels] : {std::pair{"Mixed_5b", 256}, {"Mixed_5c", 288}, {"Mixed_5d", 288}}) {
        pass.begin(name, x, channels);
        pass.branch({"branch1x1"});
        pass.branch({"branch5x5_1", "branch5x5_2"});
        pass.branch({"branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"});
        pass.pool_branch(ops::Pool::mean);
        x = pass.end();
    }
    pass.begin("Mixed_6a", x, y);
    pass.branch({"branch3x3"});
    pass.branch({"branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"});
    pass.halving_branch();
    pass.end();
}

/// From the feature maps of 17x17 pixels to those of 8x8.
template <class Kind>
typename Kind::Read Inception::late(Pass<Kind>& pass, typename Kind::Read x) {
    for (const char* name : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
        pass.begin(name, x, 768);
        pass.branch({"branch1x1"});
        pass.branch({"branch7x7_1", "branch7x7_2", "branch7x7_3"});
        pass.branch({"branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"});
        pass.pool_branch(ops::Pool::mean);
        x = pass.end();
    }
    pass.begin("Mixed_7a", x, 1280, Pass<Kind>::halving);
    pass.branch({"branch3x3_1", "branch3x3_2"});
    pass.branch({"branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"});
    pass.halving_branch();
    x = pass.end();
    for (const auto& [name, pool] : {std::pair{"Mixed_7b", ops::Pool::mean}, {"Mixed_7c", ops::Pool::largest}}) {
        pass.begin(name, x, features);
        pass.branch({"branch1x1"});
        pass.split_branch({"branch3x3_1"}, "branch3x3_2a", "branch3x3_2b");
        pass.split_branch({"branch3x3dbl_1", "branch3x3dbl_2"}, "branch3x3dbl_3a", "branch3x3dbl_3b");
        pass.pool_branch(pool);
        x = pass.end();
    }
    return x;
}

/// The large maps of the first layers stay in the caches if few pictures go through them at a time; later layers have
/// large weights, which many pictures share.
template <class Kind>
void Inception::run(const Kind& kind, Maps<const float> pictures, Rows<float> out, const Observer& observer) {
    Context<Cpu>& context = kind.context;
    const Index few = observer ? pictures.extent(0) : std::clamp(context.threads(), 2, 8),
                many = observer      ? pictures.extent(0)
                       : 2 * few < 8 ? 8
                                     : 2 * few;
    for (Index first = 0; first < pictures.extent(0); first += many) {
        const Workspace::Frame frame(context.workspace());
        const Index n = std::min(many, pictures.extent(0) - first);
        constexpr Index picture = 3 * side * side, middle = 17;
        const auto maps = Kind::maps(context.take(n * Kind::values(768, middle * middle)).data, n, 768, middle, middle);
        for (Index k = 0; k < n; k += few) {
            const Index now = std::min(few, n - k);
            early(kind, observer, {pictures.data + (first + k) * picture, {now, 3, side, side}},
                  Kind::pictures(maps, k, now));
        }
        Pass<Kind> pass(kind, observer, n * Kind::values(768, middle * middle));
        const typename Kind::Read x = late(pass, typename Kind::Read(maps));
        context.parallel_for(n * features, [&](Index item) {
            out.data[first * features + item] = Kind::mean(x, item / features, item % features);
        });
    }
}

STYLEGAN_INLINE std::shared_ptr<PackedInception> Inception::make_packed() {
    return std::make_shared<PackedInception>();
}

STYLEGAN_INLINE void Inception::forward(Context<Cpu>& context, Maps<const float> pictures, Rows<float> out,
                                        const Observer& observer) const {
    require_equal("Inception", "colour channels of the pictures", pictures.extent(1), 3);
    require_equal("Inception", "height of the pictures", pictures.extent(2), side);
    require_equal("Inception", "width of the pictures", pictures.extent(3), side);
    require_equal("Inception", "batch of the features", out.extent(0), pictures.extent(0));
    require_equal("Inception", "number of features", out.extent(1), features);
    InceptionWeights weights;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
        const InceptionLayer& l = inception_layers[k];
        weights.weight[k] = {layers_[k].weight.data(), {l.window.height, l.window.width, l.inputs, l.outputs}};
        weights.bias[k] = layers_[k].bias;
    }
    if (context.kernels() != Kernels::fast) return run(InceptionPlanes{weights, context}, pictures, out, observer);
    packed_->pack(context, weights);
    run(InceptionBlocks{weights, *packed_, context}, pictures, out, observer);
}

}  // namespace stylegan
