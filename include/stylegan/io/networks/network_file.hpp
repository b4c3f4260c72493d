// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>

#include <map>
#include <string>
#include <vector>

namespace stylegan {

/// What a reader makes of a file of networks, whatever its format: tensors `Gs/...`, `G/...`, `D/...` under the
/// official names and in the official layouts, and what is known of their architectures.
struct NetworkFile {
    std::string format;  ///< in words, such as "safetensors"
    NamedTensors tensors;
    Architecture generator, discriminator;
    std::vector<std::string> assumed;  ///< keywords that the file does not tell
    std::map<std::string, std::string> metadata;
    std::string left_out;             ///< a network in the file that is not read, and why; empty where there is none
    bool average_is_missing = false;  ///< the average w is 0, and not because the network was never trained

    [[nodiscard]] const Architecture& architecture(NetworkKind kind) const {
        return kind == NetworkKind::generator ? generator : discriminator;
    }
};

}  // namespace stylegan
