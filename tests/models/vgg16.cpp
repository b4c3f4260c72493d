// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/vgg16.hpp>

#include "networks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstring>
#include <limits>

BOOST_AUTO_TEST_SUITE(vgg16)

using namespace stylegan;
using namespace model_test;

namespace {

using Double = BasicCpu<double>;

/// sum over stages of features * dy, in order of the stages that `dy` has.
double weighted_sum(Vgg16<Double>& vgg, const xt::xtensor<double, 4>& pictures,
                    const std::array<xt::xtensor<double, 4>, 5>& dy) {
    const auto features = vgg.features(pictures);
    double sum = 0;
    for (std::size_t s = 0; s < 5; ++s)
        for (std::size_t i = 0; i < dy[s].size(); ++i) sum += features[s].data()[i] * dy[s].data()[i];
    return sum;
}

Maps<const double> view_of(const xt::xtensor<double, 4>& x) {
    if (x.size() == 0) return {};
    return {x.data(), {Index(x.shape(0)), Index(x.shape(1)), Index(x.shape(2)), Index(x.shape(3))}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_the_published_network) {
    const Vgg16<> vgg(64, {.wscale = false}, std::make_shared<Context<Cpu>>(Cpu{1}));
    Index count = 0;
    std::vector<std::string> names;
    for_each_parameter(vgg, [&](const std::string& name, const Parameter<Cpu>& p) {
        count += p.size();
        names.push_back(name);
    });
    BOOST_TEST(count == 14714688);  // the well-known number, without the dense layers
    BOOST_TEST(names.size() == 26u);
    BOOST_TEST(names[0] == "conv1_1/weight");
    BOOST_TEST(names[9] == "conv3_1/bias");
    BOOST_TEST(names[25] == "conv5_3/bias");
}

BOOST_AUTO_TEST_CASE(takes_pictures_of_any_size) {
    Vgg16<> vgg(2);
    for (const auto& [h, w] : std::vector<std::pair<std::size_t, std::size_t>>{{16, 16}, {17, 35}, {64, 16}}) {
        const auto features = vgg.features(random_array<float, 4>({2, 3, h, w}, 1));
        for (std::size_t s = 0; s < 5; ++s) {
            BOOST_TEST(features[s].shape(0) == 2u);
            BOOST_TEST(features[s].shape(1) == std::size_t(vgg.channels(int(s))));
            BOOST_TEST(features[s].shape(2) == h >> s);
            BOOST_TEST(features[s].shape(3) == w >> s);
        }
    }
    BOOST_CHECK_THROW((void)vgg.features(random_array<float, 4>({1, 3, 16, 15}, 1)), ShapeError);
    BOOST_CHECK_THROW((void)vgg.features(random_array<float, 4>({1, 1, 16, 16}, 1)), ShapeError);
    BOOST_CHECK_THROW(Vgg16<>(0), ValueError);
}

BOOST_AUTO_TEST_CASE(kernels_agree_and_threads_do_not_matter) {
    const auto x = random_array<float, 4>({3, 3, 35, 33}, 2);
    const auto features_of = [&](Cpu device) { return trained(Vgg16<>(4, {.wscale = false}, 0, device)).features(x); };
    const auto one = features_of({.threads = 1}), two = features_of({.threads = 2});
    const auto plain = features_of({.threads = 2, .kernels = Kernels::plain});
    for (std::size_t s = 0; s < 5; ++s) {
        BOOST_TEST(std::memcmp(one[s].data(), two[s].data(), one[s].size() * sizeof(float)) == 0);
        BOOST_TEST(distance(one[s], plain[s]) < 1e-5);
        BOOST_TEST(std::any_of(one[s].begin(), one[s].end(), [](float v) { return v > 0; }));
    }
}

BOOST_AUTO_TEST_CASE(derivatives) {
    Vgg16<Double> vgg = [] {
        Vgg16<Double> v(1, {.wscale = false}, 3);
        for_each_parameter(v, [](const std::string&, Parameter<Double>& p) {
            if (p.shape().size() == 1) std::fill(p.value().begin(), p.value().end(), 0.3);  // keeps units alive
        });
        return v;
    }();
    const auto x = random_array<double, 4>({2, 3, 17, 16}, 4);
    for (const int without : {-1, 0, 4}) {  // stages without a gradient
        std::array<xt::xtensor<double, 4>, 5> dy;
        Vgg16<Double>::Features dfeatures;
        const auto features = vgg.features(x);
        for (std::size_t s = 0; s < 5; ++s) {
            if (int(s) == without) continue;
            dy[s] = random_array<double, 4>(
                {features[s].shape(0), features[s].shape(1), features[s].shape(2), features[s].shape(3)},
                5 + std::uint32_t(s));
            dfeatures[s] = view_of(dy[s]);
        }
        auto dx = xt::xtensor<double, 4>::from_shape(x.shape());
        std::fill_n(dx.data(), dx.size(), std::numeric_limits<double>::quiet_NaN());
        {
            Context<Double>& c = vgg.context();
            const Workspace::Frame frame(c.workspace());
            Vgg16<Double>::Cache cache;
            for_each_parameter(vgg, [](const std::string&, auto& p) { p.clear_gradient(); });
            (void)vgg.forward(c, view_of(x), &cache);
            vgg.backward(c, cache, dfeatures, {dx.data(), view_of(x).shape}, Pass::gradients);
        }
        const double h = 1e-6;
        double worst = 0, largest = 0;
        for (std::size_t i = 0; i < x.size(); i += 29) {
            auto up = x, down = x;
            up.data()[i] += h;
            down.data()[i] -= h;
            const double expected = (weighted_sum(vgg, up, dy) - weighted_sum(vgg, down, dy)) / (2 * h);
            worst = std::max(worst, std::abs(expected - dx.data()[i]));
            largest = std::max(largest, std::abs(expected));
        }
        BOOST_TEST(largest > 0);
        BOOST_TEST(worst < 1e-6 * largest);
        for_each_parameter(vgg, [&](const std::string& name, Parameter<Double>& p) {
            const std::size_t i = p.value().size() / 2;
            const double before = p.value()[i];
            p.value()[i] = before + h;
            const double up = weighted_sum(vgg, x, dy);
            p.value()[i] = before - h;
            const double down = weighted_sum(vgg, x, dy);
            p.value()[i] = before;
            BOOST_TEST(std::abs((up - down) / (2 * h) - p.gradient()[i]) < 1e-5 * (1 + std::abs(p.gradient()[i])),
                       name);
        });
    }
}

BOOST_AUTO_TEST_CASE(an_equalized_learning_rate_changes_storage_alone) {
    Vgg16<> stored(3, {.wscale = true}, 7), used(3, {.wscale = false}, 7);
    const auto x = random_array<float, 4>({1, 3, 16, 16}, 6);
    const auto a = stored.features(x), b = used.features(x);
    for (std::size_t s = 0; s < 5; ++s) BOOST_TEST(distance(a[s], b[s]) < 1e-5);
}

BOOST_AUTO_TEST_SUITE_END()
