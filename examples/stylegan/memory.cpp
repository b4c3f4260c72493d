// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string_view>

namespace stylegan::examples {
namespace {

/// What Linux's /proc/self/status tells of a field, such as "VmHWM:   1234 kB"; 0 where it does not.
std::size_t status_bytes(std::string_view field) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> status(std::fopen("/proc/self/status", "r"), std::fclose);
    char line[256];
    while (status && std::fgets(line, sizeof line, status.get()) != nullptr) {
        std::size_t kib = 0;
        if (std::string_view(line).starts_with(field) && std::sscanf(line + field.size(), "%zu kB", &kib) == 1)
            return kib * 1024;
    }
    return 0;
}

}  // namespace

std::size_t memory_now() {
    const std::size_t resident = status_bytes("VmRSS:");
    return resident > 0 ? resident : peak_memory();
}

std::size_t peak_memory() {
    // What getrusage() tells on Linux includes the program that started this one; VmHWM does not.
    if (const std::size_t peak = status_bytes("VmHWM:"); peak > 0) return peak;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return static_cast<std::size_t>(usage.ru_maxrss);
#else
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
#endif
}

}  // namespace stylegan::examples
