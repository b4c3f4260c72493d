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
    bool scaled = true;  ///< may be of any magnitude; false: of a magnitude that every format holds
};

/// Numbers of 16 bits, to the nearest one, ties to even.
template <class Half>
STYLEGAN_DEVICE Half rounded(float v) {
    if constexpr (std::is_same_v<Half, __half>)
        return __float2half_rn(v);
    else
        return __float2bfloat16_rn(v);
}
STYLEGAN_DEVICE inline float value_of(__half v) { return __half2float(v); }
STYLEGAN_DEVICE inline float value_of(__nv_bfloat16 v) { return __bfloat162float(v); }

/// The power of two that brings numbers of at most this magnitude below 2; 1 where that is zero, infinite or not a number.
STYLEGAN_HOST_DEVICE inline float scale_below_two(float magnitude) {
    constexpr float most = 0x1p126f;  // of which the scale still has all its bits
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

/// A factor on its way to 16 bits, and the magnitude that its scale is made of; nullptr: it has none.
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

/// result = factor * product(a, b), where the product's factors and its result have 16 bits, and its sums 32.
///
/// In fp16 nothing overflows or is lost below: maps, and gradients and tangents more than them, may be of any magnitude, so
/// each is multiplied by the power of two that brings its largest value to [1, 2), and the result divided by it. That is
/// loss scaling with a scale for each tensor, measured, where one for the whole loss is a guess, and the wrong one for R1's
/// second pass. The sums of `terms` products are divided by a power of two near the root of that before they are stored.
///
/// @param count    values of the result
/// @param terms    products in a value of the result, at most
/// @param product  (const float* alpha, const Half* a, const Half* b, Half* result): result = *alpha * product, unless that cannot
///                 be done; returns whether it could
/// @return         the same; if false, the result is as it was
template <class Half, class Product>
bool half_product(const Queue& q, Factor a, Factor b, float factor, Index terms, Index count, float* result,
                  const Product& product) {
    const Workspace::Frame frame(q.workspace);
    const auto prepared = [&](const Factor& f) -> HalfFactor<Half> {
        float* magnitude = nullptr;
        if (std::is_same_v<Half, __half> && f.scaled) {  // bfloat16 has the exponents of single precision
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

/// The same in any precision; in single precision, and in TF32, which is the libraries' own matter, the product is called as
/// it is.
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
