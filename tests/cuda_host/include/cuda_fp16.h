// SPDX-License-Identifier: Apache-2.0
// The part of CUDA's half precision that stylegan/device calls: see cuda_runtime.h.
#pragma once

/// 5 bits of exponent, 11 significant.
struct __half {
    unsigned short bits;
};

/// To the nearest, ties to even; 65520 and more is infinite.
__half __float2half_rn(float value);
float __half2float(__half value);
