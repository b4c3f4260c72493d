// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/dense.hpp>

#include "on_device.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

// in/x, param/weight, cotangent; out, grad/x, grad/param/weight of sum(out * cotangent), and second/grad/... of sum(g^2) with
// g = grad/x. The ops are linear, so g does not depend on x and second/grad/param/weight is the weight gradient at x = 2 g.

namespace {

namespace ops = stylegan::ops;
using namespace stylegan;

using Tensor4 = golden::OnDevice<4>;

/// A tensor, its last axes first: a matrix becomes (1, 1, rows, columns).
Tensor4 read(const SafetensorsFile& file, const std::string& name) {
    std::array<Index, 4> extents{1, 1, 1, 1};
    const auto& shape = file.shape(name);
    BOOST_TEST_REQUIRE(shape.size() <= 4u);
    std::copy(shape.begin(), shape.end(), extents.end() - static_cast<Index>(shape.size()));
    return {extents, file.read_float(name)};
}

Tensor4 zeros_like(const Tensor4& like) { return Tensor4(like.shape()); }

double error_of(const Tensor4& found, const Tensor4& expected) {
    return golden::relative_error(found.values(), expected.values());
}

/// op has forward, input_gradient and weight_gradient of (context, x or dy, w or dy, scale, result).
template <class Op>
void check(const std::filesystem::path& path, double gain, const Op& op) {
    const SafetensorsFile file(path);
    const Tensor4 x = read(file, "in/x"), w = read(file, "param/weight"), dy = read(file, "cotangent");
    const Tensor4 y = read(file, "out"), dx = read(file, "grad/x"), dw = read(file, "grad/param/weight");
    const double fan_in = double(w.extent(0) * w.extent(1) * w.extent(2));
    const float scale = static_cast<float>(gain / std::sqrt(fan_in));
    golden::Context c(golden::device());
    Tensor4 found_y = zeros_like(y), found_dx = zeros_like(x), found_dw = zeros_like(w), second_dw = zeros_like(w);
    op.forward(c, x.view(), w.view(), scale, found_y.view());
    op.input_gradient(c, dy.view(), w.view(), scale, found_dx.view());
    op.weight_gradient(c, x.view(), dy.view(), scale, found_dw.view());
    std::vector<float> twice = found_dx.values();
    for (float& v : twice) v *= 2;
    op.weight_gradient(c, Tensor4(x.shape(), twice).view(), dy.view(), scale, second_dw.view());
    BOOST_TEST(error_of(found_y, y) < golden::op_tolerance());
    BOOST_TEST(error_of(found_dx, dx) < golden::op_tolerance());
    BOOST_TEST(error_of(found_dw, dw) < golden::op_tolerance());
    BOOST_TEST(error_of(zeros_like(x), read(file, "second/grad/x")) == 0);
    BOOST_TEST(error_of(second_dw, read(file, "second/grad/param/weight")) < golden::op_tolerance());
}

template <Resample Kind>
struct GoldenConvolution {
    static void forward(auto& c, auto x, auto w, float scale, auto y) { ops::convolution<Kind>(c, x, w, scale, y); }
    static void input_gradient(auto& c, auto dy, auto w, float scale, auto dx) {
        ops::convolution_input_gradient<Kind>(c, dy, w, scale, dx);
    }
    static void weight_gradient(auto& c, auto x, auto dy, float scale, auto dw) {
        ops::convolution_weight_gradient<Kind>(c, x, dy, scale, dw);
    }
};

/// x is (N, C, H, W) and read as N rows; the official dense layer flattens too.
struct GoldenDense {
    static auto matrix(auto w) { return w.as(w.extent(2), w.extent(3)); }
    static auto rows(auto x, auto w) { return x.as(x.size() / w.extent(2), w.extent(2)); }
    static auto results(auto y, auto w) { return y.as(y.size() / w.extent(3), w.extent(3)); }

    static void forward(auto& c, auto x, auto w, float scale, auto y) {
        ops::dense(c, rows(x, w), matrix(w), scale, results(y, w));
    }
    static void input_gradient(auto& c, auto dy, auto w, float scale, auto dx) {
        ops::dense_input_gradient(c, results(dy, w), matrix(w), scale, rows(dx, w));
    }
    static void weight_gradient(auto& c, auto x, auto dy, float scale, auto dw) {
        ops::dense_weight_gradient(c, rows(x, dw), results(dy, dw), scale, matrix(dw));
    }
};

const double root_of_two = std::sqrt(2.0);

}  // namespace

void golden_op_conv2d(const std::filesystem::path& file) {
    const bool one = file.stem() == "op_conv2d_1x1";  // made with gain 1
    check(file, one ? 1.0 : root_of_two, GoldenConvolution<Resample::none>{});
}

/// Only the fused one has the quirk of the rotated kernel.
void golden_op_upscale2d_conv2d(const std::filesystem::path& file) {
    if (file.stem() == "op_upscale2d_conv2d_fused")
        check(file, root_of_two, GoldenConvolution<Resample::up_rotated>{});
    else
        check(file, root_of_two, GoldenConvolution<Resample::up>{});
}

void golden_op_conv2d_downscale2d(const std::filesystem::path& file) {
    check(file, root_of_two, GoldenConvolution<Resample::down>{});
}

/// No gain is written in the file; what it holds, out divided by in/x times param/weight, says 0.65.
void golden_op_dense(const std::filesystem::path& file) { check(file, 0.65, GoldenDense{}); }
