// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <array>
#include <cstddef>

namespace stylegan {

/// An array that owns its values and has its shape in its type.
///
/// @tparam Device   where the values are, and their scalar type (Cpu: float in host memory)
/// @tparam Extents  one for each axis; `dynamic` for a size known at run time only.
///                  Tensor<Cpu, dynamic, 512, 4, 4> is a batch of 512 feature maps of 4x4.
///
/// A dynamic extent converts to a static one with a check at run time. Different static extents are a compile error
/// that shows both numbers.
template <class Device, int... Extents>
class Tensor {
    static_assert(sizeof...(Extents) > 0, "stylegan::Tensor: at least one axis");
    static_assert(((Extents == dynamic || Extents > 0) && ...), "stylegan::Tensor: an extent is positive or dynamic");

public:
    using Scalar = typename Device::Scalar;
    /// Number of axes.
    static constexpr int rank = static_cast<int>(sizeof...(Extents));
    using Shape = std::array<Index, sizeof...(Extents)>;
    /// Extents in the type; `dynamic` where it is known at run time only.
    static constexpr std::array<int, sizeof...(Extents)> extents{Extents...};

    Tensor() = default;

    /// @throws ShapeError if a static extent differs from `shape`
    explicit Tensor(const Shape& shape) : shape_(checked(shape)), values_(static_cast<std::size_t>(view_size(shape))) {}

    /// A batch of `n`, if only the first extent is dynamic.
    explicit Tensor(Index n) requires(extents[0] == dynamic &&
                                      (rank == 1 || ((Extents != dynamic ? 1 : 0) + ...) == rank - 1))
        : Tensor(batch_shape(n)) {}

    /// Takes over the values of a tensor of the same shape.
    /// @throws ShapeError if an extent differs that is static here and dynamic there
    template <int... Other>
    Tensor(Tensor<Device, Other...> other)  // NOLINT: a conversion by design
        requires(sizeof...(Other) == sizeof...(Extents)) {
        static_assert(((Other == dynamic || Extents == dynamic || Other == Extents) && ...),
                      "stylegan::Tensor: the shapes of these two tensors differ");
        shape_ = checked(other.shape());
        values_ = std::move(other).release();
    }

    [[nodiscard]] const Shape& shape() const { return shape_; }
    [[nodiscard]] Index extent(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
    [[nodiscard]] Index batch() const { return shape_[0]; }
    [[nodiscard]] Index size() const { return static_cast<Index>(values_.size()); }
    [[nodiscard]] Scalar* data() { return values_.data(); }
    [[nodiscard]] const Scalar* data() const { return values_.data(); }

    [[nodiscard]] View<Scalar, rank> view() { return {values_.data(), shape_}; }
    [[nodiscard]] View<const Scalar, rank> view() const { return {values_.data(), shape_}; }

    /// Moves the values out.
    [[nodiscard]] auto release() && { return std::move(values_); }

private:
    static Index view_size(const Shape& shape) { return View<const Scalar, rank>{nullptr, shape}.size(); }

    static Shape batch_shape(Index n) {
        Shape shape{static_cast<Index>(Extents)...};
        shape[0] = n;
        return shape;
    }

    static const Shape& checked(const Shape& shape) {
        for (std::size_t axis = 0; axis < shape.size(); ++axis)
            if (extents[axis] != dynamic && extents[axis] != shape[axis])
                throw ShapeError(text("Tensor: extent ", axis, " is ", shape[axis], ", expected ", extents[axis]));
        return shape;
    }

    Shape shape_{};
    typename Device::template Buffer<Scalar> values_;
};

/// A batch of feature maps or pictures, (N, C, H, W).
template <class Device, int C = dynamic, int H = dynamic, int W = dynamic>
using FeatureMaps = Tensor<Device, dynamic, C, H, W>;

/// A batch of vectors, (N, Length).
template <class Device, int Length = dynamic>
using Vectors = Tensor<Device, dynamic, Length>;

}  // namespace stylegan
