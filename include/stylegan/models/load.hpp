// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>

#include <filesystem>
#include <memory>
#include <utility>

namespace stylegan {

/// The generator of a checkpoint, with the architecture of the file: Gs, or G if the file has no Gs. If the file holds
/// no average w, it is measured.
/// @param context  shared with other networks
/// @throws FormatError if the file holds no generator
template <class Device>
[[nodiscard]] AnyGenerator<Device> load_generator(const Checkpoint& checkpoint,
                                                  std::shared_ptr<Context<Device>> context) {
    AnyGenerator<Device> generator(checkpoint.architecture(NetworkKind::generator), std::move(context), uninitialized);
    checkpoint.load(generator);
    const Architecture& a = generator.architecture();
    if (checkpoint.average_is_missing() && a.label_size == 0 && !a.progressive_gan) {
        const auto average = generator.measure_w_average();
        generator.context().upload(average.data(), static_cast<Index>(average.size()),
                                   generator.truncation().average().value().data());
    }
    return generator;
}

/// The generator of a file in any format that Checkpoint reads.
/// @throws FileError, FormatError
template <class Device = Cpu>
[[nodiscard]] AnyGenerator<Device> load_generator(const std::filesystem::path& path, Device device = {}) {
    return load_generator(Checkpoint(path), std::make_shared<Context<Device>>(device));
}

/// The discriminator of a checkpoint, with the architecture of the file.
/// @param context  shared with other networks
/// @throws FormatError if the file holds no discriminator
template <class Device>
[[nodiscard]] AnyDiscriminator<Device> load_discriminator(const Checkpoint& checkpoint,
                                                          std::shared_ptr<Context<Device>> context) {
    AnyDiscriminator<Device> discriminator(checkpoint.architecture(NetworkKind::discriminator), std::move(context),
                                           uninitialized);
    checkpoint.load(discriminator);
    return discriminator;
}

/// The discriminator of a file in any format that Checkpoint reads.
/// @throws FileError, FormatError
template <class Device = Cpu>
[[nodiscard]] AnyDiscriminator<Device> load_discriminator(const std::filesystem::path& path, Device device = {}) {
    return load_discriminator(Checkpoint(path), std::make_shared<Context<Device>>(device));
}

}  // namespace stylegan
