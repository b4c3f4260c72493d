// SPDX-License-Identifier: Apache-2.0
#include <stylegan/ops/channels/bias_activation.hpp>
#include <stylegan/ops/convolution/convolution.hpp>
#include <stylegan/ops/norm/instance_norm.hpp>
#include <stylegan/ops/resampling/blur.hpp>
#include <stylegan/ops/style/style_modulation.hpp>
#include <stylegan/ops/styled/styled_convolution.hpp>
#include <stylegan/ops/styled/styled_to_rgb.hpp>

#include "ops/maps.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(styled_convolution)

namespace ops = stylegan::ops;
using namespace maps;
using stylegan::Maps;
using stylegan::Resample;

namespace {

/// The input and the options of one layer.
struct Case {
    Shape x;
    Index outputs;
    Resample kind = Resample::none;
    Index noises = 1;  ///< maps of noise: 0, 1 or the batch
    float eps = 0.1f;
    float magnitude = 1;  ///< of x
    float offset = 0;     ///< of the bias
    std::array<float, 2> filter{0.25f, 0.5f};

    [[nodiscard]] Shape y() const {
        const Index up = kind == Resample::none ? 1 : 2;
        return {x[0], outputs, up * x[2], up * x[3]};
    }
    [[nodiscard]] std::string name() const {
        std::string s = kind == Resample::none ? "none" : kind == Resample::up ? "up" : "up_rotated";
        for (Index e : x) s += stylegan::text(' ', e);
        return s + stylegan::text(" to ", outputs);
    }
};

template <class S>
struct Given {
    MapsOf<S> x, w, noise;
    RowsOf<S> before, style;  ///< before: mean, factor and shift of x
    std::vector<S> weight, bias;

    explicit Given(const Case& t)
        : x(random_maps<S>(t.x, 1)),
          w(random_maps<S>({3, 3, t.x[1], t.outputs}, 2)),
          noise(random_maps<S>({std::max<Index>(t.noises, 1), 1, t.y()[2], t.y()[3]}, 3)),
          before(random_rows<S>(t.x[0], 3 * t.x[1], 4)),
          style(random_rows<S>(t.x[0], 2 * t.outputs, 5)),
          weight(random_vector<S>(t.outputs, 6)),
          bias(random_vector<S>(t.outputs, 7)) {
        for (Index i = 0; i < x.size(); ++i) x.data()[i] *= static_cast<S>(t.magnitude);
        for (S& b : bias) b += static_cast<S>(t.offset);
    }
    /// The same values as another type, through float.
    template <class T>
    explicit Given(const Given<T>& o, const Case& t) : Given(t) {
        const auto exact = [](const auto& from, auto& to) {
            for (Index i = 0; i < from.size(); ++i) to.data()[i] = static_cast<S>(from.data()[i]);
        };
        exact(o.x, x);
        exact(o.w, w);
        exact(o.noise, noise);
        exact(o.before, before);
        exact(o.style, style);
        weight.assign(o.weight.begin(), o.weight.end());
        bias.assign(o.bias.begin(), o.bias.end());
    }
};

/// The input in blocks, in memory of the context; lanes beyond the channels hold values that must not matter.
ops::StyledMaps styled_input(Context<Cpu>& c, const Case& t, const Given<float>& g) {
    auto x = ops::take_blocked(c, t.x[0], t.x[1], t.x[2], t.x[3]);
    ops::copy_blocked(c, g.x.view(), x);
    const Index values = x.blocks() * x.lanes;
    float* rows[3];
    for (Index k = 0; k < 3; ++k) {
        rows[k] = c.workspace().take<float>(t.x[0] * values);
        std::fill_n(rows[k], t.x[0] * values, 0.0f);
        for (Index n = 0; n < t.x[0]; ++n)
            std::copy_n(g.before.data() + (3 * n + k) * t.x[1], t.x[1], rows[k] + n * values);
    }
    return {x, rows[0], rows[1], rows[2]};
}

/// Styled maps as (N, C, H, W).
Values read(const ops::StyledMaps& s) {
    Values v;
    const auto& m = s.maps;
    for (Index n = 0; n < m.batch; ++n)
        for (Index k = 0; k < m.channels; ++k) {
            const float* from = m.row(n, k / m.lanes, 0) + k % m.lanes;
            for (Index p = 0; p < m.height * m.width; ++p)
                v.push_back(static_cast<double>(s.factor_of(n, 0)[k] * (from[p * m.lanes] - s.mean_of(n, 0)[k]) +
                                                s.shift_of(n, 0)[k]));
        }
    return v;
}

ops::StyledLayer layer_of(const Case& t, const Given<float>& g) {
    return {.noise = t.noises == 0 ? Maps<const float>{} : g.noise.view(),
            .noise_weight = g.weight,
            .strength = 0.6f,
            .bias = g.bias,
            .slope = 0.2f,
            .eps = t.eps,
            .style = g.style.view()};
}

Values found(Context<Cpu>& c, const Case& t, const Given<float>& g) {
    const stylegan::Workspace::Frame frame(c.workspace());
    const Shape s = t.y();
    auto y = ops::take_blocked(c, s[0], s[1], s[2], s[3]);
    std::fill_n(y.data, y.size(), std::numeric_limits<float>::quiet_NaN());
    return read(
        ops::styled_convolution(c, t.kind, styled_input(c, t, g), g.w.view(), 0.75f, t.filter, layer_of(t, g), y));
}

/// Part by part, by the plain ops in double precision.
Values expected(const Case& t, const Given<float>& values_of) {
    Context<Double> c({2});
    const Given<double> g(values_of, t);
    auto x = g.x;
    for (Index n = 0, p = 0; n < t.x[0]; ++n)
        for (Index i = 0; i < t.x[1]; ++i) {
            const double* const b = g.before.data() + 3 * n * t.x[1] + i;
            for (Index k = 0; k < t.x[2] * t.x[3]; ++k, ++p)
                x.data()[p] = b[t.x[1]] * (x.data()[p] - b[0]) + b[2 * t.x[1]];
        }
    auto y = unwritten<double>(t.y()), z = y;
    auto inverse = unwritten_rows<double>(t.x[0], t.outputs);
    if (t.kind == Resample::none) {
        ops::convolution(c, x.view(), g.w.view(), 0.75, z.view());
    } else {
        const double side = static_cast<double>(t.filter[0]);
        const double filter[] = {side, static_cast<double>(t.filter[1]), side};
        stylegan::with_resample(t.kind, [&](auto kind) {
            ops::convolution<decltype(kind)::value>(c, x.view(), g.w.view(), 0.75, y.view());
        });
        ops::blur(c, y.view(), filter, z.view());
    }
    ops::bias_activation(c, z.view(), t.noises == 0 ? Maps<const double>{} : g.noise.view(), g.weight,
                         static_cast<double>(0.6f), g.bias, 1.0, static_cast<double>(0.2f), z.view());
    ops::instance_norm(c, z.view(), static_cast<double>(t.eps), z.view(), inverse.view());
    ops::style_modulation(c, z.view(), g.style.view(), z.view());
    return values(z);
}

void check(const Case& t, double bound = 2e-5) {
    Context<Cpu> c({2});
    const Given<float> g(t);
    BOOST_TEST(finite_difference::error_of(found(c, t, g), expected(t, g)) < bound, t.name());
}

// Single pixels and rows, less than a tile, whole tiles and not; numbers of channels near a vector's and a panel's;
// several bands, and regions side by side; work by regions and by panels; more channels than a slab has.
const std::vector<Case> cases{{{1, 1, 1, 1}, 1},    {{2, 3, 1, 5}, 7},      {{3, 17, 10, 14}, 33},
                              {{1, 2, 3, 67}, 5},   {{2, 33, 13, 31}, 17},  {{1, 9, 70, 66}, 9},
                              {{1, 5, 6, 300}, 4},  {{2, 16, 33, 140}, 16}, {{3, 70, 8, 8}, 129},
                              {{1, 270, 4, 6}, 33}, {{1, 300, 24, 20}, 4},  {{1, 3, 150, 9}, 8}};

std::vector<Case> all() {
    std::vector<Case> more;
    for (Case t : cases)
        for (const Resample kind : {Resample::none, Resample::up, Resample::up_rotated}) {
            t.kind = kind;
            t.noises = more.size() % 3 == 0 ? 0 : more.size() % 3 == 1 ? 1 : t.x[0];
            more.push_back(t);
        }
    return more;
}

}  // namespace

BOOST_AUTO_TEST_CASE(agrees_with_its_parts_in_double) {
    for (const Case& t : all()) check(t);
}

BOOST_AUTO_TEST_CASE(agrees_for_other_filters) {
    check({.x = {1, 9, 12, 20}, .outputs = 12, .kind = Resample::up, .filter = {0.2f, 0.6f}});
    check({.x = {1, 9, 12, 20}, .outputs = 12, .kind = Resample::up, .filter = {-0.5f, 2.0f}});
    check({.x = {1, 9, 12, 20}, .outputs = 12, .kind = Resample::up, .filter = {0.5f, 0.0f}});
}

/// The instance norm removes magnitudes, as long as they are not near its epsilon.
BOOST_AUTO_TEST_CASE(agrees_for_large_and_small_values) {
    for (const Resample kind : {Resample::none, Resample::up})
        for (const float magnitude : {1e-3f, 1e3f, 1e6f})
            check(
                {.x = {1, 11, 20, 28}, .outputs = 18, .kind = kind, .noises = 1, .eps = 1e-8f, .magnitude = magnitude});
}

/// A mean of a hundred deviations: rounding the stored values costs two digits of the difference.
BOOST_AUTO_TEST_CASE(a_large_mean_does_little_harm) {
    for (const Resample kind : {Resample::none, Resample::up})
        check({.x = {1, 3, 40, 36}, .outputs = 9, .kind = kind, .eps = 1e-8f, .offset = 500}, 2e-4);
}

/// A channel without variance comes out as the style's bias alone, however large it is.
BOOST_AUTO_TEST_CASE(constant_channels_become_their_bias) {
    for (const Resample kind : {Resample::none, Resample::up}) {
        Context<Cpu> c({1});
        const Case t{.x = {1, 4, 12, 10}, .outputs = 9, .kind = kind, .noises = 0, .eps = 1e-8f, .offset = 1000};
        Given<float> g(t);
        std::fill_n(g.w.data(), g.w.size(), 0.0f);
        const Values y = found(c, t, g);
        const auto pixels = static_cast<std::size_t>(t.y()[2] * t.y()[3]);
        for (std::size_t i = 0; i < y.size(); ++i)
            BOOST_REQUIRE(y[i] == static_cast<double>(g.style.data()[9 + static_cast<Index>(i / pixels)]));
    }
}

/// Sizes from which results are stored past the caches, with and without scaling up.
BOOST_AUTO_TEST_CASE(agrees_when_it_streams) {
    const Case t{.x = {1, 2, 432, 440}, .outputs = 17};
    check(t);
    Case up = t;
    up.x = {1, 8, 216, 220};
    up.kind = Resample::up;
    check(up);
}

BOOST_AUTO_TEST_CASE(threads_do_not_matter) {
    for (const Case& t : all()) {
        const Given<float> g(t);
        check_threads([&](Context<Cpu>& c) { return found(c, t, g); });
    }
}

BOOST_AUTO_TEST_CASE(pictures_are_independent) {
    for (Case t : all()) {
        if (t.x[0] == 1) t.x[0] = 3;
        if (t.noises > 1) t.noises = t.x[0];
        const Given<float> g(t);
        Context<Cpu> c({2});
        const Values together = found(c, t, g);
        const std::size_t size = together.size() / static_cast<std::size_t>(t.x[0]);
        for (Index n = 0; n < t.x[0]; ++n) {
            Case one = t;
            one.x[0] = 1;
            one.noises = std::min<Index>(t.noises, 1);
            Given<float> h(one);
            const auto part = [&](const auto& from, auto& to) {
                std::copy_n(from.data() + n * to.size(), to.size(), to.data());
            };
            part(g.x, h.x);
            part(g.before, h.before);
            part(g.style, h.style);
            std::copy_n(g.noise.data() + (t.noises > 1 ? n * h.noise.size() : 0), h.noise.size(), h.noise.data());
            h.w = g.w;
            h.weight = g.weight;
            h.bias = g.bias;
            const auto at = together.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(n) * size);
            BOOST_TEST(same_bits(found(c, one, h), Values(at, at + static_cast<std::ptrdiff_t>(size))), t.name());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_empty_batch_is_no_work) {
    for (const Resample kind : {Resample::none, Resample::up}) {
        Context<Cpu> c({2});
        Case t{.x = {1, 3, 8, 8}, .outputs = 5, .kind = kind};
        Given<float> g(t);
        t.x[0] = 0;
        g.style = RowsOf<float>({0, 10});
        g.before = RowsOf<float>({0, 9});
        g.x = MapsOf<float>({0, 3, 8, 8});
        BOOST_TEST(found(c, t, g).empty());
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_fit) {
    Context<Cpu> c({1});
    const Case t{.x = {2, 3, 8, 8}, .outputs = 5};
    const Given<float> g(t);
    const auto run = [&](const auto& change) {
        const stylegan::Workspace::Frame frame(c.workspace());
        Case u = t;
        auto layer = layer_of(t, g);
        auto y = ops::take_blocked(c, 2, 5, 8, 8);
        change(u, layer, y);
        (void)ops::styled_convolution(c, u.kind, styled_input(c, t, g), g.w.view(), 1, {0.25f, 0.5f}, layer, y);
    };
    const std::vector<float> four(4);
    run([](auto&, auto&, auto&) {});
    BOOST_CHECK_THROW(run([](auto& u, auto&, auto&) { u.kind = Resample::up; }), stylegan::ShapeError);
    BOOST_CHECK_THROW(run([](auto&, auto&, auto& y) { y.channels = 4; }), stylegan::ShapeError);
    BOOST_CHECK_THROW(run([&](auto&, auto& l, auto&) { l.bias = four; }), stylegan::ShapeError);
    BOOST_CHECK_THROW(run([&](auto&, auto& l, auto&) { l.noise_weight = four; }), stylegan::ShapeError);
    BOOST_CHECK_THROW(run([&](auto&, auto& l, auto&) { l.style = l.style.part(0, 1); }), stylegan::ShapeError);
    BOOST_CHECK_THROW(run([](auto&, auto& l, auto&) { l.slope = 2; }), stylegan::ValueError);
}

/// styled_to_rgb() against the plain op on styled values.
BOOST_AUTO_TEST_CASE(pictures_agree_with_double) {
    for (const Index colours : {1, 3, 4})
        for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{2, 3, 5, 7}, Shape{1, 16, 20, 33}, Shape{2, 37, 64, 64}}) {
            Context<Cpu> c({2});
            const stylegan::Workspace::Frame frame(c.workspace());
            const Case t{.x = shape, .outputs = colours};
            const Given<float> g(t);
            const auto w = random_maps<float>({1, 1, shape[1], colours}, 8);
            auto y = unwritten<float>({shape[0], colours, shape[2], shape[3]});
            const ops::StyledMaps x = styled_input(c, t, g);
            ops::styled_to_rgb(c, x, w.view(), 0.5f, g.bias, y.view());

            const Values styled = read(x);
            Values sums;
            const Index pixels = shape[2] * shape[3];
            for (Index n = 0; n < shape[0]; ++n)
                for (Index o = 0; o < colours; ++o)
                    for (Index p = 0; p < pixels; ++p) {
                        double sum = static_cast<double>(g.bias[static_cast<std::size_t>(o)]);
                        for (Index i = 0; i < shape[1]; ++i)
                            sum += 0.5 * static_cast<double>(w.data()[i * colours + o]) *
                                   styled[static_cast<std::size_t>((n * shape[1] + i) * pixels + p)];
                        sums.push_back(sum);
                    }
            BOOST_TEST(finite_difference::error_of(values(y), sums) < 2e-6);
        }
}

BOOST_AUTO_TEST_SUITE_END()
