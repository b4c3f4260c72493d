// SPDX-License-Identifier: Apache-2.0
#include "run/records/run_lines.hpp"

#include "options/output_folder.hpp"
#include "printing/progress.hpp"

#include <stylegan/io/files/atomic_file.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace stylegan::examples {

void RunLines::log(const std::string& line) {
    print_line(line);
    add("log.txt", line);
}

void RunLines::add_bytes(const std::string& name, std::string bytes) {
    waiting_.emplace_back(name, std::move(bytes));
    (void)flush();
}

bool RunLines::flush() {
    while (!waiting_.empty()) {
        try {
            append_bytes(directory_.file(waiting_.front().first), waiting_.front().second);
        } catch (const DiskFullError& error) {
            if (reason_.empty()) print_line(text(error.what(), "; its lines wait until there is room"));
            reason_ = error.what();
            return false;
        }
        waiting_.erase(waiting_.begin());
    }
    reason_.clear();
    return true;
}

void RunLines::synchronise_stats() const {
    const int descriptor = ::open(directory_.file("stats.jsonl").c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;  // no tick yet
    ::fsync(descriptor);
    ::close(descriptor);
}

}  // namespace stylegan::examples
