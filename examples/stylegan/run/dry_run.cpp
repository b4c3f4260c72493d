// SPDX-License-Identifier: Apache-2.0
#include "options/parse.hpp"
#include "printing/tables.hpp"
#include "run/train_run.hpp"

#include <stylegan/training/memory_plan.hpp>

#include <algorithm>
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

void line(std::ostream& out, const char* format, auto... values) {
    char s[256];
    std::snprintf(s, sizeof s, format, values...);
    out << s << '\n';
}

}  // namespace

void print_dry_run(std::ostream& out, const TrainSettings& s, const DatasetFacts& data, const DeviceOption& device) {
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
    line(out, "%-11s %-14s %-14s %-10s %-14s %s", "Level", "fades in at", "stable at kimg", "minibatch",
         "learning rate", "planned memory");
    MemoryPlan most;
    for (const Row& row : rows) {
        const Index batch = o.microbatch > 0 ? std::min(o.microbatch, row.step.batch) : row.step.batch;
        const bool fades = row.stable_kimg > row.fade_kimg;
        const MemoryPlan plan = plan_memory(generator, discriminator, o.loss, row.stage, fades, batch, o.adam);
        char from[32] = "-";
        if (row.stable_kimg > 0) std::snprintf(from, sizeof from, "%g", row.fade_kimg);
        char whole[32];
        std::snprintf(whole, sizeof whole, "%g", row.stable_kimg);
        line(out, "%-11s %-14s %-14s %-10d %-14g %s%s", to_string(a.size(row.stage)).c_str(), from, whole,
             row.step.batch, row.step.lr, text_of_bytes(plan.total()).c_str(),
             row.fade_kimg >= o.total_kimg ? "  (not reached)" : "");
        if (row.fade_kimg < o.total_kimg && plan.total() >= most.total()) most = plan;
    }
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
