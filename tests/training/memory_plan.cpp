// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <stylegan/training/memory_plan.hpp>

BOOST_AUTO_TEST_SUITE(memory_plan)

using namespace training_test;

namespace {

Architecture wide(int stages, Architecture a, int feature_maps) {
    a = tiny(stages, a);
    a.fmap_base = 8 * feature_maps;
    a.fmap_max = feature_maps;
    a.latent_size = a.dlatent_size = a.mapping_fmaps = feature_maps;
    return a;
}

/// Compares activations with the workspace of a real step, and the rest with the sizes of the networks.
void check_plan(const char* name, const Architecture& a, const Loss& loss, int batch, int microbatch = 0,
                double growing_kimg = -1) {
    BOOST_TEST_CONTEXT(name) {
        TrainingOptions o = few_steps(batch);
        o.loss = loss;
        o.microbatch = microbatch;
        o.schedule.growing = growing_kimg >= 0;
        o.schedule.first_height = 4;
        o.schedule.lod_kimg = o.schedule.fade_kimg = 1;
        Trainer<Cpu> trainer(a, o, boxes(a), Cpu{.threads = 2});
        if (growing_kimg >= 0) {
            TrainingProgress p;
            p.pictures = p.schedule_pictures = static_cast<std::uint64_t>(growing_kimg * 1000);
            trainer.set_progress(p);
        }
        steps(trainer, 2);
        const Level level = Level::of(a, trainer.scheduled_now().lod);
        const MemoryPlan plan = plan_memory(trainer.generator(), trainer.discriminator(), loss, level.stage,
                                            level.fade > 0, microbatch > 0 ? microbatch : batch);
        const auto real = static_cast<double>(trainer.context().workspace().peak());
        const double ratio = static_cast<double>(plan.activations) / real;
        BOOST_TEST((ratio > 0.75 && ratio < 1.25), "planned " << plan.activations << " bytes, used " << real);

        std::size_t values = 0, trainable = 0, moments = 0;
        for_each_parameter(trainer, [&](const std::string& key, const Parameter<Cpu>& p) {
            const auto bytes = static_cast<std::size_t>(p.size()) * sizeof(float);
            (key.starts_with("training/") ? moments : values) += bytes;
            if (p.trainable() && !key.starts_with("Gs/")) trainable += bytes;
        });
        BOOST_TEST(plan.parameters == values);
        BOOST_TEST(plan.gradients == trainable);
        BOOST_TEST(plan.moments == moments);
        BOOST_TEST(plan.total() == values + trainable + moments + plan.activations);
    }
}

Loss with_gammas(double r1, double r2) {
    Loss loss = losses::logistic;
    loss.r1_gamma = r1;
    loss.r2_gamma = r2;
    return loss;
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_near_what_a_step_takes) {
    check_plan("16x16", wide(3, config_f, 32), losses::logistic, 8);
    check_plan("32x32", wide(4, config_f, 48), losses::logistic, 8);
    check_plan("32x32 without penalties", wide(4, config_f, 48), with_gammas(0, 0), 8);
    check_plan("32x32 in parts", wide(4, config_f, 48), losses::logistic, 16, 4);
    check_plan("wide for its size", wide(2, config_f, 128), losses::logistic, 4);
}

BOOST_AUTO_TEST_CASE(for_the_other_configurations) {
    check_plan("a", wide(4, config_a, 32), losses::wgan_gp, 8);
    check_plan("b", wide(4, config_b, 32), losses::logistic, 8);
    check_plan("c", wide(4, config_c, 32), with_gammas(1, 1), 8);
    Architecture rectangular = wide(3, config_f, 32);
    rectangular.base = {4, 6};
    check_plan("16x24", rectangular, losses::logistic, 8);
}

BOOST_AUTO_TEST_CASE(at_every_level_of_growing) {
    const Architecture a = wide(4, config_f, 32);
    check_plan("8x8 fading in", a, losses::logistic, 8, 0, 1.5);
    check_plan("8x8", a, losses::logistic, 8, 0, 2.5);
    check_plan("16x16 fading in", a, losses::logistic, 8, 0, 3.5);
    check_plan("32x32 fading in", a, losses::logistic, 8, 0, 5.5);
}

BOOST_AUTO_TEST_SUITE_END()
