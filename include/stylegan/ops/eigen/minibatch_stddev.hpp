// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/eigen/arrays.hpp>
#include <stylegan/ops/elementwise/elementwise.hpp>
#include <stylegan/ops/norm/stddev_groups.hpp>

/// Minibatch standard deviation, all in double: samples of a group are often nearly equal.
namespace stylegan::ops::eigen {
namespace detail {

using ops::detail::StddevGroups;

/// One block of elements in all members of a group, and their mean and 1 / deviation.
template <class S>
struct GroupBlock {
    const S* x;  ///< of member 0
    Index step, members, count;
    Block<double> mean, inverse;

    GroupBlock(const S* first, Index to_next, Index number, Index values, double eps)
        : x(first), step(to_next), members(number), count(values) {
        mean = mean_of(x, step);
        Block<double> squares = Block<double>::Zero();
        for (Index g = 0; g < members; ++g) squares += (of(x, step, g) - mean).square();
        inverse = 1 / (squares / static_cast<double>(members) + eps).sqrt();
    }

    /// The values of member g, where members are `to_next` apart.
    [[nodiscard]] Block<double> of(const S* first, Index to_next, Index g) const {
        return load_block(first + g * to_next, count).template cast<double>();
    }
    [[nodiscard]] Block<double> mean_of(const S* first, Index to_next) const {
        Block<double> sum = Block<double>::Zero();
        for (Index g = 0; g < members; ++g) sum += of(first, to_next, g);
        return sum / static_cast<double>(members);
    }
    [[nodiscard]] Block<double> centred(Index g) const { return of(x, step, g) - mean; }

    /// mean over the group of (x - mean) x_dot / deviation
    [[nodiscard]] Block<double> tangent(const S* x_dot) const {
        Block<double> products = Block<double>::Zero();
        for (Index g = 0; g < members; ++g) products += centred(g) * of(x_dot, step, g);
        return products * inverse / static_cast<double>(members);
    }
};

}  // namespace detail

/// The mean over the elements of feature f of group m of value(block), a block of doubles for each block of elements.
template <class S, class F>
[[nodiscard]] double mean_over_elements(const detail::StddevGroups& s, Index m, Index f, Index step, Maps<const S> x,
                                        double eps, const F& value) {
    const Index at = s.at(0, m, f, s.channels);
    double total = 0;
    for_each_block(s.elements(), [&](Index i, Index n) {
        const detail::GroupBlock<S> block(x.data + at + i, step, s.members, n, eps);
        total += sum_of_block<double>(value(block, at + i), n);
    });
    return total / static_cast<double>(s.elements());
}

/// ops::detail::stddev_share with Eigen's sums.
template <class S>
[[nodiscard]] double stddev_share(const detail::StddevGroups& s, Index m, Index f, Maps<const S> dy) {
    return ops::detail::stddev_share(s, m, f, dy.data, [&](const S* p) {
        return sums<1>(
            s.pixels, [](auto* part, const auto& v) { part[0] += v; }, p)[0];
    });
}

template <class S>
void minibatch_stddev(Context<BasicCpu<S>>& c, const detail::StddevGroups& s, Maps<const S> x, double eps, Maps<S> y) {
    ops::detail::for_each_group(c, s, [&](Index m, Index f) {
        const double mean = mean_over_elements(s, m, f, s.groups * x.stride(), x, eps,
                                               [](const auto& block, Index) { return 1 / block.inverse; });
        ops::detail::append<S>(s, m, f, x.data, static_cast<S>(mean), y.data);
    });
}

template <class S>
void minibatch_stddev_gradient(Context<BasicCpu<S>>& c, const detail::StddevGroups& s, Maps<const S> x, double eps,
                               Maps<const S> dy, Maps<S> dx) {
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    ops::detail::for_each_group(c, s, [&](Index m, Index f) {
        const Index at = s.at(0, m, f, s.channels), wide_at = s.at(0, m, f, s.channels + s.features);
        const double share = stddev_share(s, m, f, dy);
        for_each_block(s.elements(), [&](Index i, Index n) {
            const detail::GroupBlock<S> block(x.data + at + i, step, s.members, n, eps);
            for (Index g = 0; g < s.members; ++g) {
                const Block<double> d =
                    block.of(dy.data + wide_at + i, wide_step, g) + share * block.centred(g) * block.inverse;
                store_block<S>(d.template cast<S>(), n, dx.data + at + g * step + i);
            }
        });
    });
}

template <class S>
void minibatch_stddev_tangent(Context<BasicCpu<S>>& c, const detail::StddevGroups& s, Maps<const S> x, double eps,
                              Maps<const S> x_dot, Maps<S> y_dot) {
    ops::detail::for_each_group(c, s, [&](Index m, Index f) {
        const double mean =
            mean_over_elements(s, m, f, s.groups * x.stride(), x, eps,
                               [&](const auto& block, Index at) { return block.tangent(x_dot.data + at); });
        ops::detail::append<S>(s, m, f, x_dot.data, static_cast<S>(mean), y_dot.data);
    });
}

template <class S>
void minibatch_stddev_gradient_tangent(Context<BasicCpu<S>>& c, const detail::StddevGroups& s, Maps<const S> x,
                                       double eps, Maps<const S> x_dot, Maps<const S> dy, Maps<const S> dy_dot,
                                       Maps<S> dx_dot) {
    const Index step = s.groups * x.stride(), wide_step = s.groups * dy.stride();
    ops::detail::for_each_group(c, s, [&](Index m, Index f) {
        const Index at = s.at(0, m, f, s.channels), wide_at = s.at(0, m, f, s.channels + s.features);
        const double share = stddev_share(s, m, f, dy), share_dot = stddev_share(s, m, f, dy_dot);
        for_each_block(s.elements(), [&](Index i, Index n) {
            const detail::GroupBlock<S> block(x.data + at + i, step, s.members, n, eps);
            const S* const p_dot = x_dot.data + at + i;
            const Block<double> rate = block.tangent(p_dot) * block.inverse, mean_dot = block.mean_of(p_dot, step);
            for (Index g = 0; g < s.members; ++g) {
                const Block<double> centred = block.centred(g), centred_dot = block.of(p_dot, step, g) - mean_dot;
                const Block<double> d = block.of(dy_dot.data + wide_at + i, wide_step, g) +
                                        block.inverse * (share_dot * centred + share * (centred_dot - centred * rate));
                store_block<S>(d.template cast<S>(), n, dx_dot.data + at + g * step + i);
            }
        });
    });
}

}  // namespace stylegan::ops::eigen
