// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/style/style_modulation.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(style_modulation)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

/// The four functions on flat values: the maps, then the style.
struct StyleModulation {
    Context<Double>& c;
    Shape shape;

    [[nodiscard]] std::size_t maps_size() const { return static_cast<std::size_t>(size_of(shape)); }
    [[nodiscard]] Index size() const { return size_of(shape) + 2 * shape[0] * shape[1]; }
    [[nodiscard]] stylegan::Rows<const double> style(const Values& all) const {
        return {all.data() + maps_size(), {shape[0], 2 * shape[1]}};
    }
    [[nodiscard]] stylegan::Rows<double> style(Values& all) const {
        return {all.data() + maps_size(), {shape[0], 2 * shape[1]}};
    }
    [[nodiscard]] Values unwritten_all() const { return Values(static_cast<std::size_t>(size()), NAN); }

    [[nodiscard]] Values forward(const Values& x) const {
        Values y(maps_size(), NAN);
        ops::style_modulation(c, view(x, shape), style(x), view(y, shape));
        return y;
    }
    [[nodiscard]] Values gradient(const Values& x, const Values& dy) const {
        Values dx = unwritten_all();
        ops::style_modulation_gradient(c, view(x, shape), style(x), view(dy, shape), view(dx, shape), style(dx));
        return dx;
    }
    [[nodiscard]] Values tangent(const Values& x, const Values& x_dot) const {
        Values y_dot(maps_size(), NAN);
        ops::style_modulation_tangent(c, view(x, shape), style(x), view(x_dot, shape), style(x_dot),
                                      view(y_dot, shape));
        return y_dot;
    }
    [[nodiscard]] Values gradient_tangent(const Values& x, const Values& x_dot, const Values& dy,
                                          const Values& dy_dot) const {
        Values dx_dot = unwritten_all();
        ops::style_modulation_gradient_tangent(c, view(x, shape), style(x), view(x_dot, shape), style(x_dot),
                                               view(dy, shape), view(dy_dot, shape), view(dx_dot, shape),
                                               style(dx_dot));
        return dx_dot;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(scales_and_shifts_each_plane, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Shape& shape : odd_shapes) {
        auto x = random_maps<S>(shape, 1);
        const auto style = random_rows<S>(shape[0], 2 * shape[1], 2);
        auto y = unwritten<S>(shape);
        ops::style_modulation(c, x.view(), style.view(), y.view());
        Values expected;
        for (Index n = 0; n < shape[0]; ++n)
            for (Index k = 0; k < shape[1]; ++k)
                for (Index i = 0; i < shape[2] * shape[3]; ++i)
                    expected.push_back(double(x.view().as(shape[0], shape[1], shape[2] * shape[3])(n, k, i)) *
                                           (double(style.view()(n, k)) + 1) +
                                       double(style.view()(n, shape[1] + k)));
        BOOST_TEST(finite_difference::error_of(values(y), expected) < tolerance<S>);
        ops::style_modulation(c, x.view(), style.view(), x.view());
        BOOST_TEST(same_bits(values(x), values(y)), "in place");
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    for (const Shape& shape : small_shapes) {
        const StyleModulation f{c, shape};
        finite_difference::check_derivatives({[&](const Values& x) { return f.forward(x); },
                                              [&](const Values& x, const Values& dy) { return f.gradient(x, dy); },
                                              [&](const Values& x, const Values& x_dot) { return f.tangent(x, x_dot); },
                                              [&](const auto&... all) { return f.gradient_tangent(all...); }},
                                             f.size(), 3);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_wanted_may_be_empty_and_outputs_may_be_inputs) {
    Context<Double> c({1, kernels_under_test()});
    const Shape shape{2, 3, 5, 7};
    const StyleModulation f{c, shape};
    const Values x = finite_difference::normal_values(f.size(), 4),
                 dy = finite_difference::normal_values(size_of(shape), 5);
    const Values dy_dot = finite_difference::normal_values(size_of(shape), 6);
    Values still = finite_difference::normal_values(f.size(), 7);
    std::fill(still.begin() + size_of(shape), still.end(), 0.0);
    const auto first = [&](Values v) { return Values(v.begin(), v.begin() + size_of(shape)); };

    Values dx = dy, y_dot = first(still), dx_dot = dy_dot;
    ops::style_modulation_gradient(c, view(x, shape), f.style(x), view(dx, shape), view(dx, shape), {});
    BOOST_TEST(finite_difference::error_of(dx, first(f.gradient(x, dy))) < 1e-14);
    ops::style_modulation_tangent(c, view(x, shape), f.style(x), view(y_dot, shape), {}, view(y_dot, shape));
    BOOST_TEST(finite_difference::error_of(y_dot, f.tangent(x, still)) < 1e-14);
    ops::style_modulation_gradient_tangent(c, view(x, shape), f.style(x), view(still, shape), {}, view(dy, shape),
                                           view(dx_dot, shape), view(dx_dot, shape), {});
    BOOST_TEST(finite_difference::error_of(dx_dot, first(f.gradient_tangent(x, still, dy, dy_dot))) < 1e-14);

    Values all = f.unwritten_all();
    std::copy(dy.begin(), dy.end(), all.begin());
    ops::style_modulation_gradient(c, view(x, shape), f.style(x), view(all, shape), view(all, shape), f.style(all));
    BOOST_TEST(same_bits(all, f.gradient(x, dy)), "in place");
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const auto x = random_maps<float>(large_shape, 8), d = random_maps<float>(large_shape, 9);
    const auto style = random_rows<float>(2, 6, 10), style_dot = random_rows<float>(2, 6, 11);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(large_shape), dx = unwritten<float>(large_shape),
             y_dot = unwritten<float>(large_shape), dx_dot = unwritten<float>(large_shape);
        auto dstyle = unwritten_rows<float>(2, 6), dstyle_dot = unwritten_rows<float>(2, 6);
        ops::style_modulation(c, x.view(), style.view(), y.view());
        ops::style_modulation_gradient(c, x.view(), style.view(), d.view(), dx.view(), dstyle.view());
        ops::style_modulation_tangent(c, x.view(), style.view(), d.view(), style_dot.view(), y_dot.view());
        ops::style_modulation_gradient_tangent(c, x.view(), style.view(), d.view(), style_dot.view(), x.view(),
                                               d.view(), dx_dot.view(), dstyle_dot.view());
        return finite_difference::joined(
            {values(y), values(dx), values(y_dot), values(dx_dot), values(dstyle), values(dstyle_dot)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({2, 3, 4, 5}, 12), other = random_maps<float>({2, 3, 5, 4}, 13);
    auto rows = random_rows<float>(2, 6, 14), wrong = random_rows<float>(2, 3, 15);
    const auto a = x.view(), b = other.view();
    const auto s = rows.view(), q = wrong.view();
    BOOST_CHECK_THROW(ops::style_modulation(c, a, q, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation(c, a, s, b), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_gradient(c, a, s, b, a, s), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_gradient(c, a, s, a, a, q), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_tangent(c, a, s, b, s, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_tangent(c, a, s, a, q, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_gradient_tangent(c, a, s, a, s, a, b, a, s), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::style_modulation_gradient_tangent(c, a, s, a, s, a, a, a, q), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
