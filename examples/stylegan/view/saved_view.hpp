// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "view/viewed_network.hpp"

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// The files of a state, and the command that draws its picture again.
struct SavedView {
    std::filesystem::path picture, w;
    std::string command;
};

/// Writes the picture and its w into --outdir, as view0001.png and view0001.npz, or the next number that is free.
/// @throws FileError
[[nodiscard]] SavedView save_view(ViewedNetwork& network, const ViewOptions& o, const ViewState& state);

}  // namespace stylegan::examples
