// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "commands/measurement.hpp"
#include "options/options.hpp"
#include "printing/machine.hpp"
#include "printing/tables.hpp"

#include <stylegan/core/version.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

namespace stylegan::examples {
namespace {

/// One line of JSON, with the keys that benchmarks/compare.sh reads.
std::string json_of(const BenchmarkOptions& o, const Measurement& m) {
    nlohmann::ordered_json json;
    json["peer"] = text("stylegan-cpp ", version[0], '.', version[1], '.', version[2]);
    json["kind"] = o.what == Workload::train   ? "train seconds/image (D with R1 every step, G, Adam, EMA)"
                   : o.what == Workload::lpips ? "lpips seconds/pair"
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
    const bool train = o.what == Workload::train, pairs = o.what == Workload::lpips;
    const std::string kernels =
        o.device.kernels == Kernels::fast ? "" : text(", ", name_of(o.device.kernels), " kernels");
    std::printf("%s %dx%d pictures%s, batch %d, %d %s, %zu runs after %d warm-up runs\n",
                train   ? "Training on"
                : pairs ? "LPIPS with VGG16 on pairs of"
                        : "Generating",
                m.picture.width, m.picture.height, kernels.c_str(), static_cast<int>(m.batch), m.threads,
                m.threads == 1 ? "thread" : "threads", m.seconds.size(), warm_up_runs(o.what));
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
    CLI::App& c = add_command(app, "benchmark", "Measure seconds per picture and peak memory", [o] {
        if (o->what != Workload::generate && !o->latents.empty())
            usage_error("--z", "is given with --what train or lpips, expected --what generate");
        if (o->what != Workload::generate && o->profile)
            usage_error("--profile", "is given with --what train or lpips, expected --what generate");
        if (o->what == Workload::lpips && !o->network.empty())
            usage_error("--network", "is given with --what lpips, expected --what generate or train");
        const Measurement m = measure(*o);
        if (o->json)
            std::printf("%s\n", json_of(*o, m).c_str());
        else
            print(*o, m);
    });
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    CLI::Option& network = add_path(c, "--network", o->network, "FILE",
                                    "the network: a checkpoint in any format that `stylegan info` reads");
    exclude(add_whole(c, "--resolution", o->resolution, {4, 1 << 16},
                      "without --network: side of the pictures in pixels (default 1024; lpips: 256)"),
            network);
    exclude(add_whole(c, "--fmap-base", o->fmap_base, {1, most},
                      "without --network: feature map multiplier, as in the paper (default 8192)"),
            network);
    exclude(add_whole(c, "--fmap-max", o->fmap_max, {1, most},
                      "without --network: upper limit of feature maps per layer (default 512)"),
            network);
    exclude(add_whole(c, "--latent", o->latent, {1, most}, "without --network: length of z and w (default 512)"),
            network);
    add_choice<Workload>(c, "--what", o->what,
                         {{"generate", Workload::generate}, {"train", Workload::train}, {"lpips", Workload::lpips}},
                         "generate (default): pictures with constant noise; train: training steps (D with R1, G, Adam, "
                         "EMA); lpips: distances of picture pairs with VGG16");
    add_whole(c, "--batch", o->batch, {1, 1 << 16}, "pictures computed at once (default 1; train: 8)");
    add_threads(c, o->threads);
    add_device(c, o->device);
    add_whole(c, "--reps", o->reps, {1, 1000000}, "measured runs (default 7)");
    add_flag(c, "--json", o->json, "print one line of JSON");
    add_flag(c, "--profile", o->profile, "also print the time of each layer: a table, or \"layers\" in JSON");
    CLI::Option& z = add_path(c, "--z", o->latents, "FILE", "latents z: a .npy array (batch, latent size)");
    need(z, network);
    need(add_path(c, "--expect", o->expected, "FILE",
                  "print the error against these pictures of --z: a .npy array (n, channels, height, width)"),
         z);
}

}  // namespace stylegan::examples
