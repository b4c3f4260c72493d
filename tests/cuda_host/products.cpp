// SPDX-License-Identifier: Apache-2.0
#include "products.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace cuda_host {
namespace {

constexpr std::size_t strip = 256;  // pixels of an output that are worked on at a time

/// Four rows of c on one read of b.
template <int Rows>
void multiply_rows(std::size_t n, std::size_t k, const float* a, std::size_t row, std::size_t column, const float* b,
                   double* c) {
    for (std::size_t j = 0; j < k; ++j) {
        double factor[Rows];
        for (int r = 0; r < Rows; ++r) factor[r] = double{a[static_cast<std::size_t>(r) * row + j * column]};
        const float* const from = b + j * n;
        for (std::size_t i = 0; i < n; ++i) {
            const double value = double{from[i]};
            for (int r = 0; r < Rows; ++r) c[static_cast<std::size_t>(r) * n + i] += factor[r] * value;
        }
    }
}

/// Where tap (r, s) of output pixel p falls in x. @return whether it is inside
bool position(const Convolution& c, std::size_t p, std::size_t r, std::size_t s, std::size_t& at) {
    const auto y = static_cast<long>(p / c.out_width) * c.stride_h - c.pad_h + static_cast<long>(r) * c.dilation_h;
    const auto x = static_cast<long>(p % c.out_width) * c.stride_w - c.pad_w + static_cast<long>(s) * c.dilation_w;
    at = static_cast<std::size_t>(y) * c.width + static_cast<std::size_t>(x);
    return y >= 0 && x >= 0 && y < static_cast<long>(c.height) && x < static_cast<long>(c.width);
}

/// Calls f(index of the tap in a filter, its position in a plane, pixel within the strip) for all that are inside.
template <class F>
void for_taps(const Convolution& c, std::size_t first, std::size_t pixels, F f) {
    for (std::size_t r = 0; r < c.rows; ++r)
        for (std::size_t s = 0; s < c.columns; ++s) {
            const std::size_t tap = c.turned ? (c.rows - 1 - r) * c.columns + (c.columns - 1 - s) : r * c.columns + s;
            for (std::size_t p = 0; p < pixels; ++p)
                if (std::size_t at = 0; position(c, first + p, r, s, at)) f(tap, at, p);
        }
}

}  // namespace

float to_tf32(float value) {
    auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7f800000u) == 0x7f800000u) return value;
    bits += 0x0fffu + ((bits >> 13) & 1u);
    return std::bit_cast<float>(bits & 0xffffe000u);
}

void multiply_add(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t row, std::size_t column,
                  const float* b, double* c) {
    std::size_t i = 0;
    for (; i + 4 <= m; i += 4) multiply_rows<4>(n, k, a + i * row, row, column, b, c + i * n);
    for (; i < m; ++i) multiply_rows<1>(n, k, a + i * row, row, column, b, c + i * n);
}

void forward(const Convolution& c, const std::vector<float>& x, const std::vector<float>& w, std::vector<double>& y) {
    const std::size_t taps = c.rows * c.columns, depth = c.channels * taps, plane = c.height * c.width;
    const std::size_t out_plane = c.out_height * c.out_width;
    y.assign(c.batch * c.filters * out_plane, 0.0);
    std::vector<float> columns(depth * strip);
    std::vector<double> sums(c.filters * strip);
    for (std::size_t n = 0; n < c.batch; ++n)
        for (std::size_t first = 0; first < out_plane; first += strip) {
            const std::size_t pixels = std::min(strip, out_plane - first);
            std::fill_n(columns.begin(), depth * pixels, 0.f);
            for (std::size_t i = 0; i < c.channels; ++i) {
                const float* const from = x.data() + (n * c.channels + i) * plane;
                float* const to = columns.data() + i * taps * pixels;
                for_taps(c, first, pixels, [&](auto tap, auto at, auto p) { to[tap * pixels + p] = from[at]; });
            }
            std::fill_n(sums.begin(), c.filters * pixels, 0.0);
            multiply_add(c.filters, pixels, depth, w.data(), depth, 1, columns.data(), sums.data());
            for (std::size_t o = 0; o < c.filters; ++o)
                std::copy_n(sums.data() + o * pixels, pixels, y.data() + (n * c.filters + o) * out_plane + first);
        }
}

void backward_data(const Convolution& c, const std::vector<float>& dy, const std::vector<float>& w,
                   std::vector<double>& dx) {
    const std::size_t taps = c.rows * c.columns, depth = c.channels * taps, plane = c.height * c.width;
    const std::size_t out_plane = c.out_height * c.out_width;
    dx.assign(c.batch * c.channels * plane, 0.0);
    std::vector<float> part(c.filters * strip);
    std::vector<double> columns(depth * strip);
    for (std::size_t n = 0; n < c.batch; ++n)
        for (std::size_t first = 0; first < out_plane; first += strip) {
            const std::size_t pixels = std::min(strip, out_plane - first);
            for (std::size_t o = 0; o < c.filters; ++o)
                std::copy_n(dy.data() + (n * c.filters + o) * out_plane + first, pixels, part.data() + o * pixels);
            std::fill_n(columns.begin(), depth * pixels, 0.0);
            multiply_add(depth, pixels, c.filters, w.data(), 1, depth, part.data(), columns.data());
            for (std::size_t i = 0; i < c.channels; ++i) {
                double* const to = dx.data() + (n * c.channels + i) * plane;
                const double* const from = columns.data() + i * taps * pixels;
                for_taps(c, first, pixels, [&](auto tap, auto at, auto p) { to[at] += from[tap * pixels + p]; });
            }
        }
}

void backward_filter(const Convolution& c, const std::vector<float>& x, const std::vector<float>& dy,
                     std::vector<double>& dw) {
    const std::size_t taps = c.rows * c.columns, depth = c.channels * taps, plane = c.height * c.width;
    const std::size_t out_plane = c.out_height * c.out_width;
    dw.assign(c.filters * depth, 0.0);
    std::vector<float> rows(strip * depth);  // the columns of forward(), transposed
    for (std::size_t n = 0; n < c.batch; ++n)
        for (std::size_t first = 0; first < out_plane; first += strip) {
            const std::size_t pixels = std::min(strip, out_plane - first);
            std::fill_n(rows.begin(), depth * pixels, 0.f);
            for (std::size_t i = 0; i < c.channels; ++i) {
                const float* const from = x.data() + (n * c.channels + i) * plane;
                float* const to = rows.data() + i * taps;
                for_taps(c, first, pixels, [&](auto tap, auto at, auto p) { to[p * depth + tap] = from[at]; });
            }
            multiply_add(c.filters, depth, pixels, dy.data() + n * c.filters * out_plane + first, out_plane, 1,
                         rows.data(), dw.data());
        }
}

}  // namespace cuda_host
