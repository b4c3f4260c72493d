// SPDX-License-Identifier: Apache-2.0
#include "metrics/path_metrics.hpp"

#include "options/parse.hpp"
#include "printing/progress.hpp"
#include "printing/tables.hpp"

#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/models/vgg16.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace stylegan::examples {
namespace {

struct NamedMetric {
    const char* name;
    PathSpace space;
    PathSampling sampling;
    bool crop;
};

constexpr std::array known_metrics{
    NamedMetric{"ppl_zfull", PathSpace::z, PathSampling::full, true},
    NamedMetric{"ppl_wfull", PathSpace::w, PathSampling::full, true},
    NamedMetric{"ppl_zend", PathSpace::z, PathSampling::end, true},
    NamedMetric{"ppl_wend", PathSpace::w, PathSampling::end, true},
    NamedMetric{"ppl2_wend", PathSpace::w, PathSampling::end, false},
};

const NamedMetric* find_metric(std::string_view name) {
    const auto found =
        std::find_if(known_metrics.begin(), known_metrics.end(), [&](const NamedMetric& m) { return name == m.name; });
    return found == known_metrics.end() ? nullptr : &*found;
}

PathLengthOptions options_of(const std::string& name, const Architecture& a, const MetricSettings& s) {
    const NamedMetric* const metric = find_metric(name);
    if (metric == nullptr)
        throw ValueError(text("--metrics: \"", name, "\" is not a metric, expected ", metric_list_form));
    PathLengthOptions o;
    o.space = metric->space;
    o.sampling = metric->sampling;
    o.crop = metric->crop && !s.no_crop;
    o.samples = s.samples;
    o.seed = s.seed;
    o.precision = s.precision;
    o.epsilon = s.epsilon;
    if (a.label_size > 0) o.label = s.label;
    o.check();
    check_class(a, s);
    const Size picture = a.picture();
    const Size seen =
        PathWindow::of(static_cast<std::size_t>(picture.height), static_cast<std::size_t>(picture.width), o.crop)
            .size();
    if (std::min(seen.height, seen.width) < Vgg16<Cpu>::smallest_side)
        throw ShapeError(text(name, ": pictures of ", to_string(picture),
                              o.crop ? text(" are cropped to ", to_string(seen)) : " are given",
                              ", expected at least 16x16",
                              o.crop ? "; ppl2_wend and --no-crop use whole pictures" : ""));
    return o;
}

}  // namespace

std::optional<std::vector<std::string>> parse_metric_list(std::string_view text) {
    return parse_name_list(text, [](std::string_view name) { return find_metric(name) != nullptr; });
}

void check_class(const Architecture& a, const MetricSettings& s) {
    if (s.label && *s.label >= a.label_size)
        throw ValueError(
            text("--class: is ", *s.label, ", expected ",
                 a.label_size > 0 ? text("0 to ", a.label_size - 1) : "none, since the network has no labels"));
}

void check_metric(const std::string& name, const Architecture& a, const MetricSettings& settings) {
    (void)options_of(name, a, settings);
}

MetricResult evaluate_metric(const std::string& name, const Architecture& a, const PathGenerator<float>& path,
                             const PerceptualNetwork& network, const MetricSettings& settings,
                             const std::function<void(const PathProgress&)>& progress) {
    MetricResult result{name, options_of(name, a, settings), {}, network.features, network.remark};
    const Size picture = a.picture();
    const Size seen = PathWindow::of(static_cast<std::size_t>(picture.height), static_cast<std::size_t>(picture.width),
                                     result.options.crop)
                          .size();
    result.options.overlap = network.apart;
    result.options.batch = settings.batch > 0 ? settings.batch : planned_pairs(a, network.lpips->bytes_of_pair(seen));
    const double begin = seconds_now();
    result.length = perceptual_path_length(path, *network.lpips, result.options, progress, settings.ranks);
    result.seconds = seconds_now() - begin;
    return result;
}

std::string text_of(const MetricResult& r) {
    const PathEstimate& e = r.length.estimate;
    char share[32];
    std::snprintf(share, sizeof share, "%.1f",
                  100.0 * static_cast<double>(e.rejected) / static_cast<double>(e.samples));
    const std::string certainty =
        e.interval ? text(" +- ", text_of_number(*e.standard_error, 5), ", 95 % in [",
                          text_of_number((*e.interval)[0], 5), ", ", text_of_number((*e.interval)[1], 5), "]")
                   : text(", without an interval, which needs ", fewest_for_interval, " samples");
    return text(r.name, ' ', text_of_number(e.mean, 5), certainty, ", ", e.samples,
                e.samples == 1 ? " sample" : " samples", r.length.stopped_early ? " were enough" : "", ", ", share,
                " % rejected, ", text_of_seconds(r.seconds), r.remark.empty() ? "" : " (" + r.remark + ")");
}

nlohmann::ordered_json to_json(const MetricResult& r, const std::string& snapshot) {
    const PathEstimate& e = r.length.estimate;
    nlohmann::ordered_json json;
    json["results"] = {{r.name, e.mean}};
    json["metric"] = r.name;
    json["total_time"] = r.seconds;
    json["total_time_str"] = text_of_seconds(r.seconds);
    json["num_gpus"] = 0;
    json["snapshot_pkl"] = snapshot;
    json["timestamp"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    json["standard_error"] = e.standard_error ? nlohmann::ordered_json(*e.standard_error) : nullptr;
    json["interval"] = e.interval ? nlohmann::ordered_json(*e.interval) : nullptr;
    json["samples"] = e.samples;
    json["rejected"] = e.rejected;
    json["rejected_outside"] = {e.rejection.lowest, e.rejection.highest};
    json["stopped_early"] = r.length.stopped_early;
    json["seed"] = r.options.seed;
    json["epsilon"] = r.options.epsilon;
    json["crop"] = r.options.crop;
    json["features"] = r.features;
    if (!r.remark.empty()) json["remark"] = r.remark;
    return json;
}

}  // namespace stylegan::examples
