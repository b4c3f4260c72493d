// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/picture_source.hpp>

#include "training_case.hpp"

#include <array>
#include <unsupported/Eigen/CXX11/Tensor>

BOOST_AUTO_TEST_SUITE(picture_source)

using namespace training_test;

namespace {

/// Six pictures of 4x8, whose pixels are all different.
xt::xtensor<std::uint8_t, 4> pictures() {
    auto x = xt::xtensor<std::uint8_t, 4>::from_shape({6, 1, 4, 8});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<std::uint8_t>(i);
    return x;
}

std::vector<std::uint8_t> picture_of(const PictureSource& source, Index i, int halvings) {
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(32 >> (2 * halvings)));
    source.picture(i, halvings, pixels);
    return pixels;
}

}  // namespace

BOOST_AUTO_TEST_CASE(gives_the_pictures_of_an_array_whole_and_halved) {
    PictureSource source;
    {
        const auto x = pictures();
        source = stylegan::picture_source(x);
    }  // kept, although the array is gone
    BOOST_TEST(source.size == 6);
    BOOST_TEST((source.resolution == Size{4, 8}));
    BOOST_TEST(source.channels == 1);
    BOOST_TEST(source.label_size == 0);
    const auto x = pictures();
    BOOST_TEST(picture_of(source, 2, 0) == std::vector<std::uint8_t>(x.data() + 64, x.data() + 96),
               boost::test_tools::per_element());
    // means of 0 1 8 9, and so on: half to even
    BOOST_TEST(picture_of(source, 0, 1) == (std::vector<std::uint8_t>{4, 6, 8, 10, 20, 22, 24, 26}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(takes_tensors_and_labels_of_eigen) {
    const auto x = pictures();
    using Rows = Eigen::Tensor<std::uint8_t, 4, Eigen::RowMajor>;
    const Rows t = as<Eigen::TensorMap<Eigen::Tensor<const std::uint8_t, 4, Eigen::RowMajor>>>(x);
    const Eigen::Tensor<std::uint8_t, 4> columns = t.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
    const Eigen::MatrixXf labels = Eigen::MatrixXf::Random(6, 3);
    const PictureSource source = stylegan::picture_source(columns, labels);
    BOOST_TEST(source.label_size == 3);
    for (Index i = 0; i < 6; ++i) {
        BOOST_TEST(picture_of(source, i, 0) == picture_of(stylegan::picture_source(x), i, 0),
                   boost::test_tools::per_element());
        std::array<float, 3> label{};
        source.label(i, label);
        for (Index k = 0; k < 3; ++k) BOOST_TEST(label[static_cast<std::size_t>(k)] == labels(i, k));
    }
    BOOST_CHECK_THROW((void)stylegan::picture_source(x, labels.topRows(5)), ShapeError);
}

BOOST_AUTO_TEST_CASE(a_trainer_learns_from_it) {
    const Architecture a = tiny(2);
    const Size s = a.picture();
    Eigen::Tensor<std::uint8_t, 4, Eigen::RowMajor> reals(20, a.num_channels, s.height, s.width);
    for (Index i = 0; i < reals.size(); ++i) reals.data()[i] = static_cast<std::uint8_t>(i * 7 % 256);
    Trainer<Cpu> trainer(a, few_steps(), stylegan::picture_source(reals), Cpu{.threads = 1});
    steps(trainer, 2);
    BOOST_TEST(trainer.progress().steps == 2u);
    BOOST_TEST(all_finite(everything(trainer)));
}

BOOST_AUTO_TEST_SUITE_END()
