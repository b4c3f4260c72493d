// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/distribution/feature_set.hpp>
#include <stylegan/models/inception_input.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace stylegan::examples {

/// The network that features of pictures come from.
struct FeatureOptions {
    std::filesystem::path inception;  ///< empty: the features that come with the program
    InceptionResize resize = InceptionResize::official;
};

/// --inception and --resize
void add_feature_options(CLI::App& command, FeatureOptions& o);

/// The features that the options name. Nothing in the file is executed.
/// @throws FileError, FormatError if the file is missing or holds another network
[[nodiscard]] PictureFeatures open_features(const FeatureOptions& o, int threads);

/// What is measured between two sets of pictures.
enum class DistributionKind {
    frechet,    ///< FID; FD on features that are not published
    kernel,     ///< KID; KD on features that are not published
    precision,  ///< precision and recall
    density,    ///< density and coverage
};

/// A metric by its official name, such as fid50k_full or pr50k3_full.
struct DistributionMetric {
    std::string name;
    DistributionKind kind = DistributionKind::frechet;
    bool published = false;  ///< defined on the Inception network: fid and kid
    Index count = 50000;     ///< generated pictures
    int neighbours = 3;      ///< of precision and recall, or density and coverage
    bool full = false;       ///< compared with the whole data set, not with as many of its pictures
};

/// The form of their names, for error messages.
inline constexpr const char* distribution_metric_form =
    "fid50k_full, fid50k, kid50k_full, pr50k3_full, dc50k5_full, fd50k_full, kd50k_full or the like with another "
    "number";

/// Nothing for any other text.
[[nodiscard]] std::optional<DistributionMetric> parse_distribution_metric(std::string_view name);

/// A number with its name and its standard error.
struct NamedEstimate {
    std::string name;
    double value = 0, standard_error = 0;
};

/// The numbers of a metric, and what they were computed from.
struct DistributionResult {
    DistributionMetric metric;
    std::vector<NamedEstimate> estimates;
    std::string features;    ///< as in PictureFeatures
    bool published = false;  ///< whether numbers compare with published ones
    Index real = 0, fake = 0;
    std::uint64_t seed = 0;
    double seconds = 0;
};

/// The features of all pictures, with a progress bar.
/// @param what  follows the bar
[[nodiscard]] FeatureSet features_with_progress(const PictureSet& pictures, const PictureFeatures& features,
                                                Index batch, const std::string& what);

/// @throws ValueError if the metric is defined on other features
void require_features_of(const DistributionMetric& metric, bool published);

/// @param real   features of real pictures
/// @param fake   features of generated pictures
/// @param whole  whether the real pictures are a whole data set, which then adds no error
/// @param seed   of KID's subsets
/// @throws ValueError if there are too few pictures
[[nodiscard]] DistributionResult evaluate_distribution(const DistributionMetric& metric, Rows<const float> real,
                                                       Rows<const float> fake, bool whole,
                                                       const PictureFeatures& features, std::uint64_t seed,
                                                       int threads);

/// "fid50k_full 12.31 +- 0.21, 50000 generated and 10000 real pictures, 5m 03s"
[[nodiscard]] std::string text_of(const DistributionResult& result);

/// A line of metric-<name>.jsonl: the official object, then standard errors and settings.
/// @param snapshot  file name of the network; empty where pictures came from elsewhere
[[nodiscard]] nlohmann::ordered_json to_json(const DistributionResult& result, const std::string& snapshot);

}  // namespace stylegan::examples
