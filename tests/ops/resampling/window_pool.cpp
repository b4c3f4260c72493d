// SPDX-License-Identifier: Apache-2.0
#include "ops/maps.hpp"

#include <stylegan/ops/blocked/pool.hpp>
#include <stylegan/ops/resampling/window_pool.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

BOOST_AUTO_TEST_SUITE(window_pool)

namespace {

using namespace stylegan;

struct Case {
    Index batch, channels, height, width;
    ops::Window window;
};

const std::vector<Case> cases{
    {2, 3, 9, 8, {3, 3, 2, 0, 0}},    {2, 3, 9, 8, {3, 3, 1, 1, 1}},   {2, 3, 9, 8, {2, 3, 2, 0, 1}},
    {1, 17, 35, 35, {3, 3, 1, 1, 1}}, {3, 1, 1, 1, {3, 3, 1, 1, 1}},   {1, 33, 2, 1, {3, 3, 1, 1, 1}},
    {1, 5, 40, 71, {3, 3, 2, 0, 0}},  {1, 2, 13, 11, {5, 4, 3, 2, 2}}, {2, 2, 6, 3, {1, 7, 1, 0, 3}},
};

/// The definition, with sums in double.
double pooled(const Case& k, Maps<const double> x, ops::Pool kind, Index n, Index c, Index row, Index column) {
    std::vector<double> seen;
    for (Index v = 0; v < k.height; ++v)
        for (Index u = 0; u < k.width; ++u) {
            const Index dv = v - row * k.window.stride + k.window.pad_height,
                        du = u - column * k.window.stride + k.window.pad_width;
            if (dv >= 0 && dv < k.window.height && du >= 0 && du < k.window.width) seen.push_back(x(n, c, v, u));
        }
    if (kind == ops::Pool::largest) return *std::max_element(seen.begin(), seen.end());
    double sum = 0;
    for (const double v : seen) sum += v / static_cast<double>(seen.size());
    return sum;
}

/// Calls the op for planes, or the one for blocks with conversions around it.
template <class S>
void pool(Context<BasicCpu<S>>& context, bool blocks, ops::Pool kind, const ops::Window& window, Maps<const S> x,
          Maps<S> y, Index first) {
    if constexpr (std::is_same_v<S, float>)
        if (blocks) {
            const Workspace::Frame frame(context.workspace());
            const Index count = ops::blocked::blocks_of(x.extent(1));
            const auto in = ops::blocked::take(context, x.extent(0), count, x.extent(2), x.extent(3)),
                       out = ops::blocked::take(context, x.extent(0), count, y.extent(2), y.extent(3));
            ops::blocked::to_blocked(context, x, in);
            ops::blocked::window_pool(context, kind, window, in, out);
            return ops::blocked::from_blocked(context, out, y, first, x.extent(1));
        }
    ops::window_pool(context, kind, window, x, y, first);
}

template <class S>
void check(const Case& k, ops::Pool kind, bool blocks, double tolerance) {
    const auto x = maps::random_vector<double>(k.batch * k.channels * k.height * k.width, 4);
    std::vector<S> rounded(x.begin(), x.end());
    const std::vector<double> exact(rounded.begin(), rounded.end());
    const Index rows = k.window.output_height(k.height), columns = k.window.output_width(k.width), first = 1;
    std::vector<S> y(static_cast<std::size_t>(k.batch * (k.channels + 2) * rows * columns), S(-7));
    Context<BasicCpu<S>> context({.threads = 2});
    const Maps<S> out{y.data(), {k.batch, k.channels + 2, rows, columns}};
    pool<S>(context, blocks, kind, k.window, {rounded.data(), {k.batch, k.channels, k.height, k.width}}, out, first);
    double worst = 0;
    for (Index n = 0; n < k.batch; ++n)
        for (Index c = 0; c < k.channels + 2; ++c)
            for (Index r = 0; r < rows; ++r)
                for (Index column = 0; column < columns; ++column) {
                    const bool written = c >= first && c < first + k.channels;
                    const double expected = written
                                                ? pooled(k, {exact.data(), {k.batch, k.channels, k.height, k.width}},
                                                         kind, n, c - first, r, column)
                                                : -7;
                    worst = std::max(worst, std::abs(double(out(n, c, r, column)) - expected));
                }
    BOOST_TEST(worst <= (kind == ops::Pool::largest ? 0 : tolerance));
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_its_definition) {
    for (const Case& k : cases)
        for (const ops::Pool kind : {ops::Pool::largest, ops::Pool::mean})
            BOOST_TEST_CONTEXT(k.window.height << 'x' << k.window.width << " of " << k.height << 'x' << k.width) {
                check<float>(k, kind, false, 1e-6);
                check<float>(k, kind, true, 1e-6);
                check<double>(k, kind, false, 1e-14);
            }
}

BOOST_AUTO_TEST_CASE(wrong_shapes_are_errors) {
    Context<Cpu> context({.threads = 1});
    const std::vector<float> x(2 * 25);
    std::vector<float> y(4 * 9);
    const auto run = [&](Index height, Index first) {
        ops::window_pool(context, ops::Pool::mean, {3, 3, 1, 0, 0}, {x.data(), {1, 2, 5, 5}},
                         {y.data(), {1, 4, height, 3}}, first);
    };
    BOOST_CHECK_NO_THROW(run(3, 2));
    BOOST_CHECK_THROW(run(3, 3), ShapeError);
    BOOST_CHECK_THROW(run(2, 0), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
