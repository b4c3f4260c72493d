// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options/device_option.hpp"
#include "options/parse.hpp"

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/models/inception_input.hpp>
#include <stylegan/training/snapshot.hpp>
#include <stylegan/training/transfer.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace stylegan::examples {

/// The flags of `stylegan train`; a flag that is not given has no value.
struct TrainFlags {
    std::optional<std::filesystem::path> data, outdir, resume;
    std::optional<std::string> cfg, loss;
    std::optional<Size> resolution;
    std::optional<ByHeight> batch, lr;
    std::optional<double> kimg, tick, gamma, r2_gamma, ema_kimg, lod_kimg, fade_kimg, burn_in, p, target;
    std::optional<std::string> preset, aug, augpipe;
    std::optional<int> reg_interval, freeze_d;
    std::optional<std::uint64_t> seed;
    std::uint64_t max_pixels = PictureLimits::default_pixels;  ///< of a picture of the data set
    std::optional<double> snap_minutes, hours;
    std::optional<int> microbatch, shards, snap, keep, fmap_base, fmap_max, latent, map_depth, threads, metric_samples;
    std::optional<std::vector<std::string>> metrics;
    std::optional<std::filesystem::path> vgg, lpips, inception;
    std::optional<InceptionResize> resize;
    DeviceOption device{};
    std::optional<bool> mirror, cond, tensorboard;
    bool growing = false, no_growing = false, dry_run = false;
};

/// The data set that the flags must suit.
struct DatasetFacts {
    std::filesystem::path path;
    Index pictures = 0;
    Size resolution{};
    int channels = 0;
    int label_size = 0;  ///< 0 without labels
};

/// All settings of a training run.
struct TrainSettings {
    std::filesystem::path data;
    std::string cfg = "f";
    Architecture architecture{};
    TrainingOptions options{};
    bool cond = false;
    int snap = 50;                     ///< ticks between snapshots
    double snap_minutes = 10;          ///< minutes without a snapshot before one is written; 0: never
    double hours = 0;                  ///< of training, after which the run ends; 0: only total_kimg ends it
    int keep = 0;                      ///< snapshots that stay; 0: all
    int threads = 0;                   ///< 0: all
    std::vector<std::string> metrics;  ///< names, evaluated at snapshots
    int metric_samples = 2000;
    bool tensorboard = false;                     ///< whether event files are written
    std::filesystem::path vgg, lpips, inception;  ///< features of the metrics; empty for those of the program
    InceptionResize resize = InceptionResize::official;
};

/// The snapshot that a run resumes, or a run folder without one, which starts over.
struct TrainStart {
    std::filesystem::path snapshot;         ///< or the training_options.json of a run that starts over
    std::optional<TrainSettings> settings;  ///< if it is in a run folder
    Architecture architecture{};
    std::optional<TrainingRecord> record;  ///< nothing if the file holds only networks
    bool over = false;                     ///< the run folder has no snapshot: the run starts over
    std::optional<double> level;       ///< of the network, if the file holds no training state: the run begins there
    std::optional<double> file_level;  ///< of the network, whether or not the file holds training state
};

/// Settings from flags, then from the resumed run, then from the defaults.
/// @throws ValueError, ShapeError if flags and data do not fit together
[[nodiscard]] TrainSettings resolve(const TrainFlags& flags, const DatasetFacts& data,
                                    const std::optional<TrainStart>& start);

/// Whether the run has other networks than the file that it begins from, and takes from it what fits.
[[nodiscard]] bool is_transfer(const TrainStart& start, const TrainSettings& settings);

/// Sets base size and number of doublings for pictures. The base size is the picture halved while height and width are
/// even and at least 8: 64x96 (height x width) starts at 4x6.
/// @throws ShapeError if the shorter side of the base is less than 4 or more than 15 pixels
void set_picture_size(Architecture& a, Size picture);

/// Default R1 weight: the paper's 10 at 1024x1024, less for smaller pictures in proportion to their side.
[[nodiscard]] double default_gamma(Size picture);

/// "faces-32-cfgf-32x32-batch16-gamma0.3-mirror"
[[nodiscard]] std::string description(const TrainSettings& settings);

/// The content of training_options.json, and back.
[[nodiscard]] nlohmann::ordered_json to_json(const TrainSettings& settings);
/// @throws FileError; FormatError if a value has another type or is out of range, as of a flag
[[nodiscard]] TrainSettings read_train_settings(const std::filesystem::path& path);
/// The same from the text. @param where  it comes from, for messages
[[nodiscard]] TrainSettings train_settings_from_json(const std::string& content, const std::string& where);

}  // namespace stylegan::examples
