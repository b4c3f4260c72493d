// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/workspace.hpp>

namespace stylegan::gpu {

/// The stream that the libraries work in, and their scratch memory.
struct Queue {
    cudaStream_t stream;
    cudnnHandle_t cudnn;
    Workspace& workspace;
};

}  // namespace stylegan::gpu
#endif
