// SPDX-License-Identifier: Apache-2.0
#include "ops/maps.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/training/augmentation/augmentation.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(augmentation)

namespace {

using namespace stylegan;

AugmentOptions pipe(std::string_view name) {
    const auto* const found =
        std::find_if(augment_pipes.begin(), augment_pipes.end(), [&](const AugmentPipe& p) { return p.name == name; });
    BOOST_REQUIRE(found != augment_pipes.end());
    return found->options;
}

template <class S>
Augmentation<S> drawn(const AugmentOptions& options, double p, const Shape4& shape, std::uint64_t seed) {
    return Augmentation<S>(options, p, shape, RandomStream(seed, 0, Purpose::test, 1),
                           RandomStream(seed, 0, Purpose::test, 2));
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

Index size_of(const Shape4& s) { return s[0] * s[1] * s[2] * s[3]; }

}  // namespace

BOOST_AUTO_TEST_CASE(tangent_and_gradient_are_those_of_the_affine_map) {
    Context<BasicCpu<double>> context({.threads = 2});
    for (const auto& [name, options] : augment_pipes)
        for (const Shape4& shape : {Shape4{3, 3, 24, 27}, Shape4{2, 1, 31, 22}, Shape4{5, 3, 22, 40}})
            for (const double p : {0.3, 1.0})
                BOOST_TEST_CONTEXT(name << ", " << shape[3] << 'x' << shape[2] << ", p " << p) {
                    const auto a = drawn<double>(options, p, shape, 7);
                    const auto x = maps::random_vector<double>(size_of(shape), 1),
                               direction = maps::random_vector<double>(size_of(shape), 2),
                               dy = maps::random_vector<double>(size_of(shape), 3);
                    std::vector<double> moved(x.size()), y(x.size()), y_moved(x.size()), tangent(x.size()),
                        dx(x.size());
                    for (std::size_t i = 0; i < x.size(); ++i) moved[i] = x[i] + 0.5 * direction[i];
                    const auto in = [&](const std::vector<double>& v) { return Maps<const double>{v.data(), shape}; };
                    const auto out = [&](std::vector<double>& v) { return Maps<double>{v.data(), shape}; };
                    a.forward(context, in(x), out(y));
                    a.forward(context, in(moved), out(y_moved));
                    a.tangent(context, in(direction), out(tangent));
                    a.backward(context, in(dy), out(dx));
                    double worst = 0;
                    for (std::size_t i = 0; i < x.size(); ++i)
                        worst = std::max(worst, std::abs((y_moved[i] - y[i]) / 0.5 - tangent[i]));
                    BOOST_TEST(worst <= 1e-11);
                    BOOST_TEST(std::abs(dot(tangent, dy) - dot(direction, dx)) <= 1e-9 * std::sqrt(dot(dx, dx)));
                }
}

BOOST_AUTO_TEST_CASE(probability_zero_changes_no_bit) {
    Context<Cpu> context({.threads = 2});
    const Shape4 shape{4, 3, 24, 24};
    const auto x = maps::random_vector<float>(size_of(shape), 1);
    const auto a = drawn<float>(pipe("bgcfnc"), 0, shape, 3);
    for (const int pass : {0, 1, 2}) {
        std::vector<float> y(x.size());
        const Maps<const float> in{x.data(), shape};
        const Maps<float> out{y.data(), shape};
        pass == 0   ? a.forward(context, in, out)
        : pass == 1 ? a.tangent(context, in, out)
                    : a.backward(context, in, out);
        BOOST_TEST((y == x));
    }
}

BOOST_AUTO_TEST_CASE(flips_turns_and_whole_steps_move_pixels) {
    Context<BasicCpu<double>> context({.threads = 1});
    const Shape4 shape{1, 1, 16, 16};
    const auto x = maps::random_vector<double>(256, 1);
    AugmentDraws step;
    step.xint = {0.75, 0.25, 0};  // 1 to the right, 1 up
    const Augmentation<double> a(pipe("blit"), 1, shape, std::vector{step});
    std::vector<double> y(256);
    a.forward(context, {x.data(), shape}, {y.data(), shape});
    for (std::size_t r = 0; r < 15; ++r)
        for (std::size_t c = 1; c < 16; ++c) BOOST_TEST(std::abs(y[r * 16 + c] - x[(r + 1) * 16 + c - 1]) <= 1e-9);
}

BOOST_AUTO_TEST_CASE(each_transformation_acts_as_often_as_p_says) {
    const AugmentOptions options = pipe("bgcfnc");
    constexpr int pictures = 4000;
    constexpr double p = 0.3;
    const RandomStream random(5, 0, Purpose::test);
    std::vector<int> acted(7);
    int turned = 0;
    const ops::AffineMap still{1, 0, 0, 0, 1, 0};
    for (std::uint64_t n = 0; n < pictures; ++n) {
        const AugmentDraws d = AugmentDraws::from(random, n);
        const auto only = [&](auto member) {
            AugmentOptions one;
            one.*member = 1;
            return affine_map_of(d, one, p, 64, 64) != still;
        };
        acted[0] += only(&AugmentOptions::xint) ? 1 : 0;
        acted[1] += only(&AugmentOptions::scale) ? 1 : 0;
        acted[2] += only(&AugmentOptions::aniso) ? 1 : 0;
        acted[3] += only(&AugmentOptions::xfrac) ? 1 : 0;
        acted[4] += d.cutout.gate < p ? 1 : 0;
        acted[5] += noise_deviation_of(d, options, p) > 0 ? 1 : 0;
        acted[6] += d.xflip.gate < p ? 1 : 0;
        turned += only(&AugmentOptions::rotate) ? 1 : 0;
    }
    const double deviation = std::sqrt(pictures * p * (1 - p));  // five of them: one in two million
    for (const int count : acted) BOOST_TEST(std::abs(count - pictures * p) <= 5 * deviation);
    BOOST_TEST(std::abs(turned - pictures * p) <= 5 * deviation);
}

BOOST_AUTO_TEST_CASE(draws_of_a_picture_are_independent) {
    const RandomStream random(6, 0, Purpose::test);
    constexpr int pictures = 4000;
    double products = 0, gates = 0;
    for (std::uint64_t n = 0; n < pictures; ++n) {
        const AugmentDraws d = AugmentDraws::from(random, n);
        products += d.scale.value * (d.scale.gate - 0.5) * std::sqrt(12.0);
        gates += (d.noise.gate - 0.5) * (d.cutout.gate - 0.5) * 12;
    }
    BOOST_TEST(std::abs(products) <= 5 * std::sqrt(pictures));
    BOOST_TEST(std::abs(gates) <= 5 * std::sqrt(pictures));
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_threads) {
    const Shape4 shape{5, 3, 23, 26};
    const auto x = maps::random_vector<float>(size_of(shape), 1);
    const auto a = drawn<float>(pipe("bgcfnc"), 0.8, shape, 3);
    std::vector<std::vector<float>> found;
    for (const int threads : {1, 2, 3}) {
        Context<Cpu> context({.threads = threads});
        std::vector<float> y(x.size()), dx(x.size());
        a.forward(context, {x.data(), shape}, {y.data(), shape});
        a.backward(context, {x.data(), shape}, {dx.data(), shape});
        y.insert(y.end(), dx.begin(), dx.end());
        found.push_back(y);
    }
    BOOST_TEST((found[0] == found[1]));
    BOOST_TEST((found[0] == found[2]));
}

BOOST_AUTO_TEST_CASE(a_part_is_that_of_the_whole_with_noise_given_or_drawn) {
    const Shape4 shape{5, 3, 23, 27}, of_part{2, 3, 23, 27};  // an odd number of values a picture
    const RandomStream draws(3, 0, Purpose::test, 1), noise(3, 0, Purpose::test, 2);
    std::vector<AugmentDraws> drawn;
    for (std::uint64_t n = 0; n < 5; ++n) drawn.push_back(AugmentDraws::from(draws, n));
    const std::size_t size = 3 * 23 * 27;
    std::vector<float> given(5 * size), y(5 * size), x = maps::random_vector<float>(size_of(shape), 1);
    noise.fill_normal(given.data(), given.size());
    Context<Cpu> context({.threads = 2});
    const Augmentation<float> whole(pipe("bgcfnc"), 0.8, shape, draws, noise),
        same(pipe("bgcfnc"), 0.8, shape, drawn, given);
    whole.forward(context, Maps<const float>{x.data(), shape}, Maps<float>{y.data(), shape});
    const std::vector<Index> samples{3, 1};
    std::vector<float> some, expected;
    for (const Index n : samples) {
        some.insert(some.end(), x.begin() + n * 1863, x.begin() + (n + 1) * 1863);
        expected.insert(expected.end(), y.begin() + n * 1863, y.begin() + (n + 1) * 1863);
    }
    for (const Augmentation<float>* a : {&whole, &same}) {
        std::vector<float> found(some.size());
        a->part(samples).forward(context, Maps<const float>{some.data(), of_part}, Maps<float>{found.data(), of_part});
        BOOST_TEST((found == expected));
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_an_error) {
    BOOST_CHECK_THROW(drawn<float>(pipe("bgc"), 0.5, {2, 4, 16, 16}, 1), ShapeError);
    BOOST_CHECK_THROW(drawn<float>(pipe("filter"), 0.5, {2, 3, 21, 64}, 1), ShapeError);
    BOOST_CHECK_THROW(drawn<float>(pipe("bgc"), -0.1, {2, 3, 16, 16}, 1), ValueError);
    const auto a = drawn<float>(pipe("bgc"), 0.5, {2, 3, 16, 16}, 1);
    Context<Cpu> context({.threads = 1});
    std::vector<float> x(2 * 3 * 16 * 17), y(x.size());
    BOOST_CHECK_THROW(a.forward(context, {x.data(), {2, 3, 16, 17}}, {y.data(), {2, 3, 16, 17}}), ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
