// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "report/run_report.hpp"

#include <stylegan/io/files/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace stylegan::examples {
namespace {

struct ReportOptions {
    std::vector<std::string> runs;
    std::filesystem::path out = "report.html";
};

constexpr std::size_t most_pictures = 24;  // of all runs together

void report(const ReportOptions& o) {
    std::vector<nlohmann::ordered_json> runs;
    for (const std::string& path : o.runs) {
        const RunDirectory directory(path);
        if (!directory.is_run())
            throw FileError(path + ": is no run folder, expected one with training_options.json or snapshots");
        runs.push_back(RunReport(directory).data(std::max<std::size_t>(2, most_pictures / o.runs.size())));
    }
    write_file(o.out, report_page(runs));
    std::cout << o.out.string() << '\n';
}

}  // namespace

void add_report(CLI::App& app) {
    const auto o = std::make_shared<ReportOptions>();
    CLI::App& c = add_command(app, "report",
                              "A page on one training run, or on several side by side: curves, metrics with their "
                              "errors, pictures over time, commands and settings",
                              [o] { report(*o); });
    c.add_option("RUN", o->runs, "run folders, such as runs/00000-faces-64x64")->required();
    add_path(c, "--out", o->out, "FILE", "the page to write, one file that needs no other (default report.html)");
}

}  // namespace stylegan::examples
