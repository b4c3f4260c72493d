// SPDX-License-Identifier: Apache-2.0
// The ops that work value by value or channel by channel, on both devices.
#include <stylegan/ops/adam.hpp>
#include <stylegan/ops/channels/bias.hpp>
#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/channels/channel_affine.hpp>
#include <stylegan/ops/channels/squared_lengths.hpp>
#include <stylegan/ops/elementwise/add.hpp>
#include <stylegan/ops/elementwise/concatenate.hpp>
#include <stylegan/ops/elementwise/label_switch.hpp>
#include <stylegan/ops/elementwise/leaky_relu.hpp>
#include <stylegan/ops/elementwise/lerp.hpp>
#include <stylegan/ops/elementwise/scale.hpp>
#include <stylegan/ops/random_normal.hpp>
#include <stylegan/ops/style/noise.hpp>

#include "compare.hpp"

#include <limits>

using namespace stylegan;
using test::compare, test::out, test::Random, test::span;

BOOST_FIXTURE_TEST_SUITE(elementwise, test::BothDevices)

BOOST_AUTO_TEST_CASE(sums_and_products) {
    Random r(1);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto a = r.in(n, c, h, w), b = r.in(n, c, h, w);
        compare([](auto& k, auto x, auto y, auto z) { ops::add(k, x, y, z); }, a, b, out(n, c, h, w));
        compare([](auto& k, auto x, auto y, auto z) { ops::lerp(k, x, y, 0.3f, z); }, a, b, out(n, c, h, w));
        compare([](auto& k, auto x, auto y) { ops::scale(k, x, -0.7f, y); }, a, out(n, c, h, w));
        compare([](auto& k, auto x) { ops::scale(k, x, 1.7f, x); }, Random::changed(a));
        compare([](auto& k, auto x, auto y, auto z) { ops::lerp(k, x, y, 0.3f, z); }, r.in(n, c), r.in(n, c),
                out(n, c));
    }
}

BOOST_AUTO_TEST_CASE(leaky_relu) {
    Random r(2);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto x = r.in(n, c, h, w);
        for (const float slope : {0.f, 0.2f, 1.f}) {
            compare([=](auto& k, auto a, auto y) { ops::leaky_relu(k, a, slope, y); }, x, out(n, c, h, w));
            compare([=](auto& k, auto y, auto dy, auto dx) { ops::leaky_relu_gradient(k, y, dy, slope, dx); }, x,
                    r.in(n, c, h, w), out(n, c, h, w));
        }
    }
}

BOOST_AUTO_TEST_CASE(biases) {
    Random r(3);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto x = r.in(n, c, h, w);
        compare([](auto& k, auto a, auto b, auto y) { ops::add_bias(k, a, span(b), 0.3f, y); }, x, r.in(c),
                out(n, c, h, w));
        compare([](auto& k, auto dy, auto db) { ops::bias_gradient(k, dy, 0.3f, span(db)); }, x, r.changed(c));
        const std::vector<float> scale = r.in(c).values, shift = r.in(c).values;  // constants: the processor's, always
        compare([&](auto& k, auto a, auto y) { ops::channel_affine(k, a, scale, shift, y); }, x, out(n, c, h, w));
        compare([&](auto& k, auto a, auto y) { ops::channel_affine(k, a, scale, {}, y); }, x, out(n, c, h, w));
    }
}

BOOST_AUTO_TEST_CASE(added_noise) {
    Random r(4);
    for (const auto& [n, c, h, w] : test::odd_shapes())
        for (const Index maps : {n, Index{1}}) {
            const auto x = r.in(n, c, h, w), noise = r.in(maps, 1, h, w);
            compare([](auto& k, auto a, auto e, auto s, auto y) { ops::add_noise(k, a, e, span(s), 0.6f, y); }, x,
                    noise, r.in(c), out(n, c, h, w));
            compare([](auto& k, auto dy, auto e, auto ds) { ops::noise_weight_gradient(k, dy, e, 0.6f, span(ds)); }, x,
                    noise, r.changed(c));
            compare([](auto& k, auto dy, auto s, auto de) { ops::noise_gradient(k, dy, span(s), 0.6f, de); }, x,
                    r.in(c), out(maps, 1, h, w));
        }
}

BOOST_AUTO_TEST_CASE(bias_activation) {
    Random r(5);
    for (const auto& [n, c, h, w] : test::odd_shapes())
        for (const Index maps : {n, Index{1}}) {
            const auto x = r.in(n, c, h, w), noise = r.in(maps, 1, h, w);
            compare([](auto& k, auto a, auto e, auto s, auto b,
                       auto y) { ops::bias_activation(k, a, e, span(s), 0.5f, span(b), 2.f, 0.2f, y); },
                    x, noise, r.in(c), r.in(c), out(n, c, h, w));
            compare(
                [](auto& k, auto a, auto b, auto y) { ops::bias_activation(k, a, {}, {}, 1.f, span(b), 2.f, 0.2f, y); },
                x, r.in(c), out(n, c, h, w));
            compare(
                [](auto& k, auto y, auto dy, auto e, auto dx, auto ds, auto db) {
                    ops::bias_activation_gradient(k, y, dy, 0.2f, e, 0.5f, 2.f, dx, span(ds), span(db));
                },
                x, r.in(n, c, h, w), noise, out(n, c, h, w), r.changed(c), r.changed(c));
            compare([](auto& k, auto y, auto dx,
                       auto db) { ops::bias_activation_gradient(k, y, dx, 0.2f, {}, 1.f, 2.f, dx, {}, span(db)); },
                    x, r.changed(n, c, h, w), r.changed(c));
            compare([](auto& k, auto y, auto dy,
                       auto dx) { ops::bias_activation_gradient(k, y, dy, 0.2f, {}, 1.f, 2.f, dx, {}, {}); },
                    x, r.in(n, c, h, w), out(n, c, h, w));
        }
}

BOOST_AUTO_TEST_CASE(vectors) {
    Random r(6);
    for (const auto& [n, a, b] : {std::tuple{1, 1, 1}, std::tuple{3, 5, 7}, std::tuple{7, 300, 33}}) {
        compare([](auto& k, auto x, auto y, auto z) { ops::concatenate(k, x, y, z); }, r.in(n, a), r.in(n, b),
                out(n, a + b));
        compare([](auto& k, auto dz, auto dx, auto dy) { ops::concatenate_gradient(k, dz, dx, dy); }, r.in(n, a + b),
                out(n, a), out(n, b));
        compare([](auto& k, auto dz, auto dx) { ops::concatenate_gradient(k, dz, dx, {}); }, r.in(n, a + b), out(n, a));
        compare([](auto& k, auto x, auto labels, auto y) { ops::label_switch(k, x, labels, y); }, r.in(n, a),
                r.in(n, a), out(n, 1));
        compare([](auto& k, auto dy, auto labels, auto dx) { ops::label_switch_gradient(k, dy, labels, dx); },
                r.in(n, 1), r.in(n, a), out(n, a));
    }
}

BOOST_AUTO_TEST_CASE(adam) {
    Random r(7);
    for (const int count : {1, 255, 257, 5000}) {
        auto v = r.changed(count);
        for (float& value : v.values) value = std::abs(value);
        compare(
            [](auto& k, auto p, auto g, auto m, auto s) {
                ops::adam_update(k, p.size(), p.data, g.data, m.data, s.data, 0.01f, 0.5f, 0.99f, 1e-8f);
            },
            r.changed(count), r.in(count), r.changed(count), v);
        compare([](auto& k, auto e, auto p) { ops::average_into(k, e.size(), e.data, p.data, 0.9f); }, r.changed(count),
                r.in(count));
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_found) {
    Context<Cuda> c;
    for (const int count : {1, 255, 257, 5000})
        for (const float bad :
             {0.f, NAN, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()})
            for (const std::size_t at :
                 {std::size_t{0}, static_cast<std::size_t>(count) / 2, static_cast<std::size_t>(count) - 1}) {
                std::vector<float> values(static_cast<std::size_t>(count), 1.f), good(7, 2.f);
                values[at] = bad;
                DeviceBuffer<float> x(values.size()), y(good.size());
                upload(values, x);
                upload(good, y);
                const std::vector<std::span<const float>> all{{y.data(), y.size()}, {x.data(), x.size()}};
                BOOST_TEST(ops::all_finite(c, all) == (bad == 0));
            }
}

/// Both devices draw the same numbers, but for what their logarithms and cosines round.
BOOST_AUTO_TEST_CASE(random_normal) {
    const RandomStream stream(11, 5, Purpose::noise, 3);
    for (const int count : {1, 2, 255, 1000}) {
        compare([=](auto& k, auto y) { ops::random_normal(k, stream, y.size(), y.data, 4); }, out(count));
        compare(
            [=](auto& k, auto y) {
                const std::vector<Index> rows{5, 0, 1 << 20};
                ops::random_normal_rows(k, stream, rows, 1000, y.extent(1), y.data);
            },
            out(3, count));
    }
}

BOOST_AUTO_TEST_CASE(squared_lengths) {
    Random r(8);
    Context<Cpu> cpu;
    Context<Cuda> gpu;
    for (const Shape4& shape : test::odd_shapes()) {
        const auto x = r.in(shape[0], shape[1], shape[2], shape[3]);
        DeviceBuffer<float> on_gpu(x.values.size());
        upload(x.values, on_gpu);
        const auto expected = ops::squared_lengths(cpu, Maps<const float>{x.values.data(), shape});
        const auto found = ops::squared_lengths(gpu, Maps<const float>{on_gpu.data(), shape});
        BOOST_TEST_REQUIRE(found.size() == expected.size());
        for (std::size_t n = 0; n < expected.size(); ++n)
            BOOST_TEST(std::abs(found[n] - expected[n]) <= test::tolerance * expected[n]);
    }
}

BOOST_AUTO_TEST_SUITE_END()
