// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/drawing_network.hpp"
#include "metrics/path_metrics.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "printing/progress.hpp"

#include <cstdio>
#include <limits>
#include <memory>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

struct CalcMetricsOptions {
    fs::path network, plot;
    std::optional<double> lod;
    std::vector<std::string> metrics;
    PerceptualOptions perceptual;
    MetricSettings settings;
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

void calc_metrics(const CalcMetricsOptions& o) {
    if (!o.plot.empty()) {
        require_chart_name(o.plot);
        require_folder_of("--plot", o.plot);
    }
    const fs::path folder = !o.outdir.empty() ? o.outdir : o.network.has_parent_path() ? o.network.parent_path() : ".";
    const Checkpoint checkpoint(o.network, o.extra);
    const auto generator = open_network(checkpoint, o.device, o.threads, o.lod);
    const PerceptualNetwork network = generator->perceptual(o.perceptual);
    const Architecture& a = generator->architecture();
    for (const std::string& name : o.metrics) check_metric(name, a, o.settings);
    if (o.outdir.empty())
        require_folder_of("--network", o.network, "; --outdir names another folder for metric-NAME.jsonl");
    else
        make_output_folder(o.outdir);

    // Not on stdout with --json, which prints nothing but JSON there.
    if (!network.notice.empty()) std::fprintf(o.json ? stderr : stdout, "%s\n", network.notice.c_str());
    if (const std::string note = checkpoint.level_note(); !note.empty() && !o.lod)
        std::fprintf(o.json ? stderr : stdout, "%s %s; --lod chooses another\n", o.network.c_str(), note.c_str());
    std::fflush(stdout);
    for (const std::string& name : o.metrics) {
        CountedProgress progress("samples");
        const auto path = generator->path(o.settings.noise);
        const MetricResult result = evaluate_metric(name, a, path, network, o.settings, [&](const PathProgress& p) {
            char value[32], error[32] = "";
            std::snprintf(value, sizeof value, " %.5g", p.estimate.mean);
            if (p.estimate.standard_error) std::snprintf(error, sizeof error, " +- %.2g", *p.estimate.standard_error);
            progress.show(p.done, p.samples, text(", ", name, value, error));
        });
        progress.clear();
        const std::string line = to_json(result, o.network.filename().string()).dump();
        std::printf("%s\n", o.json ? line.c_str() : text_of(result).c_str());
        std::fflush(stdout);  // before writing the file, which may fail after hours of work
        append_line(folder / text("metric-", name, ".jsonl"), line);
        if (!o.plot.empty()) write_chart(plot_of(o, name), path_chart(result));
    }
}

}  // namespace

void add_calc_metrics(CLI::App& app) {
    const auto o = std::make_shared<CalcMetricsOptions>();
    CLI::App& c = add_command(app, "calc-metrics",
                              "Measure perceptual path lengths and their error; also writes metric-NAME.jsonl next to "
                              "the network or into --outdir",
                              [o] { calc_metrics(*o); });
    require(add_path(c, "--network", o->network, "FILE",
                     "the network: a checkpoint in any format that `stylegan info` reads"));
    add_allow_extra(c, o->extra);
    add_lod(c, o->lod);
    require(add_parsed(
        c, "--metrics", o->metrics, "LIST", parse_metric_list, metric_list_form,
        "ppl_zfull, ppl_wfull, ppl_zend, ppl_wend: pictures cropped to the middle of a face; ppl2_wend: whole "
        "pictures. z, w: the space of the paths; full, end: sampled along the paths, or at their ends"));
    add_perceptual_options(c, o->perceptual);
    MetricSettings& s = o->settings;
    add_whole(c, "--samples", s.samples, {1, 1000000000}, "pairs of pictures (default 50000)");
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
