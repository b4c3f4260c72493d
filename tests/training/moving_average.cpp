// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/moving_average.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <string>

BOOST_AUTO_TEST_SUITE(moving_average)

using namespace stylegan;

namespace {

struct TwoParameters {
    Parameter<Cpu> weight, statistic;

    TwoParameters(double w, double s) : weight({3}, Initial{w, 0}), statistic({2}, Initial{s, 0}, false) {}

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "weight", self.weight);
        f(prefix + "statistic", self.statistic);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(half_is_left_after_the_half_life) {
    BOOST_TEST(ema_beta(10000, 10) == 0.5);
    BOOST_TEST(std::abs(std::pow(ema_beta(16, 10), 625) - 0.5) < 1e-12);
    BOOST_TEST(std::abs(ema_beta(8, 10) * ema_beta(24, 10) - ema_beta(32, 10)) <
               1e-15);  // however the pictures are divided
    BOOST_TEST(ema_beta(16, 0) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_trained_is_averaged_and_the_rest_copied) {
    Context<Cpu> context(Cpu{.threads = 1});
    TwoParameters average(1, 1);
    const TwoParameters network(3, 3);
    update_average(context, average, network, 0.75);
    for (const float v : average.weight.value()) BOOST_TEST(v == 1.5f);
    for (const float v : average.statistic.value()) BOOST_TEST(v == 3.0f);
    update_average(context, average, network, 0);
    for (const float v : average.weight.value()) BOOST_TEST(v == 3.0f);
    for (const float v : network.weight.value()) BOOST_TEST(v == 3.0f);
}

BOOST_AUTO_TEST_SUITE_END()
