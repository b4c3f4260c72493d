// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/architecture.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>

BOOST_AUTO_TEST_SUITE(architecture)

using namespace stylegan;

BOOST_AUTO_TEST_CASE(feature_maps_are_those_of_the_paper) {
    constexpr Architecture f;
    constexpr int expected[] = {512, 512, 512, 512, 256, 128, 64, 32, 16};  // 4x4 to 1024x1024
    for (int stage = 0; stage < 9; ++stage) BOOST_TEST(f.feature_maps(stage) == expected[stage]);
    BOOST_TEST(f.nf(0) == 512);
}

BOOST_AUTO_TEST_CASE(feature_maps_follow_their_formula) {
    for (const int base : {100, 2048, 8192, 16384})
        for (const double decay : {0.0, 0.5, 1.0, 1.3, 2.0})
            for (const int most : {17, 128, 512, 100000}) {
                Architecture a;
                a.fmap_base = base, a.fmap_decay = decay, a.fmap_max = most;
                for (int s = 0; s <= 12; ++s) {
                    const double exact = base / std::pow(2.0, s * decay);
                    if (std::abs(exact - std::round(exact)) < 1e-9) continue;  // rounding decides
                    BOOST_TEST(a.nf(s) == std::min(static_cast<int>(exact), most),
                               "base " << base << " decay " << decay << " stage " << s);
                }
            }
}

BOOST_AUTO_TEST_CASE(feature_maps_are_exact_where_the_decay_is_whole) {
    for (const int decay : {0, 1, 2, 3})
        for (int s = 0; s <= 10; ++s) {
            Architecture a;
            a.fmap_base = 1 << 15, a.fmap_decay = decay, a.fmap_max = 1 << 20;
            BOOST_TEST(a.nf(s) == ((1 << 15) >> std::min(s * decay, 31)));
        }
}

BOOST_AUTO_TEST_CASE(stages_double_the_base) {
    constexpr Architecture a{.base = {4, 6}, .resolution_log2 = 6};
    static_assert(a.stages() == 5 && a.layers() == 10 && a.max_lod() == 4);
    static_assert(a.size(0) == Size{4, 6} && a.size(1) == Size{8, 12} && a.picture() == Size{64, 96});
    BOOST_TEST(to_string(a.picture()) == "64x96");
    BOOST_TEST(Architecture{}.layers() == 18);
}

BOOST_AUTO_TEST_CASE(at_resolution_changes_the_depth_alone) {
    for (int log2 = 2; log2 <= 12; ++log2) {
        const Architecture a = at_resolution(config_f, 1 << log2);
        Architecture expected = config_f;
        expected.resolution_log2 = log2;
        BOOST_TEST((a == expected));
        BOOST_TEST(a.picture().width == 1 << log2);
    }
    Architecture three = config_f;
    three.base = {3, 5};
    BOOST_TEST((at_resolution(three, 24).picture() == Size{24, 40}));
    static_assert(at_resolution(config_f, 256).resolution_log2 == 8);
    for (const int wrong : {-4, 0, 1, 2, 3, 5, 100, 1 << 30})
        BOOST_CHECK_THROW((void)at_resolution(config_f, wrong), ValueError);
}

BOOST_AUTO_TEST_CASE(configurations_differ_as_table_1_says) {
    struct Row {
        Architecture a;
        bool styles, const_input, noise;
        int mapping_layers;
        bool pixel_norm, instance_norm;
        double mixing;
    };
    const Row rows[] = {
        {config_b, false, false, false, 0, true, false, 0}, {config_c, true, false, false, 8, false, true, 0},
        {config_d, true, true, false, 8, false, true, 0},   {config_e, true, true, true, 8, false, true, 0},
        {config_f, true, true, true, 8, false, true, 0.9},  {config_a, false, false, false, 0, true, false, 0}};
    for (const Row& row : rows) {
        BOOST_TEST(row.a.use_styles == row.styles);
        BOOST_TEST(row.a.const_input_layer == row.const_input);
        BOOST_TEST(row.a.use_noise == row.noise);
        BOOST_TEST(row.a.mapping_layers == row.mapping_layers);
        BOOST_TEST(row.a.use_pixel_norm == row.pixel_norm);
        BOOST_TEST(row.a.use_instance_norm == row.instance_norm);
        BOOST_TEST(row.a.style_mixing_prob.value() == row.mixing, boost::test_tools::tolerance(1e-12));
        BOOST_TEST(row.a.flaw() == nullptr);
        BOOST_TEST(row.a.progressive_gan == (&row == &rows[5]));
        BOOST_TEST(row.a.resolution_log2 == 10);
    }
    static_assert(config_a.fused(1) && config_a.blur_filter == no_blur);
    static_assert(!config_b.fused(4) && config_b.fused(5));  // 64x64 is not, 128x128 is
}

BOOST_AUTO_TEST_CASE(fused_scale_follows_the_smaller_side) {
    Architecture a{.base = {4, 8}};
    BOOST_TEST(!a.fused(4));  // 64x128
    BOOST_TEST(a.fused(5));
    a.fused_scale = FusedScale::on;
    BOOST_TEST(a.fused(1));
    a.fused_scale = FusedScale::off;
    BOOST_TEST(!a.fused(8));
}

BOOST_AUTO_TEST_CASE(the_length_of_w_follows_labels_and_depth) {
    Architecture a{.latent_size = 10, .dlatent_size = 7};
    BOOST_TEST(a.mapping_inputs() == 10);
    BOOST_TEST(a.w_size() == 7);
    a.label_size = 3;
    BOOST_TEST(a.mapping_inputs() == 20);  // an embedding as long as z
    a.mapping_layers = 0;
    BOOST_TEST(a.w_size() == 20);
    a.progressive_gan = true;
    BOOST_TEST(a.w_size() == 13);  // the label itself
}

BOOST_AUTO_TEST_CASE(every_flaw_is_said) {
    const auto flaw = [](auto change) {
        Architecture a;
        change(a);
        return std::string(a.flaw() ? a.flaw() : "none");
    };
    BOOST_TEST(flaw([](Architecture&) {}) == "none");
    BOOST_TEST(flaw([](Architecture& a) { a.base.width = 0; }) == "base must be at least 1x1");
    BOOST_TEST(flaw([](Architecture& a) { a.resolution_log2 = 1; }) == "resolution_log2 must be 2 to 16");
    BOOST_TEST(flaw([](Architecture& a) { a.resolution_log2 = 17; }) == "resolution_log2 must be 2 to 16");
    BOOST_TEST(flaw([](Architecture& a) { a.num_channels = 5; }) == "num_channels must be 1 to 4");
    BOOST_TEST(flaw([](Architecture& a) { a.num_channels = 0; }) == "num_channels must be 1 to 4");
    BOOST_TEST(flaw([](Architecture& a) { a.label_size = -1; }) == "label_size must not be negative");
    BOOST_TEST(flaw([](Architecture& a) { a.fmap_max = 0; }) == "fmap_base and fmap_max must be at least 1");
    BOOST_TEST(flaw([](Architecture& a) { a.fmap_decay = -0.5; }) == "fmap_decay must not be negative");
    BOOST_TEST(flaw([](Architecture& a) { a.fmap_base = 511; }) ==
               "fmap_base is too small for this resolution: a stage would have no feature maps");
    BOOST_TEST(flaw([](Architecture& a) { a.fmap_base = 512; }) == "none");
    BOOST_TEST(flaw([](Architecture& a) { a.latent_size = 0; }) == "latent and mapping widths must be at least 1");
    BOOST_TEST(flaw([](Architecture& a) { a.mapping_layers = 17; }) == "mapping_layers must be 0 to 16");
    BOOST_TEST(flaw([](Architecture& a) { a.mapping_lrmul = 0.0; }) == "mapping_lrmul must be positive");
    BOOST_TEST(flaw([](Architecture& a) { a.blur_filter.length = 2; }) ==
               "blur_filter must have an odd length of at most 7, or 0");
    BOOST_TEST(flaw([](Architecture& a) { a.blur_filter.length = 9; }) ==
               "blur_filter must have an odd length of at most 7, or 0");
    BOOST_TEST(flaw([](Architecture& a) { a.mbstd_num_features = 0; }) ==
               "mbstd_group_size must not be negative, mbstd_num_features at least 1");
    BOOST_TEST(flaw([](Architecture& a) { a.mbstd_num_features = 3; }) ==
               "mbstd_num_features must divide the feature maps of the first stage");
    BOOST_TEST(flaw([](Architecture& a) { a.mbstd_num_features = 3, a.mbstd_group_size = 1; }) == "none");
    BOOST_TEST(flaw([](Architecture& a) { a.style_mixing_prob = 1.5; }) == "style_mixing_prob must be 0 to 1");
}

BOOST_AUTO_TEST_CASE(a_blur_filter_that_sums_to_0_is_a_flaw) {
    Architecture a;
    a.blur_filter = {3, {1, -2, 1}};  // it is normalised to sum 1 where it is used
    BOOST_TEST(a.flaw() == std::string("blur_filter must not sum to 0: it is normalised to sum 1"));
}

BOOST_AUTO_TEST_CASE(decimals_keep_six_places) {
    static_assert(Decimal(0.9).value() == 0.9);
    static_assert(Decimal(0.01).millionths == 10000);
    static_assert(Decimal(-1.5).millionths == -1500000);
    static_assert(Decimal(1) == Decimal(1.0));
    static_assert(Decimal(1e-7).millionths == 0);
    BOOST_TEST(Decimal(2).value() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
