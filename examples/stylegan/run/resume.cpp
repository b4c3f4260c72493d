// SPDX-License-Identifier: Apache-2.0
#include "run/resume.hpp"

#include "options/output_folder.hpp"
#include "run/records/json_lines.hpp"
#include "run/snapshot_name.hpp"

#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/atomic_file.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// "network-snapshot-000004.safetensors (has no tensor "G/..."), ..."
std::string words_of(const std::vector<BadSnapshot>& bad) {
    constexpr std::size_t most = 8, longest = 200;
    std::string words;
    for (std::size_t i = 0; i < std::min(bad.size(), most); ++i)
        words += text(i > 0 ? "; " : "", bad[i].path.filename().string(), ": ", shortened(bad[i].reason, longest));
    if (bad.size() > most) words += text("; and ", bad.size() - most, " more");
    return words;
}

void open_run(const RunDirectory& directory, Resumed& resumed) {
    TrainStart& start = resumed.start.emplace();
    start.settings = read_train_settings(directory.options());
    const std::vector<fs::path> snapshots = directory.snapshots();
    if (snapshots.empty()) {
        start.snapshot = directory.options();
        start.architecture = start.settings->architecture;
        start.over = true;
        resumed.notes.push_back(text("The run has no snapshot yet and starts over, with the settings of ",
                                     directory.options().filename().string()));
        return;
    }
    std::vector<BadSnapshot> bad;
    std::optional<GoodSnapshot> good = first_good_snapshot(snapshots, bad);
    if (!good)
        throw FormatError(text("--resume ", directory.path().string(), ": none of ", bad.size(),
                               bad.size() == 1 ? " snapshot is good: " : " snapshots is good: ", words_of(bad)));
    start.snapshot = good->checkpoint.file().path();
    start.record = good->record;
    resumed.checkpoint.emplace(std::move(good->checkpoint));
    for (const BadSnapshot& b : bad) resumed.damaged.push_back(b.path);
    if (!bad.empty())
        resumed.notes.push_back(
            text("Damaged: ", words_of(bad), ". The newest good snapshot is ", start.snapshot.filename().string()));
}

/// The newest good snapshot before a damaged one, as the end of a message.
std::string words_of_one_before(const fs::path& damaged) {
    if (!parse_snapshot_name(damaged.filename().string())) return {};
    const RunDirectory directory(damaged.has_parent_path() ? damaged.parent_path() : ".");
    std::vector<fs::path> snapshots = directory.snapshots();
    const auto same = [&](const fs::path& p) { return p.filename() == damaged.filename(); };
    const auto found = std::find_if(snapshots.begin(), snapshots.end(), same);
    if (found == snapshots.end()) return {};
    snapshots.erase(snapshots.begin(), found + 1);
    std::vector<BadSnapshot> bad;
    const auto good = first_good_snapshot(snapshots, bad);
    return good ? text("; the newest good snapshot before it is ", good->checkpoint.file().path().string())
                : std::string("; no snapshot before it is good");
}

void open_file(const fs::path& file, Resumed& resumed) {
    TrainStart& start = resumed.start.emplace();
    start.snapshot = file;
    try {
        GoodSnapshot good = open_good_snapshot(file);
        start.record = good.record;
        resumed.checkpoint.emplace(std::move(good.checkpoint));
    } catch (const Error& error) {
        const std::string before = words_of_one_before(file);
        if (before.empty()) throw;
        throw FormatError(error.what() + before);
    }
}

/// Rewrites a file of JSON lines without those for which keep() is false, and without a last one that is cut off.
/// @param keep  gets the JSON of a line, and the lines kept before it
template <class F>
void filter_lines(const fs::path& path, F keep) {
    const std::string all = lines_of(path);
    std::vector<std::string> kept;
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
        const nlohmann::json json = object_of(line);
        if (json.is_object() && keep(json, kept)) kept.push_back(line);
    }
    std::string content;
    for (const std::string& line : kept) content += line + '\n';
    if (content != all) write_file(path, content);
}

std::uint64_t tick_of(const nlohmann::json& line) {
    const auto found = line.find("Progress/tick");
    if (found == line.end() || !found->is_object() || !found->contains("mean")) return 0;
    const nlohmann::json& mean = (*found)["mean"];
    return mean.is_number_unsigned() ? mean.get<std::uint64_t>() : 0;
}

std::string snapshot_of(const nlohmann::json& line) {
    const auto found = line.find("snapshot_pkl");
    return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <class F>
void for_each_metric_file(const RunDirectory& directory, F f) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator i(directory.path(), error), end; !error && i != end; i.increment(error)) {
        const std::string name = i->path().filename().string();
        if (name.starts_with("metric-") && name.ends_with(".jsonl")) files.push_back(i->path());
    }
    for (const fs::path& file : files) f(file);
}

}  // namespace

void open_resumed(const TrainFlags& flags, Resumed& resumed) {
    if (!flags.resume) return;
    if (!fs::is_directory(*flags.resume)) {
        open_file(*flags.resume, resumed);
    } else {
        const RunDirectory directory(*flags.resume);
        if (!directory.is_run())
            throw FileError(text("--resume ", directory.path().string(),
                                 ": has no network-snapshot-*.safetensors, expected a run folder or a snapshot"));
        if (!flags.dry_run) {
            resumed.lock.emplace(directory.path());
            if (!resumed.lock->note().empty()) resumed.notes.push_back(resumed.lock->note());
            (void)remove_partial_files(directory.path());
        }
        open_run(directory, resumed);
    }
    TrainStart& start = *resumed.start;
    if (!resumed.checkpoint) return;
    start.architecture = resumed.checkpoint->architecture();
    if (resumed.checkpoint->has("G") || resumed.checkpoint->has("Gs")) start.file_level = resumed.checkpoint->level();
    if (!start.record || !resumed.checkpoint->has("training")) start.level = resumed.checkpoint->level();
}

std::string advice_on_damaged_snapshot(const std::string& message) {
    constexpr std::string_view ending = ".safetensors";
    const std::size_t end = message.find(".safetensors: ");
    if (end == std::string::npos || message.find("snapshot before it") != std::string::npos) return {};
    const fs::path path = message.substr(0, end + ending.size());
    if (!parse_snapshot_name(path.filename().string())) return {};
    std::vector<BadSnapshot> bad;
    try {
        if (first_good_snapshot({path}, bad)) return {};  // the error is another
        return words_of_one_before(path);
    } catch (const Error&) {
        return {};
    }
}

void remove_later_lines(const RunDirectory& directory, std::uint64_t tick, const fs::path& snapshot) {
    std::vector<std::uint64_t> ticks;  // of the lines that are kept
    filter_lines(directory.file("stats.jsonl"), [&](const nlohmann::json& json, std::vector<std::string>& kept) {
        const std::uint64_t t = tick_of(json);
        if (t < 1 || t > tick) return false;
        for (; !ticks.empty() && ticks.back() >= t; ticks.pop_back())  // written twice: the later line counts
            kept.pop_back();
        ticks.push_back(t);
        return true;
    });
    std::vector<std::string> later;
    for (const fs::path& s : directory.snapshots()) {
        if (s.filename() == snapshot.filename()) break;
        later.push_back(s.filename().string());
    }
    const auto own = parse_snapshot_name(snapshot.filename().string());
    for_each_metric_file(directory, [&](const fs::path& file) {
        filter_lines(file, [&](const nlohmann::json& json, std::vector<std::string>&) {
            const std::string of = snapshot_of(json);
            const auto name = parse_snapshot_name(of);
            return !name ||
                   (own && name->kimg <= own->kimg && std::find(later.begin(), later.end(), of) == later.end());
        });
    });
}

void end_last_line(const RunDirectory& directory) {
    std::ifstream in(directory.file("log.txt"), std::ios::binary | std::ios::ate);
    if (!in || in.tellg() == 0) return;
    in.seekg(-1, std::ios::end);
    if (in.get() != '\n') append_line(directory.file("log.txt"), "");
}

bool has_metric(const RunDirectory& directory, const std::string& name, const std::string& snapshot) {
    std::istringstream lines(lines_of(directory.file(text("metric-", name, ".jsonl"))));
    for (std::string line; std::getline(lines, line);) {
        const nlohmann::json json = object_of(line);
        if (json.is_object() && snapshot_of(json) == snapshot) return true;
    }
    return false;
}

}  // namespace stylegan::examples
