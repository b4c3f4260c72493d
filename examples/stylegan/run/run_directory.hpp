// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// The folder of one training run, `00000-<description>`, and the names of the files in it.
class RunDirectory {
public:
    /// Makes `outdir` if need be, and in it a new folder of the next free number. @throws FileError
    [[nodiscard]] static RunDirectory create(const std::filesystem::path& outdir, const std::string& description);

    /// A folder that is there.
    explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return path_ / name; }
    /// "network-snapshot-000025.safetensors"
    [[nodiscard]] std::filesystem::path snapshot(double kimg) const;
    /// "fakes000025.png"
    [[nodiscard]] std::filesystem::path fakes(double kimg) const;

    /// The snapshot of the largest number. @throws FileError if there is none
    [[nodiscard]] std::filesystem::path newest_snapshot() const;

    /// Prints a line and adds it to log.txt. @throws FileError, for example if the disk is full
    void log(const std::string& line) const;
    /// Adds a line to stats.jsonl. @throws FileError
    void stats(const std::string& line) const;

    /// The seconds that stats.jsonl tells for the last tick up to `kimg`; 0 if there is none.
    [[nodiscard]] double seconds_until(double kimg) const;

    /// Takes away the folder and all that is in it: for a run that fails before it begins.
    void remove() const;

private:
    std::filesystem::path path_;
};

}  // namespace stylegan::examples
