// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/tensor.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace stylegan {

/// The LPIPS distance from one fixed picture, with its gradient, for searches. The features of the target are computed
/// once.
///
/// Pictures with a shorter side above 256 pixels are first averaged down by a whole factor, as the official projector
/// does by the area. A grey picture counts as three equal colours. An alpha channel is ignored.
///
/// Threads: one thread at a time, since all calls use one context.
template <class Device = Cpu>
class LpipsTarget {
public:
    using Scalar = typename Device::Scalar;
    using Pictures = typename Lpips<Device>::Pictures;
    static constexpr Index largest_side = 256;  ///< pixels; pictures with a longer shorter side are averaged down

    /// @param lpips   must outlive this object
    /// @param target  (1, C, H, W), C 1 to 4
    /// @throws ShapeError if it is not one picture or is too small for the network
    LpipsTarget(Lpips<Device>& lpips, const ArrayRef<const Scalar, 4>& target);

    /// @param picture   like the target
    /// @param gradient  like the target; overwritten with the gradient of the distance
    /// @return          the distance
    /// @throws ShapeError if one of them has another shape
    double operator()(const ArrayRef<const Scalar, 4>& picture, const ArrayRef<Scalar, 4>& gradient);

private:
    /// (1, 3, H / factor, W / factor)
    Maps<const Scalar> reduced(Maps<const Scalar> picture);

    void enlarge_gradient(Maps<const Scalar> dsmall, Maps<Scalar> gradient);

    /// The channel that holds colour k.
    [[nodiscard]] Index colour(Index k) const { return shape_[1] < 3 ? 0 : k; }

    Lpips<Device>& lpips_;
    Shape4 shape_{};
    int factor_ = 1;
    std::array<FeatureMaps<Device>, static_cast<std::size_t>(Lpips<Device>::stages)> features_;
};

template <class Device>
LpipsTarget<Device>::LpipsTarget(Lpips<Device>& lpips, const ArrayRef<const Scalar, 4>& target) : lpips_(lpips) {
    require_equal("LpipsTarget", "pictures", target.extent(0), Index{1});
    shape_ = target.view().shape;
    factor_ = static_cast<int>(std::max<Index>(1, std::min(shape_[2], shape_[3]) / largest_side));
    while (shape_[2] % factor_ != 0 || shape_[3] % factor_ != 0) --factor_;
    Context<Device>& c = lpips.context();
    const Workspace::Frame frame(c.workspace());
    const auto found = lpips.vgg().forward(c, reduced(target.view()));
    for (std::size_t s = 0; s < found.size(); ++s) {
        features_[s] = FeatureMaps<Device>(found[s].shape);
        c.template copy<4>(found[s], features_[s].view());
    }
}

template <class Device>
double LpipsTarget<Device>::operator()(const ArrayRef<const Scalar, 4>& picture, const ArrayRef<Scalar, 4>& gradient) {
    for (int axis = 0; axis < 4; ++axis) {
        const Index expected = shape_[static_cast<std::size_t>(axis)];
        require_equal("LpipsTarget", "extent of the picture", picture.extent(axis), expected);
        require_equal("LpipsTarget", "extent of the gradient", gradient.extent(axis), expected);
    }
    Context<Device>& c = lpips_.context();
    const Workspace::Frame frame(c.workspace());
    const Maps<const Scalar> x = reduced(picture.view());
    typename Vgg16<Device>::Cache cache;
    const auto features = lpips_.vgg().forward(c, x, &cache);
    typename Vgg16<Device>::Features dfeatures;
    double distance = 0;
    const std::array<double, 1> one{1.0};
    for (int s = 0; s < Lpips<Device>::stages; ++s) {
        const auto at = static_cast<std::size_t>(s);
        const Maps<const Scalar> wanted = std::as_const(features_[at]).view();
        distance += ops::feature_distance(c, features[at], wanted, values(lpips_.head(s)))[0];
        const Maps<Scalar> df = c.take_like(features[at]);
        ops::feature_distance_gradient(c, features[at], wanted, values(lpips_.head(s)), std::span<const double>(one),
                                       df);
        dfeatures[at] = df;
    }
    const Maps<Scalar> dx = c.take_like(x);
    lpips_.vgg().backward(c, cache, dfeatures, dx, Pass::inputs);
    enlarge_gradient(dx, gradient.view());
    return distance;
}

template <class Device>
auto LpipsTarget<Device>::reduced(Maps<const Scalar> picture) -> Maps<const Scalar> {
    Context<Device>& c = lpips_.context();
    const Maps<Scalar> x = c.take(1, 3, shape_[2], shape_[3]),
                       small = c.take(1, 3, shape_[2] / factor_, shape_[3] / factor_);
    const Index plane = shape_[2] * shape_[3];
    for (Index k = 0; k < 3; ++k) c.upload(picture.data + colour(k) * plane, plane, x.data + k * plane);
    ops::downscale2d(c, x, factor_, small);
    return small;
}

template <class Device>
void LpipsTarget<Device>::enlarge_gradient(Maps<const Scalar> dsmall, Maps<Scalar> gradient) {
    Context<Device>& c = lpips_.context();
    const Maps<Scalar> dx = c.take(1, 3, shape_[2], shape_[3]);
    ops::downscale2d_gradient(c, dsmall, factor_, dx);
    std::vector<Scalar> host(static_cast<std::size_t>(dx.size()));
    c.download(dx.data, dx.size(), host.data());
    const auto plane = static_cast<std::size_t>(shape_[2] * shape_[3]);
    std::fill_n(gradient.data, gradient.size(), Scalar(0));
    for (std::size_t k = 0; k < 3; ++k)
        for (std::size_t i = 0; i < plane; ++i)
            gradient.data[static_cast<std::size_t>(colour(static_cast<Index>(k))) * plane + i] += host[k * plane + i];
}

#ifdef STYLEGAN_COMPILED
extern template class LpipsTarget<Cpu>;
#endif

}  // namespace stylegan
