// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/ops/blocked/maps.hpp>

#include <iterator>

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
                         pairs = static_cast<int>(std::size(Points::values));
    static_assert(reach == 2 * pairs + 2, "LineForm: two points fewer than pixels are finite and not 0");

    /// B d
    [[gnu::always_inline]] static void input(const Vector (&d)[reach], Vector (&v)[reach]) {
        constexpr Coefficients all = polynomial(-1);
        constexpr Table others = table_of_others();
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
            v[1 + 2 * i] = multiply_add(static_cast<float>(Points::values[i]), odd, even);
            v[2 + 2 * i] = multiply_add(-static_cast<float>(Points::values[i]), odd, even);
        }
    }

    /// A m
    [[gnu::always_inline]] static void output(const Vector (&m)[reach], Vector (&y)[size]) {
        constexpr Table powers = table_of_powers();
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
    struct Coefficients {
        float values[reach]{};
        constexpr float operator[](int k) const { return values[k]; }
    };
    struct Table {
        Coefficients rows[pairs]{};
        constexpr const Coefficients& operator[](int i) const { return rows[i]; }
    };

    static constexpr double at(int point) {
        return point == 0 ? 0 : (point % 2 == 1 ? 1 : -1) * Points::values[(point - 1) / 2];
    }
    /// The coefficients of the product of (z - p^2) over the points, without the leading 1.
    static constexpr Coefficients polynomial(int without) {
        double c[pairs + 1]{1};
        int degree = 0;
        for (int i = 0; i < pairs; ++i) {
            if (i == without) continue;
            const double square = Points::values[i] * Points::values[i];
            for (int k = ++degree; k > 0; --k) c[k] = c[k - 1] - square * c[k];
            c[0] *= -square;
        }
        Coefficients out;
        for (int k = 0; k < degree; ++k) out.values[k] = static_cast<float>(c[k]);
        return out;
    }
    static constexpr Table table_of_others() {
        Table t;
        for (int i = 0; i < pairs; ++i) t.rows[i] = polynomial(i);
        return t;
    }
    static constexpr Table table_of_powers() {
        Table t;
        for (int i = 0; i < pairs; ++i) {
            double power = 1;
            for (int j = 0; j < size; ++j, power *= Points::values[i]) t.rows[i].values[j] = static_cast<float>(power);
        }
        return t;
    }
};

// The points have the smallest errors among those tried. Errors of the forms, of the largest value, in single precision:
// 4e-7, 4e-7 and 2e-6; direct sums have 4e-7.
struct Points3 {
    static constexpr double values[]{1.4142135623730951, 0.70710678118654752};
};
struct Points5 {
    static constexpr double values[]{2.113855, 0.507183, 1.043723};
};
struct Points7 {
    static constexpr double values[]{1.271893, 0.809269, 2.332046, 0.435013};
};
using Line3 = LineForm<3, 4, Points3>;
using Line5 = LineForm<5, 4, Points5>;
using Line7 = LineForm<7, 4, Points7>;

}  // namespace stylegan::ops::blocked

#include <stylegan/device/gcc_unroll_end.hpp>
