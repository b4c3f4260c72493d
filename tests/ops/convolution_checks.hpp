// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "maps.hpp"

#include <stylegan/core/error.hpp>

#include <cmath>
#include <string>
#include <vector>

/// What the tests of convolutions share: one set of laws holds for all kinds of them, and for each of their forms.
///
/// An Op has, each on flat values of any scalar,
///     static Shape output(Shape x, Index outputs);
///     static Values definition(const Values& x, const Shape&, const Values& w, const Shape& w_shape, double scale);
///     static forward(c, x, w, scale, y), input_gradient(c, dy, w, scale, dx), weight_gradient(c, x, dy, scale, dw)
namespace convolution_checks {

using namespace maps;
using finite_difference::dot;
using finite_difference::error_of;
using finite_difference::joined;
using finite_difference::normal_values;
using stylegan::Kernels;
using stylegan::View;

/// x (N, I, H, W), K and O
struct Sizes {
    Shape x;
    Index kernel, outputs;

    [[nodiscard]] Shape w() const { return {kernel, kernel, x[1], outputs}; }
};

/// Zero-padded cross-correlation with w (K, K, I, O), by its definition.
inline Values correlate(const Values& x, const Shape& s, const Values& w, const Shape& ws, double scale) {
    const auto at = view(x, s);
    const auto weight = view(w, ws);
    Values y;
    for (Index n = 0; n < s[0]; ++n)
        for (Index o = 0; o < ws[3]; ++o)
            for (Index row = 0; row < s[2]; ++row)
                for (Index column = 0; column < s[3]; ++column) {
                    double sum = 0;
                    for (Index ky = 0; ky < ws[0]; ++ky)
                        for (Index kx = 0; kx < ws[1]; ++kx) {
                            const Index v = row + ky - ws[0] / 2, u = column + kx - ws[1] / 2;
                            if (v < 0 || v >= s[2] || u < 0 || u >= s[3]) continue;
                            for (Index i = 0; i < s[1]; ++i) sum += at(n, i, v, u) * weight(ky, kx, i, o);
                        }
                    y.push_back(scale * sum);
                }
    return y;
}

/// Everything an Op computes from the same normal values, in the precision S.
template <class Op, class S>
struct Results {
    Values y, dx, dw;

    Results(Context<BasicCpu<S>>& c, const Sizes& sizes, double scale = 0.75, unsigned seed = 1) {
        const Shape ws = sizes.w(), ys = Op::output(sizes.x, sizes.outputs);
        const auto x = random_maps<S>(sizes.x, seed), w = random_maps<S>(ws, seed + 1),
                   dy = random_maps<S>(ys, seed + 2);
        auto to_y = unwritten<S>(ys), to_dx = unwritten<S>(sizes.x),
             to_dw = random_maps<S>(ws, seed + 3);  // dw is added to
        Op::forward(c, x.view(), w.view(), static_cast<S>(scale), to_y.view());
        Op::input_gradient(c, dy.view(), w.view(), static_cast<S>(scale), to_dx.view());
        Op::weight_gradient(c, x.view(), dy.view(), static_cast<S>(scale), to_dw.view());
        y = values(to_y);
        dx = values(to_dx);
        dw = values(to_dw);
    }

    [[nodiscard]] Values all() const { return joined({y, dx, dw}); }
};

inline constexpr Kernels all_kernels[] = {Kernels::fast, Kernels::eigen, Kernels::plain};

/// The double-precision op is what its definition says.
template <class Op>
void check_definition(const std::vector<Sizes>& all) {
    for (Kernels kernels : {Kernels::eigen, Kernels::plain})
        for (const Sizes& sizes : all) {
            Context<Double> c({2, kernels});
            const Shape ys = Op::output(sizes.x, sizes.outputs);
            const Values x = normal_values(size_of(sizes.x), 1), w = normal_values(size_of(sizes.w()), 2);
            Values y(static_cast<std::size_t>(size_of(ys)), NAN);
            Op::forward(c, view(x, sizes.x), view(w, sizes.w()), 0.75, view(y, ys));
            BOOST_TEST(error_of(y, Op::definition(x, sizes.x, w, sizes.w(), 0.75)) < 1e-13);
        }
}

/// <op(x, w), dy> = <x, input_gradient(dy, w)> = <w, weight_gradient(x, dy)> for the x and w with a single one,
/// wherever it stands: the gradients are right value by value.
template <class Op>
void check_gradients_are_transposes(const std::vector<Sizes>& all) {
    for (Kernels kernels : {Kernels::eigen, Kernels::plain})
        for (const Sizes& sizes : all) {
            Context<Double> c({2, kernels});
            const Shape ws = sizes.w(), ys = Op::output(sizes.x, sizes.outputs);
            const Values x = normal_values(size_of(sizes.x), 1), w = normal_values(size_of(ws), 2),
                         dy = normal_values(size_of(ys), 3), dw_before = normal_values(size_of(ws), 4);
            Values y(dy.size()), dx(x.size(), NAN), dw = dw_before;
            Op::input_gradient(c, view(dy, ys), view(w, ws), 0.75, view(dx, sizes.x));
            Op::weight_gradient(c, view(x, sizes.x), view(dy, ys), 0.75, view(dw, ws));
            for (std::size_t i = 0; i < x.size(); ++i) {
                Values one(x.size(), 0.0);
                one[i] = 1;
                Op::forward(c, view(one, sizes.x), view(w, ws), 0.75, view(y, ys));
                BOOST_TEST(std::abs(dot(y, dy) - dx[i]) < 1e-11);
            }
            for (std::size_t i = 0; i < w.size(); ++i) {
                Values one(w.size(), 0.0);
                one[i] = 1;
                Op::forward(c, view(x, sizes.x), view(one, ws), 0.75, view(y, ys));
                BOOST_TEST(std::abs(dot(y, dy) - (dw[i] - dw_before[i])) < 1e-11);
            }
        }
}

/// Compares all kernels in single precision, and Eigen in double, with plain loops in double.
/// @param which  of the implementations
template <class Op>
void check_single_precision(const std::vector<Sizes>& all,
                            const std::vector<Kernels>& which = {Kernels::fast, Kernels::eigen, Kernels::plain}) {
    Context<Double> reference({2, Kernels::plain});
    for (const Sizes& sizes : all) {
        const Results<Op, double> expected(reference, sizes);
        if (which.size() > 1) {
            Context<Double> in_eigen({2, Kernels::eigen});
            BOOST_TEST(error_of(Results<Op, double>(in_eigen, sizes).all(), expected.all()) < 1e-13);
        }
        for (Kernels kernels : which) {
            Context<Cpu> c({2, kernels});
            const Results<Op, float> found(c, sizes);
            BOOST_TEST_CONTEXT("x (" << sizes.x[0] << ", " << sizes.x[1] << ", " << sizes.x[2] << ", " << sizes.x[3]
                                     << "), w " << sizes.kernel << "x" << sizes.kernel << " to " << sizes.outputs
                                     << ", " << stylegan::name_of(kernels)) {
                BOOST_TEST(error_of(found.y, expected.y) < 1e-5, "y");
                BOOST_TEST(error_of(found.dx, expected.dx) < 1e-5, "dx");
                BOOST_TEST(error_of(found.dw, expected.dw) < 1e-5, "dw");
            }
        }
    }
}

/// <op(x, w), dy> = <x, dx> = <w, dw> in single precision, where the three are computed in different ways.
template <class Op>
void check_adjoints(const Sizes& sizes) {
    for (Kernels kernels : {Kernels::fast, Kernels::eigen}) {
        Context<Cpu> c({2, kernels});
        const Shape ws = sizes.w(), ys = Op::output(sizes.x, sizes.outputs);
        const auto x = random_maps<float>(sizes.x, 1), w = random_maps<float>(ws, 2), dy = random_maps<float>(ys, 3);
        auto y = unwritten<float>(ys), dx = unwritten<float>(sizes.x), dw = random_maps<float>(ws, 4);
        std::fill_n(dw.data(), dw.size(), 0.0f);
        Op::forward(c, x.view(), w.view(), 0.5f, y.view());
        Op::input_gradient(c, dy.view(), w.view(), 0.5f, dx.view());
        Op::weight_gradient(c, x.view(), dy.view(), 0.5f, dw.view());
        const double scale = std::sqrt(dot(values(y), values(y)) * dot(values(dy), values(dy)));
        BOOST_TEST(std::abs(dot(values(y), values(dy)) - dot(values(x), values(dx))) < 1e-6 * scale);
        BOOST_TEST(std::abs(dot(values(y), values(dy)) - dot(values(w), values(dw))) < 1e-6 * scale);
    }
}

/// The same bits with 1, 2 and 3 threads.
template <class Op>
void check_thread_counts(const std::vector<Sizes>& all,
                         const std::vector<Kernels>& which = {Kernels::fast, Kernels::eigen}) {
    for (Kernels kernels : which)
        for (const Sizes& sizes : all)
            check_threads([&](Context<Cpu>& c) { return Results<Op, float>(c, sizes).all(); }, kernels);
}

/// y and dx of one picture have the same bits whatever else is in the batch.
template <class Op>
void check_pictures_are_independent(const Sizes& sizes,
                                    const std::vector<Kernels>& which = {Kernels::fast, Kernels::eigen}) {
    for (Kernels kernels : which) {
        Context<Cpu> c({2, kernels});
        const Shape ws = sizes.w(), ys = Op::output(sizes.x, sizes.outputs);
        const auto x = random_maps<float>(sizes.x, 1), w = random_maps<float>(ws, 2), dy = random_maps<float>(ys, 3);
        auto y = unwritten<float>(ys), dx = unwritten<float>(sizes.x);
        Op::forward(c, x.view(), w.view(), 0.5f, y.view());
        Op::input_gradient(c, dy.view(), w.view(), 0.5f, dx.view());
        for (Index n = 0; n < sizes.x[0]; ++n) {
            auto y1 = unwritten<float>({1, ys[1], ys[2], ys[3]}),
                 dx1 = unwritten<float>({1, sizes.x[1], sizes.x[2], sizes.x[3]});
            Op::forward(c, x.view().part(n, 1), w.view(), 0.5f, y1.view());
            Op::input_gradient(c, dy.view().part(n, 1), w.view(), 0.5f, dx1.view());
            BOOST_TEST(same_bits(values(y1), Values(y.data() + n * y1.size(), y.data() + (n + 1) * y1.size())));
            BOOST_TEST(same_bits(values(dx1), Values(dx.data() + n * dx1.size(), dx.data() + (n + 1) * dx1.size())));
        }
    }
}

/// An empty batch has no results and adds nothing to the weight's gradient.
template <class Op>
void check_empty_batch() {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const Results<Op, float> none(c, {{0, 3, 4, 6}, 3, 5});
        BOOST_TEST(none.y.empty());
        BOOST_TEST(none.dx.empty());
        BOOST_TEST(same_bits(none.dw, values(random_maps<float>({3, 3, 3, 5}, 4))));
    }
}

/// f throws a ShapeError whose message is `expected`.
template <class F>
void check_refused(const F& f, const std::string& expected) {
    BOOST_CHECK_EXCEPTION(f(), stylegan::ShapeError, [&](const stylegan::ShapeError& e) {
        BOOST_TEST(e.what() == expected);
        return true;
    });
}

/// Forward and both gradients must refuse shapes that do not match, one mistake at a time.
template <class Op>
void check_shapes_are_checked(const std::string& name) {
    Context<Cpu> c({1});
    const auto refuse = [&](const Shape& xs, const Shape& ws, const Shape& ys, const std::string& message) {
        auto x = random_maps<float>(xs, 1), w = random_maps<float>(ws, 2), y = random_maps<float>(ys, 3);
        check_refused([&] { Op::forward(c, x.view(), w.view(), 1.0f, y.view()); }, name + message);
        check_refused([&] { Op::input_gradient(c, y.view(), w.view(), 1.0f, x.view()); },
                      name + "_input_gradient" + message);
        check_refused([&] { Op::weight_gradient(c, x.view(), y.view(), 1.0f, w.view()); },
                      name + "_weight_gradient" + message);
    };
    const Shape x{2, 3, 4, 6}, w{3, 3, 3, 5}, y = Op::output(x, 5);
    const auto said = [](const char* what, Index found, Index expected) {
        return ": " + std::string(what) + " is " + std::to_string(found) + ", expected " + std::to_string(expected);
    };
    refuse(x, {3, 1, 3, 5}, y, said("width of the kernel", 1, 3));
    refuse(x, {3, 3, 4, 5}, y, said("number of input channels of the kernel", 4, 3));
    refuse(x, {3, 3, 3, 6}, y, said("number of output channels of the kernel", 6, 5));
    refuse(x, w, {3, y[1], y[2], y[3]}, said("batch of y", 3, 2));
    refuse(x, w, {2, y[1], y[2] + 1, y[3]}, said("height of y", y[2] + 1, y[2]));
    refuse(x, w, {2, y[1], y[2], 1}, said("width of y", 1, y[3]));
}

}  // namespace convolution_checks
