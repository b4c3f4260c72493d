// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/halvings.hpp>
#include <stylegan/training/trainer.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace training_test {

using namespace stylegan;

/// Networks of few feature maps for pictures of 4x4 * 2^(stages - 1).
inline Architecture tiny(int stages, Architecture a = config_f) {
    a.resolution_log2 = stages + 1;
    a.fmap_base = 64;
    a.fmap_max = 12;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = 10;
    a.mapping_layers = std::min(a.mapping_layers, 2);
    return a;
}

/// Pictures from a formula: a bright box on a colour gradient, at another place in each. Labels, if any, are one-hot.
inline PictureSource boxes(const Architecture& a, Index size = 40) {
    PictureSource source;
    source.size = size;
    source.resolution = a.picture();
    source.channels = a.num_channels;
    source.label_size = a.label_size;
    source.picture = [h = a.picture().height, w = a.picture().width, c = a.num_channels](
                         Index i, int halvings, std::span<std::uint8_t> pixels) {
        std::vector<std::uint8_t> full(static_cast<std::size_t>(c * h * w));
        const int top = static_cast<int>(i * 3 % h), left = static_cast<int>(i * 5 % w);
        for (int p = 0; p < c * h * w; ++p) {
            const int y = p / w % h, x = p % w, k = p / (h * w);
            const bool inside = y >= top && y < top + h / 2 && x >= left && x < left + w / 2;
            full[static_cast<std::size_t>(p)] =
                static_cast<std::uint8_t>(inside ? 200 + 20 * k : 10 * x + 5 * y + 30 * k);
        }
        const auto small = halve_planes(full, c, h, w, halvings);
        std::copy(small.begin(), small.end(), pixels.begin());
    };
    source.label = [](Index i, std::span<float> label) {
        std::fill(label.begin(), label.end(), 0.0f);
        label[static_cast<std::size_t>(i) % label.size()] = 1;
    };
    return source;
}

/// Options for a few steps without growing.
inline TrainingOptions few_steps(int batch = 8) {
    TrainingOptions o;
    o.schedule.growing = false;
    o.schedule.batch = batch;
    o.seed = 5;
    o.mirror = true;
    return o;
}

/// Moves parameters by e along a fixed direction.
/// @param part  in the names of those that move; empty: all
/// @return the gradient along it
template <class Network>
double move(Network& network, double e, const std::string& part = {}) {
    using Device = typename Network::Device;
    double along = 0;
    std::uint32_t number = 0;
    for_each_parameter(network, [&](const std::string& name, Parameter<Device>& p) {
        ++number;
        if (!p.trainable() || name.find(part) == std::string::npos) return;
        const RandomStream stream(11, 0, Purpose::test, number);
        for (std::size_t i = 0; i < p.value().size(); ++i) {
            const auto v = static_cast<double>(stream.normal(i));
            p.value()[i] += e * v;
            if (!p.gradient().empty()) along += p.gradient()[i] * v;
        }
    });
    return along;
}

template <class Device>
void steps(Trainer<Device>& trainer, int count) {
    for (int i = 0; i < count; ++i) trainer.step();
}

/// All values of a snapshot in order: both networks, the average, the moments.
inline std::vector<float> everything(const Trainer<Cpu>& trainer) {
    std::vector<float> all;
    for_each_parameter(trainer, [&](const std::string&, const Parameter<Cpu>& p) {
        all.insert(all.end(), p.value().begin(), p.value().end());
    });
    return all;
}

inline bool all_finite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace training_test
