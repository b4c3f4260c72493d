// SPDX-License-Identifier: Apache-2.0
#include "metrics/distribution_meter.hpp"

#include "run/records/json_lines.hpp"

#include <stylegan/io/files/digest.hpp>

#include <algorithm>
#include <utility>

namespace stylegan::examples {
namespace {

/// Fewer pictures give no number at all.
Index fewest_pictures(const DistributionMetric& m) {
    return m.kind == DistributionKind::frechet ? 2 : m.kind == DistributionKind::kernel ? 4 : m.neighbours + 1;
}

void require_enough(const DistributionMetric& m, Index count, const std::string& whose) {
    const bool neighbours = m.kind == DistributionKind::precision || m.kind == DistributionKind::density;
    if (count < fewest_pictures(m))
        throw ValueError(text(m.name, ": ", whose, count, count == 1 ? " picture" : " pictures", ", expected at least ",
                              fewest_pictures(m), neighbours ? text(", since k is ", m.neighbours) : ""));
}

}  // namespace

DistributionMeter::DistributionMeter(std::vector<DistributionMetric> metrics, std::shared_ptr<const Dataset> data,
                                     const FeatureOptions& features, const MeterSettings& settings,
                                     FeatureProgress progress)
    : metrics_(std::move(metrics)),
      data_(std::move(data)),
      cached_(features.cached()),
      settings_(settings),
      progress_(std::move(progress)) {
    for (const DistributionMetric& m : metrics_) require_features_of(m, !features.inception.empty());
    if (data_->channels() != 1 && data_->channels() != 3)
        throw ShapeError(text(data_->path().string(), ": pictures have ", data_->channels(),
                              " channels, expected 1 or 3 for ", metrics_.at(0).name));
    for (const DistributionMetric& m : metrics_) {
        require_enough(m, static_cast<Index>(data_->size()), text("--data ", data_->path().string(), " has "));
        require_enough(m, m.count, "is of ");
    }
    features_ = open_features(features, settings.threads);
    for (const DistributionMetric& m : metrics_)
        if (settings.extrapolate && m.kind == DistributionKind::frechet)
            require_enough_to_extrapolate(m.name, m.count, features_);
}

void DistributionMeter::check(const Architecture& a) const {
    const Size size = a.picture();
    if (data_->height() != size.height || data_->width() != size.width || data_->channels() != a.num_channels)
        throw ShapeError(text("--data ", data_->path().string(), ": pictures are ", data_->width(), 'x',
                              data_->height(), " with ", data_->channels(), " channels, expected ", size.width, 'x',
                              size.height, " with ", a.num_channels, ", as the network makes them"));
}

const std::string& DistributionMeter::content() {
    if (content_.empty()) content_ = detail::digits_of(data_->content_digest());
    return content_;
}

const FeatureSet& DistributionMeter::real() {
    if (real_) return *real_;
    Index most = 0;  // for the metric that needs most of them
    for (const DistributionMetric& m : metrics_)
        most = std::max(most, m.full ? static_cast<Index>(data_->size()) : m.count);
    CachedFeatures found = features_of_data(data_, features_, most, settings_.batch, cached_, "of the data set",
                                            progress_, settings_.ranks);
    content_ = detail::digits_of(found.content);
    real_ = std::move(found.features);
    return *real_;
}

DistributionResult DistributionMeter::measure(const DistributionMetric& m, const std::string& network,
                                              const Pictures& pictures) {
    const FeatureSet& real = this->real();
    if (network_ != network || fake_.count == 0) {
        network_ = network;
        fake_ = {};
        Index most = 0;
        for (const DistributionMetric& each : metrics_) most = std::max(most, each.count);
        const PictureSet set =
            pictures({.count = most, .seed = settings_.seed, .psi = settings_.psi, .label = settings_.label});
        fake_ = features_of(
            set, features_, settings_.batch,
            [&](Index done) {
                progress_(done, most, "generated");
                return true;
            },
            settings_.ranks);
        require_finite(fake_, features_, "generated pictures");
    }
    if (settings_.ranks != nullptr && settings_.ranks->rank() != 0) return {};
    const Rows<const float> reals = m.full ? real.rows() : real.rows().part(0, std::min(real.count, m.count));
    DistributionResult result = evaluate_distribution(m, reals, fake_.rows().part(0, m.count), features_,
                                                      {.whole = reals.extent(0) == static_cast<Index>(data_->size()),
                                                       .extrapolate = settings_.extrapolate,
                                                       .seed = settings_.seed,
                                                       .threads = settings_.threads});
    result.psi = settings_.psi;
    result.label = settings_.label;
    result.data = content();
    return result;
}

bool DistributionMeter::measured_alike(const DistributionMetric& m, const nlohmann::json& line) {
    if (value_or<std::string>(line, "features", "") != features_.name) return false;
    if (value_or<std::uint64_t>(line, "seed", 0) != settings_.seed) return false;
    if (value_or<double>(line, "trunc", 1) != settings_.psi) return false;
    if (value_or<int>(line, "class", -1) != settings_.label.value_or(-1)) return false;
    if (value_or<std::string>(line, "data", content()) != content()) return false;
    const auto results = line.find("results");
    return !settings_.extrapolate || m.kind != DistributionKind::frechet ||
           (results != line.end() && results->is_object() && results->contains(m.name + "_infinity"));
}

}  // namespace stylegan::examples
