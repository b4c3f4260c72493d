// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/chart.hpp"
#include "metrics/metric_curve.hpp"
#include "metrics/metric_names.hpp"
#include "metrics/network_meter.hpp"
#include "options/options.hpp"
#include "options/output_folder.hpp"
#include "ranks/program_ranks.hpp"
#include "run/records/run_metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <memory>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

struct CalcMetricsOptions : NetworkMeterOptions {
    fs::path network, run, data;
    fs::path outdir;  ///< empty: the folder of the network, or of the run
    bool json = false;
    ExtraTensors extra = ExtraTensors::refused;
};

/// Where metric-NAME.jsonl is written.
fs::path folder_of(const CalcMetricsOptions& o) {
    if (!o.outdir.empty()) return o.outdir;
    if (!o.run.empty()) return o.run;
    return o.network.has_parent_path() ? o.network.parent_path() : ".";
}

/// Not on stdout with --json, which prints nothing but JSON there.
void print_note(const CalcMetricsOptions& o, const std::string& note) {
    if (ProgramRanks::all()->rank() != 0) return;
    std::fprintf(o.json ? stderr : stdout, "%s\n", note.c_str());
    std::fflush(stdout);
}

/// Appends a result to metric-NAME.jsonl.
void keep(const CalcMetricsOptions& o, const std::string& name, const Measured& m) {
    if (ProgramRanks::all()->rank() != 0) return;
    append_line(folder_of(o) / text("metric-", name, ".jsonl"), m.line.dump());
}

/// Measures one network.
void measure_network(const CalcMetricsOptions& o) {
    const Checkpoint checkpoint(o.network, o.extra);
    NetworkMeter meter(o, o.data);
    OpenNetwork network = meter.open(checkpoint);
    const bool paths = std::any_of(o.metrics.begin(), o.metrics.end(),
                                   [](const std::string& name) { return !parse_distribution_metric(name); });
    if (paths) network.perceptual = network.generator->perceptual(o.perceptual);
    if (o.outdir.empty())
        require_folder_of("--network", o.network, "; --outdir names another folder for metric-NAME.jsonl");
    else
        make_output_folder(o.outdir);
    if (paths && !network.perceptual->notice.empty()) print_note(o, network.perceptual->notice);
    if (const std::string note = checkpoint.level_note(); !note.empty() && !o.lod)
        print_note(o, text(o.network.string(), ' ', note, "; --lod chooses another"));
    for (const std::string& name : o.metrics) {
        const Measured m = meter.measure(name, network, o.network.filename().string());
        if (ProgramRanks::all()->rank() == 0) std::printf("%s\n", o.json ? m.line.dump().c_str() : m.sentence.c_str());
        std::fflush(stdout);  // before writing the file, which may fail after hours of work
        keep(o, name, m);
    }
}

/// The names that rank 0 chooses: what others find in the files of a run may change meanwhile.
template <class Which>
std::vector<std::string> of_first_rank(const std::vector<std::string>& names, const Which& which) {
    Communicator& ranks = *ProgramRanks::all();
    std::string chosen;  // '1' or '0' for each
    if (ranks.rank() == 0)
        for (const std::string& name : names) chosen += which(name) ? '1' : '0';
    chosen = broadcast_text(ranks, chosen);
    std::vector<std::string> some;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (chosen[i] == '1') some.push_back(names[i]);
    return some;
}

/// Measures the snapshots of a run that have not been measured, prints tables and draws curves.
void measure_run(const CalcMetricsOptions& o) {
    const RunDirectory directory(o.run);
    if (!directory.is_run())
        throw FileError(
            text("--run ", o.run.string(), ": is no run folder, expected one with network-snapshot-*.safetensors"));
    const fs::path folder = folder_of(o);
    if (o.outdir.empty())
        require_folder_of("--run", o.run / "metric", "; --outdir names another folder for metric-NAME.jsonl");
    else
        make_output_folder(o.outdir);
    NetworkMeter meter(o, !o.data.empty() ? o.data : data_of_run(directory, o.metrics));
    const std::vector<RunSnapshot> snapshots = directory.snapshots_by_pictures();
    for (const RunSnapshot& s : snapshots) {
        const std::vector<std::string> missing = of_first_rank(o.metrics, [&](const std::string& name) {
            return !has_line(folder, name, s.path.filename().string(),
                             [&](const auto& l) { return meter.measured_alike(name, l); });
        });
        if (missing.empty()) continue;
        std::optional<OpenNetwork> network;
        try {
            network.emplace(meter.open(Checkpoint(s.path, o.extra)));
        } catch (const FormatError& error) {
            if (ProgramRanks::all()->rank() == 0) std::fprintf(stderr, "Left out: %s\n", error.what());
            continue;
        }
        for (const std::string& name : missing) {
            const Measured m = meter.measure(name, *network, s.path.filename().string());
            if (!o.json) print_note(o, text(s.path.filename().string(), ": ", m.sentence));
            keep(o, name, m);
        }
    }
    if (ProgramRanks::all()->rank() != 0) return;
    for (const std::string& name : o.metrics) {
        const MetricCurve curve =
            curve_of(folder, name, snapshots, [&](const auto& l) { return meter.measured_alike(name, l); });
        if (curve.points.empty())
            throw FormatError(text("--run ", o.run.string(), ": has no snapshot that can be measured"));
        const fs::path picture = folder / text("metric-", name, ".png");
        draw_curve(picture, curve);
        if (o.json)
            for (const CurvePoint& p : curve.points) std::printf("%s\n", p.line.dump().c_str());
        else
            std::printf("\n%s%s\n", table_of(curve).c_str(), picture.c_str());
    }
}

void calc_metrics(const CalcMetricsOptions& given) {
    CalcMetricsOptions o = given;
    o.settings.ranks = ProgramRanks::all().get();
    if (o.network.empty() && o.run.empty())
        usage_error("--network", "is missing, expected a network, or --run with the folder of a training run");
    if (!o.plot.empty()) {
        require_chart_name(o.plot);
        require_folder_of("--plot", o.plot);
    }
    o.run.empty() ? measure_network(o) : measure_run(o);
}

}  // namespace

void add_calc_metrics(CLI::App& app) {
    const auto o = std::make_shared<CalcMetricsOptions>();
    CLI::App& c = add_command(app, "calc-metrics",
                              "Measure a network: FID, KID, precision, recall, perceptual path lengths, each with its "
                              "error; also writes metric-NAME.jsonl next to the network or into --outdir",
                              [o] { calc_metrics(*o); });
    CLI::Option& network = add_path(c, "--network", o->network, "FILE",
                                    "the network: a checkpoint in any format that `stylegan info` reads");
    CLI::Option& run =
        add_path(c, "--run", o->run, "DIR",
                 "instead of a network, all snapshots of a run folder: measures those that metric-NAME.jsonl lacks, "
                 "prints a table and draws the curve metric-NAME.png; real pictures are those of the run");
    exclude(run, network);
    add_allow_extra(c, o->extra);
    add_lod(c, o->lod);
    require(add_parsed(
        c, "--metrics", o->metrics, "LIST", parse_metrics, all_metrics_form(),
        "fid50k_full, kid50k_full, pr50k3_full, dc50k5_full: 50000 generated pictures against --data, by FID, KID, "
        "precision and recall, density and coverage; without _full against as many of its pictures; fd and kd: FID and "
        "KID on features that need no download. ppl_zfull, ppl_wfull, ppl_zend, ppl_wend: path lengths of pictures "
        "cropped to the middle of a face; ppl2_wend: of whole pictures. z, w: the space of the paths; full, end: "
        "sampled along the paths, or at their ends"));
    add_path(c, "--data", o->data, "DIR|ZIP", "real pictures, for all metrics but path lengths");
    add_feature_options(c, o->features);
    add_real(c, "--trunc", o->psi, {},
             "truncation psi, for all metrics but path lengths (default 1: none, as published)");
    add_flag(c, "--extrapolate", o->extrapolate, extrapolate_help);
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
    add_path(c, "--outdir", o->outdir, "DIR",
             "folder for metric-NAME.jsonl (default: that of the network, or the run)");
    add_threads(c, o->threads);
    add_device(c, o->device);
    add_flag(c, "--json", o->json, "print the lines of metric-NAME.jsonl instead of text");
    CLI::Option& plot = add_path(
        c, "--plot", o->plot, "FILE",
        "plot the histogram of distances and the running mean with its confidence band to a .png or .svg file; "
        "with several metrics, one file each, FILE-NAME");
    exclude(plot, run);
}

}  // namespace stylegan::examples
