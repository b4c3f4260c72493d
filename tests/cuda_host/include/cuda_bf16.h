// SPDX-License-Identifier: Apache-2.0
// The part of CUDA's bfloat16 that stylegan/device calls: see cuda_runtime.h.
#pragma once

/// 8 bits of exponent, 8 significant: the upper half of a float.
struct __nv_bfloat16 {
    unsigned short bits;
};

/// To the nearest, ties to even.
__nv_bfloat16 __float2bfloat16_rn(float value);
float __bfloat162float(__nv_bfloat16 value);
