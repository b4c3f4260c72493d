// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "printing/progress.hpp"
#include "run/records/run_lines.hpp"
#include "run/run_directory.hpp"
#include "run/snapshot_name.hpp"

#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/training/snapshot.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// Writes the snapshots of a run and removes those that need not stay. While the disk is full, it writes none and says
/// so; training continues.
template <class Device>
class SnapshotWriter {
public:
    /// @param keep     snapshots that stay, 0: all
    /// @param resumed  the snapshot that the run resumes from; empty for a new run
    /// @param damaged  snapshots in the folder that cannot be used. They stay until one of the same name replaces them
    SnapshotWriter(const RunDirectory& directory, RunLines& lines, const Trainer<Device>& trainer, int keep,
                   std::filesystem::path resumed, std::vector<std::filesystem::path> damaged)
        : directory_(directory),
          lines_(lines),
          trainer_(trainer),
          keep_(static_cast<std::size_t>(keep)),
          newest_(std::move(resumed)),
          healthy_(newest_),
          damaged_(std::move(damaged)) {}

    /// The newest snapshot; empty before the first.
    [[nodiscard]] const std::filesystem::path& newest() const { return newest_; }
    /// The newest at whose end all gradients were finite.
    [[nodiscard]] const std::filesystem::path& healthy() const { return healthy_; }
    /// Seconds since the last one, or the last try.
    [[nodiscard]] double age() const { return seconds_now() - written_; }
    /// Whether the disk was full at the last try.
    [[nodiscard]] bool paused() const { return !reason_.empty(); }

    /// Writes a snapshot. @return false if the disk is full @throws FileError for any other reason
    bool write(bool timed) {
        const std::uint64_t pictures = trainer_.progress().pictures;
        const std::filesystem::path path =
            timed ? directory_.timed_snapshot(pictures) : directory_.snapshot(pictures, damaged_);
        written_ = seconds_now();
        try {
            if (!lines_.flush()) throw DiskFullError(lines_.reason());  // a snapshot comes after the lines of its ticks
            lines_.synchronise_stats();
            save_snapshot(path, trainer_);
        } catch (const DiskFullError& error) {
            const bool said = paused();
            reason_ = error.what();
            if (!said) lines_.log(text(reason_, ". Snapshots wait until there is room; ", words_of_newest()));
            return false;
        }
        newest_ = path;
        std::erase(damaged_, path);
        if (trainer_.progress().skipped_in_a_row == 0) healthy_ = path;
        if (paused()) lines_.log(text("There is room again for snapshots: ", path.string()));
        reason_.clear();
        remove_surplus(newest_timed);
        return true;
    }

    /// Writes the last snapshot of a run. If the disk is full, tries for up to `seconds`, or until Ctrl-C.
    /// @throws DiskFullError that names the newest snapshot
    void write_last(double seconds) {
        const double begin = seconds_now();
        while (!write(false)) {
            if (seconds_now() - begin >= seconds || Interrupt::requested())
                throw DiskFullError(text(reason_, "; the run ends at ",
                                         static_cast<double>(trainer_.progress().pictures) / 1000,
                                         " kimg without its last snapshot, ", words_of_newest()));
            for (int i = 0; i < 5 && !Interrupt::requested(); ++i) std::this_thread::sleep_for(std::chrono::seconds(1));
        }
    }

    /// Removes the snapshots of a finished run that were written because of the time.
    void remove_timed() const { remove_surplus(0); }

private:
    static constexpr std::size_t newest_timed = 2;  // one may be damaged

    [[nodiscard]] std::string words_of_newest() const {
        return newest_.empty() ? std::string("none has been written yet") : text("the last one is ", newest_.string());
    }

    void remove_surplus(std::size_t timed_to_keep) const {
        std::size_t kept = 0, timed = 0;
        for (const std::filesystem::path& path : directory_.snapshots()) {
            if (std::find(damaged_.begin(), damaged_.end(), path) != damaged_.end()) continue;
            const auto name = parse_snapshot_name(path.filename().string());
            const bool surplus = name->timed ? timed++ >= timed_to_keep : (kept++ >= keep_ && keep_ > 0);
            std::error_code ignored;
            if (surplus && path != newest_ && path != healthy_) std::filesystem::remove(path, ignored);
        }
    }

    const RunDirectory& directory_;
    RunLines& lines_;
    const Trainer<Device>& trainer_;
    std::size_t keep_;
    std::filesystem::path newest_, healthy_;
    std::vector<std::filesystem::path> damaged_;
    double written_ = seconds_now();
    std::string reason_;  // why none is written
};

}  // namespace stylegan::examples
