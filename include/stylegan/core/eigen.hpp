// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Eigen, without the warnings that g++ 12 prints about Eigen's and its own vector code: it takes the undefined operand
/// of an AVX-512 instruction for an uninitialized variable, in system headers too. The library includes Eigen through
/// this header alone. Where a program includes Eigen before the library, the option that the CMake target
/// stylegan::stylegan carries does the same.
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

// nvcc warns about what Eigen marks for the device. The library uses Eigen on the CPU alone; a program that wants it in
// its kernels includes Eigen first.
#if defined(__CUDACC__) && !defined(EIGEN_NO_CUDA)
#define EIGEN_NO_CUDA
#endif

#include <Eigen/Core>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
