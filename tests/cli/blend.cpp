// SPDX-License-Identifier: Apache-2.0
// `stylegan blend`, and truncation towards centres.
#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(blend)

using namespace test;

struct TwoNetworks {
    TwoNetworks() {
        write_network(folder / "a.safetensors");
        write_network(folder / "b.safetensors", {.scale = 3});  // differs in its last style and to_rgb layer
    }
    [[nodiscard]] Outcome blend(const std::vector<std::string>& more) const {
        std::vector<std::string> all{"blend", "--network", "a.safetensors", "--other", "b.safetensors"};
        all.insert(all.end(), more.begin(), more.end());
        return run_program(folder, all);
    }
    [[nodiscard]] auto picture(const std::string& network, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> all{"generate", "--network", network, "--seeds", "5", "--outdir", "out"};
        all.insert(all.end(), more.begin(), more.end());
        check_success(run_program(folder, all));
        return read(folder / "out/seed0005.png");
    }

    TemporaryFolder folder;
};

BOOST_FIXTURE_TEST_CASE(layers_of_the_other_network_draw_its_pictures, TwoNetworks) {
    const auto of_a = picture("a.safetensors"), of_b = picture("b.safetensors");
    BOOST_TEST((of_a != of_b));
    const Outcome o = blend({"--layers", "4-", "--dest", "high.safetensors"});
    check_success(o);
    BOOST_TEST(
        o.out ==
        "high.safetensors: the mapping network of a.safetensors; share of b.safetensors in each layer: 0 0 0 0 1 1\n");
    BOOST_TEST((picture("high.safetensors") == of_b));
    check_success(blend({"--layers", "0-3", "--dest", "low.safetensors"}));
    BOOST_TEST((picture("low.safetensors") == of_a));
    check_success(blend({"--layers", "all", "--share", "0.5", "--dest", "half.safetensors"}));
    const auto half = picture("half.safetensors");
    BOOST_TEST((half != of_a && half != of_b));
    check_success(run_program(folder, {"info", "--verify", "half.safetensors"}));
    const Outcome soft = blend({"--layers", "3-", "--blend-width", "1", "--dest", "soft.safetensors"});
    check_success(soft);
    BOOST_TEST(soft.out.find("in each layer: 0.0759 0.182 0.378 0.622 0.818 0.924\n") != std::string::npos, soft.out);
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused, TwoNetworks) {
    stylegan::Architecture wide = small;
    wide.fmap_max = 32;
    write_network(folder / "wide.safetensors", {.architecture = wide});
    check_error(run_program(folder, {"blend", "--network", "a.safetensors", "--other", "wide.safetensors", "--layers",
                                     "4-", "--dest", "o.safetensors"}),
                1, {"--other wide.safetensors: its fmap_max is 32, expected 16 as in a.safetensors"});
    check_error(blend({"--layers", "9-", "--dest", "o.safetensors"}), 2, {"--layers: is \"9-\""});
    check_error(blend({"--layers", "4-", "--dest", "o.pkl"}), 1,
                {"--dest: is o.pkl, expected a name ending in .safetensors"});
    check_error(blend({"--layers", "4-", "--dest", "b.safetensors"}), 1, {"--dest b.safetensors: is --other"});
    check_error(blend({"--layers", "1-2", "--blend-width", "1", "--dest", "o.safetensors"}), 1,
                {"--blend-width: is 1 with --layers 1-2, expected layers from one on to the last, such as 8-"});
    check_error(blend({"--dest", "o.safetensors"}), 2, {"--layers"});
    BOOST_TEST(!exists(folder / "o.safetensors"));
}

BOOST_FIXTURE_TEST_CASE(pictures_are_truncated_towards_centers, TwoNetworks) {
    const auto whole = picture("a.safetensors");
    BOOST_TEST((picture("a.safetensors", {"--trunc-centers", "4"}) == whole));  // psi 1
    const auto average = picture("a.safetensors", {"--trunc", "0.5"});
    const auto four = picture("a.safetensors", {"--trunc", "0.5", "--trunc-centers", "4"});
    BOOST_TEST((four != average && four != whole));
    BOOST_TEST((picture("a.safetensors", {"--trunc", "0.5", "--trunc-centers", "4"}) == four));
    // psi 0: a centre, of which there are as many as asked for
    check_success(run_program(folder, {"generate", "--network", "a.safetensors", "--seeds", "0-39", "--trunc", "0",
                                       "--trunc-centers", "3", "--outdir", "three"}));
    std::vector<std::vector<std::uint8_t>> different;
    for (const auto& file : std::filesystem::directory_iterator(folder / "three")) {
        const auto bytes = read(file.path());
        if (std::find(different.begin(), different.end(), bytes) == different.end()) different.push_back(bytes);
    }
    BOOST_TEST(different.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(one_center_is_the_average_of_a_class, TwoNetworks) {
    stylegan::Architecture labelled = small;
    labelled.label_size = 2;
    write_network(folder / "l.safetensors", {.architecture = labelled});
    const auto center = [&](const char* label) {
        return picture("l.safetensors", {"--class", label, "--trunc", "0", "--trunc-centers", "1"});
    };
    BOOST_TEST((center("0") != center("1")));
    BOOST_TEST((picture("l.safetensors", {"--class", "0", "--trunc", "0"}) ==
                picture("l.safetensors", {"--class", "1", "--trunc", "0"})));  // the average of all
}

BOOST_AUTO_TEST_SUITE_END()
