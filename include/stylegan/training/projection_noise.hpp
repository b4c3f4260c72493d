// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/training/noise_regularization.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace stylegan {

/// The noise maps that a projection moves: for every layer and target one of its own.
template <class Device>
class ProjectionNoise {
public:
    using Scalar = typename Device::Scalar;

    /// @param stored   the network's maps, (1, 1, H, W) of each layer
    /// @param targets  number of targets; all start with the same maps
    /// @param random   whether the maps start as normal numbers; else as `stored`
    ProjectionNoise(Context<Device>& context, const std::vector<Parameter<Device>>& stored, Index targets,
                    std::uint64_t seed, bool random)
        : targets_(targets) {
        for (std::size_t l = 0; l < stored.size(); ++l) {
            const std::vector<Index>& shape = stored[l].shape();
            auto& maps = maps_.emplace_back(std::vector<Index>{targets, 1, shape[2], shape[3]});
            std::vector<Scalar> map = download(context, stored[l].value()), all;
            if (random)
                RandomStream(seed, 0, Purpose::noise, static_cast<std::uint32_t>(l))
                    .fill_normal(map.data(), map.size());
            for (Index i = 0; i < targets; ++i) all.insert(all.end(), map.begin(), map.end());
            upload(context, all, maps.value());
        }
    }

    /// (targets, 1, H, W) of each layer.
    [[nodiscard]] std::vector<Parameter<Device>>& maps() { return maps_; }

    /// Copies of the maps, as SynthesisOptions::noise_maps takes them.
    [[nodiscard]] Arrays<Scalar, 4> values(Context<Device>& context) const {
        Arrays<Scalar, 4> copies;
        for (const auto& maps : maps_) {
            const auto extent = [&](std::size_t axis) { return static_cast<std::size_t>(maps.shape()[axis]); };
            copies.emplace_back(Array<Scalar, 4>::Base::from_shape({extent(0), 1, extent(2), extent(3)}));
            context.download(maps.value().data(), maps.size(), copies.back().data());
        }
        return copies;
    }

    /// Adds the gradient of noise_regularization() to that of the maps. @return the penalty of all maps
    double add_regularization(Context<Device>& context, double weight) {
        double sum = 0;
        for (auto& maps : maps_) {
            std::vector<Scalar> gradients = download(context, maps.gradient());
            for_each_map(download(context, maps.value()), [&](std::vector<Scalar>& map, std::size_t at) {
                const auto from = gradients.begin() + static_cast<std::ptrdiff_t>(at);
                std::vector<Scalar> gradient(from, from + static_cast<std::ptrdiff_t>(map.size()));
                sum += noise_regularization(map, maps.shape()[2], maps.shape()[3], weight, gradient);
                std::copy(gradient.begin(), gradient.end(), from);
            });
            upload(context, gradients, maps.gradient());
        }
        return sum;
    }

    /// @see normalize_noise
    void normalize(Context<Device>& context) {
        for (auto& maps : maps_) {
            std::vector<Scalar> normalized;
            for_each_map(download(context, maps.value()), [&](std::vector<Scalar>& map, std::size_t) {
                normalize_noise(map);
                normalized.insert(normalized.end(), map.begin(), map.end());
            });
            upload(context, normalized, maps.value());
        }
    }

    /// Visits the parameters. @see for_each_parameter
    template <class Self, class F>
    static void visit(Self& self, const std::string& prefix, F& f) {
        for (std::size_t l = 0; l < self.maps_.size(); ++l) f(prefix + "noise" + std::to_string(l), self.maps_[l]);
    }

private:
    using Buffer = typename Parameter<Device>::Buffer;

    static std::vector<Scalar> download(Context<Device>& context, const Buffer& from) {
        std::vector<Scalar> values(from.size());
        context.download(from.data(), static_cast<Index>(from.size()), values.data());
        return values;
    }
    static void upload(Context<Device>& context, const std::vector<Scalar>& values, Buffer& to) {
        context.upload(values.data(), static_cast<Index>(values.size()), to.data());
    }

    /// Calls f(map, its first index in `values`) for the map of each target.
    template <class F>
    void for_each_map(const std::vector<Scalar>& values, const F& f) const {
        const auto pixels = static_cast<std::ptrdiff_t>(values.size()) / targets_;
        for (std::ptrdiff_t at = 0; at < static_cast<std::ptrdiff_t>(values.size()); at += pixels) {
            std::vector<Scalar> map(values.begin() + at, values.begin() + at + pixels);
            f(map, static_cast<std::size_t>(at));
        }
    }

    Index targets_;
    std::vector<Parameter<Device>> maps_;
};

}  // namespace stylegan
