// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "view/viewed_generator.hpp"

#include <stylegan/core/architecture.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace stylegan::examples {

/// What the controls of a page follow from.
/// @param name     the title of the page
/// @param project  whether the page can project pictures
[[nodiscard]] inline nlohmann::ordered_json about_network(const std::string& name, const Architecture& a,
                                                          const std::vector<ViewDirection>& directions, bool project) {
    nlohmann::ordered_json names = nlohmann::ordered_json::array(), sizes = nlohmann::ordered_json::array();
    for (const ViewDirection& d : directions) names.push_back(d.name);
    for (int l = 0; l < a.layers(); ++l) sizes.push_back(to_string(a.size(l / 2)));
    return {{"name", name},
            {"width", a.picture().width},
            {"height", a.picture().height},
            {"channels", a.num_channels},
            {"layers", a.layers()},
            {"sizes", sizes},
            {"labels", a.label_size},
            {"noise", a.use_noise},
            {"directions", names},
            {"project", project}};
}

}  // namespace stylegan::examples
