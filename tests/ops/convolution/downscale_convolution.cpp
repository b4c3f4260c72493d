// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/convolution/downscale_convolution.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>

#include "ops/convolution_checks.hpp"

BOOST_AUTO_TEST_SUITE(downscale_convolution)

namespace ops = stylegan::ops;
using namespace convolution_checks;

namespace {

struct DownscaleConvolution {
    static Shape output(Shape x, Index outputs) { return {x[0], outputs, x[2] / 2, x[3] / 2}; }

    static Values definition(const Values& x, const Shape& xs, const Values& w, const Shape& ws, double scale) {
        const Values large = correlate(x, xs, w, ws, scale);
        const Shape s{xs[0], ws[3], xs[2], xs[3]}, down = output(xs, ws[3]);
        const auto at = view(large, s);
        Values y;
        for (Index n = 0; n < down[0]; ++n)
            for (Index o = 0; o < down[1]; ++o)
                for (Index row = 0; row < s[2]; row += 2)
                    for (Index column = 0; column < s[3]; column += 2)
                        y.push_back((at(n, o, row, column) + at(n, o, row, column + 1) + at(n, o, row + 1, column) +
                                     at(n, o, row + 1, column + 1)) /
                                    4);
        return y;
    }
    static void forward(auto& c, auto x, auto w, auto scale, auto y) { ops::downscale_convolution(c, x, w, scale, y); }
    static void input_gradient(auto& c, auto dy, auto w, auto scale, auto dx) {
        ops::downscale_convolution_input_gradient(c, dy, w, scale, dx);
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto scale, auto dw) {
        ops::downscale_convolution_weight_gradient(c, x, dy, scale, dw);
    }
};

const std::vector<Sizes> small{{{1, 1, 2, 2}, 3, 1}, {{2, 3, 4, 6}, 3, 2}, {{2, 1, 2, 8}, 3, 2}, {{1, 2, 6, 2}, 3, 3}};

const std::vector<Sizes> many{{{1, 1, 2, 2}, 3, 1},     {{5, 17, 10, 14}, 3, 33}, {{3, 40, 16, 8}, 3, 64},
                              {{1, 129, 4, 4}, 3, 32},  {{4, 31, 6, 32}, 3, 15},  {{2, 16, 32, 32}, 3, 48},
                              {{1, 20, 70, 66}, 3, 18}, {{2, 24, 100, 90}, 3, 2}, {{2, 64, 32, 32}, 3, 8},
                              {{16, 32, 8, 8}, 3, 96}};

}  // namespace

BOOST_AUTO_TEST_CASE(is_its_definition) { check_definition<DownscaleConvolution>(small); }
BOOST_AUTO_TEST_CASE(gradients_are_transposes) { check_gradients_are_transposes<DownscaleConvolution>(small); }
BOOST_AUTO_TEST_CASE(single_precision_agrees_with_double) { check_single_precision<DownscaleConvolution>(many); }
BOOST_AUTO_TEST_CASE(single_precision_is_adjoint) { check_adjoints<DownscaleConvolution>({{3, 33, 18, 12}, 3, 20}); }
BOOST_AUTO_TEST_CASE(threads_do_not_matter) { check_thread_counts<DownscaleConvolution>(many); }
BOOST_AUTO_TEST_CASE(pictures_are_independent) {
    check_pictures_are_independent<DownscaleConvolution>({{5, 17, 10, 14}, 3, 33});
    check_pictures_are_independent<DownscaleConvolution>({{18, 8, 8, 8}, 3, 64});
}
BOOST_AUTO_TEST_CASE(an_empty_batch_is_no_work) { check_empty_batch<DownscaleConvolution>(); }

BOOST_AUTO_TEST_CASE(is_convolution_then_downscale) {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const auto x = random_maps<float>({2, 18, 12, 16}, 1), w = random_maps<float>({3, 3, 18, 20}, 2);
        auto large = unwritten<float>({2, 20, 12, 16}), y = unwritten<float>({2, 20, 6, 8}), expected = y;
        ops::convolution(c, x.view(), w.view(), 0.5f, large.view());
        ops::downscale2d(c, large.view(), 2, expected.view());
        ops::downscale_convolution(c, x.view(), w.view(), 0.5f, y.view());
        BOOST_TEST(error_of(values(y), values(expected)) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    check_shapes_are_checked<DownscaleConvolution>("downscale_convolution");
    Context<Cpu> c({1, kernels_under_test()});
    const auto x = random_maps<float>({1, 1, 4, 5}, 1), w = random_maps<float>({3, 3, 1, 1}, 2);
    auto y = unwritten<float>({1, 1, 2, 2});
    check_refused([&] { ops::downscale_convolution(c, x.view(), w.view(), 1.0f, y.view()); },
                  "downscale_convolution: width of x is 5, expected an even number");
}

BOOST_AUTO_TEST_SUITE_END()
