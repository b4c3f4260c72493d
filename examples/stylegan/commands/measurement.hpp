// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/device_option.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/device/profile.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

namespace stylegan::examples {

/// What `stylegan benchmark` measures.
enum class Workload { generate, train, lpips };

struct BenchmarkOptions {
    std::filesystem::path network, latents, expected;
    std::optional<int> resolution, fmap_base, fmap_max, latent, batch;
    Workload what = Workload::generate;
    int threads = 0, reps = 7;
    DeviceOption device{};
    bool json = false, profile = false;
};

struct Measurement {
    Size picture{};
    int fmap_base = 0, fmap_max = 0;  ///< 0 for VGG16
    Index batch = 0;
    int threads = 0;
    std::vector<double> seconds{};  ///< per picture (pair, with lpips), sorted
    std::optional<double> relative_error{};
    std::optional<std::size_t> device_bytes{};  ///< GPU memory in use, by all programs
    Profile profile{};
};

/// Runs before those that are measured.
[[nodiscard]] int warm_up_runs(Workload what);

/// Runs the workload on the device that the options name.
/// @throws ValueError, FileError, FormatError, DeviceError
[[nodiscard]] Measurement measure(const BenchmarkOptions& o);

}  // namespace stylegan::examples
