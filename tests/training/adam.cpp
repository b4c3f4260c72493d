// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/adam.hpp>

#include <stylegan/core/philox.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(adam)

using namespace stylegan;

namespace {

/// Two parameters that are trained and one that is not.
struct TwoParameters {
    Parameter<Cpu> a{{2, 3}, Initial{0.5, 0}}, fixed{{2}, Initial{4, 0}, false}, b{{5}, Initial{-1, 0}};

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "a", self.a);
        f(prefix + "fixed", self.fixed);
        f(prefix + "b", self.b);
    }

    void set_gradients(std::uint32_t number) {
        for (Parameter<Cpu>* p : {&a, &b}) {
            p->clear_gradient();
            RandomStream(1, 0, Purpose::test, number)
                .fill_normal(p->gradient().data(), p->gradient().size(), p == &b ? 100 : 0);
        }
    }
};

/// The update in double precision, with the bias corrections of the paper's algorithm 1. Epsilon is so small that both
/// forms agree.
struct Reference {
    double p = 0, m = 0, v = 0;
    void step(double g, double lr, const AdamOptions& o, int t) {
        m = o.beta1 * m + (1 - o.beta1) * g;
        v = o.beta2 * v + (1 - o.beta2) * g * g;
        p -= lr * (m / (1 - std::pow(o.beta1, t))) / std::sqrt(v / (1 - std::pow(o.beta2, t)));
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_agrees_with_the_algorithm) {
    for (const AdamOptions options : {AdamOptions{}, AdamOptions{0.9, 0.999, 1e-8}}) {
        TwoParameters network;
        Context<Cpu> context(Cpu{.threads = 2});
        Adam<Cpu> adam(network, options);
        std::vector<Reference> expected(11);
        for (std::size_t i = 0; i < 11; ++i) expected[i].p = i < 6 ? 0.5 : -1;
        for (int t = 1; t <= 6; ++t) {
            network.set_gradients(static_cast<std::uint32_t>(t));
            for (std::size_t i = 0; i < 11; ++i)
                expected[i].step(static_cast<double>(i < 6 ? network.a.gradient()[i] : network.b.gradient()[i - 6]),
                                 0.01, options, t);
            BOOST_TEST(adam.step(network, context, 0.01));
            BOOST_TEST(adam.steps() == static_cast<std::uint64_t>(t));
        }
        for (std::size_t i = 0; i < 11; ++i)
            BOOST_TEST(std::abs(static_cast<double>(i < 6 ? network.a.value()[i] : network.b.value()[i - 6]) -
                                expected[i].p) < 2e-6);
        BOOST_TEST(network.fixed.value()[0] == 4.0f);
    }
}

BOOST_AUTO_TEST_CASE(a_gradient_that_is_not_finite_changes_nothing) {
    TwoParameters network;
    Context<Cpu> context(Cpu{.threads = 1});
    Adam<Cpu> adam(network);
    network.set_gradients(1);
    BOOST_TEST(adam.step(network, context, 0.01));
    const auto a = network.a.value(), b = network.b.value();
    std::vector<float> moments;
    const auto collect = [&](const std::string&, const Parameter<Cpu>& p) {
        moments.insert(moments.end(), p.value().begin(), p.value().end());
    };
    Adam<Cpu>::visit(adam, "", collect);
    const std::vector<float> before = moments;

    for (const float bad :
         {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(), std::nanf("")}) {
        network.set_gradients(2);
        network.b.gradient()[4] = bad;
        BOOST_TEST(!adam.step(network, context, 0.01));
        BOOST_TEST((network.a.value() == a && network.b.value() == b));
        BOOST_TEST(adam.steps() == 1u);
        moments.clear();
        Adam<Cpu>::visit(adam, "", collect);
        BOOST_TEST((moments == before));
    }
    network.set_gradients(2);
    BOOST_TEST(adam.step(network, context, 0.01));
    BOOST_TEST(adam.steps() == 2u);
}

BOOST_AUTO_TEST_CASE(after_a_reset_it_is_as_new) {
    TwoParameters used, fresh;
    Context<Cpu> context(Cpu{.threads = 1});
    Adam<Cpu> adam(used), other(fresh);
    used.set_gradients(1);
    adam.step(used, context, 0.01);
    adam.reset();
    BOOST_TEST(adam.steps() == 0u);
    used.a.value() = fresh.a.value();
    used.b.value() = fresh.b.value();
    for (auto* pair : {&used, &fresh}) pair->set_gradients(2);
    adam.step(used, context, 0.01);
    other.step(fresh, context, 0.01);
    BOOST_TEST((used.a.value() == fresh.a.value() && used.b.value() == fresh.b.value()));
}

BOOST_AUTO_TEST_CASE(moments_carry_the_names_of_what_is_trained) {
    const TwoParameters network;
    const auto names = [&](const AdamOptions& options) {
        const Adam<Cpu> adam(network, options);
        std::vector<std::string> all;
        const auto collect = [&](const std::string& name, const Parameter<Cpu>&) { all.push_back(name); };
        Adam<Cpu>::visit(adam, "training/", collect);
        return all;
    };
    BOOST_TEST(names({.beta1 = 0.5}) ==
                   (std::vector<std::string>{"training/m/a", "training/v/a", "training/m/b", "training/v/b"}),
               boost::test_tools::per_element());
    BOOST_TEST(names({}) == (std::vector<std::string>{"training/v/a", "training/v/b"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
