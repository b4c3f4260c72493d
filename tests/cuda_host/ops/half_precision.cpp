// SPDX-License-Identifier: Apache-2.0
// Convolutions whose factors and results have 16 bits, and their scales.
#include <stylegan/ops/convolution/convolution.hpp>

#include "compare.hpp"

#include <limits>

using namespace stylegan;
using test::Argument, test::compare_in, test::out, test::Random;

namespace {

/// Three numbers are rounded on the way to a result, each by half of the distance to the next one; what is added at random is
/// of that size, too.
double rounding(Precision p) { return 3 * (p == Precision::bf16 ? 0x1p-8 : 0x1p-11); }

constexpr std::array halves{Precision::fp16, Precision::bf16};

template <int Rank>
Argument<Rank> times(float factor, Argument<Rank> a) {
    for (float& v : a.values) v *= factor;
    return a;
}

/// The device's result of a convolution of x with w, or of its weight gradient of x and dy.
struct Sizes {
    Index n, in, out, h, w;
};
constexpr Sizes shape{2, 5, 7, 6, 9};

std::vector<float> convolved(Precision p, const Argument<4>& x, const Argument<4>& w) {
    Context<Cuda> c({.precision = p, .threads = 1});
    DeviceBuffer<float> dx(x.values.size()), dw(w.values.size()),
        dy(static_cast<std::size_t>(shape.n * shape.out * shape.h * shape.w));
    upload(x.values, dx);
    upload(w.values, dw);
    ops::convolution(c, Maps<const float>{dx.data(), x.shape}, {dw.data(), w.shape}, 0.3f,
                     Maps<float>{dy.data(), {shape.n, shape.out, shape.h, shape.w}});
    c.synchronize();
    return download(dy);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(half_precision, test::BothDevices)

BOOST_AUTO_TEST_CASE(convolutions) {
    Random r(1);
    for (const Precision p : halves)
        for (const auto& [n, i, o, h, w] :
             {Sizes{1, 1, 1, 1, 1}, Sizes{2, 3, 5, 4, 6}, Sizes{3, 7, 2, 5, 3}, Sizes{1, 40, 9, 17, 8}}) {
            for (const int size : {1, 3}) {
                compare_in(
                    p, rounding(p),
                    [](auto& k, auto x, auto kernel, auto y) { ops::convolution(k, x, kernel, 0.3f, y); },
                    r.in(n, i, h, w), r.in(size, size, i, o), out(n, o, h, w));
                compare_in(
                    p, rounding(p),
                    [](auto& k, auto dy, auto kernel, auto dx) {
                        ops::convolution_input_gradient(k, dy, kernel, 0.3f, dx);
                    },
                    r.in(n, o, h, w), r.in(size, size, i, o), out(n, i, h, w));
                compare_in(
                    p, rounding(p),
                    [](auto& k, auto x, auto dy, auto dw) { ops::convolution_weight_gradient(k, x, dy, 0.3f, dw); },
                    r.in(n, i, h, w), r.in(n, o, h, w), r.changed(size, size, i, o));
            }
            compare_in(
                p, rounding(p),
                [](auto& k, auto x, auto kernel, auto y) { ops::convolution<Resample::up>(k, x, kernel, 0.3f, y); },
                r.in(n, i, h, w), r.in(3, 3, i, o), out(n, o, 2 * h, 2 * w));
            compare_in(
                p, rounding(p),
                [](auto& k, auto x, auto dy, auto dw) {
                    ops::convolution_weight_gradient<Resample::up_rotated>(k, x, dy, 0.3f, dw);
                },
                r.in(n, i, h, w), r.in(n, o, 2 * h, 2 * w), r.changed(3, 3, i, o));
            compare_in(
                p, rounding(p),
                [](auto& k, auto x, auto kernel, auto y) { ops::convolution<Resample::down>(k, x, kernel, 0.3f, y); },
                r.in(n, i, 2 * h, 2 * w), r.in(3, 3, i, o), out(n, o, h, w));
            compare_in(
                p, rounding(p),
                [](auto& k, auto dy, auto kernel, auto dx) {
                    ops::convolution_input_gradient<Resample::down>(k, dy, kernel, 0.3f, dx);
                },
                r.in(n, o, h, w), r.in(3, 3, i, o), out(n, i, 2 * h, 2 * w));
        }
}

/// Gradients are small and activations may be large: neither is lost, since maps are scaled.
BOOST_AUTO_TEST_CASE(any_magnitude_fits) {
    Random r(2);
    const auto x = r.in(shape.n, shape.in, shape.h, shape.w), w = r.in(3, 3, shape.in, shape.out),
               dy = r.in(shape.n, shape.out, shape.h, shape.w);
    for (const Precision p : halves) {
        const std::vector<float> expected = convolved(p, x, w);
        for (const float factor : {0x1p-100f, 0x1p-30f, 0x1p17f, 0x1p60f}) {
            std::vector<float> found = convolved(p, times(factor, x), w);
            for (float& v : found) v /= factor;
            BOOST_TEST((found == expected), name_of(p) << " does not scale with " << factor);
            compare_in(
                p, rounding(p),
                [](auto& k, auto a, auto d, auto dw) { ops::convolution_weight_gradient(k, a, d, 0.3f, dw); },
                times(1 / factor, x), times(factor, dy), r.changed(3, 3, shape.in, shape.out));
        }
    }
}

/// So many equal products add up to more than half precision holds, but for the factor before they are stored.
BOOST_AUTO_TEST_CASE(sums_do_not_overflow) {
    Random r(3);
    auto x = r.in(2, 1, 300, 300), dy = r.in(2, 1, 300, 300);
    for (auto* a : {&x, &dy}) std::fill(a->values.begin(), a->values.end(), 1.99f);
    compare_in(
        Precision::fp16, rounding(Precision::fp16),
        [](auto& k, auto a, auto d, auto dw) { ops::convolution_weight_gradient(k, a, d, 1, dw); }, x, dy,
        r.changed(1, 1, 1, 1));
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_so) {
    Random r(4);
    const auto w = r.in(3, 3, shape.in, shape.out);
    const auto not_finite = [](const std::vector<float>& y) {
        return std::any_of(y.begin(), y.end(), [](float v) { return !std::isfinite(v); });
    };
    for (const Precision p : halves) {
        for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
            auto x = r.in(shape.n, shape.in, shape.h, shape.w);
            x.values[100] = bad;
            BOOST_TEST(not_finite(convolved(p, x, w)));
        }
        const auto zero = times(0.0f, r.in(shape.n, shape.in, shape.h, shape.w));
        const auto y = convolved(p, zero, w);
        BOOST_TEST(std::all_of(y.begin(), y.end(), [](float v) { return v == 0; }));
    }
}

BOOST_AUTO_TEST_CASE(scales) {
    using gpu::scale_below_two;
    BOOST_TEST(scale_below_two(1) == 1);
    BOOST_TEST(scale_below_two(1.999f) == 1);
    BOOST_TEST(scale_below_two(2) == 0.5f);
    BOOST_TEST(scale_below_two(0.75f) == 2);
    BOOST_TEST(scale_below_two(0x1p126f) == 0x1p-126f);
    BOOST_TEST(scale_below_two(0x1p-140f) == 0x1p126f);
    for (const float none : {0.0f, 0x1p127f, INFINITY, NAN}) BOOST_TEST(scale_below_two(none) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
