// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/resampling/max_pool.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <tuple>

BOOST_AUTO_TEST_SUITE(max_pool)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// Even and odd heights and widths, less and more than a vector.
const std::vector<Shape> poolable{{1, 1, 2, 2},   {2, 3, 5, 7},   {1, 2, 3, 2},
                                  {4, 2, 16, 16}, {1, 6, 33, 17}, {2, 1, 2, 71}};

Shape halved(const Shape& s) { return {s[0], s[1], s[2] / 2, s[3] / 2}; }

/// Calls f(n, c, h, w) for every block.
template <class F>
void for_each_block(const Shape& shape, const F& f) {
    for (Index n = 0; n < shape[0]; ++n)
        for (Index k = 0; k < shape[1]; ++k)
            for (Index h = 0; h < shape[2] / 2; ++h)
                for (Index w = 0; w < shape[3] / 2; ++w) f(n, k, h, w);
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(takes_the_largest_of_each_block, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : poolable) {
        const auto x = random_maps<S>(shape, 1);
        auto y = unwritten<S>(halved(shape));
        ops::max_pool(c, x.view(), y.view());
        bool all = true;
        for_each_block(shape, [&](Index n, Index k, Index h, Index w) {
            const auto at = [&](Index i, Index j) { return x.view()(n, k, 2 * h + i, 2 * w + j); };
            all = all && y.view()(n, k, h, w) == std::max({at(0, 0), at(0, 1), at(1, 0), at(1, 1)});
        });
        BOOST_TEST(all);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_gradient_goes_to_the_first_largest, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : poolable) {
        auto x = random_maps<S>(shape, 2);
        for (Index i = 0; i < x.size(); ++i) x.data()[i] = std::max(x.data()[i], S(0));  // many are equal
        const auto dy = random_maps<S>(halved(shape), 3);
        auto dx = unwritten<S>(shape);
        ops::max_pool_gradient(c, x.view(), dy.view(), dx.view());
        MapsOf<S> expected(shape);
        std::fill_n(expected.data(), expected.size(), S(0));
        for_each_block(shape, [&](Index n, Index k, Index h, Index w) {
            Index best = 0;
            const auto at = [&](Index i) { return x.view()(n, k, 2 * h + i / 2, 2 * w + i % 2); };
            for (Index i = 1; i < 4; ++i)
                if (at(i) > at(best)) best = i;
            expected.view()(n, k, 2 * h + best / 2, 2 * w + best % 2) = dy.view()(n, k, h, w);
        });
        BOOST_TEST(values(dx) == values(expected), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : {Shape{1, 1, 2, 2}, Shape{2, 3, 4, 5}, Shape{1, 2, 3, 3}}) {
        const auto forward = [&](const Values& x) {
            Values y(static_cast<std::size_t>(size_of(halved(shape))), NAN);
            ops::max_pool(c, view(x, shape), view(y, halved(shape)));
            return y;
        };
        const auto gradient = [&](const Values& x, const Values& dy) {
            Values dx(x.size(), NAN);
            ops::max_pool_gradient(c, view(x, shape), view(dy, halved(shape)), view(dx, shape));
            return dx;
        };
        finite_difference::check_derivatives(
            {forward,
             gradient,
             {},
             [&](const Values& x, const Values&, const Values&, const Values& dy_dot) { return gradient(x, dy_dot); }},
            size_of(shape), 5);
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 3), dy = random_maps<float>(halved(large_shape), 4);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(halved(large_shape)), dx = unwritten<float>(large_shape);
        ops::max_pool(c, x.view(), y.view());
        ops::max_pool_gradient(c, x.view(), dy.view(), dx.view());
        return finite_difference::joined({values(y), values(dx)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({1, 2, 6, 7}, 4), y = unwritten<float>({1, 2, 3, 4}),
         small = unwritten<float>({1, 2, 3, 3});
    BOOST_CHECK_THROW(ops::max_pool(c, x.view(), y.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::max_pool_gradient(c, x.view(), y.view(), x.view()), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::max_pool_gradient(c, x.view(), small.view(), y.view()), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
