// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "metrics/distribution_metrics.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/metrics/distribution/picture_sets.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// How a network is compared with a data set.
struct MeterSettings {
    std::uint64_t seed = 0;      ///< of the generated pictures and of subsets
    double psi = 1;              ///< truncation
    std::optional<int> label{};  ///< class of the generated pictures; any if not given
    Index batch = 16;            ///< pictures in memory at once
    bool extrapolate = false;    ///< also FID of infinitely many pictures
    int threads = 0;             ///< 0: all
    Communicator* ranks = nullptr;  ///< that share the pictures; then rank 0 alone has results
};

/// Compares generators with a data set. The features of the data set are computed once, when they are first needed;
/// those of a generator once for all metrics.
class DistributionMeter {
public:
    /// The pictures of a generator. @see picture_set
    using Pictures = std::function<PictureSet(const GeneratedOptions&)>;

    /// @throws ValueError, ShapeError, FileError, FormatError if a metric cannot be evaluated
    DistributionMeter(std::vector<DistributionMetric> metrics, std::shared_ptr<const Dataset> data,
                      const FeatureOptions& features, const MeterSettings& settings, FeatureProgress progress);

    [[nodiscard]] const std::vector<DistributionMetric>& metrics() const { return metrics_; }

    /// @throws ShapeError if the data set has no pictures of the network's kind
    void check(const Architecture& a) const;

    /// Measures the generator of a network.
    /// @param network  its name: features stay until another one comes
    /// @throws what the progress throws
    [[nodiscard]] DistributionResult measure(const DistributionMetric& metric, const std::string& network,
                                             const Pictures& pictures);

    /// Whether a line of metric-NAME.jsonl was measured with the same settings and the same data.
    [[nodiscard]] bool measured_alike(const DistributionMetric& metric, const nlohmann::json& line);

private:
    [[nodiscard]] const FeatureSet& real();
    /// The digest of the data set's content.
    [[nodiscard]] const std::string& content();

    std::vector<DistributionMetric> metrics_;
    std::shared_ptr<const Dataset> data_;
    bool cached_;
    MeterSettings settings_;
    FeatureProgress progress_;
    PictureFeatures features_;
    std::optional<FeatureSet> real_;
    std::string content_, network_;
    FeatureSet fake_;
};

}  // namespace stylegan::examples
