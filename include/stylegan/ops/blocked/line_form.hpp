// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/maps.hpp>

#include <array>

#include <stylegan/device/gcc_unroll_begin.hpp>

namespace stylegan::ops::blocked {

/// Winograd's minimal filtering in one dimension, by the points 0, +-p for each p of Points, and infinity:
///
///     y = A [ (G g) . (B d) ]      d: `reach` pixels read, g: `taps` weights, y: `size` pixels computed
///
/// A, B and G are those of Toom and Cook. The two rows of B that belong to +-p are the even part of one polynomial plus
/// and minus its odd part, which halves the work; likewise the columns of A.
///
/// @see Lavin and Gray (2016), "Fast Algorithms for Convolutional Neural Networks"
/// @tparam Points  a class whose `values` are the positive points p
template <int Taps, int Size, class Points>
struct LineForm {
    static constexpr int taps = Taps, size = Size, reach = Taps + Size - 1,
                         pairs = static_cast<int>(Points::values.size());
    static_assert(reach == 2 * pairs + 2, "LineForm: two points fewer than pixels are finite and not 0");

    /// B d
    [[gnu::always_inline]] static void input(const Vector (&d)[reach], Vector (&v)[reach]) {
        v[0] = d[2 * pairs];
        v[reach - 1] = d[2 * pairs + 1];
#pragma GCC unroll 8
        for (int k = 0; k < pairs; ++k) {
            v[0] = multiply_add(all[k], d[2 * k], v[0]);
            v[reach - 1] = multiply_add(all[k], d[2 * k + 1], v[reach - 1]);
        }
#pragma GCC unroll 8
        for (int i = 0; i < pairs; ++i) {
            Vector even = d[2 * pairs], odd = d[2 * pairs - 1];
#pragma GCC unroll 8
            for (int k = 0; k < pairs - 1; ++k) {
                even = multiply_add(others[i][k], d[2 * k + 2], even);
                odd = multiply_add(others[i][k], d[2 * k + 1], odd);
            }
            v[1 + 2 * i] = multiply_add(float(p[static_cast<std::size_t>(i)]), odd, even);
            v[2 + 2 * i] = multiply_add(-float(p[static_cast<std::size_t>(i)]), odd, even);
        }
    }

    /// A m
    [[gnu::always_inline]] static void output(const Vector (&m)[reach], Vector (&y)[size]) {
#pragma GCC unroll 8
        for (int j = 0; j < size; ++j) y[j] = j == 0 ? m[0] : j == size - 1 ? m[reach - 1] : Vector{};
#pragma GCC unroll 8
        for (int i = 0; i < pairs; ++i) {
            const Vector sum = m[1 + 2 * i] + m[2 + 2 * i], difference = m[1 + 2 * i] - m[2 + 2 * i];
#pragma GCC unroll 8
            for (int j = 0; j < size; ++j) y[j] = multiply_add(powers[i][j], j % 2 == 0 ? sum : difference, y[j]);
        }
    }

    /// Row `point` of G g. @param g  taps values, `step` apart
    [[nodiscard]] static double kernel(int point, const float* g, Index step) {
        if (point == reach - 1) return double(g[(taps - 1) * step]);
        const double x = at(point);
        double sum = 0, power = 1, norm = 1;
        for (int k = 0; k < taps; ++k, power *= x) sum += power * double(g[k * step]);
        for (int j = 0; j < reach - 1; ++j)
            if (j != point) norm *= x - at(j);
        return sum / norm;
    }

private:
    static constexpr auto p = Points::values;
    static constexpr std::size_t count = p.size();

    static constexpr double at(int point) {
        return point == 0 ? 0 : (point % 2 == 1 ? 1 : -1) * p[static_cast<std::size_t>((point - 1) / 2)];
    }
    /// The coefficients of the product of (z - p^2) over the points, without the leading 1.
    static constexpr std::array<float, count> polynomial(int without) {
        std::array<double, count + 1> c{1};
        std::size_t degree = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (static_cast<int>(i) == without) continue;
            ++degree;
            for (std::size_t k = degree; k > 0; --k) c[k] = c[k - 1] - p[i] * p[i] * c[k];
            c[0] *= -p[i] * p[i];
        }
        std::array<float, count> out{};
        for (std::size_t k = 0; k < degree; ++k) out[k] = static_cast<float>(c[k]);
        return out;
    }
    static constexpr auto all = polynomial(-1);
    static constexpr auto others = [] {
        std::array<std::array<float, count>, count> out{};
        for (std::size_t i = 0; i < count; ++i) out[i] = polynomial(static_cast<int>(i));
        return out;
    }();
    static constexpr auto powers = [] {
        std::array<std::array<float, Size>, count> out{};
        for (std::size_t i = 0; i < count; ++i) {
            double power = 1;
            for (std::size_t j = 0; j < Size; ++j, power *= p[i]) out[i][j] = static_cast<float>(power);
        }
        return out;
    }();
};

// The points have the smallest errors among those tried. Errors of the forms, of the largest value, in single precision:
// 4e-7, 4e-7 and 2e-6; direct sums have 4e-7.
struct Points3 {
    static constexpr std::array values{1.4142135623730951, 0.70710678118654752};
};
struct Points5 {
    static constexpr std::array values{2.113855, 0.507183, 1.043723};
};
struct Points7 {
    static constexpr std::array values{1.271893, 0.809269, 2.332046, 0.435013};
};
using Line3 = LineForm<3, 4, Points3>;
using Line5 = LineForm<5, 4, Points5>;
using Line7 = LineForm<7, 4, Points7>;

}  // namespace stylegan::ops::blocked

#include <stylegan/device/gcc_unroll_end.hpp>
