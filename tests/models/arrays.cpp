// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/vgg16.hpp>

#include "networks.hpp"

#include <xtensor/xarray.hpp>

#include <span>
#include <unsupported/Eigen/CXX11/Tensor>

BOOST_AUTO_TEST_SUITE(arrays)

using namespace model_test;

namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <int Rank>
using RowTensor = Eigen::Tensor<float, Rank, Eigen::RowMajor>;
template <int Rank>
using ConstTensorMap = Eigen::TensorMap<Eigen::Tensor<const float, Rank, Eigen::RowMajor>>;

/// Calls f with the values of x in every kind of array of two axes.
template <class F>
void in_every_kind(const xt::xtensor<float, 2>& x, const F& f) {
    const auto rows = static_cast<Index>(x.shape(0)), columns = static_cast<Index>(x.shape(1));
    const RowMatrix m = as_eigen(x);
    const Eigen::MatrixXf in_columns = m;
    f("xtensor", x);
    f("xarray", xt::xarray<float>(x));
    f("xtensor adaptor", as_xtensor(m));
    f("xtensor expression", x + 0.0f);
    f("row-major matrix", m);
    f("column-major matrix", in_columns);
    f("array", m.array());
    f("map", as_eigen(x));
    f("ref", Eigen::Ref<const RowMatrix>(m));
    f("ref of columns", Eigen::Ref<const Eigen::MatrixXf>(in_columns));
    f("block with gaps", (RowMatrix(rows, columns + 3) << m, RowMatrix::Zero(rows, 3)).finished().leftCols(columns));
    f("matrix expression", 0.5f * (m + m));
    f("tensor map", as<ConstTensorMap<2>>(x));
    f("tensor", RowTensor<2>(as<ConstTensorMap<2>>(x)));
    f("column-major tensor",
      Eigen::Tensor<float, 2>(RowTensor<2>(as<ConstTensorMap<2>>(x)).swap_layout().shuffle(std::array<int, 2>{1, 0})));
    f("span", view_of(std::span<const float>(x.data(), x.size()), rows, columns));
    f("pointer", view_of(x.data(), rows, columns));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_generator_gives_the_same_bits_for_every_kind) {
    const auto g = trained(AnyGenerator<Cpu>(small));
    const auto z = latents(2, small), w = g.map(z), second = g.map(latents(2, small, 2));
    const auto x = g(z);
    in_every_kind(z, [&](const char* kind, const auto& array) {
        BOOST_TEST_CONTEXT(kind) {
            BOOST_TEST(same(g(array), x));
            BOOST_TEST(same(g.map(array), w));
        }
    });
    in_every_kind(w, [&](const char* kind, const auto& array) {
        BOOST_TEST_CONTEXT(kind) {
            BOOST_TEST(same(g.synthesize(array), x));
            BOOST_TEST(same(g.styles(array), g.styles(w)));
            BOOST_TEST(same(g.mix(array, second, {1, 3}), g.mix(w, second, {1, 3})));
            BOOST_TEST(same(g.mix(second, array, {1, 3}), g.mix(second, w, {1, 3})));
        }
    });
    const auto layered = g.mix(w, second, {0, 4});
    const auto mixed = g.synthesize(layered);
    BOOST_TEST(same(g.synthesize(as<ConstTensorMap<3>>(layered)), mixed));
    BOOST_TEST(same(g.synthesize(RowTensor<3>(as<ConstTensorMap<3>>(layered))), mixed));
    BOOST_TEST(same(g.synthesize(view_of(layered)), mixed));
    BOOST_TEST(same(g.synthesize(xt::xarray<float>(layered)), mixed));
    BOOST_TEST(same(g.synthesize(xt::xarray<float>(w)), x));
}

BOOST_AUTO_TEST_CASE(latents_in_braces_and_no_labels) {
    Architecture a = small;
    a.latent_size = 1;
    const auto g = trained(AnyGenerator<Cpu>(a));
    const xt::xtensor<float, 2> z{{0.5f}, {-1.0f}};
    BOOST_TEST(same(g({{0.5f}, {-1.0f}}), g(z)));
    BOOST_TEST(same(g.map({{0.5f}, {-1.0f}}, {}), g.map(z)));
}

BOOST_AUTO_TEST_CASE(a_typed_generator_takes_them_too) {
    const BasicGenerator<small> g;
    const auto z = latents(2, small);
    const RowMatrix m = as_eigen(z);
    BOOST_TEST(same(g(m), g(z)));
    BOOST_TEST(same(g.mix(to_eigen(g.map(m)), g.map(m), {0}), g.styles(g.map(z))));
    // latents and w in tensors of the library: the widths are those of the types
    Vectors<Cpu, small.latent_size> typed(2);
    std::copy(z.begin(), z.end(), typed.data());
    const auto w = g.map(typed);
    BOOST_TEST((as_eigen(w) == to_eigen(g.map(z))));
    BOOST_TEST(same(g.synthesize(w), g(z)));
}

BOOST_AUTO_TEST_CASE(w_is_edited_in_place) {
    const auto g = trained(AnyGenerator<Cpu>(small));
    auto w = g.map(latents(3, small));
    auto rows = as_eigen(w);
    rows.row(0) += 0.5f * (rows.row(1) - rows.row(0));
    const RowMatrix middle = 0.5f * (rows.row(0) + rows.row(1));
    const auto x = g.synthesize(w);
    BOOST_TEST(same(g.synthesize(rows), x));
    BOOST_TEST(!(one_of(x, 0) == one_of(g.synthesize(g.map(latents(3, small))), 0)));
    BOOST_TEST(g.synthesize(middle).shape(0) == 1);
}

BOOST_AUTO_TEST_CASE(options_keep_arrays_of_every_kind) {
    Architecture a = small;
    a.label_size = 3;
    const auto g = trained(AnyGenerator<Cpu>(a));
    const auto z = latents(2, a), y = labels(2, 3);
    const auto x = g(z, {.labels = y});
    in_every_kind(y, [&](const char* kind, const auto& array) {
        BOOST_TEST_CONTEXT(kind) {
            BOOST_TEST(same(g(z, {.labels = array}), x));
            BOOST_TEST(same(g.map(z, array), g.map(z, y)));
        }
    });
    std::vector<RowTensor<4>> maps;
    std::vector<xt::xtensor<float, 4>> same_maps;
    for (const auto& stored : g.synthesis().noise()) {
        const auto h = static_cast<std::size_t>(stored.shape()[2]), w = static_cast<std::size_t>(stored.shape()[3]);
        same_maps.push_back(random_array<float, 4>({1, 1, h, w}, static_cast<std::uint32_t>(h)));
        maps.emplace_back(as<ConstTensorMap<4>>(same_maps.back()));
    }
    BOOST_TEST(same(g(z, {.noise = Noise::given, .noise_maps = maps, .labels = y}),
                    g(z, {.noise = Noise::given, .noise_maps = same_maps, .labels = y})));
}

BOOST_AUTO_TEST_CASE(a_discriminator_and_features_give_the_same_bits_for_every_kind) {
    Architecture a = small;
    a.label_size = 2;
    a.mbstd_group_size = 0;
    auto d = trained(AnyDiscriminator<Cpu>(a));
    const auto x = random_array<float, 4>({2, 3, 12, 20}, 1);
    const auto y = labels(2, 2);
    const RowTensor<4> t = as<ConstTensorMap<4>>(x);
    const Eigen::Tensor<float, 4> columns = t.swap_layout().shuffle(std::array<int, 4>{3, 2, 1, 0});
    const auto scores = d(x, y);
    const auto gradient = d.picture_gradient(x, y);
    BOOST_TEST(same(d(t, as_eigen(y)), scores));
    BOOST_TEST(same(d(columns, Eigen::MatrixXf(as_eigen(y))), scores));
    BOOST_TEST(same(d(as<ConstTensorMap<4>>(x), view_of(y)), scores));
    BOOST_TEST(same(d(xt::xarray<float>(x), xt::xarray<float>(y)), scores));
    BOOST_TEST(same(d({x.data(), {2, 3, 12, 20}}, y), scores));
    BOOST_TEST(same(d.picture_gradient(columns, y), gradient));

    const Vgg16<Cpu> vgg(2);
    const auto large = random_array<float, 4>({1, 3, 16, 16}, 2);
    BOOST_TEST(same(vgg.features(RowTensor<4>(as<ConstTensorMap<4>>(large)))[4], vgg.features(large)[4]));
}

BOOST_AUTO_TEST_CASE(empty_batches_stay_empty) {
    const auto g = trained(AnyGenerator<Cpu>(small));
    BOOST_TEST((g(RowMatrix(0, small.latent_size)).shape() == std::array<std::size_t, 4>{0, 3, 12, 20}));
    BOOST_TEST((g.map(RowMatrix(0, small.latent_size)).shape() == std::array<std::size_t, 2>{0, 9}));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused_as_of_xtensor) {
    const auto g = trained(AnyGenerator<Cpu>(small));
    BOOST_CHECK_EXCEPTION((void)g(RowMatrix(2, 8)), ShapeError, says("Generator: length of z is 8, expected 7"));
    BOOST_CHECK_EXCEPTION((void)g.synthesize(RowTensor<3>(1, 5, 9)), ShapeError,
                          says("Generator: layers of w is 5, expected 6"));
    BOOST_CHECK_EXCEPTION((void)g.synthesize(xt::xarray<float>::from_shape({9})), ShapeError,
                          says("ArrayRef: number of axes is 1, expected 2 or 3"));
}

BOOST_AUTO_TEST_SUITE_END()
