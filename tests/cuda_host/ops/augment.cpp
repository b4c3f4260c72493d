// SPDX-License-Identifier: Apache-2.0
// The steps of augmentation, on both devices.
#include <stylegan/ops/augment/affine_resample.hpp>
#include <stylegan/ops/augment/band_filter.hpp>
#include <stylegan/ops/augment/colour_matrix.hpp>
#include <stylegan/ops/augment/cut_out.hpp>
#include <stylegan/ops/augment/picture_noise.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>

#include "compare.hpp"

#include <cmath>
#include <string_view>

using namespace stylegan;
using test::compare, test::out, test::Random, test::span;

namespace {

/// Turned by any angle, scaled by 1/3 to 3 along either axis, moved by up to half of the picture.
std::vector<ops::AffineMap> random_maps(Random& r, Index count, Index height, Index width) {
    const auto uniform = [&] { return static_cast<double>(r.between(0, 1 << 20)) / (1 << 20); };
    const auto turn = [](double a) {
        return ops::AffineMap{std::cos(a), -std::sin(a), 0, std::sin(a), std::cos(a), 0};
    };
    std::vector<ops::AffineMap> maps;
    for (Index n = 0; n < count; ++n) {
        const auto scale = [&] { return std::pow(3.0, 2 * uniform() - 1); };
        const auto move = [&](Index size) { return (uniform() - 0.5) * static_cast<double>(size); };
        const ops::AffineMap scaled{scale(), 0, move(width), 0, scale(), move(height)};
        maps.push_back(
            stylegan::detail::composed(stylegan::detail::composed(turn(7 * uniform()), scaled), turn(7 * uniform())));
    }
    return maps;
}

/// Shapes of pictures, odd ones among them.
const std::vector<Shape4> shapes{{1, 1, 1, 1}, {3, 1, 5, 9}, {2, 3, 8, 8}, {4, 3, 13, 6}, {2, 1, 1, 7}, {3, 3, 17, 32}};

double dot(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

/// Checks <A x, y> = <x, A' y> on the GPU.
template <class Forward, class Backward>
void check_transpose(Random& r, const Shape4& shape, const Forward& forward, const Backward& backward) {
    const auto x = r.in(shape[0], shape[1], shape[2], shape[3]).values,
               y = r.in(shape[0], shape[1], shape[2], shape[3]).values;
    Context<Cuda> c({.threads = 1});
    const auto through = [&](const std::vector<float>& v, const auto& op) {
        DeviceBuffer<float> from(v.size()), to(v.size());
        upload(v, from);
        op(c, Maps<float>{from.data(), shape}, Maps<float>{to.data(), shape});
        return download(to);
    };
    const auto ax = through(x, forward), aty = through(y, backward);
    BOOST_TEST(std::abs(dot(ax, y) - dot(x, aty)) <= test::tolerance * std::sqrt(dot(ax, ax) * dot(y, y)));
}

void compare_maps(Random& r, const Shape4& shape, const std::vector<ops::AffineMap>& maps, const ops::Margins& m) {
    const auto [n, channels, h, w] = shape;
    const auto forward = [&](auto& k, auto x, auto y) { ops::affine_resample(k, x, maps, m, y); };
    const auto backward = [&](auto& k, auto dy, auto dx) { ops::affine_resample_gradient(k, dy, maps, m, dx); };
    BOOST_TEST_CONTEXT(w << 'x' << h << ", margins " << m.left << ' ' << m.top << ' ' << m.right << ' ' << m.bottom) {
        compare(forward, r.in(n, channels, h, w), out(n, channels, h, w));
        compare(backward, r.in(n, channels, h, w), out(n, channels, h, w));
        check_transpose(r, shape, forward, backward);
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(augment, test::BothDevices)

BOOST_AUTO_TEST_CASE(resampling_with_the_margins_it_needs) {
    Random r(1);
    for (const Shape4& shape : shapes)
        for (int turn = 0; turn < 4; ++turn) {
            const auto maps = random_maps(r, shape[0], shape[2], shape[3]);
            compare_maps(r, shape, maps, ops::margins_of(maps, shape[2], shape[3]));
        }
}

BOOST_AUTO_TEST_CASE(resampling_with_any_margins) {
    Random r(2);
    for (const Shape4& shape : shapes)
        for (int turn = 0; turn < 4; ++turn) {
            const auto [n, channels, h, w] = shape;
            const auto maps = random_maps(r, n, h, w);
            compare_maps(r, shape, maps, {});
            compare_maps(r, shape, maps, {w - 1, h - 1, w - 1, h - 1});
            compare_maps(r, shape, maps,
                         {r.between(0, w - 1), r.between(0, h - 1), r.between(0, w - 1), r.between(0, h - 1)});
        }
}

BOOST_AUTO_TEST_CASE(maps_that_read_exactly_at_pixels_or_a_line_alone) {
    Random r(3);
    const Shape4 shape{5, 3, 12, 10};
    const std::vector<ops::AffineMap> maps{{1, 0, 0, 0, 1, 0},
                                           {-1, 0, 3, 0, 1, -2},
                                           {0, -1, 0, 1, 0, 0},
                                           {1, 0, 0.5, 0, 0, 0},  // singular: every row shows the same line
                                           {1, 0, 500, 0, 1, 0}};
    compare_maps(r, shape, maps, ops::margins_of(maps, 12, 10));
}

BOOST_AUTO_TEST_CASE(resampling_in_parts_has_the_same_bits) {
    Random r(4);
    const Shape4 shape{7, 3, 9, 11};
    const auto maps = random_maps(r, 7, 9, 11);
    const auto m = ops::margins_of(maps, 9, 11);
    DeviceBuffer<float> x(7 * 3 * 9 * 11), y(x.size());
    upload(r.in(7, 3, 9, 11).values, x);
    Context<Cuda> c({.threads = 1});
    for (const bool gradient : {false, true}) {
        std::vector<std::vector<float>> found;
        for (const Index most : {ops::detail::affine_part_values, Index{20000}, Index{1}}) {
            const Maps<float> from{x.data(), shape}, to{y.data(), shape};
            gradient ? ops::affine_resample_gradient(c, from, maps, m, to, most)
                     : ops::affine_resample(c, from, maps, m, to, most);
            c.synchronize();
            found.push_back(download(y));
        }
        BOOST_TEST((found[0] == found[1]));
        BOOST_TEST((found[0] == found[2]));
    }
}

BOOST_AUTO_TEST_CASE(colours) {
    Random r(5);
    for (const Shape4& shape : shapes) {
        const auto [n, channels, h, w] = shape;
        std::vector<ops::ColourMatrix> matrices(static_cast<std::size_t>(n));
        for (auto& m : matrices) {
            const auto values = r.in(12).values;
            for (std::size_t k = 0; k < 12; ++k) m[k / 4][k % 4] = static_cast<double>(values[k]);
        }
        for (const auto pass : {ops::AffinePass::value, ops::AffinePass::tangent, ops::AffinePass::gradient}) {
            const auto x = r.in(n, channels, h, w);
            compare([&](auto& k, auto a, auto y) { ops::colour_matrix(k, pass, a, matrices, y); }, x,
                    out(n, channels, h, w));
            compare([&](auto& k, auto a) { ops::colour_matrix(k, pass, a, matrices, a); }, Random::changed(x));
        }
    }
}

BOOST_AUTO_TEST_CASE(frequency_bands) {
    Random r(6);
    for (const Shape4& shape : {Shape4{2, 3, 22, 22}, Shape4{3, 1, 23, 40}, Shape4{1, 3, 51, 22}}) {
        const auto [n, channels, h, w] = shape;
        std::vector<ops::BandFilter> filters;
        for (Index i = 0; i < n; ++i) {
            ops::BandFilter f{};  // not symmetric: the transpose is another filter
            const auto values = r.in(43).values;
            std::copy(values.begin(), values.end(), f.begin());
            filters.push_back(f);
        }
        const auto forward = [&](auto& k, auto x, auto y) { ops::band_filter(k, false, x, filters, y); };
        const auto backward = [&](auto& k, auto dy, auto dx) { ops::band_filter(k, true, dy, filters, dx); };
        compare(forward, r.in(n, channels, h, w), out(n, channels, h, w));
        compare(backward, r.in(n, channels, h, w), out(n, channels, h, w));
        check_transpose(r, shape, forward, backward);
    }
}

BOOST_AUTO_TEST_CASE(noise_and_cutout) {
    Random r(7);
    for (const Shape4& shape : shapes) {
        const auto [n, channels, h, w] = shape;
        auto deviations = r.in(n).values;
        deviations[0] = 0;
        compare([&](auto& k, auto noise, auto y) { ops::add_picture_noise(k, noise, deviations, y); },
                r.in(n, channels, h, w), r.changed(n, channels, h, w));
        std::vector<ops::PictureArea> areas;
        for (Index i = 0; i < n; ++i)
            areas.push_back(ops::cutout_area(static_cast<double>(r.between(0, 100)) / 100,
                                             static_cast<double>(r.between(0, 100)) / 100, h, w));
        areas[0] = {};
        compare([&](auto& k, auto y) { ops::cut_out(k, areas, y); }, r.changed(n, channels, h, w));
    }
}

BOOST_AUTO_TEST_CASE(the_whole_of_it) {
    Random r(8);
    const Shape4 shape{5, 3, 24, 29};
    const RandomStream draws(7, 0, Purpose::test, 1), noise(7, 0, Purpose::test, 2);
    const std::vector<Index> some{3, 0, 4};
    for (const AugmentPipe& pipe : augment_pipes) {
        const auto a = Augmentation<float>(pipe.options, 0.8, shape, draws, noise).part(some);
        BOOST_TEST_CONTEXT(pipe.name) {
            compare([&](auto& k, auto x, auto y) { a.forward(k, x, y); }, r.in(3, 3, 24, 29), out(3, 3, 24, 29));
            compare([&](auto& k, auto x, auto y) { a.tangent(k, x, y); }, r.in(3, 3, 24, 29), out(3, 3, 24, 29));
            compare([&](auto& k, auto x, auto y) { a.backward(k, x, y); }, r.in(3, 3, 24, 29), out(3, 3, 24, 29));
        }
    }
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit) {
    Context<Cuda> c({.threads = 1});
    const Maps<float> x = c.take(2, 3, 8, 8), y = c.take(2, 3, 8, 9), z = c.take(2, 2, 8, 8);
    const std::vector<ops::AffineMap> maps(1);
    BOOST_CHECK_THROW(ops::affine_resample(c, x, maps, {}, x), ShapeError);
    BOOST_CHECK_THROW(ops::affine_resample_gradient(c, x, std::vector<ops::AffineMap>(2), {}, y), ShapeError);
    BOOST_CHECK_THROW(ops::colour_matrix(c, {}, z, std::vector<ops::ColourMatrix>(2), z), ShapeError);
    BOOST_CHECK_THROW(ops::band_filter(c, false, x, std::vector<ops::BandFilter>(2), x), ShapeError);
    BOOST_CHECK_THROW(ops::add_picture_noise(c, x, std::vector<float>(1), x), ShapeError);
    BOOST_CHECK_THROW(ops::cut_out(c, std::vector<ops::PictureArea>(3), x), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
