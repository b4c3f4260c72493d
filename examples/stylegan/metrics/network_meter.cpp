// SPDX-License-Identifier: Apache-2.0
#include "metrics/network_meter.hpp"

#include "printing/progress.hpp"
#include "run/records/json_lines.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace stylegan::examples {
namespace {

/// out.png, or out-ppl_wend.png with several metrics.
std::filesystem::path plot_of(const NetworkMeterOptions& o, const std::string& metric) {
    if (o.metrics.size() == 1) return o.plot;
    std::filesystem::path path = o.plot;
    return path.replace_filename(text(o.plot.stem().string(), '-', metric, o.plot.extension().string()));
}

}  // namespace

NetworkMeter::NetworkMeter(const NetworkMeterOptions& o, const std::filesystem::path& data) : o_(o) {
    std::vector<DistributionMetric> distributions;
    for (const std::string& name : o.metrics)
        if (const auto metric = parse_distribution_metric(name)) distributions.push_back(*metric);
    if (o.extrapolate && std::none_of(distributions.begin(), distributions.end(),
                                      [](const DistributionMetric& m) { return m.kind == DistributionKind::frechet; }))
        throw ValueError("--extrapolate: none of the --metrics is a Fréchet distance, expected fid or fd");
    if (distributions.empty()) return;
    if (data.empty())
        throw ValueError(text("--data: is missing, expected the folder or archive of real pictures that ",
                              distributions[0].name, " compares with"));
    for (const DistributionMetric& m : distributions) require_features_of(m, !o.features.inception.empty());
    distributions_.emplace(std::move(distributions),
                           std::make_shared<const Dataset>(data, DatasetOptions{.cache_bytes = 0, .labels = false}),
                           o.features,
                           MeterSettings{.seed = o.settings.seed,
                                         .psi = o.psi,
                                         .label = o.settings.label,
                                         .batch = o.settings.batch > 0 ? static_cast<Index>(o.settings.batch) : 16,
                                         .extrapolate = o.extrapolate,
                                         .threads = o.threads,
                                         .ranks = o.settings.ranks},
                           progress_bar());
}

OpenNetwork NetworkMeter::open(const Checkpoint& checkpoint) const {
    OpenNetwork network{open_network(checkpoint, o_.device, o_.threads, o_.lod)};
    const Architecture& a = network.generator->architecture();
    for (const std::string& name : o_.metrics)
        if (!parse_distribution_metric(name)) check_metric(name, a, o_.settings);
    if (!distributions_) return network;
    check_class(a, o_.settings);
    distributions_->check(a);
    return network;
}

MetricResult NetworkMeter::measure_path(const std::string& name, OpenNetwork& network) const {
    if (!network.perceptual) network.perceptual = network.generator->perceptual(o_.perceptual);
    CountedProgress progress("samples");
    return evaluate_metric(name, network.generator->architecture(), network.generator->path(o_.settings.noise),
                           *network.perceptual, o_.settings, [&](const PathProgress& p) {
                               char value[32], error[32] = "";
                               std::snprintf(value, sizeof value, " %.5g", p.estimate.mean);
                               if (p.estimate.standard_error)
                                   std::snprintf(error, sizeof error, " +- %.2g", *p.estimate.standard_error);
                               progress.show(p.done, p.samples, text(", ", name, value, error));
                           });
}

Measured NetworkMeter::measure(const std::string& name, OpenNetwork& network, const std::string& file) {
    if (const DistributionMetric* const m = distribution(name)) {
        const DistributionResult result = distributions_->measure(
            *m, file, [&](const GeneratedOptions& options) { return network.generator->pictures(options); });
        if (!is_first()) return {};
        return {text_of(result), to_json(result, file)};
    }
    const MetricResult result = measure_path(name, network);
    if (!is_first()) return {};
    if (!o_.plot.empty()) write_chart(plot_of(o_, name), path_chart(result));
    return {text_of(result), to_json(result, file)};
}

bool NetworkMeter::is_first() const { return o_.settings.ranks == nullptr || o_.settings.ranks->rank() == 0; }

bool NetworkMeter::measured_alike(const std::string& name, const nlohmann::json& line) {
    if (const DistributionMetric* const m = distribution(name)) return distributions_->measured_alike(*m, line);
    const bool vgg16 = !o_.perceptual.vgg.empty();
    return value_or<std::uint64_t>(line, "seed", 0) == o_.settings.seed &&
           value_or<double>(line, "epsilon", 0) == o_.settings.epsilon &&
           (value_or<std::string>(line, "features", "") != "cifar-vgg") == vgg16 &&
           (!o_.settings.no_crop || !value_or(line, "crop", true));
}

const DistributionMetric* NetworkMeter::distribution(const std::string& name) const {
    if (!distributions_) return nullptr;
    for (const DistributionMetric& m : distributions_->metrics())
        if (m.name == name) return &m;
    return nullptr;
}

}  // namespace stylegan::examples
