// SPDX-License-Identifier: Apache-2.0
#include "options/parse.hpp"
#include "printing/progress.hpp"
#include "printing/tables.hpp"
#include "run/train_run.hpp"

#include <stylegan/training/memory_plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <ostream>

namespace stylegan::examples {
namespace {

struct Row {
    int stage = 0;
    double fade_kimg = 0;    ///< start of its fade-in
    double stable_kimg = 0;  ///< end of its fade-in
    ScheduledStep step;
};

std::vector<Row> rows_of(const TrainSettings& s) {
    const Architecture& a = s.architecture;
    const ScheduleOptions& o = s.options.schedule;
    const auto at = [&](double kimg) { return scheduled(a, o, kimg * 1000); };
    std::vector<Row> rows;
    const int first = a.stages() - 1 - static_cast<int>(at(0).lod);
    rows.push_back({first, 0, 0, at(0)});
    for (int stage = first + 1; stage < a.stages(); ++stage) {
        const double before = rows.back().stable_kimg;
        const double stable = before + o.lod_kimg + o.fade_kimg;
        rows.push_back({stage, before + o.lod_kimg, stable, at(stable + 1e-6 * (o.lod_kimg + o.fade_kimg))});
    }
    return rows;
}

/// Seconds of training at the level of row i, from `done` kimg to the end of the run.
double seconds_at(const std::vector<Row>& rows, std::size_t i, const TrainSettings& s, double done,
                  const LevelTimes& times) {
    const double begin = std::max(i > 0 ? rows[i].fade_kimg : 0, done),
                 end = i + 1 < rows.size() ? rows[i + 1].fade_kimg : s.options.total_kimg;
    const double kimg = std::max(std::min(end, s.options.total_kimg) - begin, 0.0);
    return kimg * times.seconds_per_kimg[static_cast<std::size_t>(rows[i].stage)];
}

std::string text_of(double seconds, bool about) { return (about ? "about " : "") + text_of_seconds(seconds); }

void print_total(std::ostream& out, const std::vector<Row>& rows, const TrainSettings& s, double done,
                 const LevelTimes& times) {
    if (!times.known()) {
        out << "\nTime is not measured: " << times.reason << '\n';
        return;
    }
    double sum = 0;
    bool about = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double seconds = seconds_at(rows, i, s, done, times);
        sum += seconds;
        about = about || (seconds > 0 && times.about(rows[i].stage));
    }
    out << "\nTime in all: " << text_of(sum, about) << (done > 0 ? text(" from ", done, " kimg on") : std::string())
        << ", as a few steps of this machine take; without snapshots and metrics";
    if (s.hours > 0) out << ". --hours ends the run after " << text_of_seconds(s.hours * 3600);
    out << '\n';
}

void line(std::ostream& out, const char* format, auto... values) {
    char s[256];
    std::snprintf(s, sizeof s, format, values...);
    out << s << '\n';
}

}  // namespace

std::string schedule_warning(const TrainSettings& s) {
    const Row last = rows_of(s).back();
    const double end = s.options.total_kimg;
    if (last.stable_kimg < end) return {};
    const Size size = s.architecture.size(last.stage);
    return text("Full resolution is not reached: the run ends at ", end, " kimg, and pictures of ",
                width_by_height(size.width, size.height), " have faded in at ", last.stable_kimg,
                ". Expected a larger --kimg, or smaller --lod-kimg and --fade-kimg; --hours chooses them");
}

void print_dry_run(std::ostream& out, const TrainSettings& s, const DatasetFacts& data, const DeviceOption& device,
                   const LevelTimes& times, double done) {
    const Architecture& a = s.architecture;
    const TrainingOptions& o = s.options;
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = s.threads});
    const AnyGenerator<Cpu> generator(a, context, uninitialized);
    const AnyDiscriminator<Cpu> discriminator(a, context, uninitialized);

    out << "Data      " << s.data.string() << ": " << data.pictures << " pictures of "
        << width_by_height(data.resolution.width, data.resolution.height) << ", " << data.channels
        << (data.channels == 1 ? " channel" : " channels")
        << (s.cond ? text(", labels of length ", data.label_size) : std::string()) << '\n';
    out << "Run       " << description(s) << ", " << o.total_kimg << " kimg, seed " << o.seed << "\n\n";
    print_layers(out, "G", a, variables(generator));
    out << '\n';
    print_layers(out, "D", a, variables(discriminator));

    out << "\nOptions   " << stylegan::to_json(o).dump() << "\n\n";
    const std::vector<Row> rows = rows_of(s);
    line(out, "%-11s %-14s %-14s %-10s %-14s %-15s %s", "Level", "fades in at", "stable at kimg", "minibatch",
         "learning rate", "planned memory", "time");
    MemoryPlan most;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        const int shard = row.step.batch / o.shards;
        const Index batch = o.microbatch > 0 ? std::min(o.microbatch, shard) : shard;
        const bool fades = row.stable_kimg > row.fade_kimg;
        const MemoryPlan plan =
            plan_memory(generator, discriminator, o.loss, row.stage, fades, batch, o.adam, o.shards);
        char from[32] = "-";
        if (row.stable_kimg > 0) std::snprintf(from, sizeof from, "%g", row.fade_kimg);
        char whole[32];
        std::snprintf(whole, sizeof whole, "%g", row.stable_kimg);
        const bool reached = row.fade_kimg < o.total_kimg;
        const std::string time = !reached        ? "(not reached)"
                                 : times.known() ? text_of(seconds_at(rows, i, s, done, times), times.about(row.stage))
                                                 : "-";
        line(out, "%-11s %-14s %-14s %-10d %-14g %-15s %s", to_string(a.size(row.stage)).c_str(), from, whole,
             row.step.batch, row.step.lr, text_of_bytes(plan.total()).c_str(), time.c_str());
        if (reached && plan.total() >= most.total()) most = plan;
    }
    print_total(out, rows, s, done, times);
    if (const std::string warning = schedule_warning(s); !warning.empty()) out << warning << '\n';
    out << "\nAt the peak: networks " << text_of_bytes(most.parameters) << ", gradients "
        << text_of_bytes(most.gradients) << ", moments " << text_of_bytes(most.moments) << ", activations "
        << text_of_bytes(most.activations) << '\n';
    if (!device.cuda) return;
    out << "Planned for the CPU. A GPU also needs CUDA's context, and scratch memory for cuDNN: at most 1 GiB if an "
           "algorithm\nfits in that, which only cuDNN knows\n";
    if (device.precision == Precision::fp16 || device.precision == Precision::bf16)
        out << "16-bit copies of feature maps and weights, of one convolution at a time, are not included\n";
}

}  // namespace stylegan::examples
