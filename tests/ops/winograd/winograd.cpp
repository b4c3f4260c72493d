// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/winograd/convolution.hpp>
#include <stylegan/ops/winograd/gradient.hpp>

#include "ops/convolution_checks.hpp"

#include <tuple>

BOOST_AUTO_TEST_SUITE(winograd)

namespace ops = stylegan::ops;
namespace forms = stylegan::ops::winograd;
using namespace convolution_checks;
using stylegan::Resample;

// Every form on every shape, also where the ops choose another form.
namespace {

/// Calls form(context) for Kernels::fast, else the op.
void either(auto& c, auto form, auto op) {
    if constexpr (std::is_same_v<decltype(c), Context<Cpu>&>)
        if (c.kernels() == Kernels::fast) return form(c);
    op();
}

/// @tparam Forward, Mirrored  the forms of the convolution and of its input gradient
/// @tparam Gradient           the form of its weight gradient
template <Resample Kind, class Forward, class Mirrored, class Gradient>
struct InForm {
    static constexpr int numerator = Kind == Resample::up || Kind == Resample::up_rotated ? 2 : 1;
    static constexpr int denominator = Kind == Resample::down ? 2 : 1;

    static Shape output(Shape x, Index outputs) {
        return {x[0], outputs, x[2] * numerator / denominator, x[3] * numerator / denominator};
    }
    static void forward(auto& c, auto x, auto w, auto s, auto y) {
        either(
            c, [&](auto& fast) { forms::correlate<Forward>(fast, ops::forward_reading(Kind), x, w, factor(s), y); },
            [&] { ops::convolution<Kind>(c, x, w, s, y); });
    }
    static void input_gradient(auto& c, auto dy, auto w, auto s, auto dx) {
        either(
            c,
            [&](auto& fast) {
                forms::correlate<Mirrored>(fast, ops::input_gradient_reading(Kind), dy, w, factor(s), dx);
            },
            [&] { ops::convolution_input_gradient<Kind>(c, dy, w, s, dx); });
    }
    static void weight_gradient(auto& c, auto x, auto dy, auto s, auto dw) {
        const ops::KernelReading reading = ops::weight_gradient_reading(Kind);
        const bool up = reading.grid == ops::Grid::up;
        either(
            c,
            [&](auto& fast) {
                forms::correlation_weight_gradient<Gradient>(fast, reading, up ? dy : x, up ? x : dy, factor(s), dw);
            },
            [&] { ops::convolution_weight_gradient<Kind>(c, x, dy, s, dw); });
    }

private:
    static auto factor(auto scale) { return ops::correlation_factor(Kind, scale); }
};

using Same = InForm<Resample::none, forms::Same4, forms::Same4, forms::Same4>;
template <class UpForm, class DownForm, Resample Kind>
using Up = InForm<Kind, UpForm, DownForm, DownForm>;
template <class UpForm, class DownForm>
using Down = InForm<Resample::down, DownForm, UpForm, DownForm>;

using Forms =
    std::tuple<Same, Up<forms::Up4, forms::Down4, Resample::up>, Up<forms::Up2, forms::Down2, Resample::up_rotated>,
               Down<forms::Up4, forms::Down4>, Down<forms::Up2, forms::Down2>>;

// Pictures smaller than a tile; numbers of channels near a vector's and a panel's; one region of several pictures,
// several regions of one, also side by side; few tiles of many channels, and the reverse; more channels than a slab
// has; gradients of several regions for each of several sums. Even sizes, as Down needs.
const std::vector<Sizes> all{{{1, 1, 2, 2}, 3, 1},    {{2, 1, 4, 6}, 3, 3},     {{3, 17, 10, 14}, 3, 33},
                             {{40, 9, 4, 4}, 3, 16},  {{1, 129, 8, 8}, 3, 70},  {{1, 20, 70, 66}, 3, 9},
                             {{1, 5, 6, 300}, 3, 4},  {{2, 48, 32, 32}, 3, 24}, {{1, 270, 4, 6}, 3, 33},
                             {{1, 300, 8, 12}, 3, 4}, {{80, 17, 14, 18}, 3, 20}};
const std::vector<Sizes> odd{
    {{1, 1, 1, 1}, 3, 1}, {{1, 2, 3, 5}, 3, 3}, {{2, 33, 13, 31}, 3, 17}, {{2, 6, 1, 67}, 3, 5}};

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(agree_with_double, Op, Forms) { check_single_precision<Op>(all, {Kernels::fast}); }
BOOST_AUTO_TEST_CASE_TEMPLATE(threads_do_not_matter, Op, Forms) { check_thread_counts<Op>(all, {Kernels::fast}); }
BOOST_AUTO_TEST_CASE_TEMPLATE(pictures_are_independent, Op, Forms) {
    check_pictures_are_independent<Op>({{40, 9, 4, 4}, 3, 16}, {Kernels::fast});
    check_pictures_are_independent<Op>({{9, 40, 8, 8}, 3, 60}, {Kernels::fast});
    check_pictures_are_independent<Op>({{2, 12, 34, 70}, 3, 8}, {Kernels::fast});
    check_pictures_are_independent<Op>({{6, 300, 4, 4}, 3, 4}, {Kernels::fast});
}

/// More tiles than are transformed at once, with so many channels that the work goes by panels.
BOOST_AUTO_TEST_CASE(pictures_of_several_slices_are_independent) {
    check_pictures_are_independent<Same>({{58, 512, 8, 8}, 3, 120}, {Kernels::fast});
}

/// A gradient with so many pairs of channels that it goes by slices.
BOOST_AUTO_TEST_CASE(agree_with_double_on_several_slices) {
    check_single_precision<Same>({{{3, 120, 8, 260}, 3, 33}}, {Kernels::fast});
}

/// Maps that are stored past the caches, where tiles fill whole vectors of a row.
BOOST_AUTO_TEST_CASE(agree_with_double_on_maps_larger_than_caches) {
    static_assert(17 * 448 * 432 > forms::larger_than_caches);
    check_single_precision<Same>({{{1, 2, 448, 432}, 3, 17}}, {Kernels::fast});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_batch_is_no_work, Op, Forms) { check_empty_batch<Op>(); }

BOOST_AUTO_TEST_CASE(agree_with_double_on_odd_sizes) {
    check_single_precision<Same>(odd, {Kernels::fast});
    check_single_precision<Up<forms::Up4, forms::Down4, Resample::up_rotated>>(odd, {Kernels::fast});
    check_single_precision<Up<forms::Up2, forms::Down2, Resample::up>>(odd, {Kernels::fast});
}

/// Scaling the input by a power of two scales the results exactly: nothing depends on magnitudes.
BOOST_AUTO_TEST_CASE_TEMPLATE(magnitudes_do_not_matter, Op, Forms) {
    Context<Cpu> c({2});
    const Sizes sizes{{2, 19, 12, 10}, 3, 21};
    const Shape ys = Op::output(sizes.x, sizes.outputs);
    const auto x = random_maps<float>(sizes.x, 1), w = random_maps<float>(sizes.w(), 2);
    auto y = unwritten<float>(ys);
    Op::forward(c, x.view(), w.view(), 1.0f, y.view());
    for (const float scale : {0x1p60f, 0x1p-60f}) {
        auto scaled = x, z = unwritten<float>(ys);
        for (Index i = 0; i < x.size(); ++i) scaled.data()[i] *= scale;
        Op::forward(c, scaled.view(), w.view(), 1.0f, z.view());
        for (Index i = 0; i < z.size(); ++i) z.data()[i] /= scale;
        BOOST_TEST(same_bits(values(z), values(y)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
