// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/buffer.hpp>
#include <stylegan/core/compiled.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/io/networks/load_parameters.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Adds every parameter of a layer or network to a file, named `prefix` + its name. Parameters must stay in place until
/// the file is written; those of a GPU are copied at once.
/// @throws ValueError if a name is taken
template <class Layer>
void add_parameters(SafetensorsWriter& writer, const std::string& prefix, const Layer& layer) {
    for_each_parameter(layer, [&]<class Device>(const std::string& name, const Parameter<Device>& p) {
        if constexpr (std::is_same_v<typename Parameter<Device>::Buffer, HostBuffer<typename Device::Scalar>>)
            writer.add(prefix + name, p.shape(), p.value().data());
        else
            writer.add(prefix + name, p.shape(), download(p.value()));
    });
}

namespace detail {

/// An architecture as in the metadata.
[[nodiscard]] STYLEGAN_INLINE std::string architecture_text(const Architecture& a);

}  // namespace detail

/// What load() and save() require of a network.
template <class T>
concept Network = requires(const T& network) {
    { network.architecture() } -> std::convertible_to<Architecture>;
};

/// A network with a mapping network is a generator, any other a discriminator.
template <Network T>
inline constexpr NetworkKind kind_of = requires(const T& network) {
    network.mapping();
}
? NetworkKind::generator : NetworkKind::discriminator;

/// A file of networks: tensors `G/...`, `D/...` and `Gs/...` (the moving average of G, the one to use) with official
/// names, `training/...` for the rest of the training state, and the architecture as JSON in the metadata. If that is
/// missing, the architecture is inferred from the tensors. Files of all formats look the same: see open_network_file().
/// Const members may be used from several threads.
class Checkpoint {
public:
    /// @param extra  what happens if there are tensors that the networks do not have, here and in load()
    /// @throws FileError if it cannot be read
    /// @throws FormatError if it has no network, or the tensors of one do not have the widths of its architecture
    explicit Checkpoint(const std::filesystem::path& path, ExtraTensors extra = ExtraTensors::refused);

    [[nodiscard]] const Architecture& architecture() const {
        return file_.architecture(has("Gs") || has("G") ? NetworkKind::generator : NetworkKind::discriminator);
    }
    /// The architecture of the generator or the discriminator. In official files they may differ.
    [[nodiscard]] const Architecture& architecture(NetworkKind kind) const { return file_.architecture(kind); }

    /// "safetensors", "official TensorFlow pickle" and the like.
    [[nodiscard]] const std::string& format() const { return file_.format; }

    /// Keywords of the architecture that the file does not have, with their assumed values: "fused_scale = \"auto\"".
    /// Empty for files of this library.
    [[nodiscard]] std::vector<std::string> assumed() const;

    /// What a program should tell of the generator's level of detail, as a part of a sentence whose subject is the file:
    /// that it is a guess and what it rests on, or that a stored one does not agree with the layers. Empty if neither.
    [[nodiscard]] std::string level_note() const;
    /// The level of detail of the generator.
    /// @throws FormatError if there is none
    [[nodiscard]] double level() const;
    /// @throws ValueError if the generator has no layers for this level of detail
    void require_level(double lod) const;

    /// Whether there is a network "Gs", "G" or "D".
    [[nodiscard]] bool has(const std::string& network) const {
        const std::string prefix = network + "/";
        return std::any_of(file().names().begin(), file().names().end(),
                           [&](const std::string& n) { return n.starts_with(prefix); });
    }

    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return file_.metadata; }
    /// The whole file, for write_networks().
    [[nodiscard]] const NetworkFile& networks() const { return file_; }

    /// The tensors, with official names.
    [[nodiscard]] const NamedTensors& file() const { return file_.tensors; }

    /// Reads the whole file and checks every digest that it has. Loading a network checks the tensors that it reads.
    /// @return which digests were checked, as NamedTensors::verify(); DigestKind::none if the file has none
    /// @throws FormatError naming the file and the first damaged tensor; FileError if it cannot be read
    DigestKind verify() const { return file().verify(); }

    /// Whether the format of the file has no average w. load_generator() then computes it.
    [[nodiscard]] bool average_is_missing() const { return file_.average_is_missing; }

    /// Loads a network: a generator from Gs, or from G if there is no Gs; a discriminator from D.
    /// @throws FormatError if the file does not have that network, or its architecture differs, or a tensor is missing;
    ///         ExtraTensorsError for further tensors with its prefix
    template <Network T>
    void load(T& network) const {
        check_architecture(network.architecture(), kind_of<T>);
        load_parameters(file(), prefix_of(kind_of<T>), network, extra_);
    }

    /// The prefix of the tensors of a network: "Gs/", "G/" or "D/".
    /// @throws FormatError if the file does not have that network
    [[nodiscard]] std::string prefix_of(NetworkKind kind) const;

    /// Compares the architecture of the file's network of this kind with `expected`, without keywords that the file
    /// does not have. @throws FormatError that lists every difference
    void check_architecture(const Architecture& expected, NetworkKind kind) const;

private:
    /// Compares shapes with the architecture, before a network of that size is built.
    void check_widths(const std::string& network) const;

    NetworkFile file_;
    ExtraTensors extra_;
};

/// Loads a generator or discriminator from a checkpoint, as Checkpoint::load().
/// @throws FileError, FormatError
template <Network T>
void load(T& network, const std::filesystem::path& path) {
    Checkpoint(path).load(network);
}

/// Writes a checkpoint of one network, atomically: a generator as `Gs/...`, a discriminator as `D/...`.
/// @throws FileError if it cannot be written
template <Network T>
void save(const std::filesystem::path& path, const T& network) {
    SafetensorsWriter writer;
    writer.metadata("architecture", detail::architecture_text(network.architecture()));
    add_parameters(writer, kind_of<T> == NetworkKind::generator ? "Gs/" : "D/", network);
    writer.write(path);
}

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/networks/detail/checkpoint_inl.hpp>
#endif
