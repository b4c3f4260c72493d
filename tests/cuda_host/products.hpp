// SPDX-License-Identifier: Apache-2.0
// The arithmetic of the stand-in: plain loops with sums in double precision.
#pragma once

#include <cstddef>
#include <vector>

namespace cuda_host {

/// c(m, n) += sum over k of a(m, k) b(k, n), with a at a[m * row + k * column], b and c in rows of `n` values.
void multiply_add(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t row, std::size_t column,
                  const float* b, double* c);

/// Rounded to the eleven significant bits of TF32.
[[nodiscard]] float to_tf32(float value);

/// One two-dimensional convolution. Filters are (K, C, R, S), pictures (N, C, H, W).
struct Convolution {
    std::size_t batch, channels, height, width;  // of x
    std::size_t filters, rows, columns;          // of w
    std::size_t out_height, out_width;           // of y
    int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w;
    bool turned;  ///< the kernel is turned by 180 degrees, as the mathematical convolution's is
};

/// y = the correlation of x and w
void forward(const Convolution& c, const std::vector<float>& x, const std::vector<float>& w, std::vector<double>& y);
/// dx = the transpose of forward in x
void backward_data(const Convolution& c, const std::vector<float>& dy, const std::vector<float>& w,
                   std::vector<double>& dx);
/// dw = the transpose of forward in w
void backward_filter(const Convolution& c, const std::vector<float>& x, const std::vector<float>& dy,
                     std::vector<double>& dw);

}  // namespace cuda_host
