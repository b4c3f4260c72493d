// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks a function that runs on the CPU and in CUDA kernels.
#if defined(__CUDACC__)
#define STYLEGAN_HOST_DEVICE __host__ __device__
#else
#define STYLEGAN_HOST_DEVICE
#endif
