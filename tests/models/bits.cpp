// SPDX-License-Identifier: Apache-2.0
#include <stylegan/models/generator.hpp>

#include "eigen_settings.hpp"
#include "networks.hpp"

#include <cstring>
#include <initializer_list>
#include <memory>

// A picture has the same bits in a batch of any size, at any place in it, with any number of threads, and with any
// settings of Eigen in the program.
BOOST_AUTO_TEST_SUITE(bits)

using namespace model_test;

namespace {

using Pictures = AnyGenerator<Cpu>::Pictures;

constexpr std::size_t all = 64;  // pictures
constexpr Kernels kernel_sets[] = {Kernels::fast, Kernels::eigen};

/// Pictures of 32x32; the widths, 235, 117, 58 and 29 feature maps, are multiples of no register or tile.
constexpr Architecture odd_widths{.resolution_log2 = 5,
                                  .fmap_base = 471,
                                  .fmap_max = 235,
                                  .latent_size = 37,
                                  .dlatent_size = 45,
                                  .mapping_layers = 3,
                                  .mapping_fmaps = 53};

/// 4x4 of 512 feature maps, as in the official networks, and 8x8 of 128.
constexpr Architecture wide{.resolution_log2 = 3,
                            .fmap_base = 2048,
                            .fmap_decay = 2.0,
                            .latent_size = 512,
                            .dlatent_size = 512,
                            .mapping_layers = 2,
                            .mapping_fmaps = 512};

AnyGenerator<Cpu> generator_of(const Architecture& a, Kernels kernels, int threads) {
    return trained(
        AnyGenerator<Cpu>(a, std::make_shared<Context<Cpu>>(Cpu{.threads = threads, .kernels = kernels}), 1));
}

Pictures pictures(const AnyGenerator<Cpu>& g, const xt::xtensor<float, 2>& z, std::size_t first, std::size_t count) {
    auto some = AnyGenerator<Cpu>::Latents::from_shape({count, z.shape(1)});
    std::copy_n(z.data() + first * z.shape(1), some.size(), some.data());
    return g(some);
}

/// Compares pictures from `first` on, made in their own batch, with those of the batch of all.
bool same_bits(const Pictures& found, const Pictures& expected, std::size_t first) {
    const std::size_t size = expected.size() / expected.shape(0);
    return first * size + found.size() <= expected.size() &&
           std::memcmp(found.data(), expected.data() + first * size, found.size() * sizeof(float)) == 0;
}

/// Batches of these sizes, taken from the end, so that a picture has a different place in each.
void check_batches(const AnyGenerator<Cpu>& g, const xt::xtensor<float, 2>& z, const Pictures& expected,
                   std::initializer_list<std::size_t> sizes) {
    for (const std::size_t size : sizes)
        BOOST_TEST(same_bits(pictures(g, z, all - size, size), expected, all - size), "in a batch of " << size);
    BOOST_TEST(same_bits(pictures(g, z, 0, 1), expected, 0), "the first alone");
}

void check_network(const Architecture& a) {
    const auto z = latents(all, a);
    std::vector<Pictures> by_kernels;
    for (const Kernels kernels : kernel_sets) BOOST_TEST_CONTEXT(name_of(kernels)) {
            const AnyGenerator<Cpu> one = generator_of(a, kernels, 1);
            const Pictures expected = pictures(one, z, 0, all);
            BOOST_TEST(distance(expected, expected) == 0);  // finite
            BOOST_TEST(!same_bits(pictures(one, z, 1, 1), expected, 0), "two pictures are the same");
            check_batches(one, z, expected, {1, 2, 3, 5, 16, 17, 64});
            for (const int threads : {2, 3, 8}) BOOST_TEST_CONTEXT(threads << " threads") {
                    check_batches(generator_of(a, kernels, threads), z, expected, {1, 3, 17, 64});
                }
            const OddEigenSettings settings;
            for (const int threads : {1, 2}) BOOST_TEST_CONTEXT("odd settings of Eigen, " << threads << " threads") {
                    check_batches(generator_of(a, kernels, threads), z, expected, {2, 5, 16, 64});
                }
            BOOST_TEST(settings.hold());
            by_kernels.push_back(expected);
        }
    BOOST_TEST(!same_bits(by_kernels[0], by_kernels[1], 0), "the two are one set of kernels");
    BOOST_TEST(distance(by_kernels[0], by_kernels[1]) < 1e-4);
}

}  // namespace

BOOST_AUTO_TEST_CASE(of_widths_that_fill_no_register) {
    BOOST_TEST(odd_widths.feature_maps(0) == 235);
    BOOST_TEST(odd_widths.feature_maps(3) == 29);
    check_network(odd_widths);
}

BOOST_AUTO_TEST_CASE(of_512_feature_maps) {
    BOOST_TEST(wide.feature_maps(0) == 512);
    BOOST_TEST(wide.feature_maps(1) == 128);
    check_network(wide);
}

BOOST_AUTO_TEST_SUITE_END()
