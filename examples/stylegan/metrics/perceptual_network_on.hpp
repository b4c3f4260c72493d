// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/perceptual_network.hpp"

#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/metrics/load_lpips.hpp>
#include <stylegan/metrics/lpips_target.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include <memory>
#include <string>
#include <utility>

namespace stylegan::examples {

template <class Device>
class PerceptualDistanceOn : public PerceptualDistance {
public:
    explicit PerceptualDistanceOn(Lpips<Device> lpips) : lpips_(std::move(lpips)) {}

    [[nodiscard]] std::vector<double> operator()(const Pictures& a, const Pictures& b) const override {
        lpips_.context().enter();
        return lpips_(a, b);
    }
    [[nodiscard]] std::size_t bytes_of_pair(Size size) const override { return lpips_.bytes_of_pair(size); }
    [[nodiscard]] FromTarget from(const Pictures& target) override {
        const auto distance = std::make_shared<LpipsTarget<Device>>(lpips_, target);
        return [distance](const Pictures& picture, Pictures& gradient) { return (*distance)(picture, gradient); };
    }

private:
    Lpips<Device> lpips_;
};

/// The distance that the options name, on the device of `context`. Nothing in the files is executed.
/// @throws FileError, FormatError, ValueError if they are missing or hold another network
template <class Device>
[[nodiscard]] PerceptualNetwork open_perceptual_network_on(const PerceptualOptions& o,
                                                           std::shared_ptr<Context<Device>> context) {
    const auto distance = [](Lpips<Device> lpips) {
        return std::make_shared<PerceptualDistanceOn<Device>>(std::move(lpips));
    };
    if (o.vgg.empty() && !o.lpips.empty())
        throw ValueError(
            "--lpips: is given without --vgg, expected both, since the heads belong to the features of VGG16");
    if (o.vgg.empty()) {
        const std::string remark = "cifar-vgg features, not comparable with published values";
        return {distance(Lpips<Device>(load_vgg16(read_tensor_file(shipped_features()), std::move(context)))),
                "cifar-vgg", remark,
                "No --vgg given: distances use the small features that come with this program, and compare only with "
                "each other"};
    }
    const NamedTensors vgg = read_tensor_file(o.vgg);
    Lpips<Device> lpips(load_vgg16(vgg, std::move(context)));
    if (!o.lpips.empty())
        load_lpips_heads(read_tensor_file(o.lpips), lpips);
    else if (!load_lpips_heads_of_vgg16(vgg, lpips))
        throw ValueError(text("--lpips: is missing, expected the LPIPS heads, since ", o.vgg.string(), " holds none"));
    const int width = lpips.vgg().width();
    if (width == 64) return {distance(std::move(lpips)), "vgg16", "", ""};
    const std::string features = text("vgg of width ", width);
    return {distance(std::move(lpips)), features, features + " features, not comparable with published values", ""};
}

/// The same for use next to a generator in `context`. A GPU gets a context of its own, so that distances are computed
/// while the next pictures are prepared. The CPU shares threads and memory, which are busy all the time.
template <class Device>
[[nodiscard]] PerceptualNetwork open_perceptual_network_beside(const PerceptualOptions& o, Device device,
                                                               std::shared_ptr<Context<Device>> context) {
    if constexpr (Device::asynchronous) context = std::make_shared<Context<Device>>(device);
    PerceptualNetwork network = open_perceptual_network_on(o, std::move(context));
    network.apart = Device::asynchronous;
    return network;
}

}  // namespace stylegan::examples
