// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/training/projection_options.hpp>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {

/// What a page asks a picture of.
struct ViewState {
    /// A strength along a direction, in its steps.
    struct Edit {
        int direction = 0;
        double strength = 0;
        friend bool operator==(const Edit&, const Edit&) = default;
    };
    /// A range of layers, both ends included.
    struct Layers {
        int first = 0, last = 0;
        friend bool operator==(const Layers&, const Layers&) = default;
    };
    struct Mix {
        std::uint32_t seed = 0;
        Layers layers;
        friend bool operator==(const Mix&, const Mix&) = default;
    };

    std::uint32_t seed = 0;
    std::string w;                    ///< the name of a projection in place of the seed; empty: none
    std::uint32_t right = 1, up = 2;  ///< seeds that the pad leads to
    double x = 0, y = 0;              ///< where the pad is: 0, 0 is the seed; 1, 0 the one to the right
    std::optional<Mix> mix;           ///< layers that take the w of another seed
    double psi = 1;
    int cutoff = 0;               ///< layers below it are truncated
    std::string noise = "const";  ///< const, random or none
    std::uint32_t noise_seed = 0;
    double noise_strength = 1;
    std::vector<Edit> edits;
    Layers edit_layers;
    int label = 0;

    friend bool operator==(const ViewState&, const ViewState&) = default;

    /// Whether `stylegan generate --seeds` draws it.
    [[nodiscard]] bool plain() const { return w.empty() && x == 0 && y == 0 && !mix && edits.empty(); }
};

/// Reads a state. Members that are missing have their defaults; the cutoff and the layers of edits are then all layers.
/// @param directions  number of directions that edits may name
/// @throws FormatError naming the member, what was found and what was expected
[[nodiscard]] ViewState parse_view_state(std::string_view json, const Architecture& a, std::size_t directions);

}  // namespace stylegan::examples
