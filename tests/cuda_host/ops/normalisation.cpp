// SPDX-License-Identifier: Apache-2.0
// Normalisations, styles and minibatch stddev with their gradients and tangents, on both devices.
#include <stylegan/ops/norm/instance_norm.hpp>
#include <stylegan/ops/norm/minibatch_stddev.hpp>
#include <stylegan/ops/norm/pixel_norm.hpp>
#include <stylegan/ops/style/style_epilogue.hpp>
#include <stylegan/ops/style/style_modulation.hpp>

#include "compare.hpp"

using namespace stylegan;
using test::compare, test::out, test::Random, test::span;

namespace {

constexpr float eps = 1e-2f;  // large enough that single pixels, whose variance is 0, do not blow up what is rounded

}  // namespace

BOOST_FIXTURE_TEST_SUITE(normalisation, test::BothDevices)

BOOST_AUTO_TEST_CASE(pixel_norm) {
    Random r(1);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto maps = [&] { return r.in(n, c, h, w); };
        const auto of_pixels = [&] { return r.in(n, 1, h, w); };
        compare([](auto& k, auto x, auto y, auto i) { ops::pixel_norm(k, x, eps, y, i); }, maps(), out(n, c, h, w),
                out(n, 1, h, w));
        compare([](auto& k, auto x, auto i) { ops::pixel_norm(k, x, eps, x, i); }, r.changed(n, c, h, w),
                out(n, 1, h, w));
        compare([](auto& k, auto y, auto i, auto dy, auto dx) { ops::pixel_norm_gradient(k, y, i, dy, dx); }, maps(),
                of_pixels(), maps(), out(n, c, h, w));
        compare([](auto& k, auto y, auto i, auto dx) { ops::pixel_norm_gradient(k, y, i, dx, dx); }, maps(),
                of_pixels(), r.changed(n, c, h, w));
        compare([](auto& k, auto y, auto i, auto xd, auto yd,
                   auto rate) { ops::pixel_norm_tangent(k, y, i, xd, yd, rate); },
                maps(), of_pixels(), maps(), out(n, c, h, w), out(n, 1, h, w));
        compare([](auto& k, auto y, auto i, auto yd, auto rate, auto dy, auto dx, auto dyd,
                   auto dxd) { ops::pixel_norm_gradient_tangent(k, y, i, yd, rate, dy, dx, dyd, dxd); },
                maps(), of_pixels(), maps(), of_pixels(), maps(), maps(), maps(), out(n, c, h, w));
    }
}

BOOST_AUTO_TEST_CASE(instance_norm) {
    Random r(2);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto maps = [&] { return r.in(n, c, h, w); };
        const auto of_planes = [&] { return r.in(n, c); };
        compare([](auto& k, auto x, auto y, auto i) { ops::instance_norm(k, x, eps, y, i); }, maps(), out(n, c, h, w),
                out(n, c));
        compare([](auto& k, auto x, auto i) { ops::instance_norm(k, x, eps, x, i); }, r.changed(n, c, h, w), out(n, c));
        compare([](auto& k, auto y, auto i, auto dy, auto dx) { ops::instance_norm_gradient(k, y, i, dy, dx); }, maps(),
                of_planes(), maps(), out(n, c, h, w));
        compare([](auto& k, auto y, auto i, auto xd, auto yd,
                   auto rate) { ops::instance_norm_tangent(k, y, i, xd, yd, rate); },
                maps(), of_planes(), maps(), out(n, c, h, w), out(n, c));
        compare([](auto& k, auto y, auto i, auto yd, auto rate, auto dy, auto dx, auto dyd,
                   auto dxd) { ops::instance_norm_gradient_tangent(k, y, i, yd, rate, dy, dx, dyd, dxd); },
                maps(), of_planes(), maps(), of_planes(), maps(), maps(), maps(), out(n, c, h, w));
        compare([](auto& k, auto y, auto i, auto yd, auto rate, auto dy, auto dx,
                   auto d) { ops::instance_norm_gradient_tangent(k, y, i, yd, rate, dy, dx, d, d); },
                maps(), of_planes(), maps(), of_planes(), maps(), maps(), r.changed(n, c, h, w));
    }
}

BOOST_AUTO_TEST_CASE(style_modulation) {
    Random r(3);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        const auto maps = [&] { return r.in(n, c, h, w); };
        const auto style = [&] { return r.in(n, 2 * c); };
        compare([](auto& k, auto x, auto s, auto y) { ops::style_modulation(k, x, s, y); }, maps(), style(),
                out(n, c, h, w));
        compare([](auto& k, auto x, auto s, auto dy, auto dx,
                   auto ds) { ops::style_modulation_gradient(k, x, s, dy, dx, ds); },
                maps(), style(), maps(), out(n, c, h, w), out(n, 2 * c));
        compare([](auto& k, auto x, auto s, auto xd, auto sd,
                   auto yd) { ops::style_modulation_tangent(k, x, s, xd, sd, yd); },
                maps(), style(), maps(), style(), out(n, c, h, w));
        compare([](auto& k, auto x, auto s, auto xd, auto yd) { ops::style_modulation_tangent(k, x, s, xd, {}, yd); },
                maps(), style(), maps(), out(n, c, h, w));
        compare([](auto& k, auto x, auto s, auto xd, auto sd, auto dy, auto dyd, auto dxd,
                   auto dsd) { ops::style_modulation_gradient_tangent(k, x, s, xd, sd, dy, dyd, dxd, dsd); },
                maps(), style(), maps(), style(), maps(), maps(), out(n, c, h, w), out(n, 2 * c));
        compare([](auto& k, auto x, auto s, auto xd, auto dy, auto dyd, auto dxd,
                   auto dsd) { ops::style_modulation_gradient_tangent(k, x, s, xd, {}, dy, dyd, dxd, dsd); },
                maps(), style(), maps(), maps(), maps(), out(n, c, h, w), out(n, 2 * c));
    }
}

BOOST_AUTO_TEST_CASE(style_epilogue) {
    Random r(4);
    for (const auto& [n, c, h, w] : test::odd_shapes()) {
        for (const Index maps : {n, Index{1}})
            compare([](auto& k, auto x, auto e, auto s, auto b, auto style,
                       auto y) { ops::style_epilogue(k, x, e, span(s), 0.5f, span(b), 0.2f, eps, style, y); },
                    r.in(n, c, h, w), r.in(maps, 1, h, w), r.in(c), r.in(c), r.in(n, 2 * c), out(n, c, h, w));
        compare([](auto& k, auto x, auto b,
                   auto style) { ops::style_epilogue(k, x, {}, {}, 1.f, span(b), 0.2f, eps, style, x); },
                r.changed(n, c, h, w), r.in(c), r.in(n, 2 * c));
    }
}

BOOST_AUTO_TEST_CASE(minibatch_stddev) {
    Random r(5);
    struct Case {
        Index n, c, h, w;
        int group, features;
    };
    for (const auto& [n, c, h, w, group, features] :
         {Case{1, 2, 3, 3, 4, 1}, Case{3, 5, 4, 4, 4, 1}, Case{4, 6, 1, 7, 4, 3}, Case{8, 4, 5, 3, 4, 2},
          Case{12, 7, 3, 1, 2, 1}, Case{6, 64, 4, 4, 3, 1}}) {
        const auto x = r.in(n, c, h, w);
        const Index more = c + features;
        compare([=](auto& k, auto a, auto y) { ops::minibatch_stddev(k, a, group, features, eps, y); }, x,
                out(n, more, h, w));
        compare([=](auto& k, auto a, auto dy,
                    auto dx) { ops::minibatch_stddev_gradient(k, a, group, features, eps, dy, dx); },
                x, r.in(n, more, h, w), out(n, c, h, w));
        compare([=](auto& k, auto a, auto xd,
                    auto yd) { ops::minibatch_stddev_tangent(k, a, group, features, eps, xd, yd); },
                x, r.in(n, c, h, w), out(n, more, h, w));
        compare([=](auto& k, auto a, auto xd, auto dy, auto dyd,
                    auto dxd) { ops::minibatch_stddev_gradient_tangent(k, a, group, features, eps, xd, dy, dyd, dxd); },
                x, r.in(n, c, h, w), r.in(n, more, h, w), r.in(n, more, h, w), out(n, c, h, w));
    }
}

BOOST_AUTO_TEST_SUITE_END()
