// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/norm/instance_norm.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(instance_norm)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// The four functions on flat values.
struct InstanceNorm {
    Context<Double>& c;
    Shape shape;
    double eps = 0.1;

    struct Result {
        Values y, inverse;
    };

    [[nodiscard]] stylegan::Rows<const double> rows(const Values& v) const { return {v.data(), {shape[0], shape[1]}}; }
    [[nodiscard]] stylegan::Rows<double> rows(Values& v) const { return {v.data(), {shape[0], shape[1]}}; }
    [[nodiscard]] Values planes() const { return Values(static_cast<std::size_t>(shape[0] * shape[1]), NAN); }

    [[nodiscard]] Result run(const Values& x) const {
        Result r{Values(x.size(), NAN), planes()};
        ops::instance_norm(c, view(x, shape), eps, view(r.y, shape), rows(r.inverse));
        return r;
    }
    [[nodiscard]] Values gradient(const Values& x, const Values& dy) const {
        const Result r = run(x);
        Values dx(x.size(), NAN);
        ops::instance_norm_gradient(c, view(r.y, shape), rows(r.inverse), view(dy, shape), view(dx, shape));
        return dx;
    }
    [[nodiscard]] Result tangent(const Values& x, const Values& x_dot) const {
        const Result r = run(x);
        Result t{Values(x.size(), NAN), planes()};
        ops::instance_norm_tangent(c, view(r.y, shape), rows(r.inverse), view(x_dot, shape), view(t.y, shape),
                                   rows(t.inverse));
        return t;
    }
    [[nodiscard]] Values gradient_tangent(const Values& x, const Values& x_dot, const Values& dy,
                                          const Values& dy_dot) const {
        const Result r = run(x), t = tangent(x, x_dot);
        const Values dx = gradient(x, dy);
        Values dx_dot(x.size(), NAN);
        ops::instance_norm_gradient_tangent(c, view(r.y, shape), rows(r.inverse), view(t.y, shape), rows(t.inverse),
                                            view(dy, shape), view(dx, shape), view(dy_dot, shape), view(dx_dot, shape));
        return dx_dot;
    }
};

/// y and inverse, by two passes in double
template <class S>
InstanceNorm::Result plain_norm(const MapsOf<S>& x, double eps) {
    InstanceNorm::Result r;
    const Index pixels = x.extent(2) * x.extent(3);
    for (Index plane = 0; plane < x.extent(0) * x.extent(1); ++plane) {
        const S* p = x.data() + plane * pixels;
        double mean = 0, variance = 0;
        for (Index i = 0; i < pixels; ++i) mean += double(p[i]) / double(pixels);
        for (Index i = 0; i < pixels; ++i) variance += (double(p[i]) - mean) * (double(p[i]) - mean) / double(pixels);
        r.inverse.push_back(1 / std::sqrt(variance + eps));
        for (Index i = 0; i < pixels; ++i) r.y.push_back((double(p[i]) - mean) * r.inverse.back());
    }
    return r;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(has_mean_zero_and_deviation_one, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto x = random_maps<S>(shape, 1);
        auto y = unwritten<S>(shape);
        auto inverse = unwritten_rows<S>(shape[0], shape[1]);
        ops::instance_norm(c, x.view(), S(1e-8), y.view(), inverse.view());
        const auto expected = plain_norm(x, double(S(1e-8)));
        BOOST_TEST(finite_difference::error_of(values(y), expected.y) < 2 * tolerance<S>);
        BOOST_TEST(finite_difference::error_of(values(inverse), expected.inverse) < tolerance<S>);
        ops::instance_norm(c, x.view(), S(1e-8), x.view(), inverse.view());
        BOOST_TEST(same_bits(values(x), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE(a_large_plane_far_from_zero_keeps_single_precision) {
    Context<Cpu> c({1, kernels_under_test()});
    const Shape shape{1, 1, 1024, 1024};
    auto x = random_maps<float>(shape, 2);
    for (Index i = 0; i < x.size(); ++i) x.data()[i] += 30.f;
    auto y = unwritten<float>(shape);
    auto inverse = unwritten_rows<float>(1, 1);
    ops::instance_norm(c, x.view(), 1e-8f, y.view(), inverse.view());
    const auto expected = plain_norm(x, 1e-8);
    BOOST_TEST(finite_difference::error_of(values(inverse), expected.inverse) < 2e-7);
    BOOST_TEST(finite_difference::error_of(values(y), expected.y) < 1e-6);
}

BOOST_AUTO_TEST_CASE(moments_of_drifting_blocks_are_joined) {
    std::vector<float> x(20000);
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        mean += (x[i] = static_cast<float>(i) * 0.01f + (i % 3 == 0 ? 1.f : 0.f)) / double(x.size());
    for (float v : x) variance += (v - mean) * (v - mean) / double(x.size());
    const auto m = ops::moments(static_cast<Index>(x.size()), x.data());
    BOOST_TEST(std::abs(m.mean - mean) < 1e-6 * mean);
    BOOST_TEST(std::abs(m.variance - variance) < 1e-6 * variance);
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes) {
        const InstanceNorm f{c, shape};
        finite_difference::check_derivatives(
            {[&](const Values& x) { return f.run(x).y; },
             [&](const Values& x, const Values& dy) { return f.gradient(x, dy); },
             [&](const Values& x, const Values& x_dot) { return f.tangent(x, x_dot).y; },
             [&](const auto&... all) { return f.gradient_tangent(all...); }},
            size_of(shape), 3);
    }
}

BOOST_AUTO_TEST_CASE(outputs_may_be_inputs) {
    Context<Double> c({1, kernels_under_test()});
    const Shape shape{2, 3, 5, 7};
    const InstanceNorm f{c, shape};
    const Values x = finite_difference::normal_values(size_of(shape), 4),
                 d = finite_difference::normal_values(size_of(shape), 5);
    const auto r = f.run(x), t = f.tangent(x, d);
    Values dx = d, y_dot = d, rate(t.inverse.size()), dx_dot = d;
    ops::instance_norm_gradient(c, view(r.y, shape), f.rows(r.inverse), view(dx, shape), view(dx, shape));
    BOOST_TEST(same_bits(dx, f.gradient(x, d)));
    ops::instance_norm_tangent(c, view(r.y, shape), f.rows(r.inverse), view(y_dot, shape), view(y_dot, shape),
                               f.rows(rate));
    BOOST_TEST(same_bits(y_dot, t.y));
    ops::instance_norm_gradient_tangent(c, view(r.y, shape), f.rows(r.inverse), view(t.y, shape), f.rows(t.inverse),
                                        view(x, shape), view(f.gradient(x, x), shape), view(dx_dot, shape),
                                        view(dx_dot, shape));
    BOOST_TEST(same_bits(dx_dot, f.gradient_tangent(x, d, x, d)));
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 6), d = random_maps<float>(large_shape, 7);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape), dx = unwritten<float>(large_shape),
             y_dot = unwritten<float>(large_shape), dx_dot = unwritten<float>(large_shape);
        auto inverse = unwritten_rows<float>(2, 3), rate = unwritten_rows<float>(2, 3);
        ops::instance_norm(c, x.view(), 1e-8f, y.view(), inverse.view());
        ops::instance_norm_gradient(c, y.view(), inverse.view(), d.view(), dx.view());
        ops::instance_norm_tangent(c, y.view(), inverse.view(), x.view(), y_dot.view(), rate.view());
        ops::instance_norm_gradient_tangent(c, y.view(), inverse.view(), y_dot.view(), rate.view(), d.view(), dx.view(),
                                            x.view(), dx_dot.view());
        return finite_difference::joined({values(y), values(dx), values(y_dot), values(dx_dot), values(rate)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({2, 3, 4, 5}, 8), other = random_maps<float>({2, 3, 5, 4}, 9);
    auto rows = random_rows<float>(2, 3, 10), wrong = random_rows<float>(3, 2, 11);
    const auto a = x.view(), b = other.view();
    const auto r = rows.view(), q = wrong.view();
    BOOST_CHECK_THROW(ops::instance_norm(c, a, 1e-8f, b, r), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm(c, a, 1e-8f, a, q), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_gradient(c, a, r, b, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_gradient(c, a, q, a, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_tangent(c, a, r, b, a, r), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_tangent(c, a, r, a, a, q), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_gradient_tangent(c, a, r, a, r, a, a, b, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::instance_norm_gradient_tangent(c, a, r, a, q, a, a, a, a), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
