// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/chart.hpp"
#include "metrics/perceptual_network.hpp"

#include <stylegan/metrics/path_length.hpp>
#include <stylegan/models/generator.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stylegan::examples {

/// The form of a list of metrics, for error messages.
inline constexpr const char* metric_list_form =
    "names such as ppl_wend,ppl_zfull out of ppl_zfull, ppl_wfull, ppl_zend, ppl_wend and ppl2_wend";

/// "ppl_zfull,ppl_wend" -> the names, each once; nothing for any other text.
[[nodiscard]] std::optional<std::vector<std::string>> parse_metric_list(std::string_view text);

/// How metrics are evaluated, apart from what their names say.
struct MetricSettings {
    std::size_t samples = 50000;
    std::uint64_t seed = 0;
    bool no_crop = false;
    double precision = 0;
    double epsilon = 1e-4;  ///< as in published values
    std::size_t batch = 0;  ///< 0: as planned_pairs() says
    Noise noise = Noise::constant;
    std::optional<int> label{};
    Communicator* ranks = nullptr;  ///< that share the samples
};

/// A metric's name, its result and how long it took.
struct MetricResult {
    std::string name;
    PathLengthOptions options;
    PathLength length;
    std::string features, remark;  ///< as in PerceptualNetwork
    double seconds = 0;
};

/// @param name      official name: ppl_ with, ppl2_ without the crop to the middle of a face; then space and sampling
/// @param path      of the network of architecture `a`, with the noise that the settings name
/// @param progress  see perceptual_path_length()
/// @throws ValueError, ShapeError before the computation if network or settings do not suit the metric
[[nodiscard]] MetricResult evaluate_metric(const std::string& name, const Architecture& a,
                                           const PathGenerator<float>& path, const PerceptualNetwork& network,
                                           const MetricSettings& settings,
                                           const std::function<void(const PathProgress&)>& progress);

/// @throws ValueError if the settings name a class that the network does not have
void check_class(const Architecture& a, const MetricSettings& settings);

/// Throws as evaluate_metric() does, without computing anything.
/// @throws ValueError, ShapeError
void check_metric(const std::string& name, const Architecture& a, const MetricSettings& settings);

/// "ppl_wend 71.23 +- 0.41, 95 % in [70.4, 72.0], 50000 samples, 2.0 % rejected, 5m 03s (...)"
[[nodiscard]] std::string text_of(const MetricResult& result);

/// A line of metric-<name>.jsonl: the official object, and the standard error, the interval (null where there is none) and the settings.
/// @param snapshot  file name of the network
[[nodiscard]] nlohmann::ordered_json to_json(const MetricResult& result, const std::string& snapshot);

/// The histogram of the distances that were kept, and the running mean with its 95 % band.
[[nodiscard]] std::vector<ChartPanel> path_chart(const MetricResult& result);

}  // namespace stylegan::examples
