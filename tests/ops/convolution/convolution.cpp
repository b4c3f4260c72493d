// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include "ops/convolution_checks.hpp"

#include <algorithm>
#include <tuple>

BOOST_AUTO_TEST_SUITE(convolution)

namespace ops = stylegan::ops;
using namespace convolution_checks;
using stylegan::Resample;

namespace {

constexpr bool scales_up(Resample kind) { return kind == Resample::up || kind == Resample::up_rotated; }

/// Nearest upscale by 2.
Values upscaled(const Values& x, const Shape& s) {
    const auto at = view(x, s);
    Values large;
    for (Index n = 0; n < s[0]; ++n)
        for (Index i = 0; i < s[1]; ++i)
            for (Index row = 0; row < 2 * s[2]; ++row)
                for (Index column = 0; column < 2 * s[3]; ++column) large.push_back(at(n, i, row / 2, column / 2));
    return large;
}

/// Means of 2x2 pixels.
Values downscaled(const Values& large, const Shape& s) {
    const auto at = view(large, s);
    Values y;
    for (Index n = 0; n < s[0]; ++n)
        for (Index o = 0; o < s[1]; ++o)
            for (Index row = 0; row < s[2]; row += 2)
                for (Index column = 0; column < s[3]; column += 2)
                    y.push_back((at(n, o, row, column) + at(n, o, row, column + 1) + at(n, o, row + 1, column) +
                                 at(n, o, row + 1, column + 1)) /
                                4);
    return y;
}

/// w (3, 3, I, O) rotated by 180 degrees: taps k and 8 - k change places.
Values rotated(Values w, const Shape& s) {
    for (Index k = 0; k < 4; ++k)
        std::swap_ranges(w.begin() + k * s[2] * s[3], w.begin() + (k + 1) * s[2] * s[3],
                         w.begin() + (8 - k) * s[2] * s[3]);
    return w;
}

template <Resample Kind>
struct Convolution {
    static constexpr Resample kind = Kind;

    static Shape output(Shape x, Index outputs) {
        const auto resampled = [](Index n) { return scales_up(Kind) ? 2 * n : Kind == Resample::down ? n / 2 : n; };
        return {x[0], outputs, resampled(x[2]), resampled(x[3])};
    }
    static Values definition(const Values& x, const Shape& xs, const Values& w, const Shape& ws, double scale) {
        if (scales_up(Kind))
            return correlate(upscaled(x, xs), output(xs, xs[1]), Kind == Resample::up_rotated ? rotated(w, ws) : w, ws,
                             scale);
        const Values y = correlate(x, xs, w, ws, scale);
        return Kind == Resample::down ? downscaled(y, {xs[0], ws[3], xs[2], xs[3]}) : y;
    }
    static void forward(auto& c, auto x, auto w, auto scale, auto y) { ops::convolution<Kind>(c, x, w, scale, y); }
    static void input_gradient(auto& c, auto dy, auto w, auto scale, auto dx) {
        ops::convolution_input_gradient<Kind>(c, dy, w, scale, dx);
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto scale, auto dw) {
        ops::convolution_weight_gradient<Kind>(c, x, dy, scale, dw);
    }
};
using Same = Convolution<Resample::none>;
using Up = Convolution<Resample::up>;
using Down = Convolution<Resample::down>;
using Kinds = std::tuple<Same, Up, Convolution<Resample::up_rotated>, Down>;

/// For tests of single values.
std::vector<Sizes> small(Resample kind) {
    if (scales_up(kind))
        return {{{1, 1, 1, 1}, 3, 1}, {{2, 3, 5, 3}, 3, 2}, {{2, 1, 1, 4}, 3, 2}, {{1, 2, 3, 2}, 3, 3}};
    if (kind == Resample::down)
        return {{{1, 1, 2, 2}, 3, 1}, {{2, 3, 4, 6}, 3, 2}, {{2, 1, 2, 8}, 3, 2}, {{1, 2, 6, 2}, 3, 3}};
    return {{{1, 1, 1, 1}, 3, 1}, {{2, 3, 5, 7}, 3, 2}, {{1, 2, 4, 3}, 1, 3},
            {{2, 1, 1, 6}, 3, 2}, {{1, 2, 3, 4}, 5, 2}, {{1, 1, 2, 2}, 7, 1}};
}

/// Numbers of channels near the 8, 16, 32 of a register tile; one picture in several bands and slices; several pictures
/// in one.
std::vector<Sizes> many(Resample kind) {
    if (scales_up(kind))
        return {{{1, 1, 1, 1}, 3, 1},    {{5, 17, 5, 7}, 3, 33},  {{3, 40, 8, 4}, 3, 64},
                {{1, 129, 4, 4}, 3, 32}, {{4, 31, 3, 16}, 3, 15}, {{2, 16, 16, 16}, 3, 48},
                {{1, 64, 34, 34}, 3, 2}, {{2, 3, 64, 68}, 3, 17}, {{16, 32, 4, 4}, 3, 40}};
    if (kind == Resample::down)
        return {{{1, 1, 2, 2}, 3, 1},    {{5, 17, 10, 14}, 3, 33}, {{3, 40, 16, 8}, 3, 64},  {{1, 129, 4, 4}, 3, 32},
                {{4, 31, 6, 32}, 3, 15}, {{2, 16, 32, 32}, 3, 48}, {{1, 20, 70, 66}, 3, 18}, {{2, 24, 100, 90}, 3, 2},
                {{2, 64, 32, 32}, 3, 8}, {{16, 32, 8, 8}, 3, 96}};
    return {{{1, 1, 1, 1}, 3, 1},     {{5, 17, 5, 7}, 3, 33},  {{3, 40, 8, 4}, 3, 64},  {{1, 129, 4, 4}, 3, 32},
            {{2, 16, 9, 2}, 5, 3},    {{4, 31, 3, 16}, 1, 15}, {{2, 3, 16, 16}, 1, 48}, {{1, 20, 70, 66}, 3, 9},
            {{2, 24, 100, 90}, 3, 2}, {{2, 64, 32, 32}, 3, 8}, {{16, 32, 4, 4}, 3, 96}, {{1, 7, 2, 200}, 7, 16},
            {{2, 16, 40, 37}, 1, 3},  {{3, 5, 1, 1}, 1, 4},    {{1, 32, 4, 4}, 3, 144}, {{1, 48, 2, 4}, 5, 32},
            {{2, 16, 2, 3}, 1, 160}};
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_its_definition, Op, Kinds) { check_definition<Op>(small(Op::kind)); }
BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_are_transposes, Op, Kinds) {
    check_gradients_are_transposes<Op>(small(Op::kind));
}
BOOST_AUTO_TEST_CASE_TEMPLATE(single_precision_agrees_with_double, Op, Kinds) {
    check_single_precision<Op>(many(Op::kind));
}
BOOST_AUTO_TEST_CASE_TEMPLATE(single_precision_is_adjoint, Op, Kinds) {
    check_adjoints<Op>(scales_up(Op::kind)          ? Sizes{{3, 33, 9, 6}, 3, 20}
                       : Op::kind == Resample::down ? Sizes{{3, 33, 18, 12}, 3, 20}
                                                    : Sizes{{3, 33, 9, 12}, 3, 20});
}
BOOST_AUTO_TEST_CASE_TEMPLATE(threads_do_not_matter, Op, Kinds) { check_thread_counts<Op>(many(Op::kind)); }
BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_batch_is_no_work, Op, Kinds) { check_empty_batch<Op>(); }
BOOST_AUTO_TEST_CASE_TEMPLATE(shapes_are_checked, Op, Kinds) { check_shapes_are_checked<Op>("convolution"); }

BOOST_AUTO_TEST_CASE_TEMPLATE(pictures_are_independent, Op, Kinds) {
    if (Op::kind == Resample::none) {
        check_pictures_are_independent<Op>({{5, 17, 5, 7}, 3, 33});
        check_pictures_are_independent<Op>({{5, 8, 16, 16}, 3, 64});  // too many pixels to read the kernel in place
        check_pictures_are_independent<Op>({{18, 4, 4, 4}, 1, 16});
        check_pictures_are_independent<Op>({{5, 32, 2, 5}, 3, 144});  // few pixels in one picture, but not in the batch
    } else if (Op::kind == Resample::down) {
        check_pictures_are_independent<Op>({{5, 17, 10, 14}, 3, 33});
        check_pictures_are_independent<Op>({{18, 8, 8, 8}, 3, 64});
    } else {
        check_pictures_are_independent<Op>({{5, 17, 5, 7}, 3, 33});
        check_pictures_are_independent<Op>({{18, 8, 4, 4}, 3, 64});
    }
}

BOOST_AUTO_TEST_CASE(up_is_upscale_then_convolution) {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const auto x = random_maps<float>({2, 18, 6, 8}, 1), w = random_maps<float>({3, 3, 18, 20}, 2);
        auto large = unwritten<float>({2, 18, 12, 16}), y = unwritten<float>({2, 20, 12, 16}), expected = y;
        ops::upscale2d(c, x.view(), 2, large.view());
        Same::forward(c, large.view(), w.view(), 0.5f, expected.view());
        Up::forward(c, x.view(), w.view(), 0.5f, y.view());
        BOOST_TEST(error_of(values(y), values(expected)) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(down_is_convolution_then_downscale) {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const auto x = random_maps<float>({2, 18, 12, 16}, 1), w = random_maps<float>({3, 3, 18, 20}, 2);
        auto large = unwritten<float>({2, 20, 12, 16}), y = unwritten<float>({2, 20, 6, 8}), expected = y;
        Same::forward(c, x.view(), w.view(), 0.5f, large.view());
        ops::downscale2d(c, large.view(), 2, expected.view());
        Down::forward(c, x.view(), w.view(), 0.5f, y.view());
        BOOST_TEST(error_of(values(y), values(expected)) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(kernels_and_sizes_are_checked) {
    Context<Cpu> c({1, kernels_under_test()});
    const auto refused = [&](auto op, const Shape& xs, Index size, const Shape& ys, const char* message) {
        const auto x = random_maps<float>(xs, 1), w = random_maps<float>({size, size, 1, 1}, 2);
        auto y = unwritten<float>(ys);
        check_refused([&] { op.forward(c, x.view(), w.view(), 1.0f, y.view()); }, message);
    };
    refused(Same{}, {1, 1, 4, 4}, 2, {1, 1, 4, 4}, "convolution: size of the kernel is 2, expected an odd number");
    refused(Up{}, {1, 1, 4, 4}, 5, {1, 1, 8, 8}, "convolution: size of the kernel is 5, expected 3");
    refused(Down{}, {1, 1, 4, 5}, 3, {1, 1, 2, 2}, "convolution: width of x is 5, expected an even number");
}

BOOST_AUTO_TEST_SUITE_END()
