// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// A snapshot of a run, and the pictures that its networks have seen.
struct RunSnapshot {
    std::filesystem::path path;
    std::uint64_t pictures = 0;
};

/// The folder of one training run, `00000-<description>`, and the names of the files in it.
class RunDirectory {
public:
    /// Makes a new folder with the next free number in `outdir`, which is made if need be. @throws FileError
    [[nodiscard]] static RunDirectory create(const std::filesystem::path& outdir, const std::string& description);

    /// The run folder in `outdir` with the largest number. @throws FileError if there is none
    [[nodiscard]] static RunDirectory newest(const std::filesystem::path& outdir);

    /// An existing folder.
    explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }
    [[nodiscard]] std::filesystem::path options() const { return file("training_options.json"); }

    /// Whether it has snapshots, or the settings that a run writes first.
    [[nodiscard]] bool is_run() const;

    /// The snapshots, those with the most pictures first. @throws FileError if the folder cannot be read
    [[nodiscard]] std::vector<std::filesystem::path> snapshots() const;

    /// The same in the order of training, with the pictures that each records; its name has only the thousands of them.
    /// @throws FileError if the folder cannot be read
    [[nodiscard]] std::vector<RunSnapshot> snapshots_by_pictures() const;

    /// A file for a snapshot after so many pictures, "network-snapshot-000025.safetensors". If there is another of the
    /// same thousands, it has all digits: "network-snapshot-000025-250.safetensors".
    /// @param damaged  snapshots that may be replaced
    [[nodiscard]] std::filesystem::path snapshot(std::uint64_t pictures,
                                                 const std::vector<std::filesystem::path>& damaged) const;
    /// The same for a snapshot that is due because of the time: "network-snapshot-000025-250-timed.safetensors".
    [[nodiscard]] std::filesystem::path timed_snapshot(std::uint64_t pictures) const;
    /// The pictures beside a snapshot, "fakes000025.png".
    [[nodiscard]] std::filesystem::path fakes(const std::filesystem::path& snapshot) const;

    /// Seconds of training up to `kimg`, from stats.jsonl; 0 if it has none.
    [[nodiscard]] double seconds_until(double kimg) const;

    /// Removes the folder and its contents, for a run that fails before it begins.
    void remove() const;

private:
    std::filesystem::path path_;
};

}  // namespace stylegan::examples
