// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ranks/program_ranks.hpp"

#include <stylegan/device/cpu.hpp>
#include <stylegan/device/precision.hpp>
#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda.hpp>
#endif

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace stylegan::examples {

/// Where a command computes: on the CPU or on a GPU.
struct DeviceOption {
    bool cuda = false;
    int number = 0;                         ///< index of the GPU
    Precision precision = Precision::fp32;  ///< of matrix products on a GPU
    Kernels kernels = Kernels::fast;        ///< on a CPU
};

/// --device, --kernels, --gpu-precision and --tf32
void add_device(CLI::App& command, DeviceOption& device);

/// "cpu", "cuda" or "cuda:1"; nothing for any other text.
[[nodiscard]] std::optional<DeviceOption> parse_device(const std::string& text);

/// Refuses a command that asks for a GPU. @throws DeviceError: "--device: is "cuda:1", expected cpu, since <why>"
[[noreturn]] void refuse_device(const DeviceOption& device, const std::string& why);

/// @throws ValueError if CPU kernels are chosen, to be called for a GPU
void require_no_kernels(const DeviceOption& device);

/// "not compiled in", "1 device", or why no device can be used.
[[nodiscard]] std::string cuda_description();

/// f(Cpu{...}) or f(Cuda{...}), as the options say; of several ranks on a machine, each has its share of the cores, and
/// the GPU with its number, counted from that of the option. In a program with CUDA, nvcc compiles the files that call
/// it.
/// @throws DeviceError if there is no such GPU or the program was compiled without CUDA
template <class F>
auto on_device(const DeviceOption& device, int threads, F&& f) {
    threads = ProgramRanks::threads(threads);
    if (!device.cuda) return f(Cpu{.threads = threads, .kernels = device.kernels});
    require_no_kernels(device);
#ifdef STYLEGAN_CUDA
    const int number = device.number + ProgramRanks::number_on_this_machine();
    try {
        require_cuda_device(number);
    } catch (const DeviceError& error) {
        refuse_device(device, error.what());
    }
    return f(Cuda{.device = number, .precision = device.precision, .threads = threads});
#else
    refuse_device(device, "this program was compiled without CUDA (cmake -DSTYLEGAN_CUDA=ON)");
#endif
}

}  // namespace stylegan::examples
