// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/host_device.hpp>
#include <stylegan/core/view.hpp>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <type_traits>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/// Vectors of values as the compiler's vector extension: + - * / and `condition ? a : b` work on them as on scalars, so
/// one template serves both. The functions below add what the extension lacks.
namespace stylegan::ops {

/// Bytes of a vector register of the target.
#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

/// Whether callables shared by both devices may be called with vectors. In its pass for the GPU, nvcc parses the loops
/// of the CPU, too, without generating code for them, and rejects vectors there.
#if defined(__CUDA_ARCH__)
inline constexpr bool shared_vectors = false;
#else
inline constexpr bool shared_vectors = true;
#endif

/// Values of S in one vector register.
template <class S>
inline constexpr int vector_width = vector_bytes / static_cast<int>(sizeof(S));

/// A vector of `Width` values of S.
template <class S, int Width>
struct LanesOf {
    typedef S type  // NOLINT: `using` takes no such attribute
        __attribute__((vector_size(static_cast<std::size_t>(Width) * sizeof(S))));
};

template <class S, int Width = vector_width<S>>
using Lanes = typename LanesOf<S, Width>::type;

/// The V (a scalar or a vector) at p, which may be unaligned.
template <class V, class S>
[[nodiscard]] inline V load(const S* p) {
    V v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

template <class S, class V>
inline void store(S* p, const V& v) {
    std::memcpy(p, &v, sizeof v);
}

/// Stores past the caches, for values that are not read again soon; p is aligned to the size of the vector. Other
/// threads see the value after stream_fence() of this one.
template <class S, class V>
inline void stream(S* p, const V& v) {
    if constexpr (sizeof v == vector_bytes && std::is_same_v<S, float>) {
#if defined(__AVX512F__)
        _mm512_stream_ps(p, (__m512)v);
#elif defined(__AVX__)
        _mm256_stream_ps(p, (__m256)v);
#elif defined(__SSE2__)
        _mm_stream_ps(p, (__m128)v);
#else
        store(p, v);
#endif
    } else {
        store(p, v);
    }
}

inline void stream_fence() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

/// The square root of a value, or of each value of a vector.
template <class V>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline V root(V v) {
    if constexpr (std::is_floating_point_v<V>) {
        return std::sqrt(v);
    } else {
        [[maybe_unused]] constexpr bool single = sizeof v[0] == sizeof(float);
#if defined(__CUDA_ARCH__)  // see shared_vectors
#elif defined(__AVX512F__)
        if constexpr (sizeof v == 64 && single) return (V)_mm512_maskz_sqrt_ps(0xFFFF, (__m512)v);
        if constexpr (sizeof v == 64 && !single) return (V)_mm512_maskz_sqrt_pd(0xFF, (__m512d)v);
#elif defined(__AVX__)
        if constexpr (sizeof v == 32 && single) return (V)_mm256_sqrt_ps((__m256)v);
        if constexpr (sizeof v == 32 && !single) return (V)_mm256_sqrt_pd((__m256d)v);
#elif defined(__SSE2__)
        if constexpr (sizeof v == 16 && single) return (V)_mm_sqrt_ps((__m128)v);
        if constexpr (sizeof v == 16 && !single) return (V)_mm_sqrt_pd((__m128d)v);
#endif
        for (std::size_t i = 0; i < sizeof v / sizeof v[0]; ++i) v[i] = std::sqrt(v[i]);
        return v;
    }
}

/// `yes` where the condition holds, `no` elsewhere; for numbers, vectors and Eigen's arrays.
template <class V, class C>
[[nodiscard]] STYLEGAN_HOST_DEVICE inline V choose(const C& condition, const V& yes, const V& no) {
    if constexpr (requires { condition.select(yes, no); })
        return condition.select(yes, no);
    else
        return condition ? yes : no;
}

/// a * b + c with one rounding where the target has such an instruction. Compilers fuse products and sums on their own,
/// but not always: g++ does not in some loops for Zen 2 and 3, so one template, instantiated twice, would round in two
/// ways.
template <class V, class S>
[[nodiscard]] inline V multiply_add(S a, V b, V c) {
#if defined(__AVX512F__)
    if constexpr (sizeof b == 64 && sizeof a == 4) return (V)_mm512_fmadd_ps(_mm512_set1_ps(a), (__m512)b, (__m512)c);
    if constexpr (sizeof b == 64 && sizeof a == 8) return (V)_mm512_fmadd_pd(_mm512_set1_pd(a), (__m512d)b, (__m512d)c);
#elif defined(__FMA__)
    if constexpr (sizeof b == 32 && sizeof a == 4) return (V)_mm256_fmadd_ps(_mm256_set1_ps(a), (__m256)b, (__m256)c);
    if constexpr (sizeof b == 32 && sizeof a == 8) return (V)_mm256_fmadd_pd(_mm256_set1_pd(a), (__m256d)b, (__m256d)c);
#endif
    return c + a * b;
}

/// The sum of the values of a vector, halves first.
template <class S, int Width>
[[nodiscard]] inline S sum_of_lanes(const Lanes<S, Width>& v) {
    if constexpr (Width == 1) {
        return v[0];
    } else if constexpr (Width == 2) {
        return v[0] + v[1];
    } else {
        using Half = Lanes<S, Width / 2>;
        Half low, high;
        std::memcpy(&low, &v, sizeof low);
        std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
        const Half both = low + high;
        return sum_of_lanes<S, Width / 2>(both);
    }
}

}  // namespace stylegan::ops
