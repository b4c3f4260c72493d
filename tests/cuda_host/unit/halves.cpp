// SPDX-License-Identifier: Apache-2.0
// Numbers of 16 bits are rounded as IEEE 754 says, and as CUDA's headers do it.
#include <boost/test/unit_test.hpp>

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cmath>
#include <limits>

namespace {

float through_half(float v) { return __half2float(__float2half_rn(v)); }
float through_bfloat16(float v) { return __bfloat162float(__float2bfloat16_rn(v)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(halves)

BOOST_AUTO_TEST_CASE(half_is_rounded_to_even) {
    for (const float sign : {1.0f, -1.0f}) {
        BOOST_TEST(through_half(sign * (1 + 0x1p-11f)) == sign);                       // a tie
        BOOST_TEST(through_half(sign * (1 + 0x3p-11f)) == sign * (1 + 0x4p-11f));      // a tie, to the other side
        BOOST_TEST(through_half(sign * (1 + 0x1.002p-11f)) == sign * (1 + 0x1p-10f));  // above one
        BOOST_TEST(through_half(sign * 65504) == sign * 65504);                        // the largest
        BOOST_TEST(through_half(sign * 65519.996f) == sign * 65504);
        BOOST_TEST(through_half(sign * 65520) == sign * std::numeric_limits<float>::infinity());
        BOOST_TEST(through_half(sign * 0x1p-14f) == sign * 0x1p-14f);  // the smallest with all its bits
        BOOST_TEST(through_half(sign * 0x1p-24f) == sign * 0x1p-24f);  // the smallest
        BOOST_TEST(through_half(sign * 0x1p-25f) == 0);
        BOOST_TEST(through_half(sign * 0x1.8p-24f) == sign * 0x1p-23f);
        BOOST_TEST(through_half(sign * (0x1p-14f - 0x1p-26f)) == sign * 0x1p-14f);
    }
    BOOST_TEST(std::isnan(through_half(NAN)));
    BOOST_TEST(std::signbit(through_half(-0.0f)));
}

BOOST_AUTO_TEST_CASE(every_half_is_itself) {
    for (unsigned bits = 0; bits < 0x10000; ++bits) {
        const __half h{static_cast<unsigned short>(bits)};
        const float v = __half2float(h);
        if (!std::isnan(v)) BOOST_TEST(__float2half_rn(v).bits == h.bits);
    }
}

BOOST_AUTO_TEST_CASE(bfloat16_is_rounded_to_even) {
    BOOST_TEST(through_bfloat16(1 + 0x1p-8f) == 1);
    BOOST_TEST(through_bfloat16(1 + 0x3p-8f) == 1 + 0x4p-8f);
    BOOST_TEST(through_bfloat16(1 + 0x1.02p-8f) == 1 + 0x1p-7f);
    BOOST_TEST(through_bfloat16(-1e30f) < -0.99e30f);
    BOOST_TEST(through_bfloat16(std::numeric_limits<float>::max()) == std::numeric_limits<float>::infinity());
    BOOST_TEST(std::isnan(through_bfloat16(NAN)));
    BOOST_TEST(through_bfloat16(0x1p-130f) == 0x1p-130f);
}

BOOST_AUTO_TEST_SUITE_END()
