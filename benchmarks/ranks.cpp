// SPDX-License-Identifier: Apache-2.0
// Times what ranks exchange in training, and training steps, with as many ranks as mpirun starts; rank 0 prints lines
// of JSON. See scaling.sh.
#include <stylegan/device/mpi.hpp>
#include <stylegan/training/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace stylegan;

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Median seconds of some calls, after one that is not counted.
template <class F>
double median_seconds(int repeats, const F& f) {
    f();
    std::vector<double> seconds;
    for (int i = 0; i < repeats; ++i) {
        const double begin = seconds_now();
        f();
        seconds.push_back(seconds_now() - begin);
    }
    std::nth_element(seconds.begin(), seconds.begin() + repeats / 2, seconds.end());
    return seconds[static_cast<std::size_t>(repeats / 2)];
}

/// One sum of `floats` values over all ranks.
void time_sums(Communicator& ranks) {
    Context<Cpu> context(Cpu{.threads = 1});
    for (const Index floats : {1 << 10, 1 << 14, 1 << 17, 1 << 20, 1 << 23}) {
        std::vector<float> values(static_cast<std::size_t>(floats), 1.0F);
        ShardSum<Cpu> sum;
        const double seconds = median_seconds(15, [&] {
            sum.begin({values});
            sum.finish(context, ranks);
        });
        if (ranks.rank() == 0)
            std::printf("{\"ranks\": %d, \"floats\": %lld, \"sum_seconds\": %.9g}\n", ranks.size(),
                        static_cast<long long>(floats), seconds);
    }
}

Architecture shipped_widths() {
    Architecture a = config_f;
    a.resolution_log2 = 6;
    a.fmap_base = 768;
    a.fmap_max = 192;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = 128;
    return a;
}

std::unique_ptr<Trainer<Cpu>> trainer_of(int shards) {
    const Architecture a = shipped_widths();
    PictureSource source{.size = 1024, .resolution = a.picture(), .channels = a.num_channels};
    source.picture = [](Index i, int, std::span<std::uint8_t> pixels) {
        for (std::size_t p = 0; p < pixels.size(); ++p)
            pixels[p] = static_cast<std::uint8_t>(static_cast<std::size_t>(i) * 31 + p * 7);
    };
    TrainingOptions o;
    o.schedule.growing = false;
    o.schedule.batch = 16;
    o.shards = shards;
    return std::make_unique<Trainer<Cpu>>(a, o, source, Cpu{.threads = 1});
}

/// Steps of 64x64, by four shards, and how long ranks waited for each other.
void time_steps(const std::shared_ptr<Communicator>& ranks, int repeats) {
    const auto trainer = trainer_of(4);
    trainer->share(ranks);
    const double waited = ranks->waited();
    const double seconds = median_seconds(repeats, [&] { trainer->step(); });
    if (ranks->rank() == 0)
        std::printf("{\"ranks\": %d, \"shards\": 4, \"step_seconds\": %.9g, \"waited_a_step\": %.9g}\n", ranks->size(),
                    seconds, (ranks->waited() - waited) / (repeats + 1));
}

/// What Mpi costs a single process, step by step in turn.
void time_overhead(const std::shared_ptr<Communicator>& mpi, int repeats) {
    const auto with = trainer_of(1), without = trainer_of(1);
    with->share(mpi);
    std::vector<double> a, b;
    for (int i = 0; i <= repeats; ++i)
        for (const bool first : {true, false}) {
            const double begin = seconds_now();
            (first ? with : without)->step();
            if (i > 0) (first ? a : b).push_back(seconds_now() - begin);
        }
    for (auto* seconds : {&a, &b}) std::nth_element(seconds->begin(), seconds->begin() + repeats / 2, seconds->end());
    const auto middle = static_cast<std::size_t>(repeats / 2);
    std::printf("{\"mpi_step_seconds\": %.9g, \"single_process_step_seconds\": %.9g}\n", a[middle], b[middle]);
}

}  // namespace

/// ranks [REPEATS]
int main(int argc, char** argv) {
    try {
        const auto ranks = std::make_shared<Mpi>();
        const int repeats = argc > 1 ? std::stoi(argv[1]) : 15;
        time_sums(*ranks);
        if (ranks->size() <= 4) time_steps(ranks, repeats);
        if (ranks->size() == 1) time_overhead(ranks, repeats);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "ranks: %s\n", error.what());
        return 1;
    }
}
