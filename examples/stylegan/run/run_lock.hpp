// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace stylegan::examples {

/// The right to train a run: the file `run.lock` in its folder, with the host and the number of the process. The
/// destructor removes it.
///
/// The file is held by flock() as well, which makes two starts at once safe and ends with the process. What the file
/// says decides where flock() cannot: on a network file system without locks, and after another machine's end.
class RunLock {
public:
    /// Takes the run. A lock whose process has ended is taken over, if it was one of this machine.
    /// @throws FileError if another process has it, or the file cannot be written
    explicit RunLock(const std::filesystem::path& folder);
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;
    ~RunLock();

    /// A line for the log if a lock was taken over, else empty.
    [[nodiscard]] const std::string& note() const { return note_; }

private:
    void examine(const std::filesystem::path& folder, bool held_elsewhere);
    void write_owner() const;

    std::filesystem::path path_;
    int descriptor_ = -1;
    std::string note_;
};

}  // namespace stylegan::examples
