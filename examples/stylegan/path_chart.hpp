// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chart.hpp"
#include "path_metrics.hpp"

#include <vector>

namespace stylegan::examples {

/// The histogram of the distances that were kept, and the running mean with its 95 % band.
[[nodiscard]] std::vector<ChartPanel> path_chart(const MetricResult& result);

}  // namespace stylegan::examples
