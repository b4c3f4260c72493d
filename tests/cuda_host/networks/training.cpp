// SPDX-License-Identifier: Apache-2.0
// Training and projection on the device Cuda, against the processor and against itself.
#include "io/temporary_folder.hpp"
#include "training/projected_networks.hpp"
#include "training/training_case.hpp"

#include <stylegan/training/projection.hpp>
#include <stylegan/training/snapshot.hpp>

#include "../ops/compare.hpp"

using namespace training_test;

namespace {

/// Some training steps apart: Adam divides by the gradient's own size, so what is nearly zero is noise.
constexpr double some_steps = 5e-3;

/// Grows from 4x4 to 8x8 within its first steps.
TrainingOptions growing() {
    TrainingOptions o = few_steps();
    o.repeats = 1;
    o.schedule.growing = true;
    o.schedule.first_height = 4;
    o.schedule.lod_kimg = 0.016;
    o.schedule.fade_kimg = 0.016;
    return o;
}

template <class Device>
std::vector<float> all_of(Trainer<Device>& trainer) {
    std::vector<float> all;
    for_each_parameter(trainer, [&](const std::string&, Parameter<Device>& p) {
        const auto values = download(p.value());
        all.insert(all.end(), values.begin(), values.end());
    });
    return all;
}

/// What the averaged generator shows of two fixed latents.
template <class Device>
std::vector<float> shown(Trainer<Device>& trainer) {
    xt::xtensor<float, 2> z =
        xt::xtensor<float, 2>::from_shape({2, static_cast<std::size_t>(trainer.architecture().latent_size)});
    RandomStream(3, 0, Purpose::test).fill_normal(z.data(), z.size());
    const auto pictures = trainer.averaged()(z, {.noise = Noise::none});
    return {pictures.begin(), pictures.end()};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(training, test::BothDevices)

/// The same draws, the same pictures, the same growth: after a few steps only rounding differs.
BOOST_AUTO_TEST_CASE(both_devices_train_alike) {
    for (const Architecture& a : {tiny(2), tiny(2, config_a)}) {
        Trainer<Cpu> cpu(a, growing(), boxes(a), Cpu{.threads = 1, .kernels = Kernels::plain});
        Trainer<Cuda> gpu(a, growing(), boxes(a), Cuda{.threads = 2});
        BOOST_TEST(test::difference(all_of(gpu), all_of(cpu)) == 0);
        for (int step = 0; step < 6; ++step) {
            cpu.step();
            gpu.step();
            BOOST_TEST(gpu.scheduled_now().lod == cpu.scheduled_now().lod);
        }
        for (const auto& [name, of_cpu] : cpu.statistics()) {
            const double found = gpu.statistics().at(name).mean(), expected = of_cpu.mean();
            BOOST_TEST(std::abs(found - expected) <= 1e-3 * (1 + std::abs(expected)),
                       name << " is " << found << ", expected " << expected);
        }
        BOOST_TEST(test::difference(shown(gpu), shown(cpu)) < some_steps);
        BOOST_TEST(gpu.progress().skipped_discriminator + gpu.progress().skipped_generator == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_run_that_was_stopped_goes_on_bit_for_bit) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    for (const Precision precision : {Precision::fp16, Precision::fp32}) {
        Trainer<Cuda> straight(a, growing(), boxes(a), Cuda{.precision = precision, .threads = 1});
        steps(straight, 5);
        {
            Trainer<Cuda> first(a, growing(), boxes(a), Cuda{.precision = precision, .threads = 2});
            steps(first, 3);
            save_snapshot(folder / "snapshot.safetensors", first);
        }
        Trainer<Cuda> second(a, growing(), boxes(a), Cuda{.precision = precision, .threads = 2});
        steps(second, 1);  // to be forgotten
        load_snapshot(Checkpoint(folder / "snapshot.safetensors"), second);
        steps(second, 2);
        BOOST_TEST((all_of(second) == all_of(straight)));
        if (precision != Precision::fp32) continue;

        Trainer<Cpu> elsewhere(a, growing(), boxes(a), Cpu{.threads = 1});  // a snapshot knows no device
        load_snapshot(Checkpoint(folder / "snapshot.safetensors"), elsewhere);
        steps(elsewhere, 2);
        BOOST_TEST(test::difference(shown(elsewhere), shown(straight)) < some_steps);
    }
}

BOOST_AUTO_TEST_CASE(parts_of_a_minibatch_add_up) {
    const Architecture a = tiny(2);
    TrainingOptions whole = few_steps(), parts = few_steps();
    parts.microbatch = 4;
    Trainer<Cuda> one(a, whole, boxes(a), Cuda{.threads = 1}), other(a, parts, boxes(a), Cuda{.threads = 1});
    steps(one, 2);
    steps(other, 2);
    BOOST_TEST(test::difference(shown(other), shown(one)) < some_steps);
}

/// R1's second pass and the growth included. How near is a matter of Adam, which divides by the gradient's own size.
BOOST_AUTO_TEST_CASE(half_precision_trains_alike) {
    const Architecture a = tiny(2);
    Trainer<Cuda> single(a, growing(), boxes(a), Cuda{.threads = 1});
    steps(single, 6);
    for (const auto& [precision, near] : {std::pair{Precision::fp16, 0.05}, std::pair{Precision::bf16, 0.3}}) {
        Trainer<Cuda> half(a, growing(), boxes(a), Cuda{.precision = precision, .threads = 1});
        steps(half, 6);
        BOOST_TEST(test::difference(shown(half), shown(single)) < near, name_of(precision));
        for (const auto& [name, expected] : single.statistics()) {
            if (name.starts_with("Loss/signs")) continue;  // a score near 0 jumps
            BOOST_TEST(
                std::abs(half.statistics().at(name).mean() - expected.mean()) <= near * (1 + std::abs(expected.mean())),
                name_of(precision) << ", " << name);
        }
        BOOST_TEST(half.progress().skipped_discriminator + half.progress().skipped_generator == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_step_that_overflows_half_precision_is_skipped) {
    const Architecture a = tiny(2);
    for (const Precision precision : {Precision::fp16, Precision::bf16}) {
        Trainer<Cuda> trainer(a, few_steps(), boxes(a), Cuda{.precision = precision, .threads = 1});
        steps(trainer, 1);
        std::vector<float> before;
        const auto first_weight = [&](auto use) {
            bool done = false;
            for_each_parameter(trainer.discriminator(), [&](const std::string& name, Parameter<Cuda>& p) {
                if (!done && name.find("Conv0/weight") != std::string::npos) use(p.value()), done = true;
            });
        };
        first_weight([&](DeviceBuffer<float>& w) {
            before = download(w);
            upload(std::vector<float>(before.size(), 3e38f), w);  // finite, but not in what is made of it
        });
        steps(trainer, 1);
        BOOST_TEST(trainer.progress().skipped_discriminator == 1u);
        BOOST_TEST(trainer.progress().skipped_generator == 1u);
        first_weight([&](DeviceBuffer<float>& w) { upload(before, w); });
        const std::vector<float> then = all_of(trainer);
        steps(trainer, 1);
        BOOST_TEST(trainer.progress().skipped_discriminator == 1u);
        BOOST_TEST(all_finite(all_of(trainer)));
        BOOST_TEST((all_of(trainer) != then));
    }
}

BOOST_AUTO_TEST_CASE(both_devices_project_alike) {
    const Architecture a = tiny(2);
    AnyGenerator<Cpu> on_cpu(a, 7, Cpu{.threads = 1, .kernels = Kernels::plain});
    AnyGenerator<Cuda> on_gpu(a, 7, Cuda{.threads = 1});
    const auto height = static_cast<std::size_t>(a.picture().height),
               width = static_cast<std::size_t>(a.picture().width);
    auto target = xt::xtensor<float, 4>::from_shape({1, 3, height, width});
    RandomStream(9, 0, Purpose::test).fill_normal(target.data(), target.size());
    const auto squares = projection_test::squares_to(target);
    Projection<Cpu> expected(on_cpu, squares, {.steps = 5, .w_samples = 10});
    Projection<Cuda> found(on_gpu, squares, {.steps = 5, .w_samples = 10});
    while (!expected.finished()) {
        const double e = expected.step().distance, f = found.step().distance;
        BOOST_TEST(std::abs(f - e) <= 1e-4 * e);
    }
    BOOST_TEST(found.finished());
}

BOOST_AUTO_TEST_SUITE_END()
