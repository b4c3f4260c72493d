// SPDX-License-Identifier: Apache-2.0
// Numbers of 16 bits, bit by bit as the hardware rounds them.
#include "include/cuda_bf16.h"
#include "include/cuda_fp16.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace {

constexpr std::uint32_t infinity = 0x7f800000u;
constexpr unsigned short not_a_number = 0x7fff;

/// The upper bits of a float's magnitude, rounded at bit `at` to the nearest, ties to even.
std::uint32_t rounded_at(std::uint32_t magnitude, int at) {
    const std::uint32_t below_half = (1u << (at - 1)) - 1;
    return (magnitude + below_half + ((magnitude >> at) & 1u)) >> at;
}

}  // namespace

__half __float2half_rn(float value) {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (all >> 16) & 0x8000u, magnitude = all & 0x7fffffffu;
    const auto with_sign = [sign](std::uint32_t bits) { return __half{static_cast<unsigned short>(sign | bits)}; };
    if (magnitude > infinity) return {not_a_number};
    if (magnitude >= std::bit_cast<std::uint32_t>(65520.0f)) return with_sign(0x7c00u);
    if (magnitude < std::bit_cast<std::uint32_t>(0x1p-14f)) {  // steps of 2^-24, which are those of a float near 1/2
        const float there = std::bit_cast<float>(magnitude) + 0.5f;
        return with_sign(std::bit_cast<std::uint32_t>(there) - std::bit_cast<std::uint32_t>(0.5f));
    }
    return with_sign(rounded_at(magnitude, 13) - (112u << 10));  // exponents begin at -15, not at -127
}

float __half2float(__half value) {
    const int exponent = (value.bits >> 10) & 31, fraction = value.bits & 1023;
    const float magnitude = exponent == 31  ? fraction == 0 ? INFINITY : NAN
                            : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                            : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return std::copysign(magnitude, value.bits & 0x8000 ? -1.0f : 1.0f);
}

__nv_bfloat16 __float2bfloat16_rn(float value) {
    const auto all = std::bit_cast<std::uint32_t>(value);
    if ((all & 0x7fffffffu) > infinity) return {not_a_number};
    return {static_cast<unsigned short>(((all >> 16) & 0x8000u) | rounded_at(all & 0x7fffffffu, 16))};
}

float __bfloat162float(__nv_bfloat16 value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}
