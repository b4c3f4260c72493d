// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "drawing/drawing.hpp"
#include "options/device_option.hpp"
#include "options/options.hpp"
#include "printing/machine.hpp"
#include "printing/progress.hpp"
#include "printing/tables.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/core/version.hpp>
#include <stylegan/io/tensors/npy.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/load.hpp>
#include <stylegan/training/trainer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <type_traits>

namespace stylegan::examples {
namespace {

enum class What { generate, train, lpips };

struct BenchmarkOptions {
    std::filesystem::path network, latents, expected;
    std::optional<int> resolution, fmap_base, fmap_max, latent, batch;
    What what = What::generate;
    int threads = 0, reps = 7;
    DeviceOption device{};
    bool json = false, profile = false;
};

struct Measurement {
    Size picture{};
    int fmap_base = 0, fmap_max = 0;  // 0: of no network of ours
    Index batch = 0;
    int threads = 0;
    std::vector<double> seconds{};  // per picture, sorted
    std::optional<double> relative_error{};
    std::optional<std::size_t> device_bytes{};  // of a GPU
    Profile profile{};
};

/// What is in use of the memory of a GPU, by all programs; nothing for the processor.
template <class Device>
std::optional<std::size_t> device_memory_in_use(Device) {
#ifdef STYLEGAN_CUDA
    if constexpr (std::is_same_v<Device, Cuda>) return cuda_memory_in_use();
#endif
    return std::nullopt;
}

/// Calls f `reps` times with a clock. @return seconds per picture, sorted
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

/// The array in a file. @param shape  expected; an extent of 0 may be any
NpyArray<float> array_of_shape(const std::filesystem::path& path, const std::vector<Index>& shape) {
    NpyArray<float> array = read_npy(path);
    bool fits = array.shape.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] == 0 ? array.shape[i] > 0 : array.shape[i] == shape[i];
    if (!fits)
        throw FormatError(text(path.string(), ": has shape ", SafetensorsFile::shape_text(array.shape), ", expected ",
                               SafetensorsFile::shape_text(shape), shape[0] == 0 ? ", where 0 is any number" : ""));
    return array;
}

/// The latents that are timed: those of --z, or of the seeds 0, 1, 2 ...
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
        if (!(d <= difference) && !std::isnan(difference)) difference = d;  // not-a-number stays
        magnitude = std::max(magnitude, std::abs(static_cast<double>(expected[i])));
    }
    return difference / magnitude;
}

constexpr int warm_up = 3, train_warm_up = 2;

template <class Device>
Measurement measure_generate(const BenchmarkOptions& o, Device device) {
    const auto context = std::make_shared<Context<Device>>(device);
    const AnyGenerator<Device> generator = o.network.empty() ? AnyGenerator<Device>(architecture_of(o), context, 0)
                                                             : load_generator(Checkpoint(o.network), context);
    const Architecture& a = generator.architecture();
    const auto z = latents_for(o, a);
    const auto n = static_cast<Index>(z.shape(0));
    Synthesis<float> options;
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
    for (int i = 0; i < warm_up; ++i) run();
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
        throw ValueError(text("--batch: is ", batch, ", expected less than ", group,
                              " or a multiple of it, the group of minibatch stddev"));
    PictureSource source{
        .size = 1024, .resolution = a.picture(), .channels = a.num_channels, .label_size = a.label_size};
    source.picture = [](Index i, int, std::span<std::uint8_t> pixels) {  // any will do
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
    for (int i = 0; i < train_warm_up; ++i) run();
    return {.picture = a.picture(),
            .fmap_base = a.fmap_base,
            .fmap_max = a.fmap_max,
            .batch = batch,
            .threads = context->threads(),
            .seconds = timed(o.reps, batch, run),
            .device_bytes = device_memory_in_use(device)};
}

/// Distances of pairs of pictures by a VGG16 of full width with random weights; a pair counts as a picture.
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
    for (int i = 0; i < warm_up; ++i) run();
    return {.picture = {side, side},
            .batch = pairs,
            .threads = distance.context().threads(),
            .seconds = timed(o.reps, pairs, run),
            .device_bytes = device_memory_in_use(device)};
}

/// One line, with the keys that the comparison with other implementations uses.
std::string json_of(const BenchmarkOptions& o, const Measurement& m) {
    nlohmann::ordered_json json;
    json["peer"] = text("stylegan-cpp ", version[0], '.', version[1], '.', version[2]);
    json["kind"] = o.what == What::train   ? "train seconds/image (D with R1 every step, G, Adam, EMA)"
                   : o.what == What::lpips ? "lpips seconds/pair"
                                           : "infer seconds/image";
    json["median"] = m.seconds[m.seconds.size() / 2];
    json["min"] = m.seconds.front();
    json["max"] = m.seconds.back();
    json["peak_rss_mb"] = std::llround(static_cast<double>(peak_memory()) / (1024.0 * 1024.0));
    if (m.device_bytes) json["device_mb"] = std::llround(static_cast<double>(*m.device_bytes) / (1024.0 * 1024.0));
    if (o.device.cuda) json["device"] = text("cuda, ", name_of(o.device.precision));
    if (!o.device.cuda) json["kernels"] = name_of(o.device.kernels);
    json["res"] = m.picture.height;
    json["batch"] = m.batch;
    json["threads"] = m.threads;
    if (m.fmap_base > 0) {
        json["fmap_base"] = m.fmap_base;
        json["fmap_max"] = m.fmap_max;
    }
    if (m.relative_error) json["relative_error"] = *m.relative_error;
    if (o.profile) json["layers"] = profile_json(m.profile);
    return json.dump();
}

void print(const BenchmarkOptions& o, const Measurement& m) {
    const bool train = o.what == What::train, pairs = o.what == What::lpips;
    const std::string kernels =
        o.device.kernels == Kernels::fast ? "" : text(" in kernels ", name_of(o.device.kernels));
    std::printf("%s %dx%d pictures%s, %d at once, %d %s, %zu runs after %d to warm up\n",
                train   ? "Training on"
                : pairs ? "LPIPS by VGG16 of pairs of"
                        : "Generating",
                m.picture.width, m.picture.height, kernels.c_str(), static_cast<int>(m.batch), m.threads,
                m.threads == 1 ? "thread" : "threads", m.seconds.size(), train ? train_warm_up : warm_up);
    std::printf("Seconds per %s  median %.4g   min %.4g   max %.4g\n", pairs ? "pair   " : "picture",
                m.seconds[m.seconds.size() / 2], m.seconds.front(), m.seconds.back());
    std::printf("Peak memory          %.0f MiB\n", static_cast<double>(peak_memory()) / (1024.0 * 1024.0));
    if (m.device_bytes)
        std::printf("GPU memory in use    %.0f MiB\n", static_cast<double>(*m.device_bytes) / (1024.0 * 1024.0));
    if (m.relative_error) std::printf("Relative error       %.3g\n", *m.relative_error);
    if (o.profile) print_profile(m.profile);
}

}  // namespace

void add_benchmark(CLI::App& app) {
    const auto o = std::make_shared<BenchmarkOptions>();
    CLI::App& c = add_command(app, "benchmark", "Seconds per picture and peak memory, of generating or training", [o] {
        if (o->what != What::generate && !o->latents.empty())
            usage_error("--z", "is given with --what train or lpips, expected with --what generate");
        if (o->what != What::generate && o->profile)
            usage_error("--profile", "is given with --what train or lpips, expected with --what generate");
        if (o->what == What::lpips && !o->network.empty())
            usage_error("--network", "is given with --what lpips, expected with --what generate or train");
        const Measurement m = on_device(o->device, o->threads, [&](auto device) {
            return o->what == What::train   ? measure_train(*o, device)
                   : o->what == What::lpips ? measure_lpips(*o, device)
                                            : measure_generate(*o, device);
        });
        if (o->json)
            std::printf("%s\n", json_of(*o, m).c_str());
        else
            print(*o, m);
    });
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    CLI::Option& network = add_path(c, "--network", o->network, "FILE",
                                    "the network: a checkpoint of any format that `stylegan info` knows");
    exclude(add_whole(c, "--resolution", o->resolution, {4, 1 << 16},
                      "without --network: side of the pictures (default 1024, lpips 256)"),
            network);
    exclude(add_whole(c, "--fmap-base", o->fmap_base, {1, most},
                      "without --network: feature maps as in the paper (default 8192)"),
            network);
    exclude(add_whole(c, "--fmap-max", o->fmap_max, {1, most},
                      "without --network: at most so many feature maps (default 512)"),
            network);
    exclude(add_whole(c, "--latent", o->latent, {1, most}, "without --network: length of z and w (default 512)"),
            network);
    add_choice<What>(
        c, "--what", o->what, {{"generate", What::generate}, {"train", What::train}, {"lpips", What::lpips}},
        "pictures with constant noise (the default); training steps: D with R1, G, Adam, moving average; or LPIPS of "
        "pairs of pictures by VGG16");
    add_whole(c, "--batch", o->batch, {1, 1 << 16}, "pictures computed at once (default 1, training 8)");
    add_threads(c, o->threads);
    add_device(c, o->device);
    add_whole(c, "--reps", o->reps, {1, 1000000}, "runs to measure (default 7)");
    add_flag(c, "--json", o->json, "print one line of JSON");
    add_flag(c, "--profile", o->profile,
             "also tell the time of each layer: a table, or \"layers\" of the line of JSON");
    CLI::Option& z =
        add_path(c, "--z", o->latents, "FILE", "generate from these latents: a .npy array (batch, latent size)");
    need(z, network);
    need(add_path(c, "--expect", o->expected, "FILE",
                  "tell the error against these pictures of --z: a .npy array (n, channels, height, width)"),
         z);
}

}  // namespace stylegan::examples
