// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/error.hpp>

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cudnn.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>

/// Thin, typed wrappers of CUDA's libraries. Nothing outside device/ names them.
namespace stylegan::gpu {

namespace detail {

/// Clears the error of a failure that was handled, so that the next launch does not report it.
inline void forget_last_error() { (void)cudaGetLastError(); }

/// cuDNN's message for the last failure in this thread, in one line; empty if it has none.
inline std::string words_of_cudnn() {
    std::array<char, 512> words{};
    cudnnGetLastErrorString(words.data(), words.size());
    std::string line(words.data());
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
    return line.empty() ? line : " (" + line + ')';
}

}  // namespace detail

/// @throws DeviceError with the name of the call and the library's message, unless it succeeded
inline void check(cudaError_t status, const char* call) {
    if (status == cudaSuccess) return;
    detail::forget_last_error();
    throw DeviceError(text(call, ": ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ')'));
}
inline void check(cudnnStatus_t status, const char* call) {
    if (status == CUDNN_STATUS_SUCCESS) return;
    detail::forget_last_error();
    throw DeviceError(text(call, ": ", cudnnGetErrorString(status), detail::words_of_cudnn()));
}
inline void check(cublasStatus_t status, const char* call) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    detail::forget_last_error();
    throw DeviceError(text(call, ": ", cublasGetStatusString(status), " (", cublasGetStatusName(status), ')'));
}

/// Whether cuDNN refused an algorithm (types, shapes, alignment, compilation, its own memory), so that another one may
/// work. Clears the error.
[[nodiscard]] inline bool refused(cudnnStatus_t status) {
    const int category = CUDNN_STATUS_CATEGORY(static_cast<int>(status));
    const bool refusal = category == CUDNN_STATUS_NOT_SUPPORTED || category == CUDNN_STATUS_INTERNAL_ERROR ||
                         status == CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
    if (refusal) detail::forget_last_error();
    return refusal;
}

/// Allocates device memory. @throws DeviceError that also names the bytes requested and free
[[nodiscard]] inline void* allocate(std::size_t bytes) {
    void* p = nullptr;
    const cudaError_t status = cudaMalloc(&p, bytes);
    if (status == cudaErrorMemoryAllocation) {
        detail::forget_last_error();
        std::size_t free = 0, total = 0;
        (void)cudaMemGetInfo(&free, &total);
        throw DeviceError(text("cudaMalloc: ", cudaGetErrorString(status), ": ", bytes >> 20, " MiB wanted, ",
                               free >> 20, " MiB of ", total >> 20, " MiB free"));
    }
    check(status, "cudaMalloc");
    return p;
}

}  // namespace stylegan::gpu
#endif
