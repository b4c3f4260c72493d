// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/image.hpp>

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace stylegan::examples {

/// Writes numbers (digits, '-' and '.') into the upper left corner, white on black, as large as the picture bears.
void draw_caption(Image& image, const std::string& number);

/// --captions
CLI::Option& add_captions(CLI::App& command, bool& captions);

}  // namespace stylegan::examples
