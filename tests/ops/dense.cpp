// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/dense.hpp>

#include "convolution_checks.hpp"

BOOST_AUTO_TEST_SUITE(dense)

namespace ops = stylegan::ops;
using namespace convolution_checks;

namespace {

/// A dense layer is a 1x1 convolution of pictures of one pixel: the same laws hold.
struct Dense {
    static Shape output(Shape x, Index outputs) { return {x[0], outputs, 1, 1}; }

    static Values definition(const Values& x, const Shape& xs, const Values& w, const Shape& ws, double scale) {
        return correlate(x, xs, w, ws, scale);
    }
    static void forward(auto& c, auto x, auto w, auto scale, auto y) {
        ops::dense(c, as_rows(x), w.as(w.extent(2), w.extent(3)), scale, as_rows(y));
    }
    static void input_gradient(auto& c, auto dy, auto w, auto scale, auto dx) {
        ops::dense_input_gradient(c, as_rows(dy), w.as(w.extent(2), w.extent(3)), scale, as_rows(dx));
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto scale, auto dw) {
        ops::dense_weight_gradient(c, as_rows(x), as_rows(dy), scale, dw.as(dw.extent(2), dw.extent(3)));
    }
};

const std::vector<Sizes> small{{{1, 1, 1, 1}, 1, 1}, {{3, 5, 1, 1}, 1, 7}, {{5, 2, 1, 1}, 1, 1}, {{2, 6, 1, 1}, 1, 9}};

const std::vector<Sizes> many{{{1, 1, 1, 1}, 1, 1},     {{1, 512, 1, 1}, 1, 128}, {{5, 17, 1, 1}, 1, 33},
                              {{16, 128, 1, 1}, 1, 64}, {{7, 31, 1, 1}, 1, 15},   {{23, 40, 1, 1}, 1, 48},
                              {{2, 2048, 1, 1}, 1, 1}};

}  // namespace

BOOST_AUTO_TEST_CASE(is_its_definition) { check_definition<Dense>(small); }
BOOST_AUTO_TEST_CASE(gradients_are_transposes) { check_gradients_are_transposes<Dense>(small); }
BOOST_AUTO_TEST_CASE(single_precision_agrees_with_double) { check_single_precision<Dense>(many); }
BOOST_AUTO_TEST_CASE(single_precision_is_adjoint) { check_adjoints<Dense>({{9, 33, 1, 1}, 1, 20}); }
BOOST_AUTO_TEST_CASE(threads_do_not_matter) { check_thread_counts<Dense>(many); }
BOOST_AUTO_TEST_CASE(rows_are_independent) { check_pictures_are_independent<Dense>({{23, 40, 1, 1}, 1, 48}); }

BOOST_AUTO_TEST_CASE(an_empty_batch_is_no_work) {
    for (Kernels kernels : all_kernels) {
        Context<Cpu> c({2, kernels});
        const Results<Dense, float> none(c, {{0, 3, 1, 1}, 1, 5});
        BOOST_TEST(none.y.empty());
        BOOST_TEST(same_bits(none.dw, values(random_maps<float>({1, 1, 3, 5}, 4))));
    }
}

BOOST_AUTO_TEST_CASE(shapes_are_checked) {
    Context<Cpu> c({1, kernels_under_test()});
    const auto refuse = [&](Index n, Index i, stylegan::View<float, 2> w, Index batch, Index o,
                            const std::string& message) {
        auto x = random_rows<float>(n, i, 1), y = random_rows<float>(batch, o, 2);
        check_refused([&] { ops::dense(c, x.view(), w, 1.0f, y.view()); }, "dense" + message);
        check_refused([&] { ops::dense_input_gradient(c, y.view(), w, 1.0f, x.view()); },
                      "dense_input_gradient" + message);
        check_refused([&] { ops::dense_weight_gradient(c, x.view(), y.view(), 1.0f, w); },
                      "dense_weight_gradient" + message);
    };
    auto w = random_rows<float>(3, 4, 3);
    refuse(2, 5, w.view(), 2, 4, ": number of inputs of the weight is 3, expected 5");
    refuse(2, 3, w.view(), 2, 5, ": number of outputs of the weight is 4, expected 5");
    refuse(2, 3, w.view(), 1, 4, ": batch of y is 1, expected 2");
}

BOOST_AUTO_TEST_SUITE_END()
