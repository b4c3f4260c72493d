// SPDX-License-Identifier: Apache-2.0
// The effects that the paper describes, measured on the network that comes with the project.
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/models/load.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <utility>
#include <vector>

using namespace stylegan;
using Pictures = xt::xtensor<float, 4>;
using Latents = xt::xtensor<float, 2>;

namespace {

const std::filesystem::path network = std::filesystem::path(STYLEGAN_DATA_DIR) / "faces-32.safetensors";

/// Prints the message that ctest looks for, if there is no model to test.
bool is_there(boost::unit_test::test_unit_id) {
    const bool there = std::filesystem::exists(network);
    if (!there) std::cout << "skipped: there is no examples/data/faces-32.safetensors\n";
    return there;
}

const AnyGenerator<Cpu>& generator() {
    static const AnyGenerator<Cpu> g = load_generator(network);
    return g;
}

/// w of `count` seeds from `first` on.
Latents w_of(std::uint32_t first, std::size_t count) {
    std::vector<std::uint32_t> seeds(count);
    std::iota(seeds.begin(), seeds.end(), first);
    return generator().map(latents_of_seeds(seeds, static_cast<std::size_t>(generator().architecture().latent_size)));
}

/// The w of row n, `count` times.
Latents repeated(const Latents& w, std::size_t n, std::size_t count) {
    auto all = Latents::from_shape({count, w.shape(1)});
    for (std::size_t i = 0; i < count; ++i)
        std::copy_n(w.data() + n * w.shape(1), w.shape(1), all.data() + i * w.shape(1));
    return all;
}

std::size_t numbers_of_one(const Pictures& x) { return x.size() / x.shape(0); }

std::vector<double> mean_picture(const Pictures& x) {
    std::vector<double> mean(numbers_of_one(x));
    for (std::size_t i = 0; i < x.size(); ++i)
        mean[i % mean.size()] += static_cast<double>(x.data()[i]) / static_cast<double>(x.shape(0));
    return mean;
}

double mean_square_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum / static_cast<double>(a.size());
}

/// The variance over the batch of pictures, averaged over all pixels.
double spread(const Pictures& x) {
    const std::vector<double> mean = mean_picture(x);
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double d = static_cast<double>(x.data()[i]) - mean[i % mean.size()];
        sum += d * d;
    }
    return sum / static_cast<double>(x.size());
}

/// Means of blocks of 4x4 pixels: a picture without details.
Pictures blurred(const Pictures& x) {
    Pictures y = Pictures::from_shape({x.shape(0), x.shape(1), x.shape(2) / 4, x.shape(3) / 4});
    std::fill_n(y.data(), y.size(), 0.0f);
    for (std::size_t n = 0; n < x.shape(0); ++n)
        for (std::size_t c = 0; c < x.shape(1); ++c)
            for (std::size_t h = 0; h < x.shape(2); ++h)
                for (std::size_t w = 0; w < x.shape(3); ++w) y(n, c, h / 4, w / 4) += x(n, c, h, w) / 16;
    return y;
}

/// The share of pixels where a colour differs by more than a twentieth of the range.
double changed_pixels(const Pictures& a, const Pictures& b) {
    std::size_t changed = 0;
    for (std::size_t n = 0; n < a.shape(0); ++n)
        for (std::size_t h = 0; h < a.shape(2); ++h)
            for (std::size_t w = 0; w < a.shape(3); ++w) {
                bool differs = false;
                for (std::size_t c = 0; c < a.shape(1); ++c)
                    differs = differs || std::abs(a(n, c, h, w) - b(n, c, h, w)) > 0.1f;
                changed += differs ? 1 : 0;
            }
    return static_cast<double>(changed) / static_cast<double>(a.shape(0) * a.shape(2) * a.shape(3));
}

/// How well the edges of two sets of pictures agree: the correlation of grey differences between neighbours. It does
/// not depend on colours and contrast.
double same_edges(const Pictures& a, const Pictures& b) {
    const auto grey = [](const Pictures& x, std::size_t n, std::size_t h, std::size_t w) {
        double sum = 0;
        for (std::size_t c = 0; c < x.shape(1); ++c) sum += static_cast<double>(x(n, c, h, w));
        return sum;
    };
    double mean = 0;
    for (std::size_t n = 0; n < a.shape(0); ++n) {
        double aa = 0, ab = 0, bb = 0;
        for (std::size_t h = 0; h + 1 < a.shape(2); ++h)
            for (std::size_t w = 0; w + 1 < a.shape(3); ++w)
                for (const auto& [down, right] : {std::pair{1u, 0u}, std::pair{0u, 1u}}) {
                    const double p = grey(a, n, h + down, w + right) - grey(a, n, h, w);
                    const double q = grey(b, n, h + down, w + right) - grey(b, n, h, w);
                    aa += p * p, ab += p * q, bb += q * q;
                }
        mean += ab / std::sqrt(aa * bb) / static_cast<double>(a.shape(0));
    }
    return mean;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shipped_model, *boost::unit_test::precondition(is_there))

BOOST_AUTO_TEST_CASE(seeds_give_different_pictures) {
    const Pictures x = generator().synthesize(w_of(0, 16));
    BOOST_TEST(spread(x) > 0.02);
}

BOOST_AUTO_TEST_CASE(psi_0_gives_one_picture_for_every_seed) {
    const Pictures x = generator().synthesize(w_of(0, 8), {.truncation = {.psi = 0}});
    for (std::size_t n = 1; n < 8; ++n)
        BOOST_TEST(std::equal(x.data(), x.data() + numbers_of_one(x), x.data() + n * numbers_of_one(x)), "seed " << n);
}

BOOST_AUTO_TEST_CASE(psi_between_0_and_1_is_nearer_to_the_average) {
    const Latents w = w_of(0, 16);
    double before = 0;
    for (const float psi : {0.0f, 0.3f, 0.7f, 1.0f}) {
        const double v = spread(generator().synthesize(w, {.truncation = {.psi = psi}}));
        BOOST_TEST(v >= before);
        before = v;
    }
}

BOOST_AUTO_TEST_CASE(mixing_at_no_layer_is_the_identity) {
    const Latents w = w_of(0, 4), second = w_of(100, 4);
    std::vector<int> all(static_cast<std::size_t>(generator().architecture().layers()));
    std::iota(all.begin(), all.end(), 0);
    const Pictures plain = generator().synthesize(w), none = generator().synthesize(generator().mix(w, second, {}));
    BOOST_TEST(std::equal(plain.begin(), plain.end(), none.begin()));
    const Pictures other = generator().synthesize(second),
                   every = generator().synthesize(generator().mix(w, second, all));
    BOOST_TEST(std::equal(other.begin(), other.end(), every.begin()));
    BOOST_TEST(!std::equal(plain.begin(), plain.end(), other.begin()));
}

BOOST_AUTO_TEST_CASE(noise_changes_details_and_not_the_picture) {
    const std::size_t count = 24;
    const Latents w = w_of(0, count);
    const Pictures over_w = generator().synthesize(w, {.noise = Noise::none});
    const double w_variance = spread(over_w), w_share = spread(blurred(over_w)) / w_variance;
    double noise_variance = 0, noise_share = 0;
    const std::size_t examples = 4;
    for (std::size_t n = 0; n < examples; ++n) {
        const Latents one = repeated(w, n, count);
        const Pictures over_noise = generator().synthesize(one, {.noise = Noise::random, .noise_seed = n});
        const double v = spread(over_noise);
        BOOST_TEST(v > 0);
        noise_variance += v / examples;
        noise_share += spread(blurred(over_noise)) / v / examples;

        // The mean over the noise is the picture without noise, compared with how far pictures lie apart.
        const Pictures without = generator().synthesize(repeated(w, n, 1), {.noise = Noise::none});
        BOOST_TEST(mean_square_difference(mean_picture(over_noise), mean_picture(without)) < 0.1 * w_variance);
    }
    BOOST_TEST_MESSAGE("variance over w " << w_variance << ", of which coarse " << w_share << "; over noise "
                                          << noise_variance << ", of which coarse " << noise_share);
    BOOST_TEST(noise_variance < 0.1 * w_variance);
    BOOST_TEST(noise_share < 0.8 * w_share);
}

// At 32x32, the styles of the last resolution set the colours of the whole picture. So they change nearly as many
// pixels as the styles of all resolutions below together; but only the latter, the coarse ones, change shapes.
BOOST_AUTO_TEST_CASE(coarse_styles_change_more_pixels_than_fine_ones) {
    const Latents w = w_of(0, 64), second = w_of(100, 64);
    const Pictures plain = generator().synthesize(w);
    const int layers = generator().architecture().layers();
    const auto mixed = [&](int first, int end) {
        std::vector<int> from_second(static_cast<std::size_t>(end - first));
        std::iota(from_second.begin(), from_second.end(), first);
        return generator().synthesize(generator().mix(w, second, from_second));
    };
    const double coarse = changed_pixels(plain, mixed(0, layers - 2)),
                 fine = changed_pixels(plain, mixed(layers - 2, layers));
    BOOST_TEST_MESSAGE("pixels changed by the styles below the last resolution " << coarse << ", by those of the last "
                                                                                 << fine);
    BOOST_TEST(coarse > fine);
    BOOST_TEST(fine > 0);

    const double shapes_coarse = same_edges(plain, mixed(0, layers / 2)),
                 shapes_fine = same_edges(plain, mixed(layers / 2, layers));
    BOOST_TEST_MESSAGE("edges that stay with other coarse styles " << shapes_coarse << ", with other fine ones "
                                                                   << shapes_fine);
    BOOST_TEST(shapes_coarse < shapes_fine - 0.05);
}

BOOST_AUTO_TEST_SUITE_END()
