// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/convolution/convolution.hpp>

#include "ops/convolution_checks.hpp"

BOOST_AUTO_TEST_SUITE(convolution)

namespace ops = stylegan::ops;
using namespace convolution_checks;

namespace {

struct Convolution {
    static Shape output(Shape x, Index outputs) { return {x[0], outputs, x[2], x[3]}; }

    static Values definition(const Values& x, const Shape& xs, const Values& w, const Shape& ws, double scale) {
        return correlate(x, xs, w, ws, scale);
    }
    static void forward(auto& c, auto x, auto w, auto scale, auto y) { ops::convolution(c, x, w, scale, y); }
    static void input_gradient(auto& c, auto dy, auto w, auto scale, auto dx) {
        ops::convolution_input_gradient(c, dy, w, scale, dx);
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto scale, auto dw) {
        ops::convolution_weight_gradient(c, x, dy, scale, dw);
    }
};

const std::vector<Sizes> small{{{1, 1, 1, 1}, 3, 1}, {{2, 3, 5, 7}, 3, 2}, {{1, 2, 4, 3}, 1, 3},
                               {{2, 1, 1, 6}, 3, 2}, {{1, 2, 3, 4}, 5, 2}, {{1, 1, 2, 2}, 7, 1}};

// Channels around a register tile's 8, 16, 32; then one picture in several bands and slices; then several pictures in one.
const std::vector<Sizes> many{{{1, 1, 1, 1}, 3, 1},    {{5, 17, 5, 7}, 3, 33},  {{3, 40, 8, 4}, 3, 64},
                              {{1, 129, 4, 4}, 3, 32}, {{2, 16, 9, 2}, 5, 3},   {{4, 31, 3, 16}, 1, 15},
                              {{2, 3, 16, 16}, 1, 48}, {{1, 20, 70, 66}, 3, 9}, {{2, 24, 100, 90}, 3, 2},
                              {{2, 64, 32, 32}, 3, 8}, {{16, 32, 4, 4}, 3, 96}, {{1, 7, 2, 200}, 7, 16},
                              {{2, 16, 40, 37}, 1, 3}, {{3, 5, 1, 1}, 1, 4},    {{1, 32, 4, 4}, 3, 144},
                              {{1, 48, 2, 4}, 5, 32},  {{2, 16, 2, 3}, 1, 160}};

}  // namespace

BOOST_AUTO_TEST_CASE(is_its_definition) { check_definition<Convolution>(small); }
BOOST_AUTO_TEST_CASE(gradients_are_transposes) { check_gradients_are_transposes<Convolution>(small); }
BOOST_AUTO_TEST_CASE(single_precision_agrees_with_double) { check_single_precision<Convolution>(many); }
BOOST_AUTO_TEST_CASE(single_precision_is_adjoint) { check_adjoints<Convolution>({{3, 33, 9, 12}, 3, 20}); }
BOOST_AUTO_TEST_CASE(threads_do_not_matter) { check_thread_counts<Convolution>(many); }
BOOST_AUTO_TEST_CASE(pictures_are_independent) {
    check_pictures_are_independent<Convolution>({{5, 17, 5, 7}, 3, 33});
    check_pictures_are_independent<Convolution>({{5, 8, 16, 16}, 3, 64});  // more pixels than few: the kernel is copied
    check_pictures_are_independent<Convolution>({{18, 4, 4, 4}, 1, 16});
    check_pictures_are_independent<Convolution>({{5, 32, 2, 5}, 3, 144});  // few pixels alone, but not together
}
BOOST_AUTO_TEST_CASE(an_empty_batch_is_no_work) { check_empty_batch<Convolution>(); }

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    check_shapes_are_checked<Convolution>("convolution");
    Context<Cpu> c({1, kernels_under_test()});
    const auto x = random_maps<float>({1, 1, 4, 4}, 1), w = random_maps<float>({2, 2, 1, 1}, 2);
    auto y = unwritten<float>({1, 1, 4, 4});
    check_refused([&] { ops::convolution(c, x.view(), w.view(), 1.0f, y.view()); },
                  "convolution: size of the kernel is 2, expected an odd number");
}

BOOST_AUTO_TEST_SUITE_END()
