// SPDX-License-Identifier: Apache-2.0
// cuBLAS.
#include "include/cublas_v2.h"

#include "machine.hpp"
#include "objects.hpp"
#include "products.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

using namespace cuda_host;

struct cublasContext {
    cudaStream_t stream = nullptr;
    int device = 0;
    cublasMath_t math = CUBLAS_DEFAULT_MATH;
    void* workspace = nullptr;  // the caller's
    std::size_t workspace_bytes = 0;
};

namespace cuda_host {

namespace {

Objects<cublasContext>& products() {
    static Objects<cublasContext> objects("cublasHandle_t");
    return objects;
}

}  // namespace

void list_cublas_objects(std::vector<std::string>& lines) { products().list(lines); }

}  // namespace cuda_host

namespace {

struct Matrix {
    const float* data;
    int rows, columns, leading;  // as stored, by columns

    [[nodiscard]] std::size_t bytes() const {
        if (rows == 0 || columns == 0) return 0;
        const std::size_t values =
            static_cast<std::size_t>(leading) * static_cast<std::size_t>(columns - 1) + static_cast<std::size_t>(rows);
        return values * sizeof(float);
    }
};

cublasStatus_t refused(const std::string& why) {
    report("cublasSgemm: " + why);
    return CUBLAS_STATUS_INVALID_VALUE;
}

}  // namespace

extern "C" {

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
    const Lock lock(mutex());
    if (device_count() == 0) return CUBLAS_STATUS_NOT_INITIALIZED;
    *handle = products().create();
    (*handle)->device = current_device();
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
    const Lock lock(mutex());
    return products().destroy(handle, "cublasDestroy") ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_INITIALIZED;
}

cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
    const Lock lock(mutex());
    if (!products().lives(handle, "cublasSetStream")) return CUBLAS_STATUS_NOT_INITIALIZED;
    handle->stream = stream;
    handle->workspace = nullptr;  // as cuBLAS: its own again
    handle->workspace_bytes = 0;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t handle, void* workspace, std::size_t bytes) {
    const Lock lock(mutex());
    if (!products().lives(handle, "cublasSetWorkspace")) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (reinterpret_cast<std::uintptr_t>(workspace) % 256 != 0) return CUBLAS_STATUS_INVALID_VALUE;
    handle->workspace = workspace;
    handle->workspace_bytes = bytes;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
    const Lock lock(mutex());
    if (!products().lives(handle, "cublasSetMathMode")) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (mode < CUBLAS_DEFAULT_MATH || mode > CUBLAS_TF32_TENSOR_OP_MATH) return CUBLAS_STATUS_INVALID_VALUE;
    handle->math = mode;
    return CUBLAS_STATUS_SUCCESS;
}

const char* cublasGetStatusName(cublasStatus_t status) {
    switch (status) {
        case CUBLAS_STATUS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case CUBLAS_STATUS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case CUBLAS_STATUS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
        case CUBLAS_STATUS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case CUBLAS_STATUS_ARCH_MISMATCH: return "CUBLAS_STATUS_ARCH_MISMATCH";
        case CUBLAS_STATUS_MAPPING_ERROR: return "CUBLAS_STATUS_MAPPING_ERROR";
        case CUBLAS_STATUS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case CUBLAS_STATUS_INTERNAL_ERROR: return "CUBLAS_STATUS_INTERNAL_ERROR";
        case CUBLAS_STATUS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
        case CUBLAS_STATUS_LICENSE_ERROR: return "CUBLAS_STATUS_LICENSE_ERROR";
    }
    return "CUBLAS_STATUS_UNKNOWN";
}

const char* cublasGetStatusString(cublasStatus_t status) {
    return status == CUBLAS_STATUS_SUCCESS         ? "success"
           : status == CUBLAS_STATUS_INVALID_VALUE ? "an unsupported value or parameter was passed to the function"
                                                   : "the library failed";
}

/// c = alpha op(a) op(b) + beta c, matrices stored by columns: op(a) is (m, k), op(b) (k, n).
cublasStatus_t cublasSgemm_v2(cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n,
                              int k, const float* alpha, const float* a, int lda, const float* b, int ldb,
                              const float* beta, float* c, int ldc) {
    const Lock lock(mutex());
    if (!products().lives(handle, "cublasSgemm")) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (m < 0 || n < 0 || k < 0) return refused("a size is negative");
    if (alpha == nullptr || beta == nullptr) return refused("alpha or beta is a null pointer");
    const bool turn_a = transa != CUBLAS_OP_N, turn_b = transb != CUBLAS_OP_N;
    const Matrix in_a{a, turn_a ? k : m, turn_a ? m : k, lda}, in_b{b, turn_b ? n : k, turn_b ? k : n, ldb};
    const Matrix out{c, m, n, ldc};
    for (const Matrix* x : {&in_a, &in_b, &out})
        if (x->leading < std::max(1, x->rows))
            return refused("a leading dimension is " + std::to_string(x->leading) + ", expected at least " +
                           std::to_string(x->rows));
    if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
    if (device_of(handle->stream) != handle->device) return refused("the stream is of another device");
    if (handle->workspace == nullptr && captures(handle->stream))
        return refused(
            "a stream captures, and the handle has no workspace of the caller's: the graph would allocate one");
    ++tally().products;
    const bool rounded = handle->math == CUBLAS_TF32_TENSOR_OP_MATH || handle->math == CUBLAS_TENSOR_OP_MATH;
    if (rounded) ++tally().reduced_precision;
    const auto good = [=, stream = handle->stream, workspace = handle->workspace, bytes = handle->workspace_bytes] {
        return (bytes == 0 || reachable("cublasSgemm, workspace", workspace, bytes, stream)) &&
               reachable("cublasSgemm, first factor", in_a.data, in_a.bytes(), stream) &&
               reachable("cublasSgemm, second factor", in_b.data, in_b.bytes(), stream) &&
               reachable("cublasSgemm, product", out.data, out.bytes(), stream);
    };
    if (!good()) return CUBLAS_STATUS_INVALID_VALUE;
    const auto work = [=, factor = *alpha, keep = *beta, workspace = handle->workspace,
                       bytes = std::min<std::size_t>(handle->workspace_bytes, 4096)] {
        if (!good()) return;
        if (bytes > 0) fill_with_nan(workspace, bytes);
        const auto size = [](int i) { return static_cast<std::size_t>(i); };
        const auto rounding = [=](float v) { return rounded ? to_tf32(v) : v; };
        // by rows, the product's transpose is op(b)^T op(a)^T: (n, k) times (k, m)
        std::vector<float> left(size(n) * size(k)), right(size(k) * size(m));
        for (std::size_t i = 0; i < size(n); ++i)
            for (std::size_t j = 0; j < size(k); ++j)
                left[i * size(k) + j] = rounding(turn_b ? b[j * size(ldb) + i] : b[i * size(ldb) + j]);
        for (std::size_t j = 0; j < size(k); ++j)
            for (std::size_t i = 0; i < size(m); ++i)
                right[j * size(m) + i] = rounding(turn_a ? a[i * size(lda) + j] : a[j * size(lda) + i]);
        std::vector<double> sums(size(n) * size(m));
        multiply_add(size(n), size(m), size(k), left.data(), size(k), 1, right.data(), sums.data());
        for (std::size_t i = 0; i < size(n); ++i)
            for (std::size_t j = 0; j < size(m); ++j) {
                float& to = c[i * size(ldc) + j];
                const double product = double{factor} * sums[i * size(m) + j];
                to = static_cast<float>(keep == 0 ? product : product + double{keep} * double{to});
            }
    };
    return enqueue(handle->stream, "cublasSgemm", work) == cudaSuccess ? CUBLAS_STATUS_SUCCESS
                                                                       : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // extern "C"
