// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cuda/status.hpp>

#include <algorithm>
#include <cstdint>

/// Marks a lambda whose body runs in kernels. (In tests without CUDA it is a plain lambda.)
#if defined(__CUDACC__)
#define STYLEGAN_DEVICE __device__
#else
#define STYLEGAN_DEVICE
#endif

namespace stylegan::gpu {

/// n / d for 0 <= n, in 32 bits where the numbers fit: a 64-bit division is a loop on GPUs.
STYLEGAN_HOST_DEVICE constexpr Index quotient(Index n, Index d) {
    if (((n | d) >> 32) == 0) return static_cast<Index>(static_cast<std::uint32_t>(n) / static_cast<std::uint32_t>(d));
    return n / d;
}

/// The grid of a kernel for `count` items.
struct LaunchShape {
    unsigned blocks = 1, threads = 1;

    static constexpr unsigned most_threads = 256, most_blocks = 1u << 16;

    /// One thread an item; if that were too many blocks, threads continue with the next round of items.
    [[nodiscard]] static constexpr LaunchShape of(Index count) {
        const Index blocks = (count + most_threads - 1) / most_threads;
        return {static_cast<unsigned>(std::clamp<Index>(blocks, 1, most_blocks)), most_threads};
    }
};

/// The work of one thread of a kernel: f(item) for each of its items.
template <class F>
struct GridStride {
    Index count;
    F f;

    STYLEGAN_DEVICE void operator()() const {
        const Index size = static_cast<Index>(blockDim.x), step = size * static_cast<Index>(gridDim.x);
        for (Index i = size * static_cast<Index>(blockIdx.x) + static_cast<Index>(threadIdx.x); i < count; i += step)
            f(i);
    }
};

#if defined(__CUDACC__)
template <class F>
__global__ void kernel(F f) {
    f();
}
#endif

/// Calls f(item) on the device for items [0, count), in any order; returns before it is done.
/// @param f  copied to the device: captures numbers and pointers to device memory
template <class F>
void launch(cudaStream_t stream, Index count, const F& f) {
    if (count <= 0) return;
    const LaunchShape shape = LaunchShape::of(count);
    const GridStride<F> body{count, f};
#if defined(__CUDACC__)
    kernel<<<dim3(shape.blocks), dim3(shape.threads), 0, stream>>>(body);
#elif defined(STYLEGAN_CUDA_STAND_IN)
    cuda_host_launch(dim3(shape.blocks), dim3(shape.threads), stream, body);
#else
#error "stylegan: a file that uses the CUDA device (STYLEGAN_CUDA) is to be compiled by nvcc"
#endif
    check(cudaGetLastError(), "a kernel's launch");
}

/// The work of one thread of compute(). Its four values lie a quarter of the row apart, so that accesses of
/// neighbouring threads coalesce.
template <class T, class F>
struct ComputeFour {
    T* to;
    F f;
    Index length, quarter;

    STYLEGAN_DEVICE void operator()(Index item) const {
        const Index row = quotient(item, quarter);
        Index at = item - row * quarter;
        T* const here = to + row * length;
        if (at + 3 * quarter < length) {
            const T a = f(row, at), b = f(row, at + quarter), c = f(row, at + 2 * quarter),
                    d = f(row, at + 3 * quarter);
            here[at] = a;
            here[at + quarter] = b;
            here[at + 2 * quarter] = c;
            here[at + 3 * quarter] = d;
        } else
            for (; at < length; at += quarter) here[at] = f(row, at);
    }
};

/// to[row * length + at] = f(row, at) on the device, for `rows` rows of `length` values. A thread computes four values
/// before it stores the first; one at a time does not saturate the memory bandwidth.
/// @param f  as in launch(), but returns the value; of `to` it may read to[row * length + at] only
template <class T, class F>
void compute(cudaStream_t stream, Index rows, Index length, T* to, const F& f) {
    const Index quarter = (length + 3) / 4;
    launch(stream, rows * quarter, ComputeFour<T, F>{to, f, length, quarter});
}

/// to[i] = value
template <class T>
struct Fill {
    T* to;
    T value;
    STYLEGAN_DEVICE void operator()(Index i) const { to[i] = value; }
};

}  // namespace stylegan::gpu
#endif
