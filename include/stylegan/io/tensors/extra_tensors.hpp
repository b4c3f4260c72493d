// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace stylegan {

/// What happens if a file has tensors that its networks do not have. They may be a sign that the network is not the one
/// it claims to be, so they are an error by default.
enum class ExtraTensors { refused, ignored };

/// A file has tensors that its networks do not have. ExtraTensors::ignored reads it nevertheless.
class ExtraTensorsError : public FormatError {
public:
    using FormatError::FormatError;
};

/// @throws ExtraTensorsError if there are names; it lists the first 20 of them
inline void refuse_extra_tensors(const std::filesystem::path& file, const std::vector<std::string>& names) {
    if (names.empty()) return;
    constexpr std::size_t most = 20;
    std::string list;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        list += text(i > 0 ? ", \"" : "\"", shortened(names[i]), '"');
    throw ExtraTensorsError(text(file.string(), ": has ", names.size(), names.size() == 1 ? " tensor" : " tensors",
                                 " that this network does not have: ", list, names.size() > most ? " ..." : ""));
}

}  // namespace stylegan
