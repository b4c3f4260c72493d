// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/error.hpp>

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cudnn.h>

/// What the CUDA device is made of: thin, typed wrappings of the libraries' calls. Nothing else in this library names them.
namespace stylegan::gpu {

/// @throws DeviceError with the name of the call and the library's own words, unless all went well
inline void check(cudaError_t status, const char* call) {
    if (status != cudaSuccess)
        throw DeviceError(text(call, ": ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ')'));
}
inline void check(cudnnStatus_t status, const char* call) {
    if (status != CUDNN_STATUS_SUCCESS) throw DeviceError(text(call, ": ", cudnnGetErrorString(status)));
}
inline void check(cublasStatus_t status, const char* call) {
    if (status != CUBLAS_STATUS_SUCCESS) throw DeviceError(text(call, ": ", cublasGetStatusString(status)));
}

/// Device memory. @throws DeviceError that also tells how much was wanted and how much is free
[[nodiscard]] inline void* allocate(std::size_t bytes) {
    void* p = nullptr;
    const cudaError_t status = cudaMalloc(&p, bytes);
    if (status == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();  // it is told of here
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
