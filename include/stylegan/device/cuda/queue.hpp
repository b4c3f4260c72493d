// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/workspace.hpp>

namespace stylegan::gpu {

/// Where the libraries' work is put, and its scratch memory.
struct Queue {
    cudaStream_t stream;
    cudnnHandle_t cudnn;
    Workspace& workspace;
};

}  // namespace stylegan::gpu
#endif
