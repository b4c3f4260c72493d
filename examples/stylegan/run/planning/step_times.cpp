// SPDX-License-Identifier: Apache-2.0
#include "run/planning/step_times.hpp"

#include "printing/progress.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/training/memory_plan.hpp>
#include <stylegan/training/trainer.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

namespace stylegan::examples {
namespace {

constexpr double kimg_of_level = 1000;  // of the schedule that is measured; more than any measurement shows

/// Pictures of noise. They are there already, so that a step takes no time for them.
PictureSource noise_pictures(const Architecture& a) {
    constexpr Index pictures = 64;
    const Size size = a.picture();
    const auto values = static_cast<std::size_t>(a.num_channels * size.height * size.width);
    const auto noise = std::make_shared<std::vector<std::uint8_t>>(values + static_cast<std::size_t>(pictures));
    const RandomStream stream(0, 0, Purpose::test);
    for (std::size_t i = 0; i < noise->size(); ++i) (*noise)[i] = static_cast<std::uint8_t>(stream.bits(i) & 255);
    PictureSource source;
    source.size = pictures;
    source.resolution = size;
    source.channels = a.num_channels;
    source.label_size = a.label_size;
    source.picture = [noise](Index i, int, std::span<std::uint8_t> pixels) {
        std::copy_n(noise->begin() + static_cast<std::ptrdiff_t>(i), pixels.size(), pixels.begin());
    };
    source.label = [](Index i, std::span<float> label) {
        std::fill(label.begin(), label.end(), 0.0f);
        if (!label.empty()) label[static_cast<std::size_t>(i) % label.size()] = 1;
    };
    return source;
}

/// The options of the run, with a schedule in which stage s begins after s * kimg_of_level.
TrainingOptions options_of_measurement(const Architecture& a, const TrainingOptions& options) {
    TrainingOptions o = options;
    o.schedule.growing = true;
    o.schedule.first_height = a.size(0).height;
    o.schedule.lod_kimg = kimg_of_level;
    o.schedule.fade_kimg = 0;
    o.total_kimg = kimg_of_level * (a.stages() + 1);
    o.max_skipped_steps = 0;
    o.reg_interval = 1;  // few steps are measured: each has its part of R1, at most a seventh too much
    if (o.augment.mode == AugmentMode::adaptive) {  // as long as p is 0, it costs nothing
        constexpr double usual_p = 0.3;
        o.augment.mode = AugmentMode::fixed;
        o.augment.p = usual_p;
    }
    o.burn_in.kimg = 0;
    return o;
}

[[nodiscard]] double half_of_memory() {
    return 0.5 * static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

template <class Device>
bool fits_memory(Trainer<Device>& trainer, int stage, int batch) {
    if constexpr (Device::asynchronous) {
        (void)trainer, (void)stage, (void)batch;
        return true;  // a GPU has its own memory, and refuses what does not fit
    } else {
        const TrainingOptions& o = trainer.options();
        const int shard = batch / o.shards;
        const Index at_once = o.microbatch > 0 ? std::min(o.microbatch, shard) : shard;
        const MemoryPlan plan =
            plan_memory(trainer.generator(), trainer.discriminator(), o.loss, stage, false, at_once, o.adam, o.shards);
        return static_cast<double>(plan.total()) < half_of_memory();
    }
}

/// Seconds of a step at a stage: the mean of some, after one that is not counted.
/// @param slice  seconds that the steps may take
template <class Device>
double seconds_of_step(Trainer<Device>& trainer, int stage, double slice) {
    constexpr int least = 2, most = 40;
    TrainingProgress progress;
    progress.pictures = static_cast<std::uint64_t>(stage * kimg_of_level * 1000);
    trainer.set_progress(progress);
    trainer.step();
    const double begin = seconds_now();
    int steps = 0;
    do {
        trainer.step();
        ++steps;
    } while (steps < most && (steps < least || seconds_now() - begin < slice));
    return (seconds_now() - begin) / steps;
}

template <class Device>
void measure(Trainer<Device>& trainer, double budget, LevelTimes& times) {
    const Architecture& a = trainer.architecture();
    const double end = seconds_now() + budget;
    for (int stage = 0; stage < a.stages(); ++stage) {
        const double pictures = stage * kimg_of_level * 1000;
        const int batch = scheduled(a, trainer.options().schedule, pictures).batch;
        const double left = end - seconds_now();
        if (stage > 0) {
            const double expected =
                times.seconds_per_kimg.back() / 1000 * batch * work_of_stage(a, stage) / work_of_stage(a, stage - 1);
            if (3 * expected > left || !fits_memory(trainer, stage, batch)) return;
        }
        const double slice = stage + 1 == a.stages() ? left / 2 : left / 8;
        times.seconds_per_kimg.push_back(seconds_of_step(trainer, stage, slice) / batch * 1000);
        times.measured = stage + 1;
    }
}

}  // namespace

LevelTimes measure_levels(const Architecture& a, const TrainingOptions& options, const DeviceOption& device,
                          int threads, double budget) {
    LevelTimes times;
    try {
        on_device(device, threads, [&](auto where) {
            using Device = decltype(where);
            Trainer<Device> trainer(a, options_of_measurement(a, options), noise_pictures(a), where);
            measure(trainer, budget, times);
        });
    } catch (const Error& error) {
        times.reason = error.what();
    } catch (const std::bad_alloc&) {
        times.reason = "memory does not suffice";
    }
    if (times.known()) extrapolate(a, times);
    return times;
}

}  // namespace stylegan::examples
