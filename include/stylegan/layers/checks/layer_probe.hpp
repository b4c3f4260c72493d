// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/layers/layer_calls.hpp>
#include <stylegan/layers/pass.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Thrown for a wrong derivative of a layer.
class DerivativeError : public Error {
public:
    /// @param layer     name of the layer
    /// @param quantity  name of the derivative, such as "dx0"
    /// @param index     index of the wrong value, row-major; -1 for a derivative along a direction
    /// @param found     the wrong value
    /// @param expected  the right value; NaN if the layer wrote none
    DerivativeError(const std::string& layer, std::string quantity, Index index, double found, double expected)
        : Error(text(layer, ": ", quantity, index < 0 ? std::string() : text("[", index, "]"), " is ", found,
                     ", expected ",
                     std::isnan(expected) ? std::string("a number: it was not written, or made of what was not")
                                          : text(expected))),
          quantity_(std::move(quantity)),
          index_(index),
          found_(found),
          expected_(expected) {}

    [[nodiscard]] const std::string& quantity() const { return quantity_; }
    [[nodiscard]] Index index() const { return index_; }
    [[nodiscard]] double found() const { return found_; }
    [[nodiscard]] double expected() const { return expected_; }

private:
    std::string quantity_;
    Index index_;
    double found_, expected_;
};

/// A copy of a layer at a random point, with every pass as a function that returns numbers. Outputs and scratch memory
/// hold NaN before each call, which shows what a layer leaves unwritten. Gradients of parameters hold values other than
/// 0, which are subtracted afterwards; that shows where a layer overwrites instead of adding. The values are the same
/// in every precision.
template <class Layer>
class LayerProbe {
public:
    using Calls = LayerCalls<Layer>;  ///< how to call the layer
    using Scalar = typename Calls::Scalar;
    using Cache = typename Calls::Cache;
    using Numbers = std::vector<Scalar>;  ///< the values of one tensor, row-major
    /// One for each input, then one for each trained parameter.
    using Tensors = std::vector<Numbers>;
    static constexpr Index none = -1;  ///< no input is left out

    LayerProbe(typename Calls::Work& context, Layer layer, const Calls& calls, std::uint64_t seed, std::string name)
        : context_(context), layer_(std::move(layer)), calls_(calls), seed_(seed), name_(std::move(name)) {
        Collect collect{parameters_};
        if constexpr (requires { Layer::visit(layer_, std::string(), collect); })
            Layer::visit(layer_, std::string(), collect);
        std::erase_if(parameters_, [](const auto& p) { return !p.second->trainable(); });
        for (std::size_t i = 0; i < calls.inputs.size(); ++i) names_.push_back(text("x", i));
        for (const auto& p : parameters_) names_.push_back(p.first);
        move();
    }

    LayerProbe(const LayerProbe&) = delete;  // it points to its own copy of the layer
    LayerProbe& operator=(const LayerProbe&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    /// Names of all tensors: x0, x1, ... for the inputs, then the names of the trained parameters.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] std::size_t inputs() const { return x_.size(); }
    [[nodiscard]] const Numbers& dy() const { return dy_; }
    /// A new stream of random numbers at each call.
    [[nodiscard]] RandomStream stream() { return {seed_, 0, Purpose::test, next_++}; }

    /// Moves to another random point: inputs, parameters and dy.
    void move() {
        x_.clear();
        for (const auto& shape : calls_.inputs) x_.push_back(normal(size_of(shape)));
        for (auto& [name, p] : parameters_) {  // away from the initial values: a bias of 0 hides mistakes
            const Numbers away = normal(p->size());
            const double spread = std::max(p->initial().standard_deviation, 0.5);
            for (std::size_t i = 0; i < away.size(); ++i)
                p->value()[i] =
                    static_cast<Scalar>(static_cast<float>(p->initial().mean + spread * static_cast<double>(away[i])));
        }
        dy_ = normal(size_of(calls_.output));
    }

    /// Standard normal numbers, new ones at each call.
    [[nodiscard]] Numbers normal(Index count) {
        Numbers v(static_cast<std::size_t>(count));
        stream().fill_normal(v.data(), v.size());
        return v;
    }

    /// A direction in the space of the inputs.
    [[nodiscard]] Tensors direction() {
        Tensors v;
        for (const auto& x : x_) v.push_back(normal(static_cast<Index>(x.size())));
        return v;
    }

    /// y without a cache, as inference calls the layer.
    [[nodiscard]] Numbers forward() {
        const Workspace::Frame frame(context_.workspace());
        return run_forward(nullptr);
    }

    /// y with a cache.
    [[nodiscard]] Numbers cached_forward() {
        return with_cache([](Cache&) {});
    }

    /// The gradient of <y, dy>.
    /// @param left_out  index of an input whose dx is an empty view
    [[nodiscard]] Tensors gradients(const Numbers& dy, Pass pass = Pass::gradients, Index left_out = none) {
        Tensors g;
        with_cache([&](Cache& cache) {
            g = collected("", left_out, [&](const auto& dx) {
                calls_.backward(context_, layer_, cache, {dy.data(), &calls_.output}, dx, pass);
            });
        });
        return g;
    }

    /// y_dot along v.
    /// @param left_out  index of an input whose x_dot is an empty view
    [[nodiscard]] Numbers tangent(const Tensors& v, Index left_out = none) {
        Numbers y_dot(dy_.size(), nan);
        with_cache([&](Cache& cache) { run_tangent(cache, v, y_dot, left_out); });
        return y_dot;
    }

    /// The derivative of gradients(dy()) along v and along dy_dot. Calls forward, backward(Pass::linearize), tangent
    /// and backward_tangent, as a gradient penalty does.
    [[nodiscard]] Tensors gradient_tangents(const Tensors& v, const Numbers& dy_dot) {
        Tensors result;
        with_cache([&](Cache& cache) {
            Tensors dx;  // dx, y and y_dot live until the end: caches point to them
            for (const auto& x : x_) dx.emplace_back(x.size(), nan);
            Numbers y_dot(dy_.size(), nan);
            calls_.backward(context_, layer_, cache, {dy_.data(), &calls_.output}, writers(dx), Pass::linearize);
            run_tangent(cache, v, y_dot);
            result = collected("_dot", none, [&](const auto& dx_dot) {
                calls_.backward_tangent(context_, layer_, cache, {dy_dot.data(), &calls_.output}, dx_dot);
            });
        });
        return result;
    }

    /// The unit of steps of an input or parameter: the standard deviation of its initial values, at least 1; 1 for
    /// inputs.
    [[nodiscard]] double unit(std::size_t tensor) const {
        return tensor < x_.size() ? 1.0
                                  : std::max(parameters_[tensor - x_.size()].second->initial().standard_deviation, 1.0);
    }

    /// f() with an input or parameter moved by e v. The move is undone.
    template <class F>
    auto moved(std::size_t tensor, const Numbers& v, double e, F&& f) {
        Scalar* const to =
            tensor < x_.size() ? x_[tensor].data() : parameters_[tensor - x_.size()].second->value().data();
        const Numbers before(to, to + v.size());
        for (std::size_t i = 0; i < v.size(); ++i) to[i] += static_cast<Scalar>(e) * v[i];
        auto result = f();
        std::copy(before.begin(), before.end(), to);
        return result;
    }

    /// f() with all inputs moved by e v. The move is undone.
    template <class F>
    auto moved(const Tensors& v, double e, F&& f) {
        const Tensors before = x_;
        for (std::size_t t = 0; t < x_.size(); ++t)
            for (std::size_t i = 0; i < x_[t].size(); ++i) x_[t][i] += static_cast<Scalar>(e) * v[t][i];
        auto result = f();
        x_ = before;
        return result;
    }

private:
    static constexpr Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
    static constexpr Index poisoned = Index{1} << 16;

    struct Collect {
        std::vector<std::pair<std::string, Parameter<BasicCpu<Scalar>>*>>& all;
        void operator()(const std::string& name, Parameter<BasicCpu<Scalar>>& p) { all.emplace_back(name, &p); }
    };

    Numbers run_forward(Cache* cache) {
        {
            const Workspace::Frame scratch(context_.workspace());
            context_.fill(context_.take(poisoned), nan);
        }
        Numbers y(dy_.size(), nan);
        calls_.forward(context_, std::as_const(layer_), readers(x_), {y.data(), &calls_.output}, cache);
        require_written("y", y);
        return y;
    }

    /// Calls f(cache) after a forward pass with this cache.
    /// @return y
    template <class F>
    Numbers with_cache(F&& f) {
        const Workspace::Frame frame(context_.workspace());
        Cache cache{};
        Numbers y = run_forward(&cache);
        f(cache);
        return y;
    }

    void run_tangent(Cache& cache, const Tensors& v, Numbers& y_dot, Index left_out = none) {
        auto x_dot = readers(v);
        if (left_out != none) x_dot[static_cast<std::size_t>(left_out)] = {};
        calls_.tangent(context_, std::as_const(layer_), cache, x_dot, {y_dot.data(), &calls_.output});
        require_written("y_dot", y_dot);
    }

    /// The values that call(dx) writes for the inputs and adds for the parameters.
    template <class F>
    Tensors collected(const char* suffix, Index left_out, F&& call) {
        Tensors all;
        for (const auto& x : x_) all.emplace_back(x.size(), nan);
        auto dx = writers(all);
        if (left_out != none) dx[static_cast<std::size_t>(left_out)] = {};
        for (auto& [name, p] : parameters_) {
            p->clear_gradient();
            for (std::size_t i = 0; i < p->gradient().size(); ++i) p->gradient()[i] = prefilled(i);
        }
        call(dx);
        for (auto& [name, p] : parameters_) all.emplace_back(p->gradient().begin(), p->gradient().end());
        for (std::size_t t = 0; t < all.size(); ++t)
            if (static_cast<Index>(t) != left_out) require_written("d" + names_[t] + suffix, all[t]);
        for (std::size_t t = x_.size(); t < all.size(); ++t)
            for (std::size_t i = 0; i < all[t].size(); ++i) all[t][i] -= prefilled(i);
        return all;
    }

    void require_written(const std::string& quantity, const Numbers& values) const {
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!std::isfinite(values[i]))
                throw DerivativeError(name_, quantity, static_cast<Index>(i), static_cast<double>(values[i]),
                                      static_cast<double>(nan));
    }

    static Scalar prefilled(std::size_t i) { return static_cast<Scalar>(0.0078125 * static_cast<double>(1 + i % 7)); }

    static Index size_of(const std::vector<Index>& shape) {
        Index n = 1;
        for (const Index e : shape) n *= e;
        return n;
    }

    [[nodiscard]] typename Calls::Readers readers(const Tensors& x) const {
        typename Calls::Readers all;
        for (std::size_t i = 0; i < x_.size(); ++i) all.emplace_back(x[i].data(), &calls_.inputs[i]);
        return all;
    }

    [[nodiscard]] typename Calls::Writers writers(Tensors& dx) const {
        typename Calls::Writers all;
        for (std::size_t i = 0; i < x_.size(); ++i) all.emplace_back(dx[i].data(), &calls_.inputs[i]);
        return all;
    }

    typename Calls::Work& context_;
    Layer layer_;
    Calls calls_;
    std::uint64_t seed_;
    std::string name_;
    std::vector<std::pair<std::string, Parameter<BasicCpu<Scalar>>*>> parameters_;
    std::vector<std::string> names_;
    Tensors x_;
    Numbers dy_;
    std::uint32_t next_ = 0;
};

}  // namespace stylegan
