// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/projection.hpp>

#include "models/networks.hpp"
#include "training/projected_networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(projection)

using namespace stylegan;
using namespace model_test;
using namespace projection_test;

namespace {

using Pictures = xt::xtensor<float, 4>;

}  // namespace

BOOST_AUTO_TEST_CASE(finds_what_the_generator_itself_made) {
    AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    // The distance has many local minima for a network of random weights. The target is near the mean w, where the
    // search starts.
    auto w = g.map(random_array<float, 2>({1, 12}, 3));
    const auto mean = g.measure_w_average();
    for (std::size_t k = 0; k < mean.size(); ++k) w(0, k) = mean[k] + 0.3f * (w(0, k) - mean[k]);
    const Pictures target = g.synthesize(w, {.noise = Noise::none});
    Projection<Cpu> search(g, squares_to(target), {.steps = 300, .lr = 0.02, .w_samples = 500});
    const double first = search.step().distance;
    while (!search.finished()) (void)search.step();
    auto gradient = target;
    const double last = squares_to(target)(g.synthesize(search.w(), {.noise = Noise::none}), gradient);
    BOOST_TEST_MESSAGE("distance " << first << " -> " << last);
    BOOST_TEST(last < 0.02 * first);
}

BOOST_AUTO_TEST_CASE(goes_the_same_way_in_eigen) {
    AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const Pictures target = g(random_array<float, 2>({1, 12}, 3));
    const Eigen::RowVectorXf start = Eigen::RowVectorXf::LinSpaced(12, -1, 1);
    const auto in_eigen = [&](const Pictures& x, Pictures& gradient) {
        const auto d = as_eigen(x) - as_eigen(target);
        as_eigen(gradient) = 2 * d;
        return static_cast<double>(d.squaredNorm());
    };
    const auto plainly = [&](const Pictures& x, Pictures& gradient) {
        for (std::size_t i = 0; i < x.size(); ++i) gradient.data()[i] = 2 * (x.data()[i] - target.data()[i]);
        return 1.0;
    };
    const ProjectionOptions options{.steps = 3};
    Projection<Cpu> a(g, in_eigen, start, 1.0, options);
    const xt::xtensor<float, 2> same_start = Array<float, 2>(start);
    Projection<Cpu> b(g, plainly, same_start, 1.0, options);
    while (!a.finished()) {
        (void)a.step();
        (void)b.step();
    }
    BOOST_TEST(same(a.w(), b.w()));
    BOOST_CHECK_EXCEPTION(Projection<Cpu>(g, plainly, Eigen::RowVectorXf(11), 1.0, options), ShapeError,
                          says("Projection: length of w is 11, expected 12"));
}

BOOST_AUTO_TEST_CASE(leaves_the_generator_as_it_was) {
    AnyGenerator<Cpu> g = generator_with_noise(0.02f), before = g;
    Projection<Cpu> search(g, squares_to(g(random_array<float, 2>({1, 12}, 3))), {.steps = 5, .w_samples = 10});
    while (!search.finished()) (void)search.step();
    std::vector<const Parameter<Cpu>*> was;
    for_each_parameter(before, [&](const std::string&, Parameter<Cpu>& p) { was.push_back(&p); });
    std::size_t i = 0;
    for_each_parameter(g, [&](const std::string& name, Parameter<Cpu>& p) {
        BOOST_TEST((p.value() == was[i]->value()), name);
        ++i;
    });
}

BOOST_AUTO_TEST_CASE(noise_gradient_is_that_of_central_differences) {
    // through the whole network in double precision, for every layer's map
    using Double = BasicCpu<double>;
    AnyGenerator<Double> g(tiny, 7);
    for_each_parameter(g, [](const std::string& name, Parameter<Double>& p) {
        if (name.ends_with("Noise/weight")) std::fill(p.value().begin(), p.value().end(), 0.3);
    });
    Context<Double>& c = g.context();
    const Workspace::Frame frame(c.workspace());
    const auto w = random_array<double, 2>({1, 12}, 4);
    const Styles<double> styles = c.take(tiny.layers(), 1, 12);
    for (int l = 0; l < tiny.layers(); ++l) c.upload(w.data(), 12, style_of(styles, l).data);
    std::vector<std::vector<double>> maps;
    for (int l = 0; l < tiny.layers(); ++l) {
        const Size s = tiny.size(l / 2);
        maps.emplace_back(static_cast<std::size_t>(s.height * s.width));
        RandomStream(1, 0, Purpose::test, static_cast<std::uint32_t>(l))
            .fill_normal(maps.back().data(), maps.back().size());
    }
    const Level level = Level::of(tiny, 0);
    const auto weights = random_array<double, 4>({1, 3, 16, 16}, 5);
    const auto run = [&](SynthesisNetwork<Double>::Cache* cache) {
        SynthesisNetwork<Double>::Noises noises;
        for (int l = 0; l < tiny.layers(); ++l) {
            const Size s = tiny.size(l / 2);
            noises.maps.push_back({maps[static_cast<std::size_t>(l)].data(), {1, 1, s.height, s.width}});
            noises.strength.push_back(0.7);
        }
        const Maps<double> picture = c.take(1, 3, 16, 16);
        g.synthesis().forward(c, styles, noises, level, picture, cache);
        double sum = 0;
        for (Index i = 0; i < picture.size(); ++i) sum += picture.data[i] * weights.data()[i];
        return sum;
    };
    SynthesisNetwork<Double>::Cache cache;
    (void)run(&cache);
    std::vector<Maps<double>> dnoise;
    for (int l = 0; l < tiny.layers(); ++l) {
        const Size s = tiny.size(l / 2);
        dnoise.push_back(c.take(1, 1, s.height, s.width));
        cache.want_noise_gradient(l, dnoise.back());
    }
    const Maps<double> dpicture = c.take(1, 3, 16, 16);
    c.upload(weights.data(), dpicture.size(), dpicture.data);
    g.synthesis().backward(c, cache, dpicture, {}, Pass::inputs);
    for (int l = 0; l < tiny.layers(); ++l)
        for (std::size_t i = 0; i < maps[static_cast<std::size_t>(l)].size(); i += 11) {
            double& v = maps[static_cast<std::size_t>(l)][i];
            const double step = 1e-5, before = v;
            const Workspace::Frame inner(c.workspace());
            v = before + step;
            const double above = run(nullptr);
            v = before - step;
            const double below = run(nullptr);
            v = before;
            const double expected = (above - below) / (2 * step), found = dnoise[static_cast<std::size_t>(l)].data[i];
            BOOST_TEST(std::abs(found - expected) < 1e-6 * std::max(1.0, std::abs(expected)),
                       "layer " << l << ": " << found << ", expected " << expected);
        }
}

BOOST_AUTO_TEST_CASE(options_are_checked) {
    AnyGenerator<Cpu> g(tiny, 7, Cpu{1});
    const auto distance = squares_to(Pictures::from_shape({1, 3, 16, 16}));
    BOOST_CHECK_THROW((Projection<Cpu>(g, distance, {.steps = 0})), ValueError);
    BOOST_CHECK_THROW((Projection<Cpu>(g, distance, {.w_samples = 1})), ValueError);
    Projection<Cpu> broken(g, [](const Pictures&, Pictures&) { return std::nan(""); }, {.steps = 3, .w_samples = 10});
    BOOST_CHECK_THROW((void)broken.step(), ValueError);
    g.set_lod(1);
    BOOST_CHECK_THROW((Projection<Cpu>(g, distance)), ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
