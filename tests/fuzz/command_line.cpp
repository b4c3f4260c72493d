// SPDX-License-Identifier: Apache-2.0
// Any text is the value of an option, or is refused. The first byte chooses the form that is expected.
#include <stylegan/core/architecture.hpp>
#include <stylegan/core/error.hpp>

#include "options/parse.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace {

void require(bool expected) {
    if (!expected) std::abort();
}

void parse_numbers(const std::string& text) {
    using namespace stylegan::examples;
    if (const auto n = parse_whole(text, {-5, 1000})) require(*n >= -5 && *n <= 1000);
    if (const auto x = parse_real(text, {0.25, 8})) require(*x >= 0.25 && *x <= 8);
    if (const auto x = parse_real(text)) require(std::isfinite(*x));
    if (const auto sides = parse_width_by_height(text)) require((*sides)[0] >= 1 && (*sides)[1] >= 1);
}

void parse_by_heights(const std::string& text, bool whole) {
    const auto value = stylegan::examples::parse_by_height(text, whole);
    if (!value) return;
    double all = 0;
    std::map<int, double> at;
    value->apply(stylegan::config_f, all, at);
    require(all > 0 && std::isfinite(all));
    for (const auto& [height, number] : at) require(height >= 4 && number > 0 && std::isfinite(number));
}

void parse_layers(const std::string& text) {
    stylegan::Architecture a = stylegan::config_f;
    a.resolution_log2 = 4;
    for (const int layer : stylegan::examples::parse_layer_list("--layers", text, a))
        require(layer >= 0 && layer < a.layers());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT: bytes as text
    try {
        switch (data[0] % 6) {
            case 0: parse_numbers(text); break;
            case 1:
                if (const auto seeds = stylegan::examples::parse_seed_list(text))
                    require(!seeds->empty() && seeds->size() <= 1'000'000);
                break;
            case 2: parse_layers(text); break;
            case 3: parse_by_heights(text, true); break;
            case 4: parse_by_heights(text, false); break;
            default:
                if (const auto path = stylegan::examples::parse_path(text)) require(!path->empty());
        }
    } catch (const stylegan::Error&) {
    }
    return 0;
}
