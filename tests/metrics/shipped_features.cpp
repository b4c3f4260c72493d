// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include "models/networks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

BOOST_AUTO_TEST_SUITE(shipped_features)

using namespace stylegan;
using namespace model_test;

namespace {

const std::filesystem::path path = std::filesystem::path(STYLEGAN_DATA_DIR) / "cifar-vgg.safetensors";

/// A picture of soft spots, (1, 3, 32, 32) in [-1, 1].
xt::xtensor<float, 4> spots(std::uint64_t seed) {
    auto x = xt::xtensor<float, 4>::from_shape({1, 3, 32, 32});
    const RandomStream random(seed, 0, Purpose::test);
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t h = 0; h < 32; ++h)
            for (std::size_t w = 0; w < 32; ++w) {
                double v = 0;
                for (std::uint64_t k = 0; k < 4; ++k) {
                    const double dy = static_cast<double>(h) - 32 * random.uniform(8 * k),
                                 dx = static_cast<double>(w) - 32 * random.uniform(8 * k + 1);
                    v += (2 * random.uniform(8 * k + 2 + c) - 1) * std::exp(-(dx * dx + dy * dy) / 60);
                }
                x(0, c, h, w) = static_cast<float>(std::clamp(v, -1.0, 1.0));
            }
    return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(are_small_and_of_a_quarter_of_the_width) {
    BOOST_TEST(std::filesystem::file_size(path) <= 4u << 20);
    const NamedTensors file = read_tensor_file(path);
    BOOST_TEST(file.names().size() == 26u);
    BOOST_TEST(find_vgg16(file).width == 16);
}

/// A perceptual distance is small for small changes, larger for larger ones, and largest for another picture.
BOOST_AUTO_TEST_CASE(order_pictures_as_people_do) {
    const Lpips<> lpips(load_vgg16(read_tensor_file(path), std::make_shared<Context<Cpu>>(Cpu{1})));
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const auto x = spots(seed), other = spots(100 + seed);
        const auto noise = random_array<float, 4>({1, 3, 32, 32}, static_cast<std::uint32_t>(seed));
        const auto with_noise = [&](float strength) {
            auto y = x;
            for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] += strength * noise.data()[i];
            return lpips(x, y)[0];
        };
        BOOST_TEST(with_noise(0.0f) == 0);
        BOOST_TEST(with_noise(0.005f) < with_noise(0.02f));
        BOOST_TEST(with_noise(0.02f) < with_noise(0.08f));
        BOOST_TEST(with_noise(0.02f) < lpips(x, other)[0]);
        BOOST_TEST(lpips(x, other)[0] > 0.05);
    }
}

BOOST_AUTO_TEST_SUITE_END()
