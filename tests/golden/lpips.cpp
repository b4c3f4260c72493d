// SPDX-License-Identifier: Apache-2.0
#include <stylegan/core/numpy_random_state.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/metrics/lpips.hpp>

#include "results.hpp"
#include "seeded_lpips.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

using namespace stylegan;

namespace golden {

Lpips<Device> seeded_lpips(std::uint32_t seed, std::shared_ptr<Context> context) {
    Vgg16<Device> vgg(64, {.wscale = false}, std::move(context));
    NumpyRandomState random(seed);
    for_each_parameter(vgg, [&](const std::string& name, Parameter<Device>& p) {
        std::vector<float> values(static_cast<std::size_t>(p.size()));
        if (!name.ends_with("weight")) {
            for (float& v : values) v = static_cast<float>(0.05 * random.randn());
            return upload(values, p.value());
        }
        const Index in = p.shape()[2], out = p.shape()[3];
        const double factor = std::sqrt(2.0 / (9.0 * static_cast<double>(in)));
        for (Index o = 0; o < out; ++o)  // stored (3, 3, in, out), drawn as (out, in, 3, 3)
            for (Index i = 0; i < in; ++i)
                for (Index k = 0; k < 9; ++k)
                    values[static_cast<std::size_t>((k * in + i) * out + o)] =
                        static_cast<float>(random.randn() * factor);
        upload(values, p.value());
    });
    Lpips<Device> lpips(std::move(vgg));
    for (int s = 0; s < lpips.stages; ++s) {
        std::vector<float> values(static_cast<std::size_t>(lpips.head(s).size()));
        for (float& v : values) v = static_cast<float>(random.rand());
        upload(values, lpips.head(s).value());
    }
    return lpips;
}

}  // namespace golden

namespace {

/// Pictures of [0, 255] as a generator makes them.
xt::xtensor<float, 4> read_pictures(const SafetensorsFile& file, const std::string& name) {
    auto x = golden::read<4>(file, name);
    for (float& v : x) v = static_cast<float>(static_cast<double>(v) / 127.5 - 1);
    return x;
}

golden::Result means_of(const xt::xtensor<float, 4>& features) {
    golden::Result result;
    result.shape = {static_cast<Index>(features.shape(0)), static_cast<Index>(features.shape(1))};
    const std::size_t pixels = features.shape(2) * features.shape(3);
    for (std::size_t map = 0; map < features.size() / pixels; ++map) {
        double sum = 0;
        for (std::size_t p = 0; p < pixels; ++p) sum += double{features.data()[map * pixels + p]};
        result.values.push_back(static_cast<float>(sum / static_cast<double>(pixels)));
    }
    return result;
}

}  // namespace

void golden_lpips(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto seed = static_cast<std::uint32_t>(std::stoul(file.metadata().at("weights_seed")));
    const auto a = read_pictures(file, "in/a"), b = read_pictures(file, "in/b");
    const auto distance = file.read_double("f64/distance"), per_stage = file.read_double("f64/per_stage");
    BOOST_TEST_REQUIRE(distance.size() == a.shape(0));
    BOOST_TEST_REQUIRE(per_stage.size() == 5 * a.shape(0));
    const double tolerance = golden::forward_tolerance();
    const auto lpips = golden::seeded_lpips(seed, golden::context());
    const auto parts = lpips.per_stage(a, b);  // whose rows sum up to the distances
    for (std::size_t i = 0; i < distance.size(); ++i) {
        const double found = std::accumulate(&parts(i, 0), &parts(i, 0) + 5, 0.0);
        BOOST_TEST(std::abs(found - distance[i]) <= tolerance * distance[i]);
    }
    for (std::size_t i = 0; i < per_stage.size(); ++i)
        BOOST_TEST(std::abs(parts.data()[i] - per_stage[i]) <= tolerance * per_stage[i]);
    const auto features = lpips.vgg().features(a);
    for (std::size_t s = 0; s < features.size(); ++s)
        golden::check_close(file, text("out/feature_mean", s), means_of(features[s]), tolerance);
}
