// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/models/vgg16.hpp>
#include <stylegan/ops/feature_distance.hpp>

#include <xtensor/xtensor.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// The perceptual distance LPIPS v0.1: how different two pictures look, by their VGG16 features.
///
///     d(a, b) = sum over stages s of  1/(H_s W_s) sum over pixels and channels of  head_s(c) (a^_s - b^_s)^2
///
/// where x^_s are the features of stage s, divided by their length over the channels.
///
/// Pictures are (N, 3, H, W), about within [-1, 1] as from a generator, and 16x16 or larger. They are not clipped.
///
/// Threads: one thread at a time, since all calls use one context.
///
/// @see Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric" (2018)
template <class Device = Cpu>
class Lpips {
public:
    using Scalar = typename Device::Scalar;
    using Pictures = xt::xtensor<Scalar, 4>;              ///< (N, 3, H, W)
    static constexpr int stages = Vgg16<Device>::stages;  ///< stages of VGG16 whose features count

    /// With weight 1 for every channel, the authors' baseline: features without learned LPIPS weights.
    explicit Lpips(Vgg16<Device> vgg);

    [[nodiscard]] Vgg16<Device>& vgg() { return vgg_; }
    [[nodiscard]] const Vgg16<Device>& vgg() const { return vgg_; }
    [[nodiscard]] Context<Device>& context() const { return vgg_.context(); }

    /// The weight of each channel of a stage, (channels).
    [[nodiscard]] Parameter<Device>& head(int stage) { return heads_[static_cast<std::size_t>(stage)]; }
    /// The weight of each channel of a stage, (channels).
    [[nodiscard]] const Parameter<Device>& head(int stage) const { return heads_[static_cast<std::size_t>(stage)]; }

    /// @param a, b  (N, 3, H, W)
    /// @return      (N) distances
    /// @throws ShapeError if the pictures differ in shape, are smaller than 16x16, or do not have three colour channels
    [[nodiscard]] std::vector<double> operator()(const ArrayRef<const Scalar, 4>& a,
                                                 const ArrayRef<const Scalar, 4>& b) const;

    /// The share of each stage in the distances.
    /// @return (N, 5); each row sums to a distance
    /// @throws as above
    [[nodiscard]] xt::xtensor<double, 2> per_stage(const ArrayRef<const Scalar, 4>& a,
                                                   const ArrayRef<const Scalar, 4>& b) const;

    /// The gradient of the sum of the distances with respect to a. The distance is symmetric: exchange a and b for the
    /// gradient with respect to b.
    /// @return like a
    /// @throws as above
    [[nodiscard]] Pictures gradient(const ArrayRef<const Scalar, 4>& a, const ArrayRef<const Scalar, 4>& b);

    /// Bytes of memory needed for the distance of one pair of pictures of this size.
    [[nodiscard]] std::size_t bytes_of_pair(Size s) const {
        const auto pixels = static_cast<std::size_t>(s.height) * static_cast<std::size_t>(s.width);
        // the features of all stages are 1 + 1/2 + 1/4 + 1/8 + 1/32 of those of the first; two more are scratch memory
        return 2 * pixels * (3 + 4 * static_cast<std::size_t>(vgg_.width())) * sizeof(Scalar);
    }

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        Vgg16<Device>::visit(self.vgg_, prefix, f);
        for (std::size_t s = 0; s < self.heads_.size(); ++s) f(prefix + "lin" + std::to_string(s), self.heads_[s]);
    }

private:
    /// a and then b in one batch.
    [[nodiscard]] Maps<const Scalar> stacked(Maps<const Scalar> a, Maps<const Scalar> b) const;

    [[nodiscard]] xt::xtensor<double, 2> stage_distances(const typename Vgg16<Device>::Features& features) const;

    Vgg16<Device> vgg_;
    std::vector<Parameter<Device>> heads_;  // (channels) of each stage
};

template <class Device>
Lpips<Device>::Lpips(Vgg16<Device> vgg) : vgg_(std::move(vgg)) {
    for (int s = 0; s < stages; ++s) heads_.emplace_back(std::vector<Index>{vgg_.channels(s)}, Initial{1, 0});
}

template <class Device>
auto Lpips<Device>::operator()(const ArrayRef<const Scalar, 4>& a, const ArrayRef<const Scalar, 4>& b) const
    -> std::vector<double> {
    const xt::xtensor<double, 2> parts = per_stage(a.view(), b.view());
    std::vector<double> sums(static_cast<std::size_t>(a.extent(0)));
    for (std::size_t i = 0; i < parts.size(); ++i) sums[i / stages] += parts.data()[i];
    return sums;
}

template <class Device>
auto Lpips<Device>::per_stage(const ArrayRef<const Scalar, 4>& a, const ArrayRef<const Scalar, 4>& b) const
    -> xt::xtensor<double, 2> {
    const Workspace::Frame frame(context().workspace());
    const Maps<const Scalar> both = stacked(a.view(), b.view());
    return stage_distances(vgg_.forward(context(), both));
}

template <class Device>
auto Lpips<Device>::gradient(const ArrayRef<const Scalar, 4>& a, const ArrayRef<const Scalar, 4>& b) -> Pictures {
    Context<Device>& c = context();
    const Workspace::Frame frame(c.workspace());
    const Maps<const Scalar> both = stacked(a.view(), b.view());
    const Index n = both.extent(0) / 2;
    const auto features_b = vgg_.forward(c, both.part(n, n));
    typename Vgg16<Device>::Cache cache;
    const auto features_a = vgg_.forward(c, both.part(0, n), &cache);
    const std::vector<double> ones(static_cast<std::size_t>(n), 1.0);
    typename Vgg16<Device>::Features dfeatures;
    for (int s = 0; s < stages; ++s) {
        const auto at = static_cast<std::size_t>(s);
        const Maps<Scalar> df = c.take_like(features_a[at]);
        ops::feature_distance_gradient(c, features_a[at], features_b[at], values(heads_[at]),
                                       std::span<const double>(ones), df);
        dfeatures[at] = df;
    }
    const Maps<Scalar> da = c.take_like(both.part(0, n));
    vgg_.backward(c, cache, dfeatures, da, Pass::inputs);
    Pictures gradient = Pictures::from_shape(detail::xtensor_shape(a.view()));
    c.download(da.data, da.size(), gradient.data());
    return gradient;
}

template <class Device>
auto Lpips<Device>::stacked(Maps<const Scalar> a, Maps<const Scalar> b) const -> Maps<const Scalar> {
    for (int axis = 0; axis < 4; ++axis)
        if (a.extent(axis) != b.extent(axis))
            throw ShapeError(text("Lpips: extent ", axis, " of the second pictures is ", b.extent(axis), ", expected ",
                                  a.extent(axis), " as of the first"));
    const Maps<Scalar> both = context().take(2 * a.extent(0), a.extent(1), a.extent(2), a.extent(3));
    context().upload(a.data, a.size(), both.data);
    context().upload(b.data, b.size(), both.data + a.size());
    return both;
}

template <class Device>
auto Lpips<Device>::stage_distances(const typename Vgg16<Device>::Features& features) const -> xt::xtensor<double, 2> {
    const Index n = features[0].extent(0) / 2;
    auto all = xt::xtensor<double, 2>::from_shape({static_cast<std::size_t>(n), std::size_t{stages}});
    for (std::size_t s = 0; s < stages; ++s) {
        const std::vector<double> d =
            ops::feature_distance(context(), features[s].part(0, n), features[s].part(n, n), values(heads_[s]));
        for (std::size_t i = 0; i < d.size(); ++i) all(i, s) = d[i];
    }
    return all;
}

#ifdef STYLEGAN_COMPILED
extern template class Lpips<Cpu>;
#endif

}  // namespace stylegan
