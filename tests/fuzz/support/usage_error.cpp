// SPDX-License-Identifier: Apache-2.0
// In place of examples/stylegan/options/options.cpp, which needs CLI11.
#include "options/options.hpp"

void stylegan::examples::usage_error(const std::string& flag, const std::string& what) {
    throw ValueError(text(flag, ": ", what));
}
