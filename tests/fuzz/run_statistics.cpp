// SPDX-License-Identifier: Apache-2.0
// Any bytes are the stats.jsonl of a run that is resumed: lines that are no ticks, and those of
// later ticks than that of the snapshot, are removed.
#include "run/resume.hpp"
#include "run/run_directory.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>

namespace {

/// A folder in memory for one run; removed at the end of the program.
class MemoryFolder {
public:
    MemoryFolder() {
        if (::mkdtemp(path_.data()) == nullptr) std::abort();
    }
    MemoryFolder(const MemoryFolder&) = delete;
    MemoryFolder& operator=(const MemoryFolder&) = delete;
    ~MemoryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = "/dev/shm/fuzz-XXXXXX";
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFolder folder;
    const stylegan::examples::RunDirectory run(folder.path());
    std::ofstream(run.file("stats.jsonl"), std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));  // NOLINT: bytes as text
    for (const double kimg : {0.0, 4.0, 1e9})
        if (!(run.seconds_until(kimg) >= 0)) std::abort();
    for (int i = 0; i < 2; ++i) remove_later_lines(run, 2, {});
    return 0;
}
