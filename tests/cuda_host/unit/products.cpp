// SPDX-License-Identifier: Apache-2.0
// cuBLAS's product of the stand-in against their definitions.
#include "../clean.hpp"
#include "stand_in.hpp"

#include <cublas_v2.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace cuda_host;

namespace {

std::vector<float> random_values(std::size_t count) {
    static std::mt19937 random(5);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<float> v(count);
    for (float& x : v) x = uniform(random);
    return v;
}

struct Handle {
    Handle() {
        BOOST_TEST_REQUIRE(cublasCreate(&handle) == CUBLAS_STATUS_SUCCESS);
        BOOST_TEST_REQUIRE(cublasSetStream(handle, stream) == CUBLAS_STATUS_SUCCESS);
    }
    ~Handle() { cublasDestroy(handle); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    Stream stream;
    cublasHandle_t handle = nullptr;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(products, Clean)

BOOST_AUTO_TEST_CASE(products_are_their_definition) {
    const Handle h;
    constexpr int m = 5, n = 7, k = 3;
    for (const auto ta : {CUBLAS_OP_N, CUBLAS_OP_T})
        for (const auto tb : {CUBLAS_OP_N, CUBLAS_OP_T})
            for (const float beta : {0.f, 1.f, 0.25f}) {
                const int lda = (ta == CUBLAS_OP_N ? m : k) + 1, ldb = (tb == CUBLAS_OP_N ? k : n) + 2, ldc = m + 3;
                const auto a = random_values(static_cast<std::size_t>(lda * (ta == CUBLAS_OP_N ? k : m)));
                const auto b = random_values(static_cast<std::size_t>(ldb * (tb == CUBLAS_OP_N ? n : k)));
                const auto c = random_values(static_cast<std::size_t>(ldc * n));
                const Values da(a, h.stream), db(b, h.stream), dc(c, h.stream);
                const float alpha = 0.7f;
                BOOST_TEST(cublasSgemm(h.handle, ta, tb, m, n, k, &alpha, da.data(), lda, db.data(), ldb, &beta,
                                       dc.data(), ldc) == CUBLAS_STATUS_SUCCESS);
                const auto found = dc.read(h.stream);
                const auto at = [](int i) { return static_cast<std::size_t>(i); };
                for (int i = 0; i < ldc; ++i)
                    for (int j = 0; j < n; ++j) {
                        double expected = double{beta} * double{c[at(j * ldc + i)]};
                        for (int l = 0; l < k && i < m; ++l)
                            expected += double{alpha} * double{a[at(ta == CUBLAS_OP_N ? l * lda + i : i * lda + l)]} *
                                        double{b[at(tb == CUBLAS_OP_N ? j * ldb + l : l * ldb + j)]};
                        if (i >= m) expected = double{c[at(j * ldc + i)]};
                        BOOST_TEST(std::abs(double{found[at(j * ldc + i)]} - expected) < 1e-6);
                    }
            }
}

BOOST_AUTO_TEST_CASE(wrong_products_are_refused) {
    const Handle h;
    const Values a(6), b(6), c(4);
    const float one = 1, none = 0;
    const auto call = [&](int k, int lda, int ldb, int ldc) {
        return cublasSgemm(h.handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, k, &one, a.data(), lda, b.data(), ldb, &none,
                           c.data(), ldc);
    };
    BOOST_TEST(call(3, 2, 3, 2) == CUBLAS_STATUS_SUCCESS);
    BOOST_TEST(call(3, 1, 3, 2) == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("a leading dimension is 1, expected at least 2");
    BOOST_TEST(call(4, 2, 4, 2) == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("first factor: 32 bytes");
    BOOST_TEST(call(3, 2, 3, 3) == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("product: 20 bytes");
    BOOST_TEST(call(-1, 2, 3, 2) == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("a size is negative");
    h.stream.wait();
}

BOOST_AUTO_TEST_CASE(a_graph_of_products_takes_a_workspace) {
    const Handle h;
    const Values a({2}, h.stream), b({3}, h.stream), c(1), workspace(1024);
    const float one = 1, none = 0;
    const auto call = [&] {
        return cublasSgemm(h.handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, a.data(), 1, b.data(), 1, &none, c.data(),
                           1);
    };
    const auto captured = [&] {
        REQUIRE_CUDA(cudaStreamBeginCapture(h.stream, cudaStreamCaptureModeThreadLocal));
        const auto status = call();
        cudaGraph_t graph = nullptr;
        REQUIRE_CUDA(cudaStreamEndCapture(h.stream, &graph));
        REQUIRE_CUDA(cudaGraphDestroy(graph));
        return status;
    };
    BOOST_TEST(captured() == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("no workspace of the caller's");
    BOOST_TEST(cublasSetWorkspace(h.handle, workspace.data() + 1, 512) == CUBLAS_STATUS_INVALID_VALUE);
    BOOST_TEST(cublasSetWorkspace(h.handle, workspace.data(), workspace.bytes()) == CUBLAS_STATUS_SUCCESS);
    BOOST_TEST(captured() == CUBLAS_STATUS_SUCCESS);
    BOOST_TEST(call() == CUBLAS_STATUS_SUCCESS);
    BOOST_TEST(c.read(h.stream)[0] == 6.f);
    BOOST_TEST(std::isnan(workspace.read(h.stream)[0]));
    BOOST_TEST(cublasSetStream(h.handle, h.stream) == CUBLAS_STATUS_SUCCESS);  // forgets it
    BOOST_TEST(captured() == CUBLAS_STATUS_INVALID_VALUE);
    expect_fault("no workspace of the caller's");
}

BOOST_AUTO_TEST_CASE(factors_are_rounded_where_that_is_allowed) {
    const Handle h;
    const Values a({1 + 1.f / 4096}, h.stream), b({1}, h.stream), c(1);
    const float one = 1, none = 0;
    for (const auto& [mode, expected] :
         {std::pair{CUBLAS_DEFAULT_MATH, 1 + 1.f / 4096}, std::pair{CUBLAS_TF32_TENSOR_OP_MATH, 1.f}}) {
        BOOST_TEST(cublasSetMathMode(h.handle, mode) == CUBLAS_STATUS_SUCCESS);
        cublasSgemm(h.handle, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, a.data(), 1, b.data(), 1, &none, c.data(), 1);
        BOOST_TEST(c.read(h.stream)[0] == expected);
    }
}

BOOST_AUTO_TEST_SUITE_END()
