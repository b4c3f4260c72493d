// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ranks/program_ranks.hpp"

#include <stylegan/io/datasets/dataset.hpp>

#include <string>
#include <utility>

namespace stylegan::examples {

/// Calls f, which throws on all ranks or on none. @throws SharedError on ranks other than 0, the error itself on rank 0
template <class F>
void together(Communicator& ranks, F&& f) {
    try {
        std::forward<F>(f)();
    } catch (const Error& error) {
        if (ranks.rank() == 0) throw;
        throw SharedError(error.what());
    }
}

/// @param command  as command_of() writes it
/// @throws ValueError, or SharedError, that names the first flag with another value on another rank
void require_equal_commands(Communicator& ranks, const std::string& command);

/// Compares number, size, labels and a sample of the pictures.
/// @throws ValueError, or SharedError, that names what differs, and where; FormatError if a picture is damaged
void require_equal_data(Communicator& ranks, const Dataset& data);

}  // namespace stylegan::examples
