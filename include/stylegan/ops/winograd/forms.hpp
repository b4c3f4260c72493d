// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/ops/vector/gemm.hpp>

#include <stylegan/device/gcc_unroll_begin.hpp>

/// Winograd's minimal filtering in one dimension, for the three grids of a 3x3 convolution. Each form says
///
///     y = A [ (G g)[weight] . (B d)[point] ]      d: `reach` pixels read, g: the three taps, y: `size` pixels computed
///
/// for tiles whose inputs are `step` pixels apart. In two dimensions each matrix is applied to rows and columns, and
/// the products in the middle, summed over channels, are matrix products. The transposes of A and G serve the gradient
/// with respect to g:  dg = G^T [ (A^T dy) . (B d) ].
///
/// The points of interpolation have the smallest errors among those tried with the same number of operations.
///
/// @see Lavin and Gray (2016), "Fast Algorithms for Convolutional Neural Networks"; Winograd (1980), "Arithmetic
///      Complexity of Computations"
namespace stylegan::ops::winograd {

using Vector = gemm::Vector;
inline constexpr int lanes = gemm::lanes;

/// `values` rounded up to an odd number of cache lines: blocks at this distance do not map to the same cache sets.
[[nodiscard]] constexpr Index odd_lines(Index values) {
    constexpr Index line = gemm::cache_line;
    return ((values + line - 1) / line | 1) * line;
}

/// F(4,3), 6 products instead of 12: points 0, +-a, +-b, infinity with a = 1/sqrt(2), b = sqrt(2). Since a b = 1,
/// magnitudes are balanced: a quarter of the error of 1 and 2.
struct Same4 {
    static constexpr int size = 4, step = 4, reach = 6, points = 6, products = 6, weights = 6;
    static constexpr float a = 0.70710678118654752f, b = 1.41421356237309505f;
    static constexpr int point[] = {0, 1, 2, 3, 4, 5}, weight[] = {0, 1, 2, 3, 4, 5};

    static void input(const Vector* d, Vector* v) {
        const Vector even_a = d[4] - 2.0f * d[2], odd_a = a * (d[3] - 2.0f * d[1]);
        const Vector even_b = d[4] - 0.5f * d[2], odd_b = b * (d[3] - 0.5f * d[1]);
        v[0] = d[0] + d[4] - 2.5f * d[2];
        v[1] = even_a + odd_a;
        v[2] = even_a - odd_a;
        v[3] = even_b + odd_b;
        v[4] = even_b - odd_b;
        v[5] = d[1] + d[5] - 2.5f * d[3];
    }
    static void kernel(const Vector* g, Vector* u) {
        const Vector even_a = (-2.0f / 3) * g[0] - (1.0f / 3) * g[2], odd_a = (-2.0f / 3 * a) * g[1];
        const Vector even_b = (1.0f / 6) * g[0] + (1.0f / 3) * g[2], odd_b = (1.0f / 6 * b) * g[1];
        u[0] = g[0];
        u[1] = even_a + odd_a;
        u[2] = even_a - odd_a;
        u[3] = even_b + odd_b;
        u[4] = even_b - odd_b;
        u[5] = g[2];
    }
    static void output(const Vector* m, Vector* y) {
        const Vector sum_a = m[1] + m[2], difference_a = m[1] - m[2], sum_b = m[3] + m[4], difference_b = m[3] - m[4];
        y[0] = m[0] + sum_a + sum_b;
        y[1] = a * difference_a + b * difference_b;
        y[2] = 0.5f * sum_a + 2.0f * sum_b;
        y[3] = m[5] + (0.5f * a) * difference_a + (2.0f * b) * difference_b;
    }
    static void output_transposed(const Vector* dy, Vector* z) {
        const Vector even_a = dy[0] + 0.5f * dy[2], odd_a = a * (dy[1] + 0.5f * dy[3]);
        const Vector even_b = dy[0] + 2.0f * dy[2], odd_b = b * (dy[1] + 2.0f * dy[3]);
        z[0] = dy[0];
        z[1] = even_a + odd_a;
        z[2] = even_a - odd_a;
        z[3] = even_b + odd_b;
        z[4] = even_b - odd_b;
        z[5] = dy[3];
    }
    static void kernel_transposed(const Vector* e, Vector* dg) {
        const Vector sum_a = e[1] + e[2], sum_b = e[3] + e[4];
        dg[0] = e[0] - (2.0f / 3) * sum_a + (1.0f / 6) * sum_b;
        dg[1] = (-2.0f / 3 * a) * (e[1] - e[2]) + (1.0f / 6 * b) * (e[3] - e[4]);
        dg[2] = e[5] - (1.0f / 3) * sum_a + (1.0f / 3) * sum_b;
    }
};

/// Nearest upscale by 2, then three taps. The two phases
///
///     y[2a] = g0 x[a - 1] + (g1 + g2) x[a],    y[2a + 1] = (g0 + g1) x[a] + g2 x[a + 1]
///
/// are both filters of three taps on x[a - 1], x[a], x[a + 1], one with the last tap zero and one with the first, so
/// one transform of the input serves both. At the point 0 the odd phase has no product, at infinity the even one, and
/// at 1 both share one product with the weight g0 + g1 + g2: 5 products for 4 pixels, with the points 0, 1, -1,
/// infinity.
struct Up2 {
    static constexpr int size = 4, step = 2, reach = 4, points = 4, products = 5, weights = 5;
    static constexpr int point[] = {0, 1, 2, 2, 3}, weight[] = {0, 1, 2, 3, 4};

    static void input(const Vector* d, Vector* v) {
        v[0] = d[0] - d[2];
        v[1] = d[1] + d[2];
        v[2] = d[2] - d[1];
        v[3] = d[3] - d[1];
    }
    static void kernel(const Vector* g, Vector* u) {
        const Vector both = g[1] + g[2], first = g[0] + g[1];
        u[0] = g[0];
        u[1] = 0.5f * (g[0] + both);
        u[2] = 0.5f * (g[0] - both);
        u[3] = 0.5f * (g[2] - first);
        u[4] = g[2];
    }
    static void output(const Vector* m, Vector* y) {
        y[0] = m[1] + m[2] + m[0];
        y[1] = m[1] + m[3];
        y[2] = m[1] - m[2];
        y[3] = m[1] - m[3] + m[4];
    }
};

/// The same with the points 0, 1, -1, b, -b, infinity: 9 products for 8 pixels.
struct Up4 {
    static constexpr int size = 8, step = 4, reach = 6, points = 6, products = 9, weights = 9;
    static constexpr int point[] = {0, 1, 2, 2, 3, 3, 4, 4, 5}, weight[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    static constexpr float b = 0.6f, b2 = b * b;

    static void input(const Vector* d, Vector* v) {
        const Vector even_1 = d[4] - b2 * d[2], odd_1 = d[3] - b2 * d[1];
        const Vector even_b = d[4] - d[2], odd_b = b * (d[3] - d[1]);
        v[0] = b2 * d[0] + d[4] - (1 + b2) * d[2];
        v[1] = even_1 + odd_1;
        v[2] = even_1 - odd_1;
        v[3] = even_b + odd_b;
        v[4] = even_b - odd_b;
        v[5] = b2 * d[1] + d[5] - (1 + b2) * d[3];
    }
    static void kernel(const Vector* g, Vector* u) {
        constexpr float one = 0.5f / (1 - b2), other = 0.5f / (b2 * (b2 - 1));
        const Vector both = g[1] + g[2], first = g[0] + g[1];
        u[0] = (1 / b2) * g[0];
        u[1] = one * (g[0] + both);
        u[2] = one * (g[0] - both);
        u[3] = one * (g[2] - first);
        u[4] = other * (g[0] + b * both);
        u[5] = (other * b) * (b * g[2] + first);
        u[6] = other * (g[0] - b * both);
        u[7] = (other * b) * (b * g[2] - first);
        u[8] = g[2];
    }
    static void output(const Vector* m, Vector* y) {
        phase(m[1], m[2], m[4], m[6], y);
        phase(m[1], m[3], m[5], m[7], y + 1);
        y[0] = y[0] + m[0];
        y[7] = y[7] + m[8];
    }

private:
    static void phase(Vector at_1, Vector at_minus_1, Vector at_b, Vector at_minus_b, Vector* y) {
        const Vector sum_1 = at_1 + at_minus_1, difference_1 = at_1 - at_minus_1;
        const Vector sum_b = at_b + at_minus_b, difference_b = at_b - at_minus_b;
        y[0] = sum_1 + sum_b;
        y[2] = difference_1 + b * difference_b;
        y[4] = sum_1 + b2 * sum_b;
        y[6] = difference_1 + (b * b2) * difference_b;
    }
};

/// Three taps, then the sum of two pixels (the mean is left to the factor of the product). With the sums of neighbours
///
///     s[a] = x[2a - 1] + x[2a],    t[a] = x[2a] + x[2a + 1]:    y[a] = (g0 s[a] + g2 s[a + 1]) + g1 t[a],
///
/// a filter of two taps on s, F(2,2) with the points 0, 1, infinity, and of one tap on t: 5 products for 2 pixels of 4
/// taps, of which the last two have the same weight.
struct Down2 {
    static constexpr int size = 2, step = 4, reach = 6, points = 5, products = 5, weights = 4;
    static constexpr int point[] = {0, 1, 2, 3, 4}, weight[] = {0, 1, 2, 3, 3};

    static void input(const Vector* d, Vector* v) {
        const Vector s0 = d[0] + d[1], s1 = d[2] + d[3], s2 = d[4] + d[5];
        v[0] = s0 - s1;
        v[1] = s1;
        v[2] = s2 - s1;
        v[3] = d[1] + d[2];
        v[4] = d[3] + d[4];
    }
    static void kernel(const Vector* g, Vector* u) {
        u[0] = g[0];
        u[1] = g[0] + g[2];
        u[2] = g[2];
        u[3] = g[1];
    }
    static void output(const Vector* m, Vector* y) {
        y[0] = m[0] + m[1] + m[3];
        y[1] = m[1] + m[2] + m[4];
    }
    static void output_transposed(const Vector* dy, Vector* z) {
        z[0] = dy[0];
        z[1] = dy[0] + dy[1];
        z[2] = dy[1];
        z[3] = dy[0];
        z[4] = dy[1];
    }
    static void kernel_transposed(const Vector* e, Vector* dg) {
        dg[0] = e[0] + e[1];
        dg[1] = e[3];
        dg[2] = e[1] + e[2];
    }
};

/// The same with F(4,2) and the points +-a, +-b, infinity: 9 products for 4 pixels of 4 taps, the last four of one
/// weight.
struct Down4 {
    static constexpr int size = 4, step = 8, reach = 10, points = 9, products = 9, weights = 6;
    static constexpr int point[] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, weight[] = {0, 1, 2, 3, 4, 5, 5, 5, 5};
    static constexpr float a = 0.5f, b = 1.25f, a2 = a * a, b2 = b * b;

    static void input(const Vector* d, Vector* v) {
        Vector s[5];
#pragma GCC unroll 8
        for (int i = 0; i < 5; ++i) s[i] = d[2 * i] + d[2 * i + 1];
        const Vector odd_a = s[3] - b2 * s[1], even_a = a * (s[2] - b2 * s[0]);
        const Vector odd_b = s[3] - a2 * s[1], even_b = b * (s[2] - a2 * s[0]);
        v[0] = odd_a + even_a;
        v[1] = odd_a - even_a;
        v[2] = odd_b + even_b;
        v[3] = odd_b - even_b;
        v[4] = s[4] - (a2 + b2) * s[2] + (a2 * b2) * s[0];
#pragma GCC unroll 8
        for (int i = 0; i < 4; ++i) v[5 + i] = d[2 * i + 1] + d[2 * i + 2];
    }
    static void kernel(const Vector* g, Vector* u) {
        constexpr float n = 0.5f / (a2 - b2);
        const Vector odd = n * g[2], even_a = (n / a) * g[0], even_b = (n / b) * g[0];
        u[0] = odd + even_a;
        u[1] = odd - even_a;
        u[2] = -odd - even_b;
        u[3] = even_b - odd;
        u[4] = g[2];
        u[5] = g[1];
    }
    static void output(const Vector* m, Vector* y) {
        const Vector sum_a = m[0] + m[1], difference_a = m[0] - m[1], sum_b = m[2] + m[3], difference_b = m[2] - m[3];
        y[0] = sum_a + sum_b + m[5];
        y[1] = a * difference_a + b * difference_b + m[6];
        y[2] = a2 * sum_a + b2 * sum_b + m[7];
        y[3] = (a * a2) * difference_a + (b * b2) * difference_b + m[4] + m[8];
    }
    static void output_transposed(const Vector* dy, Vector* z) {
        const Vector even_a = dy[0] + a2 * dy[2], odd_a = a * dy[1] + (a * a2) * dy[3];
        const Vector even_b = dy[0] + b2 * dy[2], odd_b = b * dy[1] + (b * b2) * dy[3];
        z[0] = even_a + odd_a;
        z[1] = even_a - odd_a;
        z[2] = even_b + odd_b;
        z[3] = even_b - odd_b;
        z[4] = dy[3];
#pragma GCC unroll 8
        for (int i = 0; i < 4; ++i) z[5 + i] = dy[i];
    }
    static void kernel_transposed(const Vector* e, Vector* dg) {
        constexpr float n = 0.5f / (a2 - b2);
        dg[0] = (n / a) * (e[0] - e[1]) - (n / b) * (e[2] - e[3]);
        dg[1] = e[5];
        dg[2] = n * (e[0] + e[1] - e[2] - e[3]) + e[4];
    }
};

}  // namespace stylegan::ops::winograd

#include <stylegan/device/gcc_unroll_end.hpp>
