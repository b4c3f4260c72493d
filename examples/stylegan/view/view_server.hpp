// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "view/viewed_network.hpp"

namespace stylegan::examples {

/// Serves the page of a network on 127.0.0.1 until Ctrl-C, and prints its address.
/// @throws ValueError if the port is taken; FileError, FormatError as ViewedNetwork
void serve_view(const ViewOptions& o);

}  // namespace stylegan::examples
