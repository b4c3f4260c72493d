// SPDX-License-Identifier: Apache-2.0
#include "commands/measurement.hpp"

#include "drawing/drawing.hpp"
#include "options/options.hpp"
#include "printing/progress.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/tensors/npy.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/load.hpp>
#include <stylegan/training/trainer.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <type_traits>

namespace stylegan::examples {
namespace {

/// GPU memory in use by all programs, in bytes; nothing for the CPU.
template <class Device>
std::optional<std::size_t> device_memory_in_use(Device) {
#ifdef STYLEGAN_CUDA
    if constexpr (std::is_same_v<Device, Cuda>) return cuda_memory_in_use();
#endif
    return std::nullopt;
}

/// Calls f `reps` times. @return seconds per picture, sorted
template <class F>
std::vector<double> timed(int reps, Index batch, F f) {
    std::vector<double> seconds;
    for (int i = 0; i < reps; ++i) {
        const double start = seconds_now();
        f();
        seconds.push_back((seconds_now() - start) / static_cast<double>(batch));
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds;
}

Architecture architecture_of(const BenchmarkOptions& o) {
    if (!o.network.empty()) return Checkpoint(o.network).architecture();
    Architecture a = config_f;
    a.fmap_base = o.fmap_base.value_or(a.fmap_base);
    a.fmap_max = o.fmap_max.value_or(a.fmap_max);
    a.latent_size = a.dlatent_size = a.mapping_fmaps = o.latent.value_or(a.latent_size);
    const int resolution = o.resolution.value_or(1024);
    try {
        return at_resolution(a, resolution);
    } catch (const ValueError&) {
        usage_error("--resolution", text("is ", resolution, ", expected a power of two, at least 4"));
    }
}

/// The array in a file. @param shape  expected; an extent of 0 stands for any positive number
NpyArray<float> array_of_shape(const std::filesystem::path& path, const std::vector<Index>& shape) {
    NpyArray<float> array = read_npy(path);
    bool fits = array.shape.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] == 0 ? array.shape[i] > 0 : array.shape[i] == shape[i];
    if (!fits)
        throw FormatError(text(path.string(), ": has shape ", SafetensorsFile::shape_text(array.shape), ", expected ",
                               SafetensorsFile::shape_text(shape),
                               shape[0] == 0 ? ", where 0 stands for any number" : ""));
    return array;
}

/// The latents of --z, or those of the seeds 0, 1, 2 ...
xt::xtensor<float, 2> latents_for(const BenchmarkOptions& o, const Architecture& a) {
    const auto width = static_cast<std::size_t>(a.latent_size);
    if (o.latents.empty()) {
        std::vector<std::uint32_t> seeds(static_cast<std::size_t>(o.batch.value_or(1)));
        std::iota(seeds.begin(), seeds.end(), 0u);
        return latents_of_seeds(seeds, width);
    }
    const NpyArray<float> array = array_of_shape(o.latents, {o.batch.value_or(0), a.latent_size});
    auto z = xt::xtensor<float, 2>::from_shape({static_cast<std::size_t>(array.shape[0]), width});
    std::copy(array.values.begin(), array.values.end(), z.data());
    return z;
}

/// The largest difference over the largest magnitude.
double relative_error(const xt::xtensor<float, 4>& found, const std::vector<float>& expected) {
    double difference = 0, magnitude = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double d = std::abs(static_cast<double>(found.data()[i]) - static_cast<double>(expected[i]));
        if (!(d <= difference) && !std::isnan(difference)) difference = d;  // NaN stays
        magnitude = std::max(magnitude, std::abs(static_cast<double>(expected[i])));
    }
    return difference / magnitude;
}

template <class Device>
Measurement measure_generate(const BenchmarkOptions& o, Device device) {
    const auto context = std::make_shared<Context<Device>>(device);
    const AnyGenerator<Device> generator = o.network.empty() ? AnyGenerator<Device>(architecture_of(o), context, 0)
                                                             : load_generator(Checkpoint(o.network), context);
    const Architecture& a = generator.architecture();
    const auto z = latents_for(o, a);
    const auto n = static_cast<Index>(z.shape(0));
    SynthesisOptions<float> options;
    if (a.label_size > 0) options.labels = labels_of_class(z.shape(0), a.label_size, 0);
    Measurement m{.picture = a.picture(),
                  .fmap_base = a.fmap_base,
                  .fmap_max = a.fmap_max,
                  .batch = n,
                  .threads = context->threads()};
    if (!o.expected.empty()) {
        const Size s = a.picture();
        const NpyArray<float> expected = array_of_shape(o.expected, {n, a.num_channels, s.height, s.width});
        m.relative_error = relative_error(generator(z, options), expected.values);
    }
    xt::xtensor<float, 4> pictures;
    const auto run = [&] { pictures = generator(z, options); };
    for (int i = 0; i < warm_up_runs(o.what); ++i) run();
    if (o.profile) context->set_profile(&m.profile);
    m.seconds = timed(o.reps, n, run);
    m.device_bytes = device_memory_in_use(device);
    context->set_profile(nullptr);
    return m;
}

template <class Device>
Measurement measure_train(const BenchmarkOptions& o, Device device) {
    const Architecture a = architecture_of(o);
    const int batch = o.batch.value_or(8), group = std::max(a.mbstd_group_size, 1);
    if (batch > group && batch % group != 0)
        throw ValueError(text("--batch: is ", batch, ", expected less than ", group, " or a multiple of ", group,
                              ", the group size of minibatch stddev"));
    PictureSource source{
        .size = 1024, .resolution = a.picture(), .channels = a.num_channels, .label_size = a.label_size};
    source.picture = [](Index i, int, std::span<std::uint8_t> pixels) {  // any content will do
        for (std::size_t p = 0; p < pixels.size(); ++p)
            pixels[p] = static_cast<std::uint8_t>(static_cast<std::size_t>(i) * 31 + p * 7);
    };
    source.label = [](Index i, std::span<float> label) {
        std::fill(label.begin(), label.end(), 0.0f);
        label[static_cast<std::size_t>(i) % label.size()] = 1;
    };
    TrainingOptions options;
    options.schedule.growing = false;
    options.schedule.batch = batch;
    const auto context = std::make_shared<Context<Device>>(device);
    Trainer<Device> trainer(a, options, source, context);
    const auto run = [&] {
        trainer.step();
        context->synchronize();
    };
    for (int i = 0; i < warm_up_runs(o.what); ++i) run();
    return {.picture = a.picture(),
            .fmap_base = a.fmap_base,
            .fmap_max = a.fmap_max,
            .batch = batch,
            .threads = context->threads(),
            .seconds = timed(o.reps, batch, run),
            .device_bytes = device_memory_in_use(device)};
}

/// LPIPS of picture pairs with a full-width VGG16 of random weights; a pair counts as a picture.
template <class Device>
Measurement measure_lpips(const BenchmarkOptions& o, Device device) {
    const int side = o.resolution.value_or(256), pairs = o.batch.value_or(1);
    if (side < Vgg16<Device>::smallest_side)
        throw ValueError(
            text("--resolution: is ", side, ", expected at least ", Vgg16<Device>::smallest_side, " for VGG16"));
    const Lpips<Device> distance(Vgg16<Device>(64, {.wscale = false}, 0, device));
    const auto pictures = [&](std::uint64_t seed) {
        const auto s = static_cast<std::size_t>(side);
        auto x = xt::xtensor<float, 4>::from_shape({static_cast<std::size_t>(pairs), 3, s, s});
        RandomStream(seed, 0, Purpose::test).fill_normal(x.data(), x.size());
        return x;
    };
    const auto a = pictures(1), b = pictures(2);
    std::vector<double> d;
    const auto run = [&] { d = distance(a, b); };
    for (int i = 0; i < warm_up_runs(o.what); ++i) run();
    return {.picture = {side, side},
            .batch = pairs,
            .threads = distance.context().threads(),
            .seconds = timed(o.reps, pairs, run),
            .device_bytes = device_memory_in_use(device)};
}

}  // namespace

int warm_up_runs(Workload what) { return what == Workload::train ? 2 : 3; }

Measurement measure(const BenchmarkOptions& o) {
    return on_device(o.device, o.threads, [&](auto device) {
        return o.what == Workload::train   ? measure_train(o, device)
               : o.what == Workload::lpips ? measure_lpips(o, device)
                                           : measure_generate(o, device);
    });
}

}  // namespace stylegan::examples
