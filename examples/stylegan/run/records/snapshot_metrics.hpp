// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/distribution_meter.hpp"
#include "metrics/path_metrics.hpp"
#include "metrics/perceptual_network_on.hpp"
#include "printing/progress.hpp"
#include "run/records/run_lines.hpp"
#include "run/train_settings.hpp"

#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/training/trainer.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// The metrics of the averaged generator, evaluated at snapshots.
template <class Device>
class SnapshotMetrics {
public:
    /// @throws ValueError, ShapeError, FileError, FormatError if a metric cannot be evaluated
    /// @param data  real pictures, whose features are computed at the first snapshot
    SnapshotMetrics(const TrainSettings& settings, Device device, Trainer<Device>& trainer,
                    std::shared_ptr<const Dataset> data)
        : names_(settings.metrics), averaged_(trainer.averaged()) {
        settings_.samples = static_cast<std::size_t>(settings.metric_samples);
        std::vector<DistributionMetric> distributions;
        for (const std::string& name : names_)
            if (const auto metric = parse_distribution_metric(name))
                distributions.push_back(*metric);
            else
                check_metric(name, settings.architecture, settings_);
        if (distributions.size() < names_.size())
            network_.emplace(open_perceptual_network_beside<Device>({settings.vgg, settings.lpips}, device,
                                                                    averaged_.shared_context()));
        if (distributions.empty()) return;
        meter_.emplace(std::move(distributions), std::move(data), FeatureOptions{settings.inception, settings.resize},
                       MeterSettings{.threads = settings.threads}, [](Index, Index, const std::string&) {
                           if (Interrupt::requested()) throw Stop();
                       });
    }

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// Adds a line for a metric to the log and to metric-<name>.jsonl.
    /// @return the second; nothing if Ctrl-C ended it before
    [[nodiscard]] std::optional<nlohmann::ordered_json> evaluate(const std::string& name, RunLines& lines,
                                                                 const std::string& snapshot) {
        try {
            if (const auto metric = parse_distribution_metric(name)) {
                const DistributionResult result = meter_->measure(
                    *metric, snapshot, [&](const GeneratedOptions& o) { return picture_set(averaged_, o); });
                return added(lines, name, result, snapshot);
            }
            const auto path = path_generator(averaged_, settings_.noise);
            const MetricResult result =
                evaluate_metric(name, averaged_.architecture(), path, *network_, settings_, [](const PathProgress&) {
                    if (Interrupt::requested()) throw Stop();
                });
            return added(lines, name, result, snapshot);
        } catch (const Stop&) {
            return std::nullopt;
        }
    }

private:
    struct Stop {};

    template <class Result>
    static nlohmann::ordered_json added(RunLines& lines, const std::string& name, const Result& result,
                                        const std::string& snapshot) {
        nlohmann::ordered_json line = to_json(result, snapshot);
        lines.add(text("metric-", name, ".jsonl"), line.dump());
        lines.log(text_of(result));
        return line;
    }

    std::vector<std::string> names_;
    const AnyGenerator<Device>& averaged_;
    MetricSettings settings_;
    std::optional<PerceptualNetwork> network_;
    std::optional<DistributionMeter> meter_;
};

}  // namespace stylegan::examples
