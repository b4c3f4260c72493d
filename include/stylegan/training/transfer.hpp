// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/core/buffer.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/parameter.hpp>
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/training/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// A parameter whose shape differs between a file and new networks.
struct UnlikeParameter {
    std::string name;             ///< with the prefix of its network, "G/" or "D/"
    std::vector<Index> found;     ///< shape in the file; empty if the file has no such parameter
    std::vector<Index> expected;  ///< shape in the new network
};

/// What new networks take from a file of another architecture. Each stage takes from the stage of the same number,
/// counted from the first (4x4): a generator of 64x64 begins with all stages of one of 32x32. The level of detail is
/// never taken.
struct Transfer {
    std::vector<std::string> taken;        ///< names of parameters taken whole
    std::vector<UnlikeParameter> adapted;  ///< taken in part: layers beside labels, see transfer_networks()
    std::vector<UnlikeParameter> fresh;    ///< with new random values
    std::vector<std::string> left;         ///< tensors of the file's networks that no parameter takes
    Index values_taken = 0;                ///< trainable numbers taken
    Index values = 0;                      ///< trainable numbers of the new networks
    Index weights_taken = 0;               ///< weights of convolutions and dense layers taken, whole or in part
};

namespace detail {

/// The name in a network of architecture `from` of a parameter of one of architecture `to`: the same stage from below.
/// @return nothing if `from` has no such stage
[[nodiscard]] inline std::optional<std::string> name_in_other_network(const std::string& name, const Architecture& to,
                                                                      const Architecture& from) {
    std::string result;
    for (std::size_t first = 0; first <= name.size();) {
        const std::size_t end = std::min(name.find('/', first), name.size());
        std::string part = name.substr(first, end - first);
        for (const std::string_view rgb : {"ToRGB_lod", "FromRGB_lod"}) {
            if (!part.starts_with(rgb)) continue;
            const int lod = std::stoi(part.substr(rgb.size())) + from.stages() - to.stages();
            if (lod < 0) return std::nullopt;
            part = std::string(rgb) + std::to_string(lod);
        }
        for (int s = 0; s < to.stages(); ++s) {
            if (part != to_string(to.size(s))) continue;
            if (s >= from.stages()) return std::nullopt;
            part = to_string(from.size(s));
            break;
        }
        result += (first > 0 ? "/" : "") + part;
        first = end + 1;
    }
    return result;
}

/// Whether a kernel of a stage means the same in both: fused and unfused ones are turned differently.
[[nodiscard]] inline bool kernel_fits(const std::string& name, const Architecture& to, const Architecture& from) {
    if (name.find("_up/weight") == std::string::npos && name.find("_down/weight") == std::string::npos) return true;
    for (int s = 0; s < std::min(to.stages(), from.stages()); ++s)
        if (name.find(to_string(to.size(s)) + "/") != std::string::npos) return to.fused(s) == from.fused(s);
    return true;
}

/// The first layer behind z and the label: its first rows are those of z.
[[nodiscard]] inline bool takes_z(const std::string& name, const Architecture& a) {
    return name.ends_with(a.mapping_layers > 0  ? "G_mapping/Dense0/weight"
                          : a.const_input_layer ? "StyleMod/weight"
                                                : to_string(a.size(0)) + "/Dense/weight");
}

/// The values of a parameter that differs only because labels do: rows of z are taken, those of labels stay new; each
/// logit of a discriminator becomes the mean of the file's.
/// @param shape    in the file
/// @param values   in the file
/// @param current  new random values, replaced where the file has some
/// @return whether the shapes are of that kind
template <class Scalar>
bool adapt_to_labels(const std::string& name, const Architecture& to, const Architecture& from,
                     const std::vector<Index>& shape, const std::vector<Index>& expected,
                     const std::vector<Scalar>& values, std::vector<Scalar>& current) {
    if (to.label_size == from.label_size || shape.size() != expected.size() || shape.empty()) return false;
    const Index columns = shape.back(), new_columns = expected.back();
    const Index rows = static_cast<Index>(values.size()) / columns;
    if (takes_z(name, to) && to.latent_size == from.latent_size && columns == new_columns) {
        std::copy_n(values.begin(), to.latent_size * columns, current.begin());
        return true;
    }
    const std::string output = to_string(to.size(0)) + "/Dense1/";
    if (!name.starts_with(output) || static_cast<Index>(current.size()) / new_columns != rows) return false;
    for (Index r = 0; r < rows; ++r) {
        double sum = 0;
        for (Index c = 0; c < columns; ++c)
            sum += static_cast<double>(values[static_cast<std::size_t>(r * columns + c)]);
        std::fill_n(current.begin() + r * new_columns, new_columns,
                    static_cast<Scalar>(sum / static_cast<double>(columns)));
    }
    return true;
}

/// Plans or makes the transfer of one network. A network that is const stays as it is.
/// @param from_prefix  of the file's network; one that the file does not have: all is new
template <class Model>
void transfer_network(const Checkpoint& checkpoint, const std::string& from_prefix, const std::string& to_prefix,
                      Model& network, Transfer& transfer) {
    constexpr bool write = !std::is_const_v<Model>;
    const bool known = checkpoint.has(from_prefix.substr(0, from_prefix.size() - 1));
    const Architecture& to = network.architecture();
    const Architecture& from = known ? checkpoint.architecture(stylegan::kind_of<std::remove_const_t<Model>>) : to;
    const NamedTensors& file = checkpoint.file();
    std::set<std::string> used;
    for_each_parameter(network, [&]<class P>(const std::string& name, P& p) {
        using Scalar = typename std::remove_const_t<P>::Scalar;
        const auto other = name_in_other_network(name, to, from);
        const std::string full = from_prefix + other.value_or("");
        used.insert(full);
        if (name == "lod" || name.ends_with("/lod")) return;
        if (p.trainable()) transfer.values += p.size();
        if (!other || !file.contains(full)) return transfer.fresh.push_back({to_prefix + name, {}, p.shape()});

        const std::vector<Index>& shape = file.shape(full);
        std::vector<Scalar> values = file.read<Scalar>(full);
        const auto stored = static_cast<Index>(values.size());
        const bool same = shape == p.shape() || (shape.empty() && p.size() == 1);
        if (same && kernel_fits(name, to, from)) {
            transfer.taken.push_back(to_prefix + name);
        } else {
            std::vector<Scalar> adapted = download(p.value());
            if (same || !adapt_to_labels(name, to, from, shape, p.shape(), values, adapted))
                return transfer.fresh.push_back({to_prefix + name, shape, p.shape()});
            values = std::move(adapted);
            transfer.adapted.push_back({to_prefix + name, shape, p.shape()});
        }
        if constexpr (write) upload(values, p.value());
        if (!p.trainable()) return;
        transfer.values_taken += std::min(p.size(), stored);
        if (p.shape().size() > 1 && !name.ends_with("/const")) ++transfer.weights_taken;
    });
    for (const std::string& name : file.names())
        if (known && name.starts_with(from_prefix) && used.count(name) == 0) transfer.left.push_back(name);
}

[[nodiscard]] inline std::string generator_prefix(const Checkpoint& checkpoint, const std::string& wanted) {
    return checkpoint.has(wanted) ? wanted + "/" : checkpoint.prefix_of(NetworkKind::generator);
}

inline void require_weights(const Checkpoint& checkpoint, const Transfer& transfer) {
    if (transfer.weights_taken > 0) return;
    std::string example;
    for (const UnlikeParameter& p : transfer.fresh)
        if (example.empty() && p.found.size() > 1)
            example = text("; \"", p.name, "\" has shape ", shape_text(p.found), ", expected ", shape_text(p.expected));
    throw FormatError(text(checkpoint.file().path().string(), ": has no weights that fit the new networks", example));
}

}  // namespace detail

/// What a transfer would take, without reading it into the networks.
/// @throws FormatError if the file holds no generator, or no weight fits
template <class G, class D>
[[nodiscard]] Transfer plan_transfer(const Checkpoint& checkpoint, const G& generator, const D& discriminator) {
    Transfer transfer;
    detail::transfer_network(checkpoint, detail::generator_prefix(checkpoint, "G"), "G/", generator, transfer);
    detail::transfer_network(checkpoint, "D/", "D/", discriminator, transfer);
    detail::require_weights(checkpoint, transfer);
    return transfer;
}

/// Brings the networks of a new trainer as near as they come to those of a file with another architecture: another
/// resolution, other labels, channels or widths. Where shapes agree, parameters are copied; the others keep their new
/// random values. With other labels, the layer behind z and the label keeps the rows of z, and the discriminator begins
/// with the mean logit of the file's classes for each of its own; embeddings of labels are new. Gs takes from Gs, or G.
/// Moments, counters and random numbers stay as they are.
/// @return what G and D took; Gs takes the same as G
/// @throws FormatError as plan_transfer()
template <class Device, class G, class D>
Transfer transfer_networks(const Checkpoint& checkpoint, Trainer<Device, G, D>& trainer) {
    Transfer transfer, averaged;
    detail::transfer_network(checkpoint, detail::generator_prefix(checkpoint, "G"), "G/", trainer.generator(),
                             transfer);
    detail::transfer_network(checkpoint, "D/", "D/", trainer.discriminator(), transfer);
    detail::require_weights(checkpoint, transfer);
    detail::transfer_network(checkpoint, detail::generator_prefix(checkpoint, "Gs"), "Gs/", trainer.averaged(),
                             averaged);
    return transfer;
}

/// ScheduleOptions::first_height of a run whose networks come from those of another architecture, at this level of
/// detail: the height of the finest stage that both have and that had faded in.
[[nodiscard]] inline int first_height_after_transfer(const Architecture& to, const Architecture& from, double lod) {
    const int left_out = std::clamp(static_cast<int>(std::ceil(lod)), 0, from.max_lod());
    return to.size(std::min(from.stages() - 1 - left_out, to.stages() - 1)).height;
}

}  // namespace stylegan
