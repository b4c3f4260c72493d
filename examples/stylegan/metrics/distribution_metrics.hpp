// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/metrics/distribution/feature_cache.hpp>
#include <stylegan/metrics/distribution/feature_set.hpp>
#include <stylegan/models/inception_input.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
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
    std::optional<bool> cache{};  ///< whether features of data sets are kept beside them; not given: yes

    [[nodiscard]] bool cached() const { return cache.value_or(true); }
};

/// What --extrapolate does.
inline constexpr const char* extrapolate_help =
    "also print FID of infinitely many generated pictures, NAME_infinity: without the bias of few pictures";

/// The words of --resize.
[[nodiscard]] std::vector<std::pair<std::string, InceptionResize>> resize_words();

/// --inception, --resize and --cache
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
    double psi = 1;              ///< truncation of the generated pictures
    std::optional<int> label{};  ///< class of the generated pictures
    std::string data{};          ///< digest of the data set's content; empty if it does not matter
};

/// How metrics are computed from features.
struct DistributionSettings {
    bool whole = false;        ///< whether the real pictures are a whole data set, which then adds no error
    bool extrapolate = false;  ///< also the Fréchet distance of infinitely many generated pictures
    std::uint64_t seed = 0;    ///< of KID's subsets, and of those of the extrapolation
    int threads = 0;           ///< 0: all
};

/// Called while features are computed, with the number of pictures done and of all, and what they are.
using FeatureProgress = std::function<void(Index done, Index all, const std::string& what)>;

/// A progress bar, which disappears when all are done. @throws Interrupted from it after Ctrl-C
[[nodiscard]] FeatureProgress progress_bar();

/// The features of a data set, from the file beside it where it has them. Prints notes about that file to stderr.
/// @throws ValueError as require_finite()
/// @param most   the first so many pictures only; 0: all
/// @param ranks  that share the pictures
[[nodiscard]] CachedFeatures features_of_data(const std::shared_ptr<const Dataset>& data,
                                              const PictureFeatures& features, Index most, Index batch, bool cached,
                                              const std::string& what, const FeatureProgress& progress,
                                              Communicator* ranks = nullptr);

/// @param whose  the pictures, for the message
/// @throws ValueError that names the first picture with a feature that is not finite
void require_finite(const FeatureSet& set, const PictureFeatures& features, const std::string& whose);

/// @throws ValueError if the metric is defined on other features
void require_features_of(const DistributionMetric& metric, bool published);

/// @throws ValueError if there are too few generated pictures to extrapolate from
void require_enough_to_extrapolate(const std::string& name, Index count, const PictureFeatures& features);

/// @param real  features of real pictures
/// @param fake  features of generated pictures
/// @throws ValueError if there are too few pictures, or features are not finite
[[nodiscard]] DistributionResult evaluate_distribution(const DistributionMetric& metric, Rows<const float> real,
                                                       Rows<const float> fake, const PictureFeatures& features,
                                                       const DistributionSettings& settings);

/// "fid50k_full 12.31 +- 0.21, 50000 generated and 10000 real pictures, 5m 03s"
[[nodiscard]] std::string text_of(const DistributionResult& result);

/// A line of metric-<name>.jsonl: the official object, then standard errors and settings.
/// @param snapshot  file name of the network; empty where pictures came from elsewhere
[[nodiscard]] nlohmann::ordered_json to_json(const DistributionResult& result, const std::string& snapshot);

}  // namespace stylegan::examples
