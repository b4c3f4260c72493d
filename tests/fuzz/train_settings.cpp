// SPDX-License-Identifier: Apache-2.0
// Any bytes are the training_options.json of a run, as `train --resume` reads it, or are refused by FormatError. Written
// again, settings are read as the same. Settings that fit a data set give a schedule.
#include "run/train_settings.hpp"
#include "memory_file.hpp"

#include <cstdlib>
#include <span>
#include <string>

namespace {

using namespace stylegan::examples;

TrainSettings settings_in(const std::string& json) {
    const fuzz::MemoryFile file({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});  // NOLINT
    return read_train_settings(file.path());
}

void resume(const TrainSettings& settings) {
    const stylegan::Architecture& a = settings.architecture;
    const DatasetFacts facts{.path = settings.data,
                             .pictures = 1 << 20,
                             .resolution = a.picture(),
                             .channels = a.num_channels,
                             .label_size = a.label_size};
    TrainStart start;
    start.snapshot = "fuzz";
    start.settings = settings;
    start.architecture = a;
    start.record.emplace().options = settings.options;
    const TrainSettings resumed = resolve({}, facts, start);
    (void)description(resumed);
    for (const double kimg : {0.0, 1e3, 1e9}) {
        const stylegan::ScheduledStep step = scheduled(resumed.architecture, resumed.options.schedule, kimg * 1000);
        if (!(step.lod >= 0 && step.lod <= resumed.architecture.max_lod())) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const TrainSettings settings = settings_in(std::string(reinterpret_cast<const char*>(data), size));  // NOLINT
        const std::string written = to_json(settings).dump();
        if (to_json(settings_in(written)).dump() != written) std::abort();
        try {
            resume(settings);
        } catch (const stylegan::ValueError&) {
        } catch (const stylegan::ShapeError&) {
        }
    } catch (const stylegan::FormatError&) {
    }
    return 0;
}
