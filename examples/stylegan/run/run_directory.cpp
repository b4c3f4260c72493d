// SPDX-License-Identifier: Apache-2.0
#include "run/run_directory.hpp"

#include "options/output_folder.hpp"
#include "options/parse.hpp"

#include <stylegan/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string_view>
#include <system_error>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

std::string six_digits(double kimg) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%06lld", static_cast<long long>(kimg));
    return digits;
}

/// Calls f(name) for everything in a folder.
template <class F>
void for_each_name(const char* flag, const fs::path& folder, F f) {
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
        f(i->path().filename().string());
    if (error) throw FileError(text(flag, ' ', folder.string(), ": cannot be read: ", error.message()));
}

}  // namespace

RunDirectory RunDirectory::create(const fs::path& outdir, const std::string& description) {
    make_output_folder(outdir);
    std::int64_t next = 0;
    for_each_name("--outdir", outdir, [&](const std::string& name) {
        const auto number = parse_whole(std::string_view(name).substr(0, name.find('-')), {0, 99999999});
        if (number && name.find('-') != std::string::npos) next = std::max(next, *number + 1);
    });
    for (;; ++next) {  // another run may have just taken a number
        char number[32];
        std::snprintf(number, sizeof number, "%05lld-", static_cast<long long>(next));
        const fs::path path = outdir / (number + description);
        std::error_code error;
        const bool made = fs::create_directory(path, error);
        if (error) throw FileError(text("--outdir ", outdir.string(), ": cannot be written into: ", error.message()));
        if (made) return RunDirectory(path);
    }
}

fs::path RunDirectory::snapshot(double kimg) const {
    return path_ / ("network-snapshot-" + six_digits(kimg) + ".safetensors");
}
fs::path RunDirectory::fakes(double kimg) const { return path_ / ("fakes" + six_digits(kimg) + ".png"); }

fs::path RunDirectory::newest_snapshot() const {
    constexpr std::string_view before = "network-snapshot-", after = ".safetensors";
    std::int64_t most = -1;
    fs::path newest;
    for_each_name("--resume", path_, [&](const std::string& name) {
        if (!name.starts_with(before) || !name.ends_with(after) || name.size() < before.size() + after.size()) return;
        const auto kimg =
            parse_whole(std::string_view(name).substr(before.size(), name.size() - before.size() - after.size()), {0});
        if (!kimg || *kimg <= most) return;
        most = *kimg;
        newest = path_ / name;
    });
    if (most < 0)
        throw FileError(text("--resume ", path_.string(),
                             ": has no network-snapshot-*.safetensors, expected a run folder or a snapshot"));
    return newest;
}

void RunDirectory::log(const std::string& line) const {
    std::puts(line.c_str());
    std::fflush(stdout);
    append_line(file("log.txt"), line);
}

void RunDirectory::stats(const std::string& line) const { append_line(file("stats.jsonl"), line); }

double RunDirectory::seconds_until(double kimg) const {
    double seconds = 0;
    std::ifstream lines(file("stats.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        const nlohmann::json tick = nlohmann::json::parse(line, nullptr, false);
        const auto mean = [&](const char* name) {
            const nlohmann::json none, &entry = tick.is_object() && tick.contains(name) ? tick[name] : none;
            return entry.is_object() && entry.contains("mean") && entry["mean"].is_number()
                       ? entry["mean"].get<double>()
                       : -1.0;
        };
        if (const double at = mean("Progress/kimg"); at >= 0 && at <= kimg)
            seconds = std::max(mean("Timing/total_sec"), 0.0);
    }
    return seconds;
}

void RunDirectory::remove() const {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace stylegan::examples
