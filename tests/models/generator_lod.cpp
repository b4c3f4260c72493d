// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "networks.hpp"

BOOST_AUTO_TEST_SUITE(generator_lod)

using namespace model_test;

namespace {

using Pictures = AnyGenerator<Cpu>::Pictures;

AnyGenerator<Cpu> generator_of(const Architecture& a) { return trained(AnyGenerator<Cpu>(a, 1)); }

/// Copies to `to` the parameters that it shares with the deeper network `from`.
void copy_coarse(const AnyGenerator<Cpu>& from, AnyGenerator<Cpu>& to, int stages_less) {
    for_each_parameter(to, [&](const std::string& wanted, Parameter<Cpu>& p) {
        bool found = false;
        for_each_parameter(from, [&](std::string name, const Parameter<Cpu>& q) {
            const auto lod = name.find("ToRGB_lod");  // counts down from the finest stage
            if (lod != std::string::npos) name[lod + 9] = static_cast<char>(name[lod + 9] - stages_less);
            if (name != wanted) return;
            BOOST_REQUIRE((q.shape() == p.shape()));
            p.value() = q.value();
            found = true;
        });
        BOOST_TEST(found, wanted);
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_whole_lod_is_the_upscaled_picture_of_the_smaller_network) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    for (const int lod : {1, 2}) {
        Architecture a = small;
        a.resolution_log2 -= lod;
        AnyGenerator<Cpu> coarse(a);
        copy_coarse(g, coarse, lod);
        const Pictures large = g(z, {.lod = lod}), tiny = coarse(z);
        BOOST_REQUIRE((large.shape() == Pictures::shape_type{2, 3, 12, 20}));
        bool equal = true;
        for (std::size_t n = 0; n < 2; ++n)
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t y = 0; y < 12; ++y)
                    for (std::size_t x = 0; x < 20; ++x)
                        equal = equal && large(n, c, y, x) == tiny(n, c, y >> lod, x >> lod);
        BOOST_TEST(equal, "lod " << lod);
    }
}

BOOST_AUTO_TEST_CASE(between_whole_lods_pictures_are_blended) {
    const auto g = generator_of(small);
    const auto z = latents(2, small);
    for (const double lod : {0.0, 0.25, 0.999, 1.5}) {
        const double whole = std::floor(lod), fade = lod - whole;
        const Pictures found = g(z, {.lod = lod}), fine = g(z, {.lod = whole}), coarse = g(z, {.lod = whole + 1});
        std::vector<double> expected;
        for (std::size_t i = 0; i < found.size(); ++i)
            expected.push_back((1 - fade) * double(fine.data()[i]) + fade * double(coarse.data()[i]));
        BOOST_TEST(distance(found, expected) < 1e-6, "lod " << lod);
    }
}

BOOST_AUTO_TEST_CASE(the_networks_own_lod_is_used_unless_one_is_given) {
    auto g = generator_of(small);
    const auto z = latents(2, small);
    const Pictures full = g(z), half = g(z, {.lod = 0.5});
    BOOST_TEST(g.lod() == 0);
    g.set_lod(0.5);
    BOOST_TEST(g.lod() == 0.5);
    BOOST_TEST(same(g(z), half));
    BOOST_TEST(same(g(z, {.lod = 0}), full));
    BOOST_CHECK_EXCEPTION(g.set_lod(3), ValueError, says("lod is 3, expected 0 to 2"));
    BOOST_TEST(g.lod() == 0.5);
}

BOOST_AUTO_TEST_CASE(styles_of_stages_that_are_not_computed_do_not_count) {
    const auto g = generator_of(small);
    const auto w = g.map(latents(1, small, 1)), second = g.map(latents(1, small, 2));
    BOOST_TEST(same(g.synthesize(g.mix(w, second, {4, 5}), {.lod = 1}), g.synthesize(w, {.lod = 1})));
    BOOST_TEST(!same(g.synthesize(g.mix(w, second, {3}), {.lod = 1}), g.synthesize(w, {.lod = 1})));
}

BOOST_AUTO_TEST_CASE(one_stage_has_only_lod_0) {
    Architecture a = small;
    a.resolution_log2 = 2;
    const auto g = generator_of(a);
    BOOST_TEST((g(latents(1, a)).shape() == Pictures::shape_type{1, 3, 3, 5}));
    BOOST_CHECK_EXCEPTION((void)g(latents(1, a), {.lod = 0.5}), ValueError, says("lod is 0.5, expected 0 to 0"));
}

BOOST_AUTO_TEST_SUITE_END()
