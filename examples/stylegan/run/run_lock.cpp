// SPDX-License-Identifier: Apache-2.0
#include "run/run_lock.hpp"

#include "run/records/json_lines.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/regular_file.hpp>

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>

namespace stylegan::examples {
namespace {

namespace fs = std::filesystem;

/// A process, also after its end: numbers are used again, but not with the same start.
struct Owner {
    std::string host, boot;  // boot: differs after each start of the machine
    std::int64_t pid = 0;
    std::int64_t start = 0;  // in the machine's clock ticks
};

std::string first_line(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

constexpr std::int64_t unknown_start = -1, ended = -2;

/// When a process started; unknown_start if there is none, or the system does not tell; `ended` for one that only waits
/// for its parent to notice.
std::int64_t start_of_process(std::int64_t pid) {
    const std::string line = first_line(text("/proc/", pid, "/stat"));
    const std::size_t name_end = line.rfind(')');  // the name may contain anything
    if (name_end == std::string::npos) return unknown_start;
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    constexpr int start_time = 20;  // field 22 of proc(5), the 20th after the name
    for (int i = 0; i < start_time; ++i) {
        fields >> field;
        if (i == 0 && field == "Z") return ended;
    }
    return fields ? std::atoll(field.c_str()) : unknown_start;
}

Owner this_process() {
    char host[256] = "";
    ::gethostname(host, sizeof host - 1);
    const std::int64_t pid = ::getpid();
    return {host, first_line("/proc/sys/kernel/random/boot_id"), pid, start_of_process(pid)};
}

bool is_running(const Owner& o) {
    if (::kill(static_cast<pid_t>(o.pid), 0) != 0 && errno == ESRCH) return false;
    const std::int64_t start = start_of_process(o.pid);
    return start != ended && (start < 0 || o.start < 0 || start == o.start);
}

/// Nothing of an owner in a file that was cut off.
Owner read_owner(int descriptor) {
    char content[4096];
    const ssize_t size = ::pread(descriptor, content, sizeof content, 0);
    const nlohmann::json json = object_of(std::string(content, static_cast<std::size_t>(size > 0 ? size : 0)));
    Owner o;
    if (!json.is_object()) return o;
    const auto word = [&](const char* name) {
        return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : std::string();
    };
    const auto number = [&](const char* name) {
        return json.contains(name) && json[name].is_number_integer() ? json[name].get<std::int64_t>() : 0;
    };
    return {word("host"), word("boot"), number("pid"), number("start")};
}

std::string words_of(const Owner& o) {
    if (o.pid == 0) return "another process";
    return text("process ", o.pid, " on host ", shortened(o.host));
}

}  // namespace

RunLock::RunLock(const fs::path& folder) : path_(folder / "run.lock") {
    for (bool same = false; !same;) {
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
        if (descriptor_ < 0) throw FileError(text(path_.string(), ": cannot be opened: ", system_message(errno)));
        try {
            const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
            examine(folder, !locked && errno == EWOULDBLOCK);
            struct stat open {
            }, named{};
            same = ::fstat(descriptor_, &open) == 0 && ::stat(path_.c_str(), &named) == 0 &&
                   open.st_ino == named.st_ino && open.st_dev == named.st_dev;
            if (same) write_owner();
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
        if (!same) ::close(descriptor_);  // its owner removed it in the meantime
    }
}

RunLock::~RunLock() {
    ::unlink(path_.c_str());
    ::close(descriptor_);
}

void RunLock::examine(const fs::path& folder, bool held_elsewhere) {
    const Owner owner = read_owner(descriptor_), own = this_process();
    const bool this_machine = owner.host == own.host || (!owner.boot.empty() && owner.boot == own.boot);
    if (!held_elsewhere && owner.pid == 0) return;  // new, or cut off
    const bool ended = owner.boot != own.boot || owner.host != own.host || !is_running(owner);
    if (!held_elsewhere && this_machine && ended) {
        note_ = text("Took over the run from ", words_of(owner), ", which ended without removing ",
                     path_.filename().string());
        return;
    }
    std::string message =
        text(folder.string(), ": is trained by ", words_of(owner), ", expected a run that no other process trains");
    if (!this_machine && owner.pid != 0) message += text("; if that process has ended, remove ", path_.string());
    throw FileError(message);
}

void RunLock::write_owner() const {
    const Owner own = this_process();
    nlohmann::ordered_json json;
    json["host"] = own.host;
    json["pid"] = own.pid;
    json["start"] = own.start;
    json["boot"] = own.boot;
    const std::string line = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    if (::ftruncate(descriptor_, 0) == 0 &&
        ::pwrite(descriptor_, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size()))
        return;
    const int error = errno;
    ::unlink(path_.c_str());
    throw FileError(text(path_.string(), ": cannot be written: ", system_message(error)));
}

}  // namespace stylegan::examples
