// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/distribution_metrics.hpp"
#include "metrics/path_metrics.hpp"
#include "options/parse.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {

/// The form of a list of metrics of any kind, for error messages.
[[nodiscard]] inline std::string all_metrics_form() {
    return std::string(metric_list_form) + ", or " + distribution_metric_form;
}

/// The names of a list, each once; nothing if one is no metric.
[[nodiscard]] inline std::optional<std::vector<std::string>> parse_metrics(std::string_view list) {
    return parse_name_list(
        list, [](std::string_view name) { return parse_distribution_metric(name) || parse_metric_list(name); });
}

}  // namespace stylegan::examples
