// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Includes Eigen without false warnings of g++ 12, which takes the undefined operand of an AVX-512 instruction for an
/// uninitialized variable, even in system headers. The library includes Eigen through this header only. If a program
/// includes Eigen first, an option of the CMake target stylegan::stylegan silences the warnings instead.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#endif

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

// nvcc warns about Eigen's device functions. The library uses Eigen on the CPU only; a program that needs it in kernels
// includes Eigen first.
#if defined(__CUDACC__) && !defined(EIGEN_NO_CUDA)
#define EIGEN_NO_CUDA
#endif

#include <Eigen/Core>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
