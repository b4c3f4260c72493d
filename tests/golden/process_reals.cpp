// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/ops/resampling/upscale2d.hpp>
#include <stylegan/training/process_reals.hpp>

#include "results.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// in/images (N, C, H, W), 8 bits, of the resolution of floor(lod); in/mirror (N); out/lodX as the full-size network sees
/// them, with each pixel repeated 2^floor(lod) times along each side.
void golden_process_reals(const std::filesystem::path& path) {
    using namespace stylegan;
    const SafetensorsFile file(path);
    const auto shape = file.shape("in/images");
    BOOST_TEST_REQUIRE(shape.size() == 4u);
    const auto images = file.read<std::uint8_t>("in/images"), mirror = file.read<std::uint8_t>("in/mirror");
    const Index pixels = shape[1] * shape[2] * shape[3];
    Context<Cpu> context;
    for (const std::string& name : golden::names_below(file, "out/")) {
        const double lod = golden::number_after(name, "out/lod"), whole = std::floor(lod);
        const int repeat = 1 << static_cast<int>(whole);
        std::vector<float> small(static_cast<std::size_t>(shape[0] * pixels));
        for (Index n = 0; n < shape[0]; ++n)
            process_real<float>(
                std::span(images).subspan(static_cast<std::size_t>(n * pixels), static_cast<std::size_t>(pixels)),
                shape[1], shape[2], shape[3], mirror[static_cast<std::size_t>(n)] != 0, lod - whole,
                small.data() + n * pixels);
        golden::Result large;
        large.shape = {shape[0], shape[1], shape[2] * repeat, shape[3] * repeat};
        large.values.resize(small.size() * static_cast<std::size_t>(repeat * repeat));
        ops::upscale2d(context, Maps<const float>{small.data(), {shape[0], shape[1], shape[2], shape[3]}}, repeat,
                       Maps<float>{large.values.data(), {shape[0], shape[1], shape[2] * repeat, shape[3] * repeat}});
        golden::check_close(file, name, large, 1e-5);
    }
}
