// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/drawing_network.hpp"
#include "metrics/distribution_metrics.hpp"
#include "metrics/path_metrics.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "printing/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

struct CalcMetricsOptions {
    fs::path network, plot, data;
    std::optional<double> lod;
    std::vector<std::string> metrics;
    PerceptualOptions perceptual;
    FeatureOptions features;
    MetricSettings settings;
    double psi = 1;
    fs::path outdir;  ///< empty: the network's folder
    bool json = false;
    int threads = 0;
    DeviceOption device{};
    ExtraTensors extra = ExtraTensors::refused;
};

/// out.png, or out-ppl_wend.png with several metrics.
fs::path plot_of(const CalcMetricsOptions& o, const std::string& metric) {
    if (o.metrics.size() == 1) return o.plot;
    fs::path path = o.plot;
    return path.replace_filename(text(o.plot.stem().string(), '-', metric, o.plot.extension().string()));
}

/// The names of a list, each once; nothing if one is no metric.
std::optional<std::vector<std::string>> parse_metrics(std::string_view list) {
    return parse_name_list(
        list, [](std::string_view name) { return parse_distribution_metric(name) || parse_metric_list(name); });
}

/// Prints a result and appends it to metric-NAME.jsonl.
void report(const CalcMetricsOptions& o, const fs::path& folder, const std::string& name, const std::string& sentence,
            const nlohmann::ordered_json& json) {
    const std::string line = json.dump();
    std::printf("%s\n", o.json ? line.c_str() : sentence.c_str());
    std::fflush(stdout);  // before writing the file, which may fail after hours of work
    append_line(folder / text("metric-", name, ".jsonl"), line);
}

void calc_path_metrics(const CalcMetricsOptions& o, const std::vector<std::string>& names, const fs::path& folder,
                       const DrawingNetwork& generator, const PerceptualNetwork& network) {
    const Architecture& a = generator.architecture();
    for (const std::string& name : names) {
        CountedProgress progress("samples");
        const auto path = generator.path(o.settings.noise);
        const MetricResult result = evaluate_metric(name, a, path, network, o.settings, [&](const PathProgress& p) {
            char value[32], error[32] = "";
            std::snprintf(value, sizeof value, " %.5g", p.estimate.mean);
            if (p.estimate.standard_error) std::snprintf(error, sizeof error, " +- %.2g", *p.estimate.standard_error);
            progress.show(p.done, p.samples, text(", ", name, value, error));
        });
        progress.clear();
        report(o, folder, name, text_of(result), to_json(result, o.network.filename().string()));
        if (!o.plot.empty()) write_chart(plot_of(o, name), path_chart(result));
    }
}

void calc_distribution_metrics(const CalcMetricsOptions& o, const std::vector<DistributionMetric>& metrics,
                               const fs::path& folder, const DrawingNetwork& generator, const PictureFeatures& features,
                               const std::shared_ptr<const Dataset>& data) {
    Index most_real = 0, most_fake = 0;  // computed once, for the metric that needs most of them
    for (const DistributionMetric& m : metrics) {
        most_fake = std::max(most_fake, m.count);
        most_real = std::max(most_real, m.full ? static_cast<Index>(data->size()) : m.count);
    }
    const Index batch = o.settings.batch > 0 ? static_cast<Index>(o.settings.batch) : 16;
    const FeatureSet real = features_with_progress(picture_set(data, most_real), features, batch, "of the data set");
    const FeatureSet fake = features_with_progress(
        generator.pictures({.count = most_fake, .seed = o.settings.seed, .psi = o.psi, .label = o.settings.label}),
        features, batch, "generated");
    for (const DistributionMetric& m : metrics) {
        const Rows<const float> reals = m.full ? real.rows() : real.rows().part(0, std::min(real.count, m.count));
        const bool whole = reals.extent(0) == static_cast<Index>(data->size());
        const DistributionResult result =
            evaluate_distribution(m, reals, fake.rows().part(0, m.count), whole, features, o.settings.seed, o.threads);
        report(o, folder, m.name, text_of(result), to_json(result, o.network.filename().string()));
    }
}

void check_distribution_metrics(const CalcMetricsOptions& o, const std::vector<DistributionMetric>& metrics,
                                const Architecture& a) {
    if (metrics.empty()) return;
    if (o.data.empty())
        throw ValueError(text("--data: is missing, expected the folder or archive of real pictures that ",
                              metrics[0].name, " compares with"));
    for (const DistributionMetric& m : metrics) require_features_of(m, !o.features.inception.empty());
    if (a.num_channels != 1 && a.num_channels != 3)
        throw ShapeError(text(metrics[0].name, ": pictures have ", a.num_channels, " channels, expected 1 or 3"));
    check_class(a, o.settings);
}

/// The real pictures. @throws ShapeError if they are no pictures of the network's kind
std::shared_ptr<const Dataset> open_data(const CalcMetricsOptions& o, const Architecture& a) {
    auto data = std::make_shared<const Dataset>(o.data, DatasetOptions{.cache_bytes = 0, .labels = false});
    const Size size = a.picture();
    if (data->height() != size.height || data->width() != size.width || data->channels() != a.num_channels)
        throw ShapeError(text("--data ", o.data.string(), ": pictures are ", data->width(), 'x', data->height(),
                              " with ", data->channels(), " channels, expected ", size.width, 'x', size.height,
                              " with ", a.num_channels, ", as the network makes them"));
    return data;
}

void calc_metrics(const CalcMetricsOptions& o) {
    if (!o.plot.empty()) {
        require_chart_name(o.plot);
        require_folder_of("--plot", o.plot);
    }
    const fs::path folder = !o.outdir.empty() ? o.outdir : o.network.has_parent_path() ? o.network.parent_path() : ".";
    std::vector<std::string> paths;
    std::vector<DistributionMetric> distributions;
    for (const std::string& name : o.metrics) {
        if (const auto metric = parse_distribution_metric(name))
            distributions.push_back(*metric);
        else
            paths.push_back(name);
    }
    const Checkpoint checkpoint(o.network, o.extra);
    const auto generator = open_network(checkpoint, o.device, o.threads, o.lod);
    const Architecture& a = generator->architecture();
    for (const std::string& name : paths) check_metric(name, a, o.settings);
    check_distribution_metrics(o, distributions, a);
    PerceptualNetwork network;
    if (!paths.empty()) network = generator->perceptual(o.perceptual);
    std::shared_ptr<const Dataset> data;
    PictureFeatures features;
    if (!distributions.empty()) {
        data = open_data(o, a);
        features = open_features(o.features, o.threads);
    }
    if (o.outdir.empty())
        require_folder_of("--network", o.network, "; --outdir names another folder for metric-NAME.jsonl");
    else
        make_output_folder(o.outdir);

    // Not on stdout with --json, which prints nothing but JSON there.
    if (!network.notice.empty()) std::fprintf(o.json ? stderr : stdout, "%s\n", network.notice.c_str());
    if (const std::string note = checkpoint.level_note(); !note.empty() && !o.lod)
        std::fprintf(o.json ? stderr : stdout, "%s %s; --lod chooses another\n", o.network.c_str(), note.c_str());
    std::fflush(stdout);
    calc_path_metrics(o, paths, folder, *generator, network);
    if (!distributions.empty()) calc_distribution_metrics(o, distributions, folder, *generator, features, data);
}

}  // namespace

void add_calc_metrics(CLI::App& app) {
    const auto o = std::make_shared<CalcMetricsOptions>();
    CLI::App& c = add_command(app, "calc-metrics",
                              "Measure a network: FID, KID, precision, recall, perceptual path lengths, each with its "
                              "error; also writes metric-NAME.jsonl next to the network or into --outdir",
                              [o] { calc_metrics(*o); });
    require(add_path(c, "--network", o->network, "FILE",
                     "the network: a checkpoint in any format that `stylegan info` reads"));
    add_allow_extra(c, o->extra);
    add_lod(c, o->lod);
    require(add_parsed(
        c, "--metrics", o->metrics, "LIST", parse_metrics,
        std::string(metric_list_form) + ", or " + distribution_metric_form,
        "fid50k_full, kid50k_full, pr50k3_full, dc50k5_full: 50000 generated pictures against --data, by FID, KID, "
        "precision and recall, density and coverage; without _full against as many of its pictures; fd and kd: FID and "
        "KID on features that need no download. ppl_zfull, ppl_wfull, ppl_zend, ppl_wend: path lengths of pictures "
        "cropped to the middle of a face; ppl2_wend: of whole pictures. z, w: the space of the paths; full, end: "
        "sampled along the paths, or at their ends"));
    add_path(c, "--data", o->data, "DIR|ZIP", "real pictures, for all metrics but path lengths");
    add_feature_options(c, o->features);
    add_real(c, "--trunc", o->psi, {},
             "truncation psi, for all metrics but path lengths (default 1: none, as published)");
    add_perceptual_options(c, o->perceptual);
    MetricSettings& s = o->settings;
    add_whole(c, "--samples", s.samples, {1, 1000000000}, "pairs of pictures of a path length (default 50000)");
    add_whole(c, "--seed", s.seed, {0}, "random seed (default 0)");
    add_flag(c, "--no-crop", s.no_crop, "use whole pictures for every metric");
    add_real(c, "--precision", s.precision, {0.0001, 0.9999},
             "stop when both ends of the 95 % interval are within this fraction of the value, such as 0.02");
    add_real(c, "--epsilon", s.epsilon, {1e-6, 1},
             "step length as a fraction of the path (default 0.0001, as in published values)");
    add_whole(c, "--batch", s.batch, {1, 4096},
              "pairs computed at once (default: few enough to keep memory small); results do not depend on it");
    add_choice<Noise>(c, "--noise-mode", s.noise,
                      {{"const", Noise::constant}, {"random", Noise::random}, {"none", Noise::none}},
                      "const (default): noise stored with the network; random: drawn for each pair, the same for both "
                      "pictures; none: no noise");
    add_whole(c, "--class", s.label, {0, std::numeric_limits<int>::max()},
              "class to draw, for a network with labels (default: any)");
    add_path(c, "--outdir", o->outdir, "DIR", "folder for metric-NAME.jsonl (default: that of the network)");
    add_threads(c, o->threads);
    add_device(c, o->device);
    add_flag(c, "--json", o->json, "print the lines of metric-NAME.jsonl instead of text");
    add_path(c, "--plot", o->plot, "FILE",
             "plot the histogram of distances and the running mean with its confidence band to a .png or .svg file; "
             "with several metrics, one file each, FILE-NAME");
}

}  // namespace stylegan::examples
