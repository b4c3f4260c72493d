// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/parameter.hpp>
#include <stylegan/device/cpu.hpp>

#include <boost/test/unit_test.hpp>

#include <type_traits>

BOOST_AUTO_TEST_SUITE(parameter)

using namespace stylegan;

namespace {

struct Pair {
    Parameter<Cpu> a{{2, 3}}, b{{4}, {.mean = 1}, false};

    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        f(prefix + "a", self.a);
        f(prefix + "b", self.b);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(starts_at_its_mean) {
    const Parameter<Cpu> p({2, 3}, {.mean = 1.5, .standard_deviation = 2});
    BOOST_TEST(p.size() == 6);
    BOOST_TEST(p.trainable());
    for (const float v : p.value()) BOOST_TEST(v == 1.5f);
    BOOST_TEST(p.initial().standard_deviation == 2);
}

BOOST_AUTO_TEST_CASE(a_scalar_has_one_value_and_no_axes) {
    const Parameter<Cpu> lod(std::vector<Index>{}, {}, false);
    BOOST_TEST(lod.size() == 1);
    BOOST_TEST(lod.shape().empty());
    BOOST_TEST(lod.exists());
    BOOST_TEST(!Parameter<Cpu>().exists());
}

BOOST_AUTO_TEST_CASE(the_gradient_exists_once_it_is_cleared) {
    Parameter<Cpu> p({2, 3});
    BOOST_TEST(p.gradient().empty());
    BOOST_CHECK_EXCEPTION((void)p.gradient_view<2>(), ShapeError, [](const Error& e) {
        return e.what() == std::string("Parameter: size of the gradient (call clear_gradient first) is 0, expected 6");
    });
    p.clear_gradient();
    p.gradient_view<2>()(1, 2) = 5;
    BOOST_TEST(p.gradient()[5] == 5);
    p.clear_gradient();
    BOOST_TEST(p.gradient()[5] == 0);
}

BOOST_AUTO_TEST_CASE(views_have_the_rank_of_the_parameter) {
    const Parameter<Cpu> p({3, 3, 2, 5});
    BOOST_TEST(p.view<4>().extent(3) == 5);
    BOOST_CHECK_EXCEPTION((void)p.view<2>(), ShapeError,
                          [](const Error& e) { return e.what() == std::string("Parameter: rank is 4, expected 2"); });
}

BOOST_AUTO_TEST_CASE(visits_name_every_parameter_and_keep_const) {
    Pair pair;
    std::string names;
    for_each_parameter(
        pair,
        [&](const std::string& name, Parameter<Cpu>& p) {
            names += name + (p.trainable() ? " " : "! ");
            p.value()[0] = 7;
        },
        "G/");
    BOOST_TEST(names == "G/a G/b! ");
    const Pair& reader = pair;
    for_each_parameter(reader, [](const std::string&, auto& p) {
        static_assert(std::is_const_v<std::remove_reference_t<decltype(p)>>);
        BOOST_TEST(p.value()[0] == 7);
    });
}

BOOST_AUTO_TEST_SUITE_END()
