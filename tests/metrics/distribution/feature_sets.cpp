// SPDX-License-Identifier: Apache-2.0
#include "io/temporary_folder.hpp"
#include "metrics/small_metrics.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/picture_features.hpp>
#include <stylegan/metrics/distribution/picture_sets.hpp>
#include <stylegan/models/generator.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(feature_sets)

namespace {

using namespace stylegan;

PictureFeatures small_features() {
    return vgg_features(std::make_shared<const Vgg16<Cpu>>(2, EqualizedLr{.wscale = false}, 3, Cpu{.threads = 2}),
                        "small");
}

/// The Inception network with small random weights.
std::shared_ptr<const Inception> random_inception(int threads) {
    std::vector<Inception::Convolution> layers;
    std::uint64_t seed = 0;
    const auto normal = [&](Index size, double scale) {
        const RandomStream random(++seed, 0, Purpose::test);
        std::vector<float> values(static_cast<std::size_t>(size));
        random.fill_normal(values.data(), values.size());
        for (float& v : values) v *= static_cast<float>(scale);
        return values;
    };
    for (const InceptionLayer& l : inception_layers) {
        const Index taps = l.window.height * l.window.width * l.inputs;
        layers.push_back(
            {normal(taps * l.outputs, std::sqrt(2.0 / static_cast<double>(taps))), normal(l.outputs, 0.1)});
    }
    return std::make_shared<const Inception>(std::move(layers), normal(Inception::classes * Inception::features, 0.02),
                                             normal(Inception::classes, 0.1),
                                             std::make_shared<Context<Cpu>>(Cpu{.threads = threads}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(features_of_generated_pictures_do_not_depend_on_the_batch) {
    const AnyGenerator<Cpu> generator(small_metrics::styled, 5, Cpu{.threads = 2});
    const PictureSet pictures = picture_set(generator, {.count = 7, .seed = 4});
    const PictureFeatures features = small_features();
    const FeatureSet one = features_of(pictures, features, 1), four = features_of(pictures, features, 4);
    BOOST_TEST(one.count == 7);
    BOOST_TEST(one.width == features.width);
    BOOST_TEST((one.values == four.values));
    const FeatureSet other = features_of(picture_set(generator, {.count = 7, .seed = 5}), features, 4);
    BOOST_TEST((one.values != other.values));
    const FeatureSet fewer = features_of(picture_set(generator, {.count = 3, .seed = 4}), features, 2);
    BOOST_TEST(std::equal(fewer.values.begin(), fewer.values.end(), one.values.begin()));
}

BOOST_AUTO_TEST_CASE(pictures_of_a_data_set_are_taken_in_its_order) {
    const test::TemporaryFolder folder;
    for (int k = 0; k < 5; ++k) {
        Image image(16, 16, 3);
        for (std::size_t i = 0; i < image.pixels.size(); ++i)
            image.pixels[i] = static_cast<std::uint8_t>((i * 7 + static_cast<std::size_t>(k) * 50) % 256);
        write_png(folder / text("picture", k, ".png"), image);
    }
    const auto dataset = std::make_shared<const Dataset>(folder.path());
    const PictureFeatures features = small_features();
    const FeatureSet all = features_of(picture_set(dataset), features, 2),
                     first = features_of(picture_set(dataset, 3), features);
    BOOST_TEST(all.count == 5);
    BOOST_TEST(first.count == 3);
    BOOST_TEST(std::equal(first.values.begin(), first.values.end(), all.values.begin()));
}

BOOST_AUTO_TEST_CASE(inception_takes_grey_for_three_equal_colours_and_threads_do_not_matter) {
    std::vector<std::uint8_t> grey(24 * 20), colours;
    for (std::size_t i = 0; i < grey.size(); ++i) grey[i] = static_cast<std::uint8_t>(i * 37 % 251);
    for (int c = 0; c < 3; ++c) colours.insert(colours.end(), grey.begin(), grey.end());
    const PictureFeatures features = inception_features(random_inception(2), InceptionResize::clean);
    BOOST_TEST(features.width == 2048);
    BOOST_TEST(features.published);
    std::vector<float> a(2048), b(2048), c(2048);
    features.compute(grey, {1, 1, 20, 24}, {a.data(), {1, 2048}});
    features.compute(colours, {1, 3, 20, 24}, {b.data(), {1, 2048}});
    inception_features(random_inception(1), InceptionResize::clean)
        .compute(colours, {1, 3, 20, 24}, {c.data(), {1, 2048}});
    BOOST_TEST((a == b));
    BOOST_TEST((b == c));
    BOOST_CHECK_THROW(features.compute(grey, {1, 2, 10, 24}, {a.data(), {1, 2048}}), ShapeError);
}

BOOST_AUTO_TEST_CASE(wrong_options_are_errors) {
    const AnyGenerator<Cpu> generator(small_metrics::styled, 5, Cpu{.threads = 1});
    BOOST_CHECK_THROW((void)picture_set(generator, {.count = 0}), ValueError);
    BOOST_CHECK_THROW((void)picture_set(generator, {.count = 1, .label = 99}), ValueError);
    BOOST_CHECK_THROW((void)features_of(PictureSet{}, small_features()), ValueError);
    BOOST_CHECK_THROW((void)features_of(picture_set(generator, {.count = 2}), small_features(), 0), ValueError);
    BOOST_CHECK_THROW(
        (void)features_of(picture_set(generator, {.count = 2}), small_features(), 1, [](Index) { return false; }),
        ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
