// SPDX-License-Identifier: Apache-2.0
#include "printing/machine.hpp"

#include "options/device_option.hpp"
#include "ranks/program_ranks.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/ops/vector/lanes.hpp>

#include <sys/resource.h>

#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>

namespace stylegan::examples {
namespace {

/// A field of Linux's /proc/self/status, such as "VmHWM:   1234 kB"; 0 if there is none.
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

/// The instruction set with vectors of so many bytes.
const char* name_of_vectors(int bytes, bool fused) {
    if (bytes == 64) return "AVX-512";
    if (bytes == 32) return fused ? "AVX2 with FMA" : "AVX without FMA";
#if defined(__aarch64__)
    return "NEON";
#else
    return "SSE";
#endif
}

#if defined(__FMA__) || defined(__aarch64__)
constexpr bool fused_here = true;
#else
constexpr bool fused_here = false;
#endif

/// Vectors of the CPU that this runs on; those that were compiled for if the CPU cannot be asked.
struct CpuVectors {
#if defined(__x86_64__)
    bool fused = __builtin_cpu_supports("fma") != 0;
    int bytes = __builtin_cpu_supports("avx512f") != 0 ? 64 : __builtin_cpu_supports("avx") != 0 ? 32 : 16;
#else
    bool fused = fused_here;
    int bytes = ops::vector_bytes;
#endif
};

}  // namespace

std::size_t memory_now() {
    const std::size_t resident = status_bytes("VmRSS:");
    return resident > 0 ? resident : peak_memory();
}

std::size_t peak_memory() {
    // On Linux, getrusage() includes the program that started this one; VmHWM does not.
    if (const std::size_t peak = status_bytes("VmHWM:"); peak > 0) return peak;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return static_cast<std::size_t>(usage.ru_maxrss);
#else
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
#endif
}

std::string build_description() {
    const CpuVectors cpu;
    const std::string compiled_for = name_of_vectors(ops::vector_bytes, fused_here),
                      here = name_of_vectors(cpu.bytes, cpu.fused);
    std::string lines =
        text("version         ", version[0], '.', version[1], '.', version[2],
#if defined(__clang__)
             "\ncompiler        clang ", __clang_major__, '.', __clang_minor__,
#else
             "\ncompiler        g++ ", __GNUC__, '.', __GNUC_MINOR__,
#endif
             "\ncompiled for    ", compiled_for, "\nCPU             ", here, ", ", std::thread::hardware_concurrency(),
             " threads\nMPI             ", ProgramRanks::library(), "\nCUDA            ", cuda_description(), '\n');
    if (compiled_for != here)
        lines += text("warning: this program uses ", compiled_for, ", but the CPU has ", here,
                      ": compile with -march=native, or for that CPU by name, to use it\n");
#if !defined(__OPTIMIZE__)
    lines += "warning: compiled without optimization\n";
#endif
    return lines;
}

}  // namespace stylegan::examples
