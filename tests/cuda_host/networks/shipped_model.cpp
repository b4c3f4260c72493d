// SPDX-License-Identifier: Apache-2.0
// Pictures of the network that comes with the project, from both devices.
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/pictures/to_uint8.hpp>
#include <stylegan/models/load.hpp>

#include "../ops/compare.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>

using namespace stylegan;

namespace {

const std::filesystem::path network = std::filesystem::path(STYLEGAN_DATA_DIR) / "faces-32.safetensors";

std::vector<Image> images_of(const xt::xtensor<float, 4>& x) {
    return to_uint8({x.data(),
                     {static_cast<Index>(x.shape(0)), static_cast<Index>(x.shape(1)), static_cast<Index>(x.shape(2)),
                      static_cast<Index>(x.shape(3))}});
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(shipped_model, test::BothDevices)

/// No pixel of eight bits differs by more than 1, of whichever options.
BOOST_AUTO_TEST_CASE(both_devices_show_the_same) {
    if (!std::filesystem::exists(network)) {
        std::cout << "skipped: there is no examples/data/faces-32.safetensors\n";
        return;
    }
    const AnyGenerator<Cpu> on_cpu = load_generator(network);
    const AnyGenerator<Cuda> on_gpu = load_generator<Cuda>(network, Cuda{});
    const auto z = latents_of_seeds({5, 1000, 3, 4, 44}, static_cast<std::size_t>(on_cpu.architecture().latent_size));
    for (const auto noise : {Noise::constant, Noise::none})
        for (const float psi : {0.7f, 1.f}) {
            const SynthesisOptions<float> options{.truncation = {.psi = psi, .cutoff = 8}, .noise = noise};
            const auto expected = images_of(on_cpu(z, options)), found = images_of(on_gpu(z, options));
            BOOST_TEST_REQUIRE(found.size() == expected.size());
            int most = 0;
            for (std::size_t n = 0; n < found.size(); ++n)
                for (std::size_t i = 0; i < found[n].pixels.size(); ++i)
                    most = std::max(most, std::abs(int{found[n].pixels[i]} - int{expected[n].pixels[i]}));
            BOOST_TEST(most <= 1);
        }
}

BOOST_AUTO_TEST_SUITE_END()
