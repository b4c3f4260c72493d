// SPDX-License-Identifier: Apache-2.0
#include "ops/maps.hpp"

#include <stylegan/ops/convolution/window_convolution.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

BOOST_AUTO_TEST_SUITE(window_convolution)

namespace {

using namespace stylegan;

struct Case {
    Index batch, inputs, outputs, height, width;
    ops::Window window;
};

const std::vector<Case> cases{
    {1, 3, 5, 9, 11, {3, 3, 2, 0, 0}},     {2, 16, 24, 12, 13, {3, 3, 1, 0, 0}}, {3, 9, 33, 7, 5, {1, 1, 1, 0, 0}},
    {2, 20, 48, 17, 17, {1, 7, 1, 0, 3}},  {2, 20, 17, 17, 17, {7, 1, 1, 3, 0}}, {1, 48, 64, 14, 10, {5, 5, 1, 2, 2}},
    {5, 40, 96, 8, 8, {1, 3, 1, 0, 1}},    {1, 64, 96, 35, 35, {3, 3, 1, 1, 1}}, {2, 7, 10, 6, 6, {2, 4, 3, 1, 2}},
    {1, 130, 12, 3, 3, {3, 3, 1, 0, 0}},   {9, 33, 80, 8, 8, {1, 3, 1, 0, 1}},   {9, 33, 48, 7, 8, {3, 1, 1, 1, 0}},
    {2, 18, 40, 9, 30, {5, 7, 1, 1, 2}},   {1, 20, 24, 30, 3, {5, 1, 1, 2, 0}},  {3, 50, 31, 15, 13, {4, 2, 2, 1, 0}},
    {1, 2, 40, 21, 70, {5, 3, 3, 0, 0}},   {2, 17, 16, 1, 1, {7, 1, 1, 3, 0}},   {1, 16, 33, 2, 5, {3, 3, 1, 2, 0}},
    {1, 300, 64, 40, 40, {1, 1, 1, 0, 0}},
};

template <class S>
void check(const Case& k, Kernels kernels, double tolerance) {
    const Index rows = k.window.output_height(k.height), columns = k.window.output_width(k.width), first = 2;
    const auto x = maps::random_vector<S>(k.batch * k.inputs * k.height * k.width, 1);
    const auto w = maps::random_vector<S>(k.window.height * k.window.width * k.inputs * k.outputs, 2),
               bias = maps::random_vector<S>(k.outputs, 3);
    std::vector<S> y(static_cast<std::size_t>(k.batch * (k.outputs + 3) * rows * columns), S(-7));
    Context<BasicCpu<S>> context({.threads = 2, .kernels = kernels});
    const Maps<const S> in{x.data(), {k.batch, k.inputs, k.height, k.width}};
    const View<const S, 4> weight{w.data(), {k.window.height, k.window.width, k.inputs, k.outputs}};
    const Maps<S> out{y.data(), {k.batch, k.outputs + 3, rows, columns}};
    ops::window_convolution(context, k.window, in, weight, std::span<const S>(bias), out, first);
    double worst = 0;
    for (Index n = 0; n < k.batch; ++n)
        for (Index o = 0; o < k.outputs + 3; ++o)
            for (Index r = 0; r < rows; ++r)
                for (Index c = 0; c < columns; ++c) {
                    if (o < first || o >= first + k.outputs) {
                        BOOST_TEST(out(n, o, r, c) == S(-7));
                        continue;
                    }
                    double sum = double(bias[static_cast<std::size_t>(o - first)]);
                    for (Index i = 0; i < k.inputs; ++i)
                        for (Index ky = 0; ky < k.window.height; ++ky)
                            for (Index kx = 0; kx < k.window.width; ++kx) {
                                const Index v = r * k.window.stride + ky - k.window.pad_height,
                                            u = c * k.window.stride + kx - k.window.pad_width;
                                if (v >= 0 && v < k.height && u >= 0 && u < k.width)
                                    sum += double(weight(ky, kx, i, o - first)) * double(in(n, i, v, u));
                            }
                    worst = std::max(worst, std::abs(std::max(0.0, sum) - double(out(n, o, r, c))));
                }
    BOOST_TEST(worst <= tolerance * std::sqrt(static_cast<double>(w.size()) / static_cast<double>(k.outputs)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_its_definition) {
    for (const Case& k : cases)
        for (const Kernels kernels : {Kernels::fast, Kernels::eigen, Kernels::plain})
            BOOST_TEST_CONTEXT(k.window.height << 'x' << k.window.width << ", " << name_of(kernels)) {
                check<float>(k, kernels, 2e-5);
                check<double>(k, kernels, 1e-13);
            }
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_batch_or_threads) {
    const ops::Window window{1, 7, 1, 0, 3};
    const auto x = maps::random_vector<float>(5 * 20 * 17 * 17, 1), w = maps::random_vector<float>(7 * 20 * 24, 2),
               bias = maps::random_vector<float>(24, 3);
    const auto run = [&](Index first, Index count, int threads) {
        std::vector<float> y(static_cast<std::size_t>(count * 24 * 17 * 17));
        Context<Cpu> context({.threads = threads, .kernels = kernels_under_test()});
        ops::window_convolution(context, window, {x.data() + first * 20 * 289, {count, 20, 17, 17}},
                                {w.data(), {1, 7, 20, 24}}, std::span<const float>(bias),
                                {y.data(), {count, 24, 17, 17}});
        return y;
    };
    const auto all = run(0, 5, 1);
    BOOST_TEST((run(0, 5, 3) == all));
    const auto third = run(2, 1, 2);
    BOOST_TEST(std::equal(third.begin(), third.end(), all.begin() + 2 * 24 * 289));
}

BOOST_AUTO_TEST_CASE(what_is_no_number_stays_so) {
    Context<Cpu> context({.threads = 1, .kernels = kernels_under_test()});
    const std::vector<float> x{1, std::numeric_limits<float>::quiet_NaN()}, w{1, 1}, bias{0};
    float y = 0;
    ops::window_convolution(context, ops::Window{}, {x.data(), {1, 2, 1, 1}}, {w.data(), {1, 1, 2, 1}},
                            std::span<const float>(bias), {&y, {1, 1, 1, 1}});
    BOOST_TEST(std::isnan(y));
}

BOOST_AUTO_TEST_CASE(wrong_shapes_are_errors) {
    Context<Cpu> context({.threads = 1});
    const std::vector<float> x(2 * 25), w(2 * 9 * 4), bias(4);
    std::vector<float> y(4 * 9);
    const auto run = [&](const ops::Window& window, Index first, Index channels) {
        ops::window_convolution(context, window, {x.data(), {1, 2, 5, 5}}, {w.data(), {3, 3, 2, 4}},
                                std::span<const float>(bias), {y.data(), {1, channels, 3, 3}}, first);
    };
    BOOST_CHECK_NO_THROW(run({3, 3, 1, 0, 0}, 0, 4));
    BOOST_CHECK_THROW(run({3, 3, 1, 0, 0}, 1, 4), ShapeError);
    BOOST_CHECK_THROW(run({3, 3, 1, 1, 1}, 0, 4), ShapeError);
    BOOST_CHECK_THROW(run({1, 3, 1, 0, 0}, 0, 4), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
