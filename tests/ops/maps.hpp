// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "finite_difference.hpp"
#include "kernels_under_test.hpp"

#include <stylegan/core/tensor.hpp>
#include <stylegan/device/cpu.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

/// What the tests of the elementwise ops share.
namespace maps {

using finite_difference::Values;
using stylegan::BasicCpu;
using stylegan::Context;
using stylegan::Cpu;
using stylegan::Index;
using Double = BasicCpu<double>;
using Shape = std::array<Index, 4>;

template <class S>
using MapsOf = stylegan::FeatureMaps<BasicCpu<S>>;
template <class S>
using RowsOf = stylegan::Vectors<BasicCpu<S>>;

/// Shapes (N, C, H, W) that find errors in loops: single pixels, single channels, less or more than a vector, odd
/// sizes.
inline const std::vector<Shape> odd_shapes{{1, 1, 1, 1}, {2, 3, 5, 7},   {4, 37, 1, 1},  {5, 1, 9, 2},
                                           {1, 2, 2, 1}, {1, 6, 33, 17}, {3, 2, 16, 16}, {2, 1, 1, 70}};

/// Small ones of these, for derivatives element by element.
inline const std::vector<Shape> small_shapes{{1, 1, 1, 1}, {2, 3, 5, 7}, {4, 18, 1, 1}, {5, 1, 3, 2}, {1, 2, 4, 5}};

/// Large enough for several threads, and for planes of more than one stretch.
inline const Shape large_shape{2, 3, 181, 203};

template <class S>
MapsOf<S> random_maps(const Shape& shape, unsigned seed) {
    MapsOf<S> m(shape);
    const Values v = finite_difference::normal_values(m.size(), seed);
    for (Index i = 0; i < m.size(); ++i) m.data()[i] = static_cast<S>(v[static_cast<std::size_t>(i)]);
    return m;
}

template <class S>
RowsOf<S> random_rows(Index n, Index length, unsigned seed) {
    RowsOf<S> r({n, length});
    const Values v = finite_difference::normal_values(r.size(), seed);
    for (Index i = 0; i < r.size(); ++i) r.data()[i] = static_cast<S>(v[static_cast<std::size_t>(i)]);
    return r;
}

template <class S>
std::vector<S> random_vector(Index n, unsigned seed) {
    const Values v = finite_difference::normal_values(n, seed);
    std::vector<S> out;
    for (double x : v) out.push_back(static_cast<S>(x));
    return out;
}

/// Filled with NaN, to detect unwritten values.
template <class S>
MapsOf<S> unwritten(const Shape& shape) {
    MapsOf<S> m(shape);
    std::fill_n(m.data(), m.size(), std::numeric_limits<S>::quiet_NaN());
    return m;
}

template <class S>
RowsOf<S> unwritten_rows(Index n, Index length) {
    RowsOf<S> r({n, length});
    std::fill_n(r.data(), r.size(), std::numeric_limits<S>::quiet_NaN());
    return r;
}

/// The values of a tensor, of any scalar.
template <class T>
Values values(const T& tensor) {
    return Values(tensor.data(), tensor.data() + tensor.size());
}

template <class S>
Values values(const std::vector<S>& v) {
    return Values(v.begin(), v.end());
}

/// A view of double values as maps.
inline stylegan::Maps<const double> view(const Values& v, const Shape& shape) { return {v.data(), shape}; }
inline stylegan::Maps<double> view(Values& v, const Shape& shape) { return {v.data(), shape}; }

inline Index size_of(const Shape& s) { return s[0] * s[1] * s[2] * s[3]; }

/// How far single or double precision may be from the reference, relative to the largest value.
template <class S>
constexpr double tolerance = sizeof(S) == sizeof(float) ? 2e-6 : 1e-13;

inline bool same_bits(const Values& a, const Values& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Checks that f(context), which returns Values, gives the same bits with 1, 2, 3 and 8 threads.
template <class F>
void check_threads(const F& f, stylegan::Kernels kernels) {
    Context<Cpu> one({1, kernels});
    const Values expected = f(one);
    for (int threads : {2, 3, 8}) {
        Context<Cpu> c({threads, kernels});
        BOOST_TEST(same_bits(f(c), expected), "with " << threads << " threads");
    }
}
template <class F>
void check_threads(const F& f) {
    check_threads(f, kernels_under_test());
}

}  // namespace maps
