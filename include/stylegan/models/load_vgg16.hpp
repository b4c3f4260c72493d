// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/safetensors_writer.hpp>
#include <stylegan/models/vgg16.hpp>
#include <stylegan/models/vgg16_tensors.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Fills the convolutions from tensors that find_vgg16() found.
/// @throws ShapeError if the widths differ, FormatError if the file cannot be read
template <TensorFile File, class Device>
void load_vgg16(const File& file, const Vgg16Tensors& tensors, Vgg16<Device>& vgg) {
    using Scalar = typename Device::Scalar;
    require_equal("load_vgg16", "width of the file's network", tensors.width, vgg.width());
    std::size_t k = 0;
    for_each_parameter(vgg, [&](const std::string& name, Parameter<Device>& p) {
        if (name.ends_with("bias")) {
            const std::vector<float> values = file.read_float(tensors.biases[k++]);
            upload(std::vector<Scalar>(values.begin(), values.end()), p.value());
            return;
        }
        const std::vector<float> values = file.read_float(tensors.kernels[k]);
        std::vector<Scalar> weight(values.size());
        const Index in = p.shape()[2], out = p.shape()[3];
        const double scale = 1 / vgg.equalized_lr().scale(9 * in);
        for (Index tap = 0; tap < 9; ++tap)
            for (Index i = 0; i < in; ++i)
                for (Index o = 0; o < out; ++o) {
                    const Index here = (tap * in + i) * out + o;
                    const Index there = tensors.outputs_first ? (o * in + i) * 9 + tap : here;
                    weight[static_cast<std::size_t>(here)] =
                        static_cast<Scalar>(static_cast<double>(values[static_cast<std::size_t>(there)]) * scale);
                }
        upload(weight, p.value());
    });
}

/// The VGG16 of a file, with the width of the file.
/// @param context  shared with other networks
/// @throws FormatError that lists missing, unknown or ambiguous tensors: see find_vgg16()
template <TensorFile File, class Device>
[[nodiscard]] Vgg16<Device> load_vgg16(const File& file, std::shared_ptr<Context<Device>> context) {
    const Vgg16Tensors tensors = find_vgg16(file);
    Vgg16<Device> vgg(tensors.width, {.wscale = false}, std::move(context));
    load_vgg16(file, tensors, vgg);
    return vgg;
}

/// Writes the convolutions as a safetensors file with PyTorch's names and layout. Weights are written as used, whatever
/// the equalized learning rate.
/// @throws FileError if the file cannot be written
template <class Device>
void save_vgg16(const std::filesystem::path& path, const Vgg16<Device>& vgg,
                const std::map<std::string, std::string>& metadata = {}) {
    SafetensorsWriter writer;
    for (const auto& [key, value] : metadata) writer.metadata(key, value);
    std::vector<std::vector<float>> kept;
    kept.reserve(26);
    std::size_t k = 0;
    for_each_parameter(vgg, [&](const std::string& name, const Parameter<Device>& p) {
        const std::string layer = text("features.", detail::torchvision_numbers()[k], '.');
        const std::vector<typename Device::Scalar> stored = download(p.value());
        std::vector<float>& values = kept.emplace_back(stored.begin(), stored.end());
        if (name.ends_with("bias")) {
            writer.add(layer + "bias", p.shape(), values.data());
            ++k;
            return;
        }
        const Index in = p.shape()[2], out = p.shape()[3];
        const double scale = vgg.equalized_lr().scale(9 * in);
        for (Index tap = 0; tap < 9; ++tap)
            for (Index i = 0; i < in; ++i)
                for (Index o = 0; o < out; ++o)
                    values[static_cast<std::size_t>((o * in + i) * 9 + tap)] = static_cast<float>(
                        static_cast<double>(stored[static_cast<std::size_t>((tap * in + i) * out + o)]) * scale);
        writer.add(layer + "weight", {out, in, 3, 3}, values.data());
    });
    writer.write(path);
}

}  // namespace stylegan
