// SPDX-License-Identifier: Apache-2.0
// Directions of w: files, sheets, and what is refused.
#include "cli/direction_case.hpp"

BOOST_AUTO_TEST_SUITE(directions)

using namespace direction_test;

BOOST_FIXTURE_TEST_CASE(sefa_writes_directions_and_a_sheet, WithNetwork) {
    make({"directions", "--method", "sefa", "--layers", "0-1+4", "--count", "3", "--samples", "300", "--seeds", "4,7"});
    const auto d = found();
    BOOST_TEST(d.count() == 3);
    BOOST_TEST(d.directions.cols() == width);
    BOOST_TEST((d.directions * d.directions.transpose()).isIdentity(1e-6));
    BOOST_TEST(d.layers == (std::vector<int>{0, 1, 4}), boost::test_tools::per_element());
    BOOST_TEST(d.values(0) >= d.values(1));
    BOOST_TEST(d.deviations.minCoeff() > 0);
    BOOST_TEST(d.mean.size() == width);
    const Image sheet = picture("sheet0004.png");
    BOOST_TEST(sheet.size().text() == "117x55 with 3 channels");
    make({"generate", "--seeds", "4"});
    for (int row = 0; row < 3; ++row) {
        BOOST_TEST(same(cell(sheet, 3, row), picture("seed0004.png")));
        BOOST_TEST(!same(cell(sheet, 0, row), cell(sheet, 3, row)));
        BOOST_TEST(!same(cell(sheet, 0, row), cell(sheet, 6, row)));
    }
    BOOST_TEST(exists(folder / "out/sheet0007.png"));
}

BOOST_FIXTURE_TEST_CASE(pca_orders_by_variance, WithNetwork) {
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "5"});
    const auto d = found();
    BOOST_TEST(d.count() == 10);
    for (Index k = 1; k < 10; ++k) BOOST_TEST(d.deviations(k - 1) >= d.deviations(k));
    for (Index k = 0; k < 10; ++k) BOOST_TEST(std::abs(d.values(k) - std::pow(d.deviations(k), 2)) < 1e-9);
    const auto first = read(folder / "out/directions.npz");
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "5", "--threads", "2"});
    BOOST_TEST((first == read(folder / "out/directions.npz")));
    make({"directions", "--method", "pca", "--samples", "400", "--seed", "6"});
    BOOST_TEST((first != read(folder / "out/directions.npz")));
}

BOOST_FIXTURE_TEST_CASE(a_boundary_points_from_one_set_to_the_other, WithNetwork) {
    write_w("plain/a.npz", 30, -3);
    write_w("plain/more/b.npy", 20, -3);
    write(folder / "plain/notes.txt", "not a file of w");
    write_w("smiling.npz", 40, 3);
    make({"directions", "--method", "boundary", "--from", "plain", "--to", "smiling.npz", "--samples", "50"});
    const auto d = found();
    BOOST_TEST(d.count() == 1);
    BOOST_TEST(d.directions(0, 0) > 0.9);
    BOOST_TEST(d.values(0) > 0.9);
    BOOST_TEST(d.layers.size() == 6u);
    BOOST_TEST(picture("sheet0000.png").size().text() == "117x23 with 3 channels");

    write_w("all.npz", 30, 0);
    const auto w = stylegan::read_npz(folder / "all.npz", "w");
    std::vector<float> labels;
    for (std::size_t i = 0; i < 30; ++i) labels.push_back(w.values[i * width + 1] > 0 ? 1.0f : 0.0f);
    stylegan::write_npy(folder / "labels.npy", {30}, labels.data());
    make({"directions", "--method", "boundary", "--w", "all.npz", "--labels", "labels.npy", "--samples", "50"});
    BOOST_TEST(found().directions(0, 1) > 0.6);
}

BOOST_FIXTURE_TEST_CASE(w_of_several_layers_are_averaged_over_the_chosen_ones, WithNetwork) {
    const auto write_layers = [&](const char* name, float centre) {  // layer l differs along component l
        constexpr Index n = 20;
        std::vector<float> values(static_cast<std::size_t>(n * layers * width));
        stylegan::RandomStream(2, centre > 0 ? 1 : 0, stylegan::Purpose::test)
            .fill_normal(values.data(), values.size());
        for (Index i = 0; i < n; ++i)
            for (Index l = 0; l < layers; ++l) values[static_cast<std::size_t>((i * layers + l) * width + l)] += centre;
        stylegan::write_npz(folder / name, "w", {n, layers, width}, values);
    };
    write_layers("a.npz", -4);
    write_layers("b.npz", 4);
    make({"directions", "--method", "boundary", "--from", "a.npz", "--to", "b.npz", "--layers", "4-5", "--samples",
          "50"});
    const Eigen::VectorXd d = found().directions.row(0);
    BOOST_TEST(d(4) > 0.5);
    BOOST_TEST(d(5) > 0.5);
    BOOST_TEST(d.head(4).norm() < 0.4);
}

BOOST_FIXTURE_TEST_CASE(wrong_sets_are_told, WithNetwork) {
    const auto boundary = [](const char* from, const char* to, std::vector<std::string> more = {}) {
        std::vector<std::string> all{"directions", "--method", "boundary", "--samples", "9",
                                     "--from",     from,       "--to",     to};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    std::filesystem::create_directory(folder / "empty");
    write_w("a.npz", 5, 0);
    write_w("one.npy", 1, 0);
    write(folder / "text.npz", "not an archive");
    const std::vector<float> other(20, 1);
    stylegan::write_npz(folder / "long.npz", "w", {1, 20}, other);
    fail(1, {"--to empty: has no .npz or .npy file, expected files of w"}, boundary("a.npz", "empty"));
    fail(1, {"none: cannot be opened"}, boundary("none", "a.npz"));
    fail(1, {"text.npz"}, boundary("a.npz", "text.npz"));
    fail(1, {"long.npz: w has shape [1,20], expected [n,6,12] or [n,12]"}, boundary("a.npz", "long.npz"));
    fail(1, {"1 of 6 w has label 1 (the second set), expected at least 2"}, boundary("a.npz", "one.npy"));
    const std::vector<float> labels{0, 1, 0.5f};
    stylegan::write_npy(folder / "half.npy", {3}, labels.data());
    stylegan::write_npy(folder / "two.npy", {2}, labels.data());
    const auto labelled = [](const char* file) {
        return std::vector<std::string>{"directions", "--method", "boundary", "--samples", "9",
                                        "--w",        "a.npz",    "--labels", file};
    };
    fail(1, {"--labels half.npy: label 2 is 0.5, expected 0 or 1"}, labelled("half.npy"));
    fail(1, {"--labels two.npy: has 2 labels, expected 5, one for each w of a.npz"}, labelled("two.npy"));
    fail(1, {"--labels a.npz: has shape [5,1,12], expected [n]"}, labelled("a.npz"));
    fail(2, {"--from and --to, or --w and --labels"}, {"directions", "--method", "boundary"});
    fail(2, {"--from", "boundary"}, {"directions", "--method", "pca", "--from", "a.npz", "--to", "a.npz"});
    fail(2, {"--count", "sefa and pca"}, boundary("a.npz", "a.npz", {"--count", "3"}));
}

BOOST_FIXTURE_TEST_CASE(what_does_not_fit_is_refused, WithNetwork) {
    fail(2, {"--method", "sefa, pca or boundary"}, {"directions", "--method", "ica"});
    fail(2, {"--method"}, {"directions"});
    fail(1, {"--layers: is 4-6, expected layers from 0 to 5"}, {"directions", "--method", "sefa", "--layers", "4-6"});
    fail(1, {"--layers: is fine (layers from 8 on)"}, {"directions", "--method", "sefa", "--layers", "fine"});
    fail(1, {"--count: is 13, expected at most 12, the length of w"},
         {"directions", "--method", "sefa", "--count", "13", "--samples", "20"});
    fail(1, {"--count: is 5, expected at most 3", "fewer than --samples"},
         {"directions", "--method", "pca", "--count", "5", "--samples", "4"});
    fail(2, {"--samples: is \"1\", expected a whole number from 2"},
         {"directions", "--method", "pca", "--samples", "1"});
    stylegan::Architecture a = small;
    a.use_styles = false;
    write_network(folder / "n.safetensors", {.architecture = a});
    write_direction("d.npz");
    fail(1, {"--network n.safetensors: has no styles to edit"}, {"directions", "--method", "sefa"});
    fail(1, {"--network n.safetensors: has no styles to edit"}, {"edit", "--seeds", "0", "--direction", "d.npz"});
}

BOOST_AUTO_TEST_SUITE_END()
