// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/view.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <random>

/// Derivatives checked against central differences, in double precision.
namespace finite_difference {

using stylegan::Index;
using Values = stylegan::HostBuffer<double>;

/// `count` independent normal values.
inline Values normal_values(Index count, unsigned seed) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    Values v(static_cast<std::size_t>(count));
    for (double& x : v) x = normal(engine);
    return v;
}

/// x + h * v
inline Values moved(const Values& x, double h, const Values& v) {
    Values y(x);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += h * v[i];
    return y;
}

inline double dot(const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// (f(h) - f(-h)) / 2h, where f returns Values
template <class F>
Values central_difference(const F& f, double h = 1e-5) {
    Values up = f(h);
    const Values down = f(-h);
    for (std::size_t i = 0; i < up.size(); ++i) up[i] = (up[i] - down[i]) / (2 * h);
    return up;
}

/// The largest difference, relative to the largest magnitude of `expected` or to 1 where that is smaller. Infinite if
/// the sizes differ or a value is not a number.
inline double error_of(const Values& found, const Values& expected) {
    if (found.size() != expected.size()) return INFINITY;
    double difference = 0, scale = 1;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double d = std::abs(found[i] - expected[i]);
        if (!(d <= difference)) difference = std::isnan(d) ? INFINITY : d;
        scale = std::max(scale, std::abs(expected[i]));
    }
    return difference / scale;
}

/// Several tensors as one, in order: for functions of more than one argument.
inline Values joined(std::initializer_list<Values> parts) {
    Values all;
    for (const Values& p : parts) all.insert(all.end(), p.begin(), p.end());
    return all;
}

/// A function with its derivatives, each on flat values. A dot marks a tangent; dy is dL/dy.
struct Differentiable {
    std::function<Values(const Values& x)> forward;
    std::function<Values(const Values& x, const Values& dy)> gradient;
    std::function<Values(const Values& x, const Values& x_dot)> tangent;
    std::function<Values(const Values& x, const Values& x_dot, const Values& dy, const Values& dy_dot)>
        gradient_tangent;
};

/// Checks gradient, tangent and gradient tangent (those that are given) at a random point and in random directions.
inline void check_derivatives(const Differentiable& f, Index size, unsigned seed, double tolerance = 1e-7) {
    const Values x = normal_values(size, seed), x_dot = normal_values(size, seed + 1);
    const Values y = f.forward(x);
    const Values dy = normal_values(static_cast<Index>(y.size()), seed + 2);
    const Values dy_dot = normal_values(static_cast<Index>(y.size()), seed + 3);
    if (f.gradient) {
        Values expected(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            Values one(x.size(), 0.0);
            one[i] = 1;
            expected[i] = dot(dy, central_difference([&](double h) { return f.forward(moved(x, h, one)); }));
        }
        BOOST_TEST(error_of(f.gradient(x, dy), expected) < tolerance, "gradient against central differences");
    }
    if (f.tangent) {
        const Values expected = central_difference([&](double h) { return f.forward(moved(x, h, x_dot)); });
        BOOST_TEST(error_of(f.tangent(x, x_dot), expected) < tolerance, "tangent against central differences");
    }
    if (f.gradient_tangent) {
        const Values expected =
            central_difference([&](double h) { return f.gradient(moved(x, h, x_dot), moved(dy, h, dy_dot)); });
        BOOST_TEST(error_of(f.gradient_tangent(x, x_dot, dy, dy_dot), expected) < tolerance,
                   "tangent of the gradient against central differences");
    }
}

}  // namespace finite_difference
