// SPDX-License-Identifier: Apache-2.0
// A path length whose distances are computed in a thread of their own, in a context beside the generator's.
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/metrics/path_length.hpp>

#include "../../metrics/small_metrics.hpp"
#include "../ops/compare.hpp"

#include <memory>

using namespace stylegan;

namespace {

template <class Device>
std::vector<double> distances(Device device, bool overlap) {
    const auto context = std::make_shared<Context<Device>>(device);
    const AnyGenerator<Device> generator(small_metrics::styled, context, 1);
    const auto lpips = small_metrics::small_lpips(overlap ? std::make_shared<Context<Device>>(device) : context);
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
