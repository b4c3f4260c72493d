// SPDX-License-Identifier: Apache-2.0
// A path length whose distances are computed in a thread of their own, in a context beside the generator's.
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/metrics/path_length.hpp>

#include "../ops/compare.hpp"

#include <memory>
#include <utility>

using namespace stylegan;

namespace {

constexpr Architecture styled{.resolution_log2 = 4,  // the smallest pictures that LPIPS looks at
                              .fmap_base = 64,
                              .fmap_max = 8,
                              .latent_size = 6,
                              .dlatent_size = 7,
                              .mapping_layers = 2,
                              .mapping_fmaps = 5};

template <class Device>
std::vector<double> distances(Device device, bool overlap) {
    const auto context = std::make_shared<Context<Device>>(device);
    const AnyGenerator<Device> generator(styled, context, 1);
    const auto beside = overlap ? std::make_shared<Context<Device>>(device) : context;
    Vgg16<Device> vgg(2, {.wscale = false}, beside);
    initialize(vgg, *beside, 3);
    const Lpips<Device> lpips(std::move(vgg));
    const auto distance = [&lpips](const auto& a, const auto& b) {
        lpips.context().enter();
        return lpips(a, b);
    };
    return perceptual_path_length(path_generator(generator), distance,
                                  {.epsilon = 1e-2, .crop = false, .samples = 17, .batch = 3, .overlap = overlap})
        .distances;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(metrics, test::BothDevices)

BOOST_AUTO_TEST_CASE(distances_beside_a_generator_are_the_same) {
    const auto expected = distances(Cuda{.threads = 1}, false);
    BOOST_TEST(expected.size() == 17u);
    BOOST_TEST((distances(Cuda{.threads = 1}, true) == expected));
    const auto processor = distances(Cpu{.threads = 1, .kernels = Kernels::plain}, false);
    for (std::size_t i = 0; i < expected.size(); ++i)
        BOOST_TEST(std::abs(expected[i] - processor[i]) <=
                   2e-2 * processor[i]);  // a difference of nearly equal pictures
}

#ifdef STYLEGAN_CUDA_STAND_IN

/// Threads begin on the first device.
BOOST_AUTO_TEST_CASE(also_on_another_device) {
    cuda_host::set_devices(2, std::size_t{16} << 30);
    const Cuda second{.device = 1, .threads = 1};
    BOOST_TEST((distances(second, true) == distances(second, false)));
    (void)Context<Cuda>();  // back to the first one
    cuda_host::set_devices(1, std::size_t{16} << 30);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
