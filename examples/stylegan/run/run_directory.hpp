// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// The folder of one training run, `00000-<description>`, and the names of the files in it.
class RunDirectory {
public:
    /// Makes a new folder with the next free number in `outdir`, which is made if need be. @throws FileError
    [[nodiscard]] static RunDirectory create(const std::filesystem::path& outdir, const std::string& description);

    /// An existing folder.
    explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }
    /// "network-snapshot-000025.safetensors"
    [[nodiscard]] std::filesystem::path snapshot(double kimg) const;
    /// "fakes000025.png"
    [[nodiscard]] std::filesystem::path fakes(double kimg) const;

    /// The snapshot with the largest number. @throws FileError if there is none
    [[nodiscard]] std::filesystem::path newest_snapshot() const;

    /// Prints a line and adds it to log.txt. @throws FileError, for example if the disk is full
    void log(const std::string& line) const;
    /// Adds a line to stats.jsonl. @throws FileError
    void stats(const std::string& line) const;

    /// Seconds of training up to `kimg`, from stats.jsonl; 0 if it has none.
    [[nodiscard]] double seconds_until(double kimg) const;

    /// Removes the folder and its contents, for a run that fails before it begins.
    void remove() const;

private:
    std::filesystem::path path_;
};

}  // namespace stylegan::examples
