// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/convolution/upscale_convolution.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>

#include "ops/convolution_checks.hpp"

#include <algorithm>

BOOST_AUTO_TEST_SUITE(upscale_convolution)

namespace ops = stylegan::ops;
using namespace convolution_checks;

namespace {

template <bool Rotated>
struct UpscaleConvolution {
    static Shape output(Shape x, Index outputs) { return {x[0], outputs, 2 * x[2], 2 * x[3]}; }

    static Values definition(const Values& x, const Shape& xs, Values w, const Shape& ws, double scale) {
        const Shape up = output(xs, xs[1]);
        const auto at = view(x, xs);
        Values large;
        for (Index n = 0; n < up[0]; ++n)
            for (Index i = 0; i < up[1]; ++i)
                for (Index row = 0; row < up[2]; ++row)
                    for (Index column = 0; column < up[3]; ++column) large.push_back(at(n, i, row / 2, column / 2));
        if (Rotated)
            for (Index k = 0; k < 4; ++k)  // taps k and 8 - k
                std::swap_ranges(w.begin() + k * ws[2] * ws[3], w.begin() + (k + 1) * ws[2] * ws[3],
                                 w.begin() + (8 - k) * ws[2] * ws[3]);
        return correlate(large, up, w, ws, scale);
    }
    static void forward(auto& c, auto x, auto w, auto scale, auto y) {
        ops::upscale_convolution(c, x, w, scale, Rotated, y);
    }
    static void input_gradient(auto& c, auto dy, auto w, auto scale, auto dx) {
        ops::upscale_convolution_input_gradient(c, dy, w, scale, Rotated, dx);
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto scale, auto dw) {
        ops::upscale_convolution_weight_gradient(c, x, dy, scale, Rotated, dw);
    }
};
using Kinds = std::tuple<UpscaleConvolution<false>, UpscaleConvolution<true>>;

const std::vector<Sizes> small{{{1, 1, 1, 1}, 3, 1}, {{2, 3, 5, 3}, 3, 2}, {{2, 1, 1, 4}, 3, 2}, {{1, 2, 3, 2}, 3, 3}};

const std::vector<Sizes> many{{{1, 1, 1, 1}, 3, 1},    {{5, 17, 5, 7}, 3, 33},  {{3, 40, 8, 4}, 3, 64},
                              {{1, 129, 4, 4}, 3, 32}, {{4, 31, 3, 16}, 3, 15}, {{2, 16, 16, 16}, 3, 48},
                              {{1, 64, 34, 34}, 3, 2}, {{2, 3, 64, 68}, 3, 17}, {{16, 32, 4, 4}, 3, 40}};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(is_its_definition, Op, Kinds) { check_definition<Op>(small); }
BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_are_transposes, Op, Kinds) { check_gradients_are_transposes<Op>(small); }
BOOST_AUTO_TEST_CASE_TEMPLATE(single_precision_agrees_with_double, Op, Kinds) { check_single_precision<Op>(many); }
BOOST_AUTO_TEST_CASE_TEMPLATE(single_precision_is_adjoint, Op, Kinds) { check_adjoints<Op>({{3, 33, 9, 6}, 3, 20}); }
BOOST_AUTO_TEST_CASE_TEMPLATE(threads_do_not_matter, Op, Kinds) { check_thread_counts<Op>(many); }
BOOST_AUTO_TEST_CASE_TEMPLATE(pictures_are_independent, Op, Kinds) {
    check_pictures_are_independent<Op>({{5, 17, 5, 7}, 3, 33});
    check_pictures_are_independent<Op>({{18, 8, 4, 4}, 3, 64});
}
BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_batch_is_no_work, Op, Kinds) { check_empty_batch<Op>(); }

BOOST_AUTO_TEST_CASE(is_upscale_then_convolution) {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const auto x = random_maps<float>({2, 18, 6, 8}, 1), w = random_maps<float>({3, 3, 18, 20}, 2);
        auto large = unwritten<float>({2, 18, 12, 16}), y = unwritten<float>({2, 20, 12, 16}), expected = y;
        ops::upscale2d(c, x.view(), 2, large.view());
        ops::convolution(c, large.view(), w.view(), 0.5f, expected.view());
        ops::upscale_convolution(c, x.view(), w.view(), 0.5f, false, y.view());
        BOOST_TEST(error_of(values(y), values(expected)) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    check_shapes_are_checked<UpscaleConvolution<false>>("upscale_convolution");
    Context<Cpu> c({1, kernels_under_test()});
    const auto x = random_maps<float>({1, 1, 4, 4}, 1), w = random_maps<float>({5, 5, 1, 1}, 2);
    auto y = unwritten<float>({1, 1, 8, 8});
    check_refused([&] { ops::upscale_convolution(c, x.view(), w.view(), 1.0f, false, y.view()); },
                  "upscale_convolution: size of the kernel is 5, expected 3");
}

BOOST_AUTO_TEST_SUITE_END()
