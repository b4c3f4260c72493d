// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// The initial values of a parameter: independent and normally distributed.
struct Initial {
    double mean = 0;                ///< of all values
    double standard_deviation = 0;  ///< 0: all values are the mean
};

/// One tensor of a network, in the official layout (convolutions [kh,kw,in,out], dense [in,out]).
/// A parameter that is not trainable (the average w, noise maps, lod) is saved and copied, but not optimized.
template <class Device>
class Parameter {
public:
    using Scalar = typename Device::Scalar;
    using Buffer = typename Device::template Buffer<Scalar>;

    Parameter() = default;
    explicit Parameter(std::vector<Index> shape, Initial initial = {}, bool trainable = true)
        : shape_(std::move(shape)), initial_(initial), trainable_(trainable) {
        Index n = 1;
        for (Index e : shape_) n *= e;
        value_.assign(static_cast<std::size_t>(n), static_cast<Scalar>(initial.mean));
    }

    [[nodiscard]] const std::vector<Index>& shape() const { return shape_; }
    [[nodiscard]] Index size() const { return static_cast<Index>(value_.size()); }
    [[nodiscard]] bool exists() const { return !value_.empty(); }
    [[nodiscard]] bool trainable() const { return trainable_; }
    [[nodiscard]] Initial initial() const { return initial_; }

    [[nodiscard]] Buffer& value() { return value_; }
    [[nodiscard]] const Buffer& value() const { return value_; }

    /// dL/dvalue. Empty until the first clear_gradient(), so that inference needs no memory for it.
    [[nodiscard]] Buffer& gradient() { return gradient_; }
    [[nodiscard]] const Buffer& gradient() const { return gradient_; }
    void clear_gradient() { gradient_.assign(value_.size(), Scalar(0)); }

    /// The value as a view. @throws ShapeError if the rank differs
    template <int Rank>
    [[nodiscard]] View<const Scalar, Rank> view() const {
        return {value_.data(), shape_as<Rank>()};
    }

    /// The gradient as a view; passes add to it.
    /// @throws ShapeError if the rank differs, or clear_gradient() was never called
    template <int Rank>
    [[nodiscard]] View<Scalar, Rank> gradient_view() {
        require_equal("Parameter", "size of the gradient (call clear_gradient first)", gradient_.size(), value_.size());
        return {gradient_.data(), shape_as<Rank>()};
    }

private:
    template <int Rank>
    std::array<Index, static_cast<std::size_t>(Rank)> shape_as() const {
        require_equal("Parameter", "rank", shape_.size(), static_cast<std::size_t>(Rank));
        std::array<Index, static_cast<std::size_t>(Rank)> s{};
        std::copy(shape_.begin(), shape_.end(), s.begin());
        return s;
    }

    std::vector<Index> shape_;
    Initial initial_;
    bool trainable_ = true;
    Buffer value_, gradient_;
};

/// Calls f(name, parameter) for every parameter of a layer or network, in a fixed order, with its official name.
/// This is the only list of parameters: optimizer, EMA, checkpoints, initialisation, counting and tests use it.
/// @param prefix  put before every name
template <class Layer, class F>
void for_each_parameter(Layer& layer, F&& f, const std::string& prefix = {}) {
    std::remove_const_t<Layer>::visit(layer, prefix, f);
}

}  // namespace stylegan
