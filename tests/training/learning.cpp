// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/io/datasets/dataset.hpp>

#include <filesystem>

BOOST_AUTO_TEST_SUITE(learning)

using namespace training_test;

namespace {

constexpr int side = 16, patch = 5;

/// Pictures (C, H, W) in [-1, 1].
using Pictures = std::vector<std::vector<float>>;

/// Patches at random places, as rows.
/// @return (pictures * a few, channels * patch * patch)
std::vector<std::vector<float>> patches(const Pictures& pictures) {
    const RandomStream stream(1, 0, Purpose::test);
    std::vector<std::vector<float>> all;
    std::uint64_t index = 0;
    for (const auto& picture : pictures)
        for (int k = 0; k < 8; ++k) {
            const auto y0 = stream.below(index++, side - patch + 1), x0 = stream.below(index++, side - patch + 1);
            std::vector<float> row;
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t y = 0; y < patch; ++y)
                    for (std::size_t x = 0; x < patch; ++x) row.push_back(picture[(c * side + y0 + y) * side + x0 + x]);
            all.push_back(std::move(row));
        }
    return all;
}

/// The one-dimensional Wasserstein distance of two sets of equally many points, in the mean over random directions.
double sliced_wasserstein(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
    constexpr std::uint32_t directions = 64;
    double sum = 0;
    for (std::uint32_t d = 0; d < directions; ++d) {
        std::vector<float> axis(a[0].size());
        RandomStream(2, 0, Purpose::test, d).fill_normal(axis.data(), axis.size());
        double length = 0;
        for (const float v : axis) length += static_cast<double>(v) * static_cast<double>(v);
        const auto projected = [&](const std::vector<std::vector<float>>& points) {
            std::vector<double> at;
            for (const auto& p : points) {
                double dot = 0;
                for (std::size_t i = 0; i < p.size(); ++i)
                    dot += static_cast<double>(p[i]) * static_cast<double>(axis[i]);
                at.push_back(dot / std::sqrt(length));
            }
            std::sort(at.begin(), at.end());
            return at;
        };
        const auto pa = projected(a), pb = projected(b);
        BOOST_REQUIRE(pa.size() == pb.size());
        for (std::size_t i = 0; i < pa.size(); ++i) sum += std::abs(pa[i] - pb[i]) / static_cast<double>(pa.size());
    }
    return sum / directions;
}

struct Distances {
    double pictures, patches;
    Distances(const Pictures& a, const Pictures& b)
        : pictures(sliced_wasserstein(a, b)), patches(sliced_wasserstein(learning::patches(a), learning::patches(b))) {}
};

Pictures generated(const AnyGenerator<Cpu>& g, std::size_t count) {
    auto z = xt::xtensor<float, 2>::from_shape({count, static_cast<std::size_t>(g.architecture().latent_size)});
    RandomStream(3, 0, Purpose::test).fill_normal(z.data(), z.size());
    const auto y = g(z, {.noise = Noise::random});
    const std::size_t size = y.size() / count;
    Pictures all;
    for (std::size_t n = 0; n < count; ++n) all.emplace_back(y.data() + n * size, y.data() + (n + 1) * size);
    return all;
}

}  // namespace

// The shipped faces at 16x16, grown from 8x8.
BOOST_AUTO_TEST_CASE(generated_pictures_come_near_the_real_ones) {
    const Dataset data(std::filesystem::path(STYLEGAN_DATA_DIR) / "faces-32.zip");
    int halvings = 0;
    while (data.height() >> halvings > side) ++halvings;
    BOOST_REQUIRE((data.height() >> halvings == side && data.width() == data.height() && data.channels() == 3));

    Architecture a = tiny(3);
    a.fmap_base = 192;
    a.fmap_max = 48;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = 32;
    a.mapping_layers = 4;
    PictureSource source{.size = static_cast<Index>(data.size()), .resolution = a.picture()};
    source.picture = [&](Index i, int more, std::span<std::uint8_t> pixels) {
        const auto picture = data.picture(static_cast<std::size_t>(i), halvings + more);
        std::copy(picture.begin(), picture.end(), pixels.begin());
    };

    TrainingOptions o = few_steps(16);
    o.schedule.growing = true;
    o.schedule.lod_kimg = 3;
    o.schedule.fade_kimg = 2;
    o.schedule.lr = 0.003;
    o.loss.r1_gamma = 0.2;
    o.ema_kimg = 0.5;
    o.total_kimg = 10;
    Trainer<Cpu> trainer(a, o, source, Cpu{.threads = 2});

    constexpr std::size_t count = 256;
    Pictures reals, other_reals;
    std::vector<std::uint8_t> pixels(3 * side * side);
    for (std::size_t i = 0; i < 2 * count; ++i) {
        std::vector<float> picture(pixels.size());
        source.picture(static_cast<Index>(i * data.size() / (2 * count)), 0, pixels);
        process_real<float>(pixels, 3, side, side, false, 0, picture.data());
        (i % 2 == 0 ? reals : other_reals).push_back(std::move(picture));
    }

    std::vector<float> mean(pixels.size());
    for (const auto& picture : reals)
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += picture[i] / static_cast<float>(count);

    AnyGenerator<Cpu> untrained = trainer.generator();
    untrained.set_lod(0);
    const Distances before(generated(untrained, count), reals), uniform(Pictures(count, mean), reals);
    const Distances best(other_reals, reals);
    trainer.run([](const auto&) { return true; });
    BOOST_TEST(trainer.averaged().lod() == 0);
    const Distances after(generated(trainer.averaged(), count), reals);
    const auto tell = [](const char* what, double d0, double d1, double d2, double d3) {
        BOOST_TEST_MESSAGE(what << ": untrained " << d0 << ", trained " << d1 << ", the mean picture " << d2
                                << ", other real pictures " << d3);
    };
    tell("pictures", before.pictures, after.pictures, uniform.pictures, best.pictures);
    tell("patches", before.patches, after.patches, uniform.patches, best.patches);
    BOOST_TEST(after.pictures < 0.4 * before.pictures);
    BOOST_TEST(after.patches < 0.4 * before.patches);
    // and the pictures differ from each other
    BOOST_TEST(after.pictures < 0.8 * uniform.pictures);
    BOOST_TEST(after.patches < 0.8 * uniform.patches);
}

BOOST_AUTO_TEST_SUITE_END()
