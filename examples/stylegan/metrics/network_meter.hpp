// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drawing/drawing_network.hpp"
#include "metrics/distribution_meter.hpp"
#include "metrics/path_metrics.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// What is measured of networks, and with what.
struct NetworkMeterOptions {
    std::vector<std::string> metrics;
    PerceptualOptions perceptual;
    FeatureOptions features;
    MetricSettings settings;
    double psi = 1;
    bool extrapolate = false;    ///< also FID of infinitely many pictures
    std::filesystem::path plot;  ///< of path lengths; empty: none
    std::optional<double> lod;   ///< level of detail; the network's own if not given
    int threads = 0;             ///< 0: all
    DeviceOption device{};
};

/// A line of metric-NAME.jsonl, and the sentence for people.
struct Measured {
    std::string sentence;
    nlohmann::ordered_json line;
};

/// A network that is open, and the distance for its path lengths.
struct OpenNetwork {
    std::unique_ptr<DrawingNetwork> generator;
    std::optional<PerceptualNetwork> perceptual{};  ///< opened when it is needed
};

/// Measures networks. What does not depend on the network is opened and computed once.
class NetworkMeter {
public:
    /// @param options  must outlive this object
    /// @param data     the real pictures; empty if there are none
    /// @throws ValueError, ShapeError, FileError, FormatError if a metric cannot be evaluated
    NetworkMeter(const NetworkMeterOptions& options, const std::filesystem::path& data);

    /// @throws ValueError, ShapeError if a metric does not suit the network; FormatError if it cannot be read
    [[nodiscard]] OpenNetwork open(const Checkpoint& checkpoint) const;

    /// With a progress bar.
    /// @param file  name of the network's file
    /// @return nothing on ranks other than 0, if several share the work
    [[nodiscard]] Measured measure(const std::string& name, OpenNetwork& network, const std::string& file);

    /// Whether a line of metric-NAME.jsonl says what measure() would, but for the number of samples of a path length.
    [[nodiscard]] bool measured_alike(const std::string& name, const nlohmann::json& line);

private:
    [[nodiscard]] bool is_first() const;
    [[nodiscard]] const DistributionMetric* distribution(const std::string& name) const;
    [[nodiscard]] MetricResult measure_path(const std::string& name, OpenNetwork& network) const;

    const NetworkMeterOptions& o_;
    std::optional<DistributionMeter> distributions_;
};

}  // namespace stylegan::examples
