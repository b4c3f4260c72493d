// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/level_of_detail.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <map>
#include <string>
#include <vector>

namespace stylegan {

/// The common form of all files of networks: tensors `Gs/...`, `G/...`, `D/...` with official names and layouts, and
/// their architectures.
struct NetworkFile {
    std::string format;                           ///< such as "safetensors" or "official TensorFlow pickle"
    NamedTensors tensors;                         ///< `Gs/...`, `G/...`, `D/...`
    Architecture generator;                       ///< of G and Gs
    Architecture discriminator;                   ///< of D
    std::vector<std::string> assumed;             ///< keywords that the file does not have
    std::map<std::string, std::string> metadata;  ///< of our own files, such as the training record
    std::string left_out;                         ///< a network that is not read, and why; empty if there is none
    std::string passed_over;          ///< values beside the tensors that are not read: "args (argparse.Namespace)"
    LevelOfDetail level;              ///< of the generator, where the file does not store it
    bool average_is_missing = false;  ///< the file has no average w; it is 0 here

    /// The architecture of one of the two networks.
    [[nodiscard]] const Architecture& architecture(NetworkKind kind) const {
        return kind == NetworkKind::generator ? generator : discriminator;
    }
};

}  // namespace stylegan
