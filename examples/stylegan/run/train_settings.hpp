// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/device_option.hpp"
#include "options/parse.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/training/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// The flags of `stylegan train` as they were given; what was not given has no value.
struct TrainFlags {
    std::optional<std::filesystem::path> data, outdir, resume;
    std::optional<std::string> cfg, loss;
    std::optional<Size> resolution;
    std::optional<ByHeight> batch, lr;
    std::optional<double> kimg, tick, gamma, r2_gamma, ema_kimg, lod_kimg, fade_kimg;
    std::optional<std::uint64_t> seed;
    std::optional<int> microbatch, snap, fmap_base, fmap_max, latent, map_depth, threads, metric_samples;
    std::optional<std::vector<std::string>> metrics;
    std::optional<std::filesystem::path> vgg, lpips;
    DeviceOption device{};
    std::optional<bool> mirror, cond;
    bool growing = false, no_growing = false, dry_run = false;
};

/// What the flags have to fit.
struct DatasetFacts {
    std::filesystem::path path;
    Index pictures = 0;
    Size resolution{};
    int channels = 0;
    int label_size = 0;  ///< 0 without labels
};

/// A training run in full.
struct TrainSettings {
    std::filesystem::path data;
    std::string cfg = "f";
    Architecture architecture{};
    TrainingOptions options{};
    bool cond = false;
    int snap = 50;                     ///< ticks between snapshots
    int threads = 0;                   ///< 0: all
    std::vector<std::string> metrics;  ///< evaluated at snapshots
    int metric_samples = 2000;
    std::filesystem::path vgg, lpips;  ///< the features of the metrics; empty for those that come with the program
};

/// What a run goes on from.
struct TrainStart {
    std::filesystem::path snapshot;
    std::optional<TrainSettings> settings;  ///< of the run folder
    Architecture architecture{};
    std::optional<TrainingRecord> record;  ///< nothing if the file holds networks only
};

/// Settings from flags; what no flag says is taken from the run that goes on, or from the defaults.
/// @throws ValueError, ShapeError that names the flag or the data, what was found and what was expected
[[nodiscard]] TrainSettings resolve(const TrainFlags& flags, const DatasetFacts& data,
                                    const std::optional<TrainStart>& start);

/// Sets base size and doublings for pictures: the first stage is what halving leaves while height and width are even and at
/// least 8. 64x96 (height x width) starts at 4x6.
/// @throws ShapeError if that leaves less than 4 or more than 15 pixels on the shorter side
void set_picture_size(Architecture& a, Size picture);

/// The R1 weight unless given: the paper's 10 at 1024x1024, less for smaller pictures in proportion to their side.
[[nodiscard]] double default_gamma(Size picture);

/// "faces-32-cfgf-32x32-batch16-gamma0.3-mirror"
[[nodiscard]] std::string description(const TrainSettings& settings);

/// The content of training_options.json, and back.
[[nodiscard]] nlohmann::ordered_json to_json(const TrainSettings& settings);
/// @throws FileError, FormatError
[[nodiscard]] TrainSettings read_train_settings(const std::filesystem::path& path);

}  // namespace stylegan::examples
