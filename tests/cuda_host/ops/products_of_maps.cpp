// SPDX-License-Identifier: Apache-2.0
// Convolutions, dense layers and resampling with their gradients, on both devices.
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/dense.hpp>
#include <stylegan/ops/feature_distance.hpp>
#include <stylegan/ops/resampling/blur.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>
#include <stylegan/ops/resampling/max_pool.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include "compare.hpp"

#include <tuple>
#include <type_traits>

using namespace stylegan;
using test::compare, test::out, test::Random, test::span;

namespace {

struct Widths {
    Index n, in, out, h, w;
};
const std::vector<Widths> widths{{1, 1, 1, 1, 1},  {2, 3, 5, 4, 6},  {3, 7, 2, 5, 3},  {1, 16, 9, 17, 8},
                                 {5, 4, 33, 2, 2}, {2, 10, 3, 6, 7}, {3, 64, 4, 3, 3}, {1, 65, 4, 5, 3}};

using ScalingUp =
    std::tuple<std::integral_constant<Resample, Resample::up>, std::integral_constant<Resample, Resample::up_rotated>>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(products_of_maps, test::BothDevices)

BOOST_AUTO_TEST_CASE(convolutions) {
    Random r(1);
    for (const auto& [n, i, o, h, w] : widths)
        for (const int size : {1, 3, 5}) {
            compare([](auto& k, auto x, auto kernel, auto y) { ops::convolution(k, x, kernel, 0.3f, y); },
                    r.in(n, i, h, w), r.in(size, size, i, o), out(n, o, h, w));
            compare([](auto& k, auto dy, auto kernel,
                       auto dx) { ops::convolution_input_gradient(k, dy, kernel, 0.3f, dx); },
                    r.in(n, o, h, w), r.in(size, size, i, o), out(n, i, h, w));
            compare([](auto& k, auto x, auto dy, auto dw) { ops::convolution_weight_gradient(k, x, dy, 0.3f, dw); },
                    r.in(n, i, h, w), r.in(n, o, h, w), r.changed(size, size, i, o));
        }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(convolutions_that_upscale, Kind, ScalingUp) {
    Random r(2);
    for (const auto& [n, i, o, h, w] : widths) {
        compare([](auto& k, auto x, auto kernel, auto y) { ops::convolution<Kind::value>(k, x, kernel, 0.3f, y); },
                r.in(n, i, h, w), r.in(3, 3, i, o), out(n, o, 2 * h, 2 * w));
        compare([](auto& k, auto dy, auto kernel,
                   auto dx) { ops::convolution_input_gradient<Kind::value>(k, dy, kernel, 0.3f, dx); },
                r.in(n, o, 2 * h, 2 * w), r.in(3, 3, i, o), out(n, i, h, w));
        compare([](auto& k, auto x, auto dy,
                   auto dw) { ops::convolution_weight_gradient<Kind::value>(k, x, dy, 0.3f, dw); },
                r.in(n, i, h, w), r.in(n, o, 2 * h, 2 * w), r.changed(3, 3, i, o));
    }
}

BOOST_AUTO_TEST_CASE(convolutions_that_downscale) {
    Random r(3);
    for (const auto& [n, i, o, h, w] : widths) {
        compare([](auto& k, auto x, auto kernel, auto y) { ops::convolution<Resample::down>(k, x, kernel, 0.3f, y); },
                r.in(n, i, 2 * h, 2 * w), r.in(3, 3, i, o), out(n, o, h, w));
        compare([](auto& k, auto dy, auto kernel,
                   auto dx) { ops::convolution_input_gradient<Resample::down>(k, dy, kernel, 0.3f, dx); },
                r.in(n, o, h, w), r.in(3, 3, i, o), out(n, i, 2 * h, 2 * w));
        compare([](auto& k, auto x, auto dy,
                   auto dw) { ops::convolution_weight_gradient<Resample::down>(k, x, dy, 0.3f, dw); },
                r.in(n, i, 2 * h, 2 * w), r.in(n, o, h, w), r.changed(3, 3, i, o));
    }
}

BOOST_AUTO_TEST_CASE(dense_layers) {
    Random r(4);
    for (const auto& [n, i, o] :
         {std::tuple{1, 1, 1}, std::tuple{3, 5, 7}, std::tuple{7, 33, 2}, std::tuple{2, 300, 65}}) {
        compare([](auto& k, auto x, auto w, auto y) { ops::dense(k, x, w, 0.3f, y); }, r.in(n, i), r.in(i, o),
                out(n, o));
        compare([](auto& k, auto dy, auto w, auto dx) { ops::dense_input_gradient(k, dy, w, 0.3f, dx); }, r.in(n, o),
                r.in(i, o), out(n, i));
        compare([](auto& k, auto x, auto dy, auto dw) { ops::dense_weight_gradient(k, x, dy, 0.3f, dw); }, r.in(n, i),
                r.in(n, o), r.changed(i, o));
    }
}

BOOST_AUTO_TEST_CASE(blurs) {
    Random r(5);
    const std::vector<std::vector<float>> filters{
        {1.f}, {0.25f, 0.5f, 0.25f}, {0.1f, 0.6f, 0.3f}, {0.1f, 0.2f, 0.3f, 0.25f, 0.15f}};
    for (const auto& [n, c, h, w] : test::odd_shapes())
        for (const auto& filter : filters) {
            compare([&](auto& k, auto x, auto y) { ops::blur(k, x, filter, y); }, r.in(n, c, h, w), out(n, c, h, w));
            compare([&](auto& k, auto dy, auto dx) { ops::blur_gradient(k, dy, filter, dx); }, r.in(n, c, h, w),
                    out(n, c, h, w));
        }
}

BOOST_AUTO_TEST_CASE(resampling) {
    Random r(6);
    for (const auto& [n, c, h, w] : test::odd_shapes())
        for (const int factor : {1, 2, 4}) {
            compare([=](auto& k, auto x, auto y) { ops::upscale2d(k, x, factor, y); }, r.in(n, c, h, w),
                    out(n, c, factor * h, factor * w));
            compare([=](auto& k, auto dy, auto dx) { ops::upscale2d_gradient(k, dy, factor, dx); },
                    r.in(n, c, factor * h, factor * w), out(n, c, h, w));
            compare([=](auto& k, auto x, auto y) { ops::downscale2d(k, x, factor, y); },
                    r.in(n, c, factor * h, factor * w), out(n, c, h, w));
            compare([=](auto& k, auto dy, auto dx) { ops::downscale2d_gradient(k, dy, factor, dx); }, r.in(n, c, h, w),
                    out(n, c, factor * h, factor * w));
        }
}

BOOST_AUTO_TEST_CASE(pooling) {
    Random r(7);
    for (const auto& [n, c, h, w] :
         {Shape4{1, 1, 2, 2}, Shape4{2, 3, 5, 7}, Shape4{3, 2, 8, 6}, Shape4{1, 5, 33, 17}}) {
        auto x = r.in(n, c, h, w);
        for (float& v : x.values) v = std::round(2 * v);  // so that several values are the largest
        compare([](auto& k, auto a, auto y) { ops::max_pool(k, a, y); }, x, out(n, c, h / 2, w / 2));
        compare([](auto& k, auto a, auto dy, auto dx) { ops::max_pool_gradient(k, a, dy, dx); }, x,
                r.in(n, c, h / 2, w / 2), out(n, c, h, w));
    }
}

BOOST_AUTO_TEST_CASE(feature_distances) {
    Random r(8);
    Context<Cpu> cpu;
    Context<Cuda> gpu;
    for (const Shape4& s : test::odd_shapes()) {
        const auto a = r.in(s[0], s[1], s[2], s[3]), b = r.in(s[0], s[1], s[2], s[3]);
        const auto weight = r.in(s[1]);
        const std::vector<double> dd(static_cast<std::size_t>(s[0]), 0.7);
        compare(
            [&](auto& k, auto x, auto y, auto w, auto dx) { ops::feature_distance_gradient(k, x, y, span(w), dd, dx); },
            a, b, weight, out(s[0], s[1], s[2], s[3]));
        const auto expected = ops::feature_distance(cpu, Maps<const float>{a.values.data(), s},
                                                    Maps<const float>{b.values.data(), s}, weight.values);
        DeviceBuffer<float> ga(a.values.size()), gb(b.values.size()), gw(weight.values.size());
        upload(a.values, ga);
        upload(b.values, gb);
        upload(weight.values, gw);
        const auto found = ops::feature_distance(gpu, Maps<const float>{ga.data(), s}, Maps<const float>{gb.data(), s},
                                                 std::span<const float>(gw.data(), gw.size()));
        BOOST_TEST_REQUIRE(found.size() == expected.size());
        for (std::size_t n = 0; n < found.size(); ++n)
            BOOST_TEST(std::abs(found[n] - expected[n]) <= test::tolerance * (1e-3 + std::abs(expected[n])));
    }
}

BOOST_AUTO_TEST_SUITE_END()
