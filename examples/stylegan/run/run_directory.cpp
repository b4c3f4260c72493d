// SPDX-License-Identifier: Apache-2.0
#include "run/run_directory.hpp"

#include "options/output_folder.hpp"
#include "options/parse.hpp"
#include "run/records/json_lines.hpp"
#include "run/snapshot_name.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// Calls f(name) for everything in a folder.
template <class F>
void for_each_name(const char* flag, const fs::path& folder, F f) {
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
        f(i->path().filename().string());
    if (error) throw FileError(text(flag, ' ', folder.string(), ": cannot be read: ", error.message()));
}

/// The number of a run folder, "00012-..."
std::optional<std::int64_t> number_of_run(const std::string& name) {
    if (name.find('-') == std::string::npos) return std::nullopt;
    return parse_whole(std::string_view(name).substr(0, name.find('-')), {0, 99999999});
}

/// The pictures that a snapshot records. Nothing if it is damaged.
std::optional<std::uint64_t> recorded_pictures(const fs::path& snapshot) {
    try {
        const SafetensorsFile file(snapshot);
        const auto json = parse_json(file.metadata().at("training"), "");
        return json.at("progress").at("pictures").get<std::uint64_t>();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

struct Found {
    fs::path path;
    SnapshotName name;
    std::uint64_t pictures;
};

}  // namespace

RunDirectory RunDirectory::create(const fs::path& outdir, const std::string& description) {
    make_output_folder(outdir);
    std::int64_t next = 0;
    for_each_name("--outdir", outdir,
                  [&](const std::string& name) { next = std::max(next, number_of_run(name).value_or(-1) + 1); });
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

RunDirectory RunDirectory::newest(const fs::path& outdir) {
    std::int64_t most = -1;
    fs::path found;
    for_each_name("--outdir", outdir, [&](const std::string& name) {
        const auto number = number_of_run(name);
        if (!number || *number <= most || !RunDirectory(outdir / name).is_run()) return;
        most = *number;
        found = outdir / name;
    });
    if (most < 0) throw FileError(text("--outdir ", outdir.string(), ": has no run folder 00000-... to resume"));
    return RunDirectory(found);
}

bool RunDirectory::is_run() const {
    std::error_code ignored;
    return fs::is_directory(path_, ignored) && (fs::exists(options(), ignored) || !snapshots().empty());
}

std::vector<fs::path> RunDirectory::snapshots() const {
    std::vector<Found> all;
    std::map<std::int64_t, int> count;
    for_each_name("--resume", path_, [&](const std::string& file) {
        const auto name = parse_snapshot_name(file);
        if (!name) return;
        all.push_back({path_ / file, *name, static_cast<std::uint64_t>(name->kimg * 1000 + name->rest.value_or(0))});
        ++count[name->kimg];
    });
    for (Found& f : all)
        if (!f.name.rest && count[f.name.kimg] > 1) f.pictures = recorded_pictures(f.path).value_or(f.pictures);
    std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
        return a.pictures != b.pictures ? a.pictures > b.pictures : a.path < b.path;
    });
    std::vector<fs::path> paths;
    paths.reserve(all.size());
    for (const Found& f : all) paths.push_back(f.path);
    return paths;
}

std::vector<RunSnapshot> RunDirectory::snapshots_by_pictures() const {
    std::vector<RunSnapshot> all;
    for (const fs::path& path : snapshots()) {
        const SnapshotName name = parse_snapshot_name(path.filename().string()).value();
        all.push_back({path, recorded_pictures(path).value_or(
                                 static_cast<std::uint64_t>(name.kimg * 1000 + name.rest.value_or(0)))});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const RunSnapshot& a, const RunSnapshot& b) { return a.pictures < b.pictures; });
    return all;
}

fs::path RunDirectory::snapshot(std::uint64_t pictures, const std::vector<fs::path>& damaged) const {
    SnapshotName name{.kimg = static_cast<std::int64_t>(pictures / 1000)};
    bool taken = false;
    for_each_name("--resume", path_, [&](const std::string& found) {
        const auto other = parse_snapshot_name(found);
        if (!other || other->kimg != name.kimg || other->timed) return;
        if (std::find(damaged.begin(), damaged.end(), path_ / found) != damaged.end()) return;
        taken = taken || other->rest || recorded_pictures(path_ / found).value_or(pictures) != pictures;
    });
    if (taken) name.rest = static_cast<int>(pictures % 1000);
    return file(name.file_name());
}

fs::path RunDirectory::timed_snapshot(std::uint64_t pictures) const {
    return file(
        SnapshotName{static_cast<std::int64_t>(pictures / 1000), static_cast<int>(pictures % 1000), true}.file_name());
}

fs::path RunDirectory::fakes(const fs::path& snapshot) const {
    return file("fakes" + parse_snapshot_name(snapshot.filename().string()).value().number() + ".png");
}

double RunDirectory::seconds_until(double kimg) const {
    double seconds = 0;
    std::istringstream lines(lines_of(file("stats.jsonl")));
    for (std::string line; std::getline(lines, line);) {
        const nlohmann::json tick = object_of(line);
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
