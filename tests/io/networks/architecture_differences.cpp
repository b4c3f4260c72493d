// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/architecture_differences.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(architecture_differences)

using namespace stylegan;

namespace {

using Keys = std::vector<std::string>;
constexpr Architecture f64 = at_resolution(config_f, 64);

template <class Change>
Keys after(Change change, NetworkKind kind, Architecture a = f64) {
    Architecture b = a;
    change(b);
    const Keys keys = stylegan::architecture_differences(a, b, kind);
    BOOST_TEST(stylegan::architecture_differences(b, a, kind) == keys, boost::test_tools::per_element());
    return keys;
}
template <class Change>
Keys in_generator(Change change, Architecture a = f64) {
    return after(change, NetworkKind::generator, a);
}
template <class Change>
Keys in_discriminator(Change change, Architecture a = f64) {
    return after(change, NetworkKind::discriminator, a);
}

void check(const Keys& found, const Keys& expected) { BOOST_TEST(found == expected, boost::test_tools::per_element()); }

}  // namespace

BOOST_AUTO_TEST_CASE(what_changes_shapes_or_arithmetic_is_named) {
    check(in_generator([](auto&) {}), {});
    check(in_generator([](auto& a) { a.resolution_log2 = 5; }), {"resolution"});
    check(in_generator([](auto& a) { a.use_noise = false, a.latent_size = 64; }), {"latent_size", "use_noise"});
    check(in_generator([](auto& a) { a.blur_filter = no_blur; }), {"blur_filter"});
    check(in_generator([](auto& a) { a.mapping_lrmul = 1; }), {"mapping_lrmul"});
    check(in_discriminator([](auto& a) { a.mbstd_group_size = 8; }), {"mbstd_group_size"});
    check(in_discriminator([](auto& a) { a.nonlinearity = Nonlinearity::relu; }), {"nonlinearity"});
}

BOOST_AUTO_TEST_CASE(what_matters_to_one_network_alone) {
    check(in_generator([](auto& a) { a.mbstd_group_size = 8; }), {});
    check(in_discriminator([](auto& a) { a.latent_size = 64, a.use_styles = false, a.mapping_layers = 2; }), {});
    check(in_generator([](auto& a) { a.style_mixing_prob = 0; }), {});
    check(in_discriminator([](auto& a) { a.style_mixing_prob = 0; }), {});
}

BOOST_AUTO_TEST_CASE(feature_maps_count_not_how_they_are_described) {
    check(in_generator([](auto& a) { a.fmap_base = 100000; }), {"fmap_base"});
    // 64x64 has at most nf(1) = 512 ... nf(5) = 256 maps: a base of 8200 gives the same
    check(in_generator([](auto& a) { a.fmap_base = 8200; }), {});
    Architecture narrow = f64;
    narrow.fmap_base = 64;  // nf(0) = 64, nf(1) = 32
    check(in_generator([](auto& a) { a.fmap_max = 32; }, narrow), {});
    check(in_discriminator([](auto& a) { a.fmap_max = 32; }, narrow), {"fmap_max"});
}

BOOST_AUTO_TEST_CASE(fused_scaling_counts_where_it_changes_something) {
    check(in_generator([](auto& a) { a.fused_scale = FusedScale::off; }), {});  // below 128 pixels "auto" is off
    check(in_generator([](auto& a) { a.fused_scale = FusedScale::on; }), {"fused_scale"});
    check(in_discriminator([](auto& a) { a.fused_scale = FusedScale::on; }), {});
    const Architecture a64 = at_resolution(config_a, 64);  // names of variables depend on it
    check(in_discriminator([](auto& a) { a.fused_scale = FusedScale::off; }, a64), {"fused_scale"});
    check(in_generator([](auto& a) { a.fused_scale = FusedScale::automatic; }, a64), {"fused_scale"});
}

BOOST_AUTO_TEST_CASE(layers_that_do_not_exist_have_no_width) {
    const Architecture b64 = at_resolution(config_b, 64);
    check(in_generator([](auto& a) { a.dlatent_size = a.mapping_fmaps = 7, a.mapping_lrmul = 1; }, b64), {});
    check(in_discriminator([](auto& a) { a.mbstd_group_size = 0; }), {"mbstd_group_size"});
    Architecture none = f64;
    none.mbstd_group_size = 0;
    check(in_discriminator([](auto& a) { a.mbstd_group_size = 1, a.mbstd_num_features = 2; }, none), {});
}

BOOST_AUTO_TEST_SUITE_END()
