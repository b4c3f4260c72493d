// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>

#include "results.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace golden {

/// Values on the device under test; the processor has them by values() alone.
template <int Rank>
class OnDevice {
public:
    using Shape = std::array<stylegan::Index, static_cast<std::size_t>(Rank)>;

    OnDevice(const Shape& shape, const std::vector<float>& values)
        : shape_(shape), buffer_(static_cast<std::size_t>(stylegan::View<float, Rank>{nullptr, shape}.size())) {
        upload(values, buffer_);
    }
    explicit OnDevice(const Shape& shape)
        : OnDevice(shape,
                   std::vector<float>(static_cast<std::size_t>(stylegan::View<float, Rank>{nullptr, shape}.size()))) {}

    [[nodiscard]] const Shape& shape() const { return shape_; }
    [[nodiscard]] stylegan::Index extent(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
    [[nodiscard]] stylegan::Index batch() const { return shape_[0]; }
    [[nodiscard]] stylegan::View<float, Rank> view() { return {buffer_.data(), shape_}; }
    [[nodiscard]] stylegan::View<const float, Rank> view() const { return {buffer_.data(), shape_}; }
    [[nodiscard]] std::span<float> span() { return {buffer_.data(), buffer_.size()}; }
    [[nodiscard]] std::span<const float> span() const { return {buffer_.data(), buffer_.size()}; }
    [[nodiscard]] std::vector<float> values() const { return download(buffer_); }

private:
    Shape shape_;
    Device::Buffer<float> buffer_;
};

}  // namespace golden
