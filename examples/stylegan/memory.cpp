// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <memory>

namespace stylegan::examples {

std::size_t peak_memory() {
    // What getrusage() tells on Linux includes the program that started this one; VmHWM does not.
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> status(std::fopen("/proc/self/status", "r"), std::fclose);
    char line[256];
    while (status && std::fgets(line, sizeof line, status.get()) != nullptr) {
        std::size_t kib = 0;
        if (std::sscanf(line, "VmHWM: %zu kB", &kib) == 1) return kib * 1024;
    }
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return static_cast<std::size_t>(usage.ru_maxrss);
#else
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
#endif
}

}  // namespace stylegan::examples
