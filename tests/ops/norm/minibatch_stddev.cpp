// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/norm/minibatch_stddev.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <tuple>

BOOST_AUTO_TEST_SUITE(minibatch_stddev)

namespace ops = stylegan::ops;
using namespace maps;
using Scalars = std::tuple<float, double>;

namespace {

struct Case {
    Shape shape;
    int group, features;

    [[nodiscard]] Shape out() const { return {shape[0], shape[1] + features, shape[2], shape[3]}; }
};

/// Batches smaller than, equal to and several times the group; one and several features; partial vectors.
const std::vector<Case> cases{{{1, 1, 1, 1}, 4, 1},  {{1, 4, 3, 2}, 4, 2}, {{2, 3, 5, 7}, 4, 1},  {{3, 3, 2, 3}, 4, 3},
                              {{4, 5, 1, 1}, 4, 1},  {{8, 4, 3, 3}, 4, 2}, {{12, 2, 3, 1}, 4, 1}, {{6, 2, 2, 5}, 3, 2},
                              {{4, 20, 2, 2}, 2, 1}, {{3, 2, 2, 2}, 1, 1}};

/// By the definition: reshape to (G, M, F, C / F, H, W).
template <class S>
Values plain(const MapsOf<S>& x, const Case& k, double eps) {
    const auto [batch, channels, height, width] = k.shape;
    const Index members = std::min<Index>(k.group, batch), groups = batch / members,
                per_feature = channels / k.features;
    const auto v = x.view();
    Values y(static_cast<std::size_t>(size_of(k.out())));
    const auto out = view(y, k.out());
    for (Index n = 0; n < batch; ++n)
        for (Index h = 0; h < height; ++h)
            for (Index w = 0; w < width; ++w) {
                for (Index c = 0; c < channels; ++c) out(n, c, h, w) = double(v(n, c, h, w));
                for (Index f = 0; f < k.features; ++f) {
                    double total = 0;
                    for (Index c = f * per_feature; c < (f + 1) * per_feature; ++c)
                        for (Index p = 0; p < height; ++p)
                            for (Index q = 0; q < width; ++q) {
                                double mean = 0, variance = 0;
                                for (Index g = 0; g < members; ++g)
                                    mean += double(v(g * groups + n % groups, c, p, q)) / double(members);
                                for (Index g = 0; g < members; ++g) {
                                    const double d = double(v(g * groups + n % groups, c, p, q)) - mean;
                                    variance += d * d / double(members);
                                }
                                total += std::sqrt(variance + eps);
                            }
                    out(n, channels + f, h, w) = total / double(per_feature * height * width);
                }
            }
    return y;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(appends_the_mean_deviation_of_each_group, S, Scalars) {
    Context<BasicCpu<S>> c({1, kernels_under_test()});
    for (const Case& k : cases) {
        const auto x = random_maps<S>(k.shape, 1);
        auto y = unwritten<S>(k.out());
        ops::minibatch_stddev(c, x.view(), k.group, k.features, S(1e-8), y.view());
        BOOST_TEST(finite_difference::error_of(values(y), plain(x, k, double(S(1e-8)))) < tolerance<S>);
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Context<Double> c({1, kernels_under_test()});
    const double eps = 0.01;
    for (const Case& k : cases) {
        const Shape& shape = k.shape;
        const auto empty = [](const Shape& s) { return Values(static_cast<std::size_t>(size_of(s)), NAN); };
        finite_difference::Differentiable f;
        f.forward = [&](const Values& x) {
            Values y = empty(k.out());
            ops::minibatch_stddev(c, view(x, shape), k.group, k.features, eps, view(y, k.out()));
            return y;
        };
        f.gradient = [&](const Values& x, const Values& dy) {
            Values dx = empty(shape);
            ops::minibatch_stddev_gradient(c, view(x, shape), k.group, k.features, eps, view(dy, k.out()),
                                           view(dx, shape));
            return dx;
        };
        f.tangent = [&](const Values& x, const Values& x_dot) {
            Values y_dot = empty(k.out());
            ops::minibatch_stddev_tangent(c, view(x, shape), k.group, k.features, eps, view(x_dot, shape),
                                          view(y_dot, k.out()));
            return y_dot;
        };
        f.gradient_tangent = [&](const Values& x, const Values& x_dot, const Values& dy, const Values& dy_dot) {
            Values dx_dot = empty(shape);
            ops::minibatch_stddev_gradient_tangent(c, view(x, shape), k.group, k.features, eps, view(x_dot, shape),
                                                   view(dy, k.out()), view(dy_dot, k.out()), view(dx_dot, shape));
            return dx_dot;
        };
        finite_difference::check_derivatives(f, size_of(shape), 2);
    }
}

BOOST_AUTO_TEST_CASE(does_not_depend_on_threads) {
    const Case k{{12, 64, 9, 9}, 4, 2};
    const auto x = random_maps<float>(k.shape, 3), x_dot = random_maps<float>(k.shape, 4);
    const auto dy = random_maps<float>(k.out(), 5), dy_dot = random_maps<float>(k.out(), 6);
    check_threads([&](Context<Cpu>& c) {
        auto y = unwritten<float>(k.out()), y_dot = unwritten<float>(k.out());
        auto dx = unwritten<float>(k.shape), dx_dot = unwritten<float>(k.shape);
        ops::minibatch_stddev(c, x.view(), 4, 2, 1e-8f, y.view());
        ops::minibatch_stddev_gradient(c, x.view(), 4, 2, 1e-8f, dy.view(), dx.view());
        ops::minibatch_stddev_tangent(c, x.view(), 4, 2, 1e-8f, x_dot.view(), y_dot.view());
        ops::minibatch_stddev_gradient_tangent(c, x.view(), 4, 2, 1e-8f, x_dot.view(), dy.view(), dy_dot.view(),
                                               dx_dot.view());
        return finite_difference::joined({values(y), values(dx), values(y_dot), values(dx_dot)});
    });
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1, kernels_under_test()});
    auto x = random_maps<float>({6, 4, 2, 2}, 7), y = unwritten<float>({6, 5, 2, 2});
    const auto a = x.view(), b = y.view();
    BOOST_CHECK_NO_THROW(ops::minibatch_stddev(c, a, 3, 1, 1e-8f, b));
    BOOST_CHECK_EXCEPTION(ops::minibatch_stddev(c, a, 4, 1, 1e-8f, b), stylegan::ShapeError, [](const auto& e) {
        return std::string(e.what()) == "minibatch_stddev: batch of x is 6, expected a multiple of the group size 4";
    });
    BOOST_CHECK_THROW(ops::minibatch_stddev(c, a, 3, 3, 1e-8f, b), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::minibatch_stddev(c, a, 3, 2, 1e-8f, b), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::minibatch_stddev(c, a, 0, 1, 1e-8f, b), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::minibatch_stddev(c, a, 3, 0, 1e-8f, b), stylegan::ValueError);
    BOOST_CHECK_THROW(ops::minibatch_stddev_gradient(c, a, 3, 1, 1e-8f, a, a), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::minibatch_stddev_tangent(c, a, 3, 1, 1e-8f, b, b), stylegan::ShapeError);
    BOOST_CHECK_THROW(ops::minibatch_stddev_gradient_tangent(c, a, 3, 1, 1e-8f, a, b, a, a), stylegan::ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
