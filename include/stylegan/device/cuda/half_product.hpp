// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/launch.hpp>
#include <stylegan/device/cuda/queue.hpp>
#include <stylegan/device/cuda/segmented_reduction.hpp>
#include <stylegan/device/precision.hpp>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cmath>
#include <type_traits>

namespace stylegan::gpu {

/// One of the two factors of a product, in single precision.
struct Factor {
    const float* values;
    Index count;
    bool scaled = true;  ///< of any magnitude; false: of a magnitude that every format can represent
};

/// Conversion to 16 bits, round to nearest, ties to even.
template <class Half>
STYLEGAN_DEVICE Half rounded(float v) {
    if constexpr (std::is_same_v<Half, __half>)
        return __float2half_rn(v);
    else
        return __float2bfloat16_rn(v);
}
STYLEGAN_DEVICE inline float value_of(__half v) { return __half2float(v); }
STYLEGAN_DEVICE inline float value_of(__nv_bfloat16 v) { return __bfloat162float(v); }

/// The power of two that scales this magnitude to [1, 2), as far as floats can; 1 if it is zero, infinite or NaN.
STYLEGAN_HOST_DEVICE inline float scale_below_two(float magnitude) {
    constexpr float most = 0x1p126f;  // its scale is still a normal number
    if (!(magnitude > 0 && magnitude <= most)) return 1;
    const int exponent = std::ilogb(magnitude);
    return std::ldexp(1.0f, exponent < -126 ? 126 : -exponent);
}

struct Magnitude {
    const float* values;
    STYLEGAN_DEVICE float operator()(Index, Index i) const { return std::abs(values[i]); }
};

struct Larger {
    STYLEGAN_HOST_DEVICE float operator()(float a, float b) const { return a < b ? b : a; }
};

/// A factor in 16 bits, and the magnitude that its scale is derived from; nullptr: not scaled.
template <class Half>
struct HalfFactor {
    const float* from;
    Index count;
    const float* magnitude;
    Half* to;

    [[nodiscard]] STYLEGAN_DEVICE float scale() const { return magnitude ? scale_below_two(*magnitude) : 1; }
};

template <class Half>
struct RoundFactor {
    HalfFactor<Half> a;
    STYLEGAN_DEVICE Half operator()(Index, Index i) const { return rounded<Half>(a.from[i] * a.scale()); }
};

template <class Half>
struct WidenProduct {
    HalfFactor<Half> a, b;
    const Half* from;
    float factor;
    STYLEGAN_DEVICE float operator()(Index, Index i) const {
        return value_of(from[i]) * factor * (1 / a.scale()) * (1 / b.scale());  // powers of two
    }
};

/// result = factor * product(a, b), where the factors and the result have 16 bits, and the sums 32.
///
/// Nothing overflows or underflows in fp16. Feature maps may be of any magnitude, and gradients and tangents even more
/// so: each factor is multiplied by the power of two that scales its largest value to [1, 2), and the result is divided
/// by it. This is loss scaling with one measured scale for each tensor; a single scale of the loss is a guess, and
/// wrong for the second pass of R1. Sums of `terms` products are divided by a power of two near sqrt(terms) before they
/// are stored.
///
/// @param count    values of the result
/// @param terms    the most products in a value of the result
/// @param product  (const float* alpha, const Half* a, const Half* b, Half* result): result = *alpha * product; returns
///                 whether that was possible
/// @return         the same; if false, the result is unchanged
template <class Half, class Product>
bool half_product(const Queue& q, Factor a, Factor b, float factor, Index terms, Index count, float* result,
                  const Product& product) {
    const Workspace::Frame frame(q.workspace);
    const auto prepared = [&](const Factor& f) -> HalfFactor<Half> {
        float* magnitude = nullptr;
        if (std::is_same_v<Half, __half> && f.scaled) {  // bfloat16 has the exponent range of single precision
            magnitude = q.workspace.take<float>(1);
            segmented_reduction(q.stream, q.workspace, 1, f.count, Magnitude{f.values}, Larger{}, magnitude);
        }
        return {f.values, f.count, magnitude, q.workspace.take<Half>(f.count)};
    };
    const HalfFactor<Half> half_a = prepared(a), half_b = prepared(b);
    for (const HalfFactor<Half>& f : {half_a, half_b}) compute(q.stream, 1, f.count, f.to, RoundFactor<Half>{f});
    Half* const product_of_halves = q.workspace.take<Half>(count);
    const float alpha = std::ldexp(1.0f, -std::ilogb(std::sqrt(static_cast<float>(terms))));
    if (!product(&alpha, half_a.to, half_b.to, product_of_halves)) return false;
    compute(q.stream, 1, count, result, WidenProduct<Half>{half_a, half_b, product_of_halves, factor / alpha});
    return true;
}

/// The same in any precision. In fp32, and in tf32, which the libraries handle themselves, the product is called
/// directly.
/// @param product  as above, with pointers to void
template <class Product>
bool product_in(Precision precision, const Queue& q, Factor a, Factor b, float factor, Index terms, Index count,
                float* result, const Product& product) {
    switch (precision) {
        case Precision::fp16: return half_product<__half>(q, a, b, factor, terms, count, result, product);
        case Precision::bf16: return half_product<__nv_bfloat16>(q, a, b, factor, terms, count, result, product);
        default: return product(&factor, a.values, b.values, result);
    }
}

}  // namespace stylegan::gpu
#endif
