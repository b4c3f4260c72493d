// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// The distance of feature vectors, in double precision.
namespace stylegan::ops::eigen {
namespace detail {

/// Some pixels of one picture, in all channels.
template <class S>
struct FeatureBlock {
    const S* first;
    Index channels, plane, count;
    Block<double> inverse;  ///< 1 / (length + epsilon)

    FeatureBlock(const S* p, Index number, Index step, Index n, double epsilon)
        : first(p), channels(number), plane(step), count(n) {
        Block<double> squares = Block<double>::Zero();
        for (Index k = 0; k < channels; ++k) squares += (*this)(k).square();
        inverse = 1 / (squares.sqrt() + epsilon);
    }
    [[nodiscard]] Block<double> operator()(Index channel) const {
        return load_block(first + channel * plane, count).template cast<double>();
    }
};

/// a / |a| - b / |b|, exactly 0 where the two are equal, not the rounding residue of a fused multiply-add.
template <class S>
[[nodiscard]] Block<double> unit_difference(const FeatureBlock<S>& a, const FeatureBlock<S>& b, Index channel) {
    const Block<double> x = a(channel), y = b(channel), difference = x * a.inverse - y * b.inverse;
    return (x == y && a.inverse == b.inverse).select(0.0, difference);
}

}  // namespace detail

template <class S>
[[nodiscard]] std::vector<double> feature_distance(Context<BasicCpu<S>>& c, Maps<const S> a, Maps<const S> b,
                                                   std::span<const S> weight, double epsilon) {
    const Index batch = a.extent(0), channels = a.extent(1), plane = pixels_of(a);
    const Index blocks = (plane + block_size - 1) / block_size;
    std::vector<double> parts(static_cast<std::size_t>(batch * blocks));
    c.parallel_for(batch * blocks, [&](Index item) {
        const Index first = item % blocks * block_size, at = item / blocks * channels * plane + first;
        const Index count = std::min(block_size, plane - first);
        const detail::FeatureBlock<S> fa(a.data + at, channels, plane, count, epsilon),
            fb(b.data + at, channels, plane, count, epsilon);
        Block<double> sum = Block<double>::Zero();
        for (Index k = 0; k < channels; ++k)
            sum += static_cast<double>(weight[static_cast<std::size_t>(k)]) * unit_difference(fa, fb, k).square();
        parts[static_cast<std::size_t>(item)] = sum_of_block(sum, count);
    });
    std::vector<double> distances(static_cast<std::size_t>(batch));
    for (std::size_t i = 0; i < parts.size(); ++i) distances[i / static_cast<std::size_t>(blocks)] += parts[i];
    for (double& d : distances) d /= static_cast<double>(plane);
    return distances;
}

template <class S>
void feature_distance_gradient(Context<BasicCpu<S>>& c, Maps<const S> a, Maps<const S> b, std::span<const S> weight,
                               std::span<const double> dd, double epsilon, Maps<S> da) {
    const Index channels = a.extent(1), plane = pixels_of(a), blocks = (plane + block_size - 1) / block_size;
    c.parallel_for(a.extent(0) * blocks, [&](Index item) {
        const Index n = item / blocks, first = item % blocks * block_size, at = n * channels * plane + first;
        const Index count = std::min(block_size, plane - first);
        const double factor = 2 * dd[static_cast<std::size_t>(n)] / static_cast<double>(plane);
        const detail::FeatureBlock<S> fa(a.data + at, channels, plane, count, epsilon),
            fb(b.data + at, channels, plane, count, epsilon);
        const auto u = [&](Index k) -> Block<double> {
            return factor * static_cast<double>(weight[static_cast<std::size_t>(k)]) * unit_difference(fa, fb, k);
        };
        Block<double> along = Block<double>::Zero();
        for (Index k = 0; k < channels; ++k) along += u(k) * fa(k);
        // (u . a) / (|a| (|a| + epsilon)), and nothing where a is 0
        const Block<double> length = 1 / fa.inverse - epsilon;
        const auto there = length > epsilon;
        const Block<double> share = there.select(along * fa.inverse / length, 0.0),
                            over = there.select(fa.inverse, 0.0);
        for (Index k = 0; k < channels; ++k) {
            const Block<double> d = over * (u(k) - share * fa(k));
            store_block<S>(d.template cast<S>(), count, da.data + at + k * plane);
        }
    });
}

}  // namespace stylegan::ops::eigen
