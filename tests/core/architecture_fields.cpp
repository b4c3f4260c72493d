// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/architecture_fields.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

BOOST_AUTO_TEST_SUITE(architecture_fields)

using namespace stylegan;

namespace {

template <class Keep>
std::vector<std::string> keywords(Keep keep) {
    std::vector<std::string> all;
    const Architecture a;
    for_each_field(a, [&](const ArchitectureField& field, const auto&) {
        if (keep(field)) all.emplace_back(field.keyword);
    });
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_member_is_listed_once) {
    // compiles only for this number of members: add a new one to for_each_field()
    [[maybe_unused]] const auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19,
                                  m20, m21, m22, m23, m24, m25, m26, m27, m28, m29, m30] = config_f;
    std::set<std::string> names;
    std::set<const void*> members;
    for_each_field(config_f, [&](const ArchitectureField& field, const auto& member) {
        names.insert(field.keyword);
        members.insert(&member);
    });
    BOOST_TEST(names.size() == 30u);
    BOOST_TEST(members.size() == 30u);
}

BOOST_AUTO_TEST_CASE(members_can_be_changed) {
    Architecture a;
    for_each_field(a, [](const ArchitectureField& field, auto& member) {
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, int>)
            if (std::string(field.keyword) == "resolution") member = 5;
    });
    BOOST_TEST((a == at_resolution(config_f, 32)));
}

BOOST_AUTO_TEST_CASE(names_differ_from_keywords_for_two_members) {
    std::vector<std::string> renamed;
    for_each_field(config_f, [&](const ArchitectureField& field, const auto&) {
        if (std::string(field.keyword) != field.member) renamed.emplace_back(field.member);
    });
    BOOST_TEST(renamed == (std::vector<std::string>{"resolution_log2", "base"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(scopes_say_which_network_a_keyword_changes) {
    const auto of_discriminators =
        keywords([](const ArchitectureField& f) { return f.applies_to(NetworkKind::discriminator); });
    const std::vector<std::string> expected{"resolution",        "base_size",   "num_channels", "label_size",
                                            "fmap_base",         "fmap_decay",  "fmap_max",     "use_wscale",
                                            "nonlinearity",      "fused_scale", "blur_filter",  "mbstd_group_size",
                                            "mbstd_num_features"};
    BOOST_TEST(of_discriminators == expected, boost::test_tools::per_element());
    const auto of_none = keywords([](const ArchitectureField& f) {
        return !f.applies_to(NetworkKind::generator) && !f.applies_to(NetworkKind::discriminator);
    });
    BOOST_TEST(of_none == (std::vector<std::string>{"style_mixing_prob"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(official_files_have_the_official_keywords_alone) {
    const auto others =
        keywords([](const ArchitectureField& f) { return f.origin != ArchitectureField::Origin::official; });
    BOOST_TEST(others == (std::vector<std::string>{"base_size", "progressive_gan", "bias_before_blur",
                                                   "instance_norm_epsilon", "shared_noise"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
