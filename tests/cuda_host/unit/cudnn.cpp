// SPDX-License-Identifier: Apache-2.0
// The convolutions of the stand-in against their definition, and what it refuses.
#include "../clean.hpp"
#include "stand_in.hpp"

#include <cudnn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace cuda_host;

#define REQUIRE_CUDNN(call) BOOST_TEST_REQUIRE(static_cast<int>(call) == 0)

namespace {

using Shape = std::array<int, 4>;

int size_of(const Shape& s) { return s[0] * s[1] * s[2] * s[3]; }

struct Case {
    Shape x, w;  // (N, C, H, W), (K, C, R, S)
    int pad, stride;
    cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;

    [[nodiscard]] Shape y() const {
        return {x[0], w[0], (x[2] + 2 * pad - w[2]) / stride + 1, (x[3] + 2 * pad - w[3]) / stride + 1};
    }
};

/// The descriptors of a case.
struct Setup {
    explicit Setup(const Case& c, cudnnMathType_t math = CUDNN_FMA_MATH) {
        REQUIRE_CUDNN(cudnnCreate(&handle));
        REQUIRE_CUDNN(cudnnSetStream(handle, stream));
        REQUIRE_CUDNN(cudnnCreateTensorDescriptor(&x));
        REQUIRE_CUDNN(cudnnCreateTensorDescriptor(&y));
        REQUIRE_CUDNN(cudnnCreateFilterDescriptor(&w));
        REQUIRE_CUDNN(cudnnCreateConvolutionDescriptor(&convolution));
        set_tensor(x, c.x);
        set_tensor(y, c.y());
        REQUIRE_CUDNN(
            cudnnSetFilter4dDescriptor(w, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW, c.w[0], c.w[1], c.w[2], c.w[3]));
        set_padding(c, c.pad, math);
    }
    ~Setup() {
        cudnnDestroyConvolutionDescriptor(convolution);
        cudnnDestroyFilterDescriptor(w);
        cudnnDestroyTensorDescriptor(y);
        cudnnDestroyTensorDescriptor(x);
        cudnnDestroy(handle);
    }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    static void set_tensor(cudnnTensorDescriptor_t t, const Shape& s) {
        REQUIRE_CUDNN(cudnnSetTensor4dDescriptor(t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, s[0], s[1], s[2], s[3]));
    }
    void set_padding(const Case& c, int pad, cudnnMathType_t math = CUDNN_FMA_MATH) const {
        REQUIRE_CUDNN(
            cudnnSetConvolution2dDescriptor(convolution, pad, pad, c.stride, c.stride, 1, 1, c.mode, CUDNN_DATA_FLOAT));
        REQUIRE_CUDNN(cudnnSetConvolutionMathType(convolution, math));
    }

    Stream stream;
    cudnnHandle_t handle = nullptr;
    cudnnTensorDescriptor_t x = nullptr, y = nullptr;
    cudnnFilterDescriptor_t w = nullptr;
    cudnnConvolutionDescriptor_t convolution = nullptr;
};

std::vector<float> random_values(int count) {
    static std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> v(static_cast<std::size_t>(count));
    std::generate(v.begin(), v.end(), [&] { return uniform(random); });
    return v;
}

/// Calls f(index in x, index in w, index in y) for each product of the definition.
void for_products(const Case& c, const std::function<void(std::size_t, std::size_t, std::size_t)>& f) {
    const Shape out = c.y();
    const auto at = [](const Shape& s, int a, int b, int i, int j) {
        return static_cast<std::size_t>(((a * s[1] + b) * s[2] + i) * s[3] + j);
    };
    for (int n = 0; n < out[0]; ++n)
        for (int k = 0; k < out[1]; ++k)
            for (int i = 0; i < out[2]; ++i)
                for (int j = 0; j < out[3]; ++j)
                    for (int ch = 0; ch < c.x[1]; ++ch)
                        for (int r = 0; r < c.w[2]; ++r)
                            for (int s = 0; s < c.w[3]; ++s) {
                                const int row = i * c.stride - c.pad + r, column = j * c.stride - c.pad + s;
                                if (row < 0 || column < 0 || row >= c.x[2] || column >= c.x[3]) continue;
                                const bool turn = c.mode == CUDNN_CONVOLUTION;
                                f(at(c.x, n, ch, row, column),
                                  at(c.w, k, ch, turn ? c.w[2] - 1 - r : r, turn ? c.w[3] - 1 - s : s),
                                  at(out, n, k, i, j));
                            }
}

double difference(const std::vector<float>& found, const std::vector<double>& expected) {
    double d = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) d = std::max(d, std::abs(double{found[i]} - expected[i]));
    return d;
}

const std::vector<Case> cases{
    {.x = {2, 3, 5, 7}, .w = {4, 3, 3, 3}, .pad = 1, .stride = 1},
    {.x = {1, 5, 33, 21}, .w = {6, 5, 3, 3}, .pad = 1, .stride = 1},
    {.x = {3, 2, 6, 8}, .w = {5, 2, 4, 4}, .pad = 1, .stride = 2},
    {.x = {2, 3, 4, 6}, .w = {1, 3, 1, 1}, .pad = 0, .stride = 1},
    {.x = {2, 3, 5, 4}, .w = {2, 3, 3, 3}, .pad = 1, .stride = 1, .mode = CUDNN_CONVOLUTION},
    {.x = {1, 2, 9, 9}, .w = {3, 2, 3, 3}, .pad = 0, .stride = 2},
};

constexpr float alpha = 0.5f, half = 0.5f, none = 0.f;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cudnn, Clean)

BOOST_AUTO_TEST_CASE(convolutions_are_their_definition) {
    for (const Case& c : cases) {
        const Setup s(c);
        const auto x = random_values(size_of(c.x)), w = random_values(size_of(c.w)), y = random_values(size_of(c.y()));
        std::vector<double> found_y(y.size()), found_x(x.size()), found_w(w.size());
        for_products(c, [&](auto i, auto k, auto o) {
            found_y[o] += double{alpha} * double{x[i]} * double{w[k]};
            found_x[i] += double{alpha} * double{y[o]} * double{w[k]};
            found_w[k] += double{alpha} * double{y[o]} * double{x[i]};
        });
        const Values dx(x, s.stream), dw(w, s.stream), dy(y, s.stream), scratch(1 << 14);
        const Values to_x(x.size()), to_w(w.size()), to_y(y.size());
        REQUIRE_CUDNN(cudnnConvolutionForward(s.handle, &alpha, s.x, dx.data(), s.w, dw.data(), s.convolution,
                                              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, scratch.data(),
                                              scratch.bytes(), &none, s.y, to_y.data()));
        REQUIRE_CUDNN(cudnnConvolutionBackwardData(s.handle, &alpha, s.w, dw.data(), s.y, dy.data(), s.convolution,
                                                   CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, scratch.data(), scratch.bytes(),
                                                   &none, s.x, to_x.data()));
        REQUIRE_CUDNN(cudnnConvolutionBackwardFilter(s.handle, &alpha, s.x, dx.data(), s.y, dy.data(), s.convolution,
                                                     CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, scratch.data(),
                                                     scratch.bytes(), &none, s.w, to_w.data()));
        BOOST_TEST(difference(to_y.read(s.stream), found_y) < 1e-5);
        BOOST_TEST(difference(to_x.read(s.stream), found_x) < 1e-5);
        BOOST_TEST(difference(to_w.read(s.stream), found_w) < 1e-5);

        // beta keeps part of what was there
        REQUIRE_CUDNN(cudnnConvolutionForward(s.handle, &alpha, s.x, dx.data(), s.w, dw.data(), s.convolution,
                                              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr, 0, &half, s.y,
                                              to_y.data()));
        std::vector<double> half_more = found_y;
        for (double& v : half_more) v *= 1.5;
        BOOST_TEST(difference(to_y.read(s.stream), half_more) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(factors_are_rounded_where_that_is_allowed) {
    const Case c = cases[1];
    std::vector<float> results[2];
    const auto x = random_values(size_of(c.x)), w = random_values(size_of(c.w));
    for (const bool exact : {false, true}) {
        const Setup s(c, exact ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH);
        const Values dx(x, s.stream), dw(w, s.stream), y(static_cast<std::size_t>(size_of(c.y())));
        REQUIRE_CUDNN(cudnnConvolutionForward(s.handle, &alpha, s.x, dx.data(), s.w, dw.data(), s.convolution,
                                              CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, nullptr, 0, &none, s.y,
                                              y.data()));
        results[exact] = y.read(s.stream);
    }
    const double d = difference(results[0], std::vector<double>(results[1].begin(), results[1].end()));
    BOOST_TEST(d > 1e-5);
    BOOST_TEST(d < 1e-2);
}

BOOST_AUTO_TEST_CASE(wrong_paddings_and_shapes_are_refused) {
    const Case c = cases[0];
    const Setup s(c);
    std::size_t bytes = 0;
    const auto ask = [&] {
        return cudnnGetConvolutionForwardWorkspaceSize(s.handle, s.x, s.w, s.convolution, s.y,
                                                       CUDNN_CONVOLUTION_FWD_ALGO_GEMM, &bytes);
    };
    REQUIRE_CUDNN(ask());
    for (const int pad : {0, 2}) {
        s.set_padding(c, pad);
        BOOST_TEST(ask() == CUDNN_STATUS_BAD_PARAM);
        expect_fault("the coarse side is (2, 4, 5, 7), expected (2, 4, " + std::to_string(3 + 2 * pad));
    }
    s.set_padding(c, 1);
    s.set_tensor(s.x, {2, 4, 5, 7});
    BOOST_TEST(ask() == CUDNN_STATUS_BAD_PARAM);
    expect_fault("the filters take 3 channels, the pictures have 4");
    s.set_tensor(s.x, {3, 3, 5, 7});
    BOOST_TEST(ask() == CUDNN_STATUS_BAD_PARAM);
    expect_fault("expected (3, 4, 5, 7)");
    BOOST_TEST(cudnnSetTensor4dDescriptor(s.x, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, 1, 0, 2, 2) ==
               CUDNN_STATUS_BAD_PARAM);
    expect_fault("is not positive");
    BOOST_TEST(cudnnSetTensor4dDescriptor(s.x, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, 1, 1, 2, 2) ==
               CUDNN_STATUS_NOT_SUPPORTED);
}

BOOST_AUTO_TEST_CASE(memory_is_checked) {
    const Case c = cases[0];
    const Setup s(c);
    const Values x(random_values(size_of(c.x)), s.stream), w(random_values(size_of(c.w)), s.stream);
    const Values y(static_cast<std::size_t>(size_of(c.y()))), scratch(1 << 14);
    std::size_t needed = 0;
    constexpr auto algorithm = CUDNN_CONVOLUTION_FWD_ALGO_GEMM;
    REQUIRE_CUDNN(cudnnGetConvolutionForwardWorkspaceSize(s.handle, s.x, s.w, s.convolution, s.y, algorithm, &needed));
    BOOST_TEST_REQUIRE(needed > 0u);
    const auto call = [&](const float* from, float* to, float* workspace, std::size_t bytes) {
        return cudnnConvolutionForward(s.handle, &alpha, s.x, from, s.w, w.data(), s.convolution, algorithm, workspace,
                                       bytes, &none, s.y, to);
    };
    REQUIRE_CUDNN(call(x.data(), y.data(), scratch.data(), needed));
    BOOST_TEST(call(x.data(), y.data(), scratch.data(), needed - 1) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("the workspace has " + std::to_string(needed - 1) + " bytes, expected " + std::to_string(needed));
    BOOST_TEST(call(x.data(), y.data(), nullptr, needed) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("workspace");
    BOOST_TEST(call(x.data() + 1, y.data(), scratch.data(), needed) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("cudnnConvolutionForward, x: 840 bytes");
    const std::vector<float> host(1000);
    BOOST_TEST(call(host.data(), y.data(), scratch.data(), needed) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("are not memory of a device");
    BOOST_TEST(call(scratch.data() + 8, y.data(), scratch.data(), needed) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("the workspace shares memory with what is read");
    BOOST_TEST(call(scratch.data(), scratch.data() + 8, y.data(), 0) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("the workspace has 0 bytes");
    s.stream.wait();
}

BOOST_AUTO_TEST_CASE(the_workspace_is_spoilt) {
    const Case c = cases[0];
    const Setup s(c);
    const Values x(random_values(size_of(c.x)), s.stream), w(random_values(size_of(c.w)), s.stream);
    const Values y(static_cast<std::size_t>(size_of(c.y()))), scratch(std::vector<float>(1 << 14, 1.f), s.stream);
    REQUIRE_CUDNN(cudnnConvolutionForward(s.handle, &alpha, s.x, x.data(), s.w, w.data(), s.convolution,
                                          CUDNN_CONVOLUTION_FWD_ALGO_GEMM, scratch.data(), scratch.bytes(), &none, s.y,
                                          y.data()));
    BOOST_TEST(std::isnan(scratch.read(s.stream)[0]));
}

BOOST_AUTO_TEST_CASE(algorithms_are_listed) {
    const Setup s(cases[0]);
    std::array<cudnnConvolutionBwdFilterAlgoPerf_t, 14> results{};
    int count = 0;
    const auto ask = [&](int requested) {
        REQUIRE_CUDNN(cudnnGetConvolutionBackwardFilterAlgorithm_v7(s.handle, s.x, s.y, s.convolution, s.w, requested,
                                                                    &count, results.data()));
    };
    ask(14);
    BOOST_TEST_REQUIRE(count == 6);
    BOOST_TEST(results[0].status == CUDNN_STATUS_NOT_SUPPORTED);
    BOOST_TEST(results[1].status == CUDNN_STATUS_SUCCESS);  // it is refused later
    BOOST_TEST(results[3].determinism == CUDNN_NON_DETERMINISTIC);
    BOOST_TEST(results[5].determinism == CUDNN_DETERMINISTIC);
    BOOST_TEST(results[5].mathType == CUDNN_FMA_MATH);
    std::size_t bytes = 0;
    const auto ask_size = [&](std::size_t of) {
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(s.handle, s.x, s.y, s.convolution, s.w, results[of].algo,
                                                              &bytes);
    };
    REQUIRE_CUDNN(ask_size(5));
    BOOST_TEST(bytes == results[5].memory);
    BOOST_TEST(ask_size(1) == CUDNN_STATUS_NOT_SUPPORTED);
    REQUIRE_CUDNN(ask_size(2));
    BOOST_TEST(ask_size(0) == CUDNN_STATUS_NOT_SUPPORTED);
    expect_fault("which was listed as not supported");
    ask(1);
    BOOST_TEST(count == 1);
    REQUIRE_CUDNN(cudnnSetConvolutionMathType(s.convolution, CUDNN_DEFAULT_MATH));
    ask(14);
    BOOST_TEST_REQUIRE(count == 11);
    BOOST_TEST(results[1].mathType == CUDNN_TENSOR_OP_MATH);
}

BOOST_AUTO_TEST_CASE(descriptors_must_live) {
    cudnnTensorDescriptor_t t = nullptr;
    REQUIRE_CUDNN(cudnnCreateTensorDescriptor(&t));
    BOOST_TEST(left_over().size() == 1u);
    REQUIRE_CUDNN(cudnnDestroyTensorDescriptor(t));
    BOOST_TEST(cudnnDestroyTensorDescriptor(t) == CUDNN_STATUS_BAD_PARAM);
    expect_fault("there is no such cudnnTensorDescriptor_t");
}

BOOST_AUTO_TEST_SUITE_END()
