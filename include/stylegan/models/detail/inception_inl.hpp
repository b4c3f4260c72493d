// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/models/inception.hpp>
#include <stylegan/ops/convolution/window_convolution.hpp>
#include <stylegan/ops/resampling/window_pool.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace stylegan {

/// One forward pass. Convolutions are taken by their names, so that a block reads as in the paper.
class Inception::Pass {
public:
    Pass(const Inception& network, Context<Cpu>& context, const Observer& observer)
        : network_(network), context_(context), observer_(observer) {}

    /// A convolution of the stem.
    Maps<const float> layer(std::string_view name, Maps<const float> x) {
        const Maps<float> y = convolved(index_of(name), x);
        return seen(name, y);
    }

    Maps<const float> max_pool(std::string_view name, Maps<const float> x) {
        const Maps<float> y = take(x.extent(0), x.extent(1), halving, x);
        ops::window_pool(context_, ops::Pool::largest, halving, x, y);
        return seen(name, y);
    }

    /// Begins a block with these channels in its output.
    void begin(std::string_view name, Maps<const float> x, Index channels, const ops::Window& window = {}) {
        block_ = name;
        x_ = x;
        y_ = take(x.extent(0), channels, window, x);
        next_ = 0;
    }
    void branch(std::initializer_list<std::string_view> names) {
        const Maps<const float> x = chain(x_, names.begin(), names.end() - 1);
        append(*(names.end() - 1), x);
    }
    /// A branch that ends in two convolutions of the same input, side by side.
    void split_branch(std::initializer_list<std::string_view> names, std::string_view a, std::string_view b) {
        const Maps<const float> x = chain(x_, names.begin(), names.end());
        append(a, x);
        append(b, x);
    }
    /// A pool of 3x3 pixels around each pixel, then a convolution.
    void pool_branch(ops::Pool kind) {
        const Maps<float> pooled = context_.take_like(x_);
        ops::window_pool(context_, kind, around, x_, pooled);
        append("branch_pool", pooled);
    }
    /// A pool that halves the resolution, without a convolution.
    void halving_branch() {
        ops::window_pool(context_, ops::Pool::largest, halving, x_, y_, next_);
        next_ += x_.extent(1);
    }
    Maps<const float> end() {
        require_equal("Inception", "number of channels of a block", next_, y_.extent(1));
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

    Maps<float> take(Index n, Index channels, const ops::Window& window, Maps<const float> x) {
        return context_.take(n, channels, window.output_height(x.extent(2)), window.output_width(x.extent(3)));
    }
    Maps<const float> chain(Maps<const float> x, const std::string_view* first, const std::string_view* last) {
        for (; first != last; ++first) x = convolved(in_block(*first), x);
        return x;
    }
    Maps<float> convolved(std::size_t k, Maps<const float> x) {
        const InceptionLayer& l = inception_layers[k];
        const Maps<float> y = take(x.extent(0), l.outputs, l.window, x);
        convolve(k, x, y, 0);
        return y;
    }
    void append(std::string_view name, Maps<const float> x) {
        const std::size_t k = in_block(name);
        convolve(k, x, y_, next_);
        next_ += inception_layers[k].outputs;
    }
    void convolve(std::size_t k, Maps<const float> x, Maps<float> y, Index first) {
        const InceptionLayer& l = inception_layers[k];
        const Convolution& c = network_.layers_[k];
        const View<const float, 4> w{c.weight.data(), {l.window.height, l.window.width, l.inputs, l.outputs}};
        ops::window_convolution(context_, l.window, x, w, std::span<const float>(c.bias), y, first);
    }
    Maps<const float> seen(std::string_view name, Maps<float> y) const {
        if (observer_) observer_(name, y);
        return y;
    }

    const Inception& network_;
    Context<Cpu>& context_;
    const Observer& observer_;
    std::string_view block_;
    Maps<const float> x_;
    Maps<float> y_;
    Index next_ = 0;  ///< the first channel of y that no branch has written
};

STYLEGAN_INLINE void Inception::forward(Context<Cpu>& context, Maps<const float> pictures, Rows<float> out,
                                        const Observer& observer) const {
    require_equal("Inception", "colour channels of the pictures", pictures.extent(1), 3);
    require_equal("Inception", "height of the pictures", pictures.extent(2), side);
    require_equal("Inception", "width of the pictures", pictures.extent(3), side);
    require_equal("Inception", "batch of the features", out.extent(0), pictures.extent(0));
    require_equal("Inception", "number of features", out.extent(1), features);
    const Workspace::Frame frame(context.workspace());
    Pass pass(*this, context, observer);
    Maps<const float> x = pass.layer("Conv2d_1a_3x3", pictures);
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
    pass.begin("Mixed_6a", x, 768, Pass::halving);
    pass.branch({"branch3x3"});
    pass.branch({"branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"});
    pass.halving_branch();
    x = pass.end();
    for (const char* name : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
        pass.begin(name, x, 768);
        pass.branch({"branch1x1"});
        pass.branch({"branch7x7_1", "branch7x7_2", "branch7x7_3"});
        pass.branch({"branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"});
        pass.pool_branch(ops::Pool::mean);
        x = pass.end();
    }
    pass.begin("Mixed_7a", x, 1280, Pass::halving);
    pass.branch({"branch3x3_1", "branch3x3_2"});
    pass.branch({"branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"});
    pass.halving_branch();
    x = pass.end();
    for (const auto& [name, kind] : {std::pair{"Mixed_7b", ops::Pool::mean}, {"Mixed_7c", ops::Pool::largest}}) {
        pass.begin(name, x, features);
        pass.branch({"branch1x1"});
        pass.split_branch({"branch3x3_1"}, "branch3x3_2a", "branch3x3_2b");
        pass.split_branch({"branch3x3dbl_1", "branch3x3dbl_2"}, "branch3x3dbl_3a", "branch3x3dbl_3b");
        pass.pool_branch(kind);
        x = pass.end();
    }
    const Index pixels = x.extent(2) * x.extent(3);
    context.parallel_for(out.size(), [&](Index item) {
        double sum = 0;
        for (Index p = 0; p < pixels; ++p) sum += double(x.data[item * pixels + p]);
        out.data[item] = static_cast<float>(sum / static_cast<double>(pixels));
    });
}

}  // namespace stylegan
