// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include "io/temporary_folder.hpp"

#include <stylegan/training/snapshot.hpp>
#include <stylegan/training/transfer.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(transfer)

using namespace training_test;

namespace {

using Values = std::map<std::string, std::vector<float>>;

/// All parameters of a trainer by name, without Adam's moments.
Values values_of(const Trainer<Cpu>& trainer) {
    Values all;
    for_each_parameter(trainer, [&](const std::string& name, const Parameter<Cpu>& p) {
        if (!name.starts_with("training/")) all[name].assign(p.value().begin(), p.value().end());
    });
    return all;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

const UnlikeParameter* find(const std::vector<UnlikeParameter>& parameters, const std::string& name) {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
    return found == parameters.end() ? nullptr : &*found;
}

using Shape = std::vector<Index>;

/// A snapshot of a few steps, and a new trainer of another architecture that takes from it.
struct Taken {
    Taken(const Architecture& from, const Architecture& to) {
        Trainer<Cpu> old(from, few_steps(), boxes(from), Cpu{.threads = 1});
        steps(old, 2);
        for_each_parameter(old, [](const std::string& name, Parameter<Cpu>& p) {  // Gs differs from G
            if (name.starts_with("Gs/") && p.trainable()) p.value()[0] += 0.5f;
        });
        save_snapshot(folder / "old.safetensors", old);
        before = values_of(old);
        TrainingOptions o = few_steps();
        o.seed = 77;
        Trainer<Cpu> trainer(to, o, boxes(to), Cpu{.threads = 1});
        fresh = values_of(trainer);
        const Checkpoint checkpoint(folder / "old.safetensors");
        plan = plan_transfer(checkpoint, trainer.generator(), trainer.discriminator());
        BOOST_TEST((values_of(trainer) == fresh));  // planning changes nothing
        transfer = transfer_networks(checkpoint, trainer);
        after = values_of(trainer);
        steps(trainer, 2);
        BOOST_TEST(all_finite(everything(trainer)));
    }

    test::TemporaryFolder folder;
    Values before, fresh, after;
    Transfer plan, transfer;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_larger_resolution_begins_with_all_stages_of_the_smaller) {
    const Taken t(tiny(2), tiny(3));
    for (const std::string network : {"G/", "Gs/"}) {
        for (const char* same : {"G_mapping/Dense0/weight", "G_synthesis/4x4/Const/const",
                                 "G_synthesis/8x8/Conv0_up/weight", "G_synthesis/noise3", "dlatent_avg"})
            BOOST_TEST((t.after.at(network + same) == t.before.at(network + same)), network << same);
        // to_rgb layers are counted from the last stage
        BOOST_TEST((t.after.at(network + "G_synthesis/ToRGB_lod1/weight") ==
                    t.before.at(network + "G_synthesis/ToRGB_lod0/weight")));
        for (const char* is_new : {"G_synthesis/16x16/Conv1/weight", "G_synthesis/ToRGB_lod0/weight"})
            BOOST_TEST((t.after.at(network + is_new) == t.fresh.at(network + is_new)), network << is_new);
    }
    BOOST_TEST((t.after.at("D/8x8/Conv1_down/weight") == t.before.at("D/8x8/Conv1_down/weight")));
    BOOST_TEST((t.after.at("D/FromRGB_lod2/weight") == t.before.at("D/FromRGB_lod1/weight")));
    BOOST_TEST((t.after.at("D/16x16/Conv0/weight") == t.fresh.at("D/16x16/Conv0/weight")));
    BOOST_TEST(contains(t.transfer.taken, "G/G_synthesis/8x8/Conv1/weight"));
    BOOST_REQUIRE(find(t.transfer.fresh, "G/G_synthesis/16x16/Conv1/weight") != nullptr);
    BOOST_TEST(find(t.transfer.fresh, "G/G_synthesis/16x16/Conv1/weight")->found.empty());
    BOOST_TEST(t.transfer.left.empty());
    BOOST_TEST(t.transfer.adapted.empty());
    BOOST_TEST(t.transfer.values_taken > 0);
    BOOST_TEST(t.transfer.values_taken < t.transfer.values);
    BOOST_TEST((t.plan.taken == t.transfer.taken));
    BOOST_TEST(t.plan.values_taken == t.transfer.values_taken);
}

BOOST_AUTO_TEST_CASE(a_smaller_resolution_leaves_the_finest_stages) {
    const Taken t(tiny(3), tiny(2));
    BOOST_TEST(t.transfer.fresh.empty());
    BOOST_TEST(t.transfer.values_taken == t.transfer.values);
    BOOST_TEST(contains(t.transfer.left, "G/G_synthesis/16x16/Conv1/weight"));
    BOOST_TEST(contains(t.transfer.left, "G/G_synthesis/ToRGB_lod0/weight"));
    BOOST_TEST(contains(t.transfer.left, "D/16x16/Conv0/weight"));
    BOOST_TEST(!contains(t.transfer.left, "D/lod"));
    BOOST_TEST((t.after.at("G/G_synthesis/ToRGB_lod0/weight") == t.before.at("G/G_synthesis/ToRGB_lod1/weight")));
}

BOOST_AUTO_TEST_CASE(another_base_takes_stage_by_stage) {
    Architecture wide = tiny(2);
    wide.base = {4, 6};
    const Taken t(tiny(2), wide);
    BOOST_TEST((t.after.at("G/G_synthesis/8x12/Conv1/weight") == t.before.at("G/G_synthesis/8x8/Conv1/weight")));
    BOOST_TEST((t.after.at("G/G_synthesis/4x6/Const/const") == t.fresh.at("G/G_synthesis/4x6/Const/const")));
    BOOST_TEST((find(t.transfer.fresh, "G/G_synthesis/4x6/Const/const")->found == Shape{1, 12, 4, 4}));
}

BOOST_AUTO_TEST_CASE(other_labels_keep_the_rows_of_z_and_the_mean_logit) {
    Architecture plain = tiny(2), labelled = plain, more = plain;
    labelled.label_size = 3;
    more.label_size = 5;
    const auto check = [&](const Architecture& from, const Architecture& to) {
        const Taken t(from, to);
        const auto &old = t.before.at("G/G_mapping/Dense0/weight"), &now = t.after.at("G/G_mapping/Dense0/weight");
        BOOST_TEST((std::equal(now.begin(), now.begin() + 10 * 10, old.begin())));
        BOOST_TEST((t.after.at("G/G_mapping/Dense1/weight") == t.before.at("G/G_mapping/Dense1/weight")));
        if (to.label_size > 0)
            BOOST_TEST((t.after.at("G/G_mapping/LabelConcat/weight") == t.fresh.at("G/G_mapping/LabelConcat/weight")));
        const auto &logits = t.before.at("D/4x4/Dense1/weight"), &mean = t.after.at("D/4x4/Dense1/weight");
        const auto classes = static_cast<std::size_t>(std::max(from.label_size, 1)),
                   new_classes = static_cast<std::size_t>(std::max(to.label_size, 1));
        for (std::size_t row = 0; row < logits.size() / classes; ++row) {
            double sum = 0;
            for (std::size_t c = 0; c < classes; ++c) sum += static_cast<double>(logits[row * classes + c]);
            for (std::size_t c = 0; c < new_classes; ++c)
                BOOST_TEST(std::abs(static_cast<double>(mean[row * new_classes + c]) -
                                    sum / static_cast<double>(classes)) < 1e-6);
        }
        return t.transfer;
    };
    const Transfer gained = check(plain, labelled);
    BOOST_REQUIRE(find(gained.adapted, "G/G_mapping/Dense0/weight") != nullptr);
    BOOST_TEST((find(gained.adapted, "G/G_mapping/Dense0/weight")->found == Shape{10, 10}));
    BOOST_TEST((find(gained.adapted, "G/G_mapping/Dense0/weight")->expected == Shape{20, 10}));
    BOOST_TEST(find(gained.adapted, "D/4x4/Dense1/bias") != nullptr);
    const Transfer lost = check(labelled, plain);
    BOOST_TEST(contains(lost.left, "G/G_mapping/LabelConcat/weight"));
    const Transfer changed = check(labelled, more);
    BOOST_TEST(contains(changed.taken, "G/G_mapping/Dense0/weight"));
    BOOST_TEST(find(changed.fresh, "G/G_mapping/LabelConcat/weight") != nullptr);
}

BOOST_AUTO_TEST_CASE(other_channels_and_widths) {
    Architecture grey = tiny(2), wide = tiny(2);
    grey.num_channels = 1;
    wide.fmap_max = 16;
    const Taken g(tiny(2), grey);
    BOOST_TEST((find(g.transfer.fresh, "G/G_synthesis/ToRGB_lod0/weight")->found == Shape{1, 1, 12, 3}));
    BOOST_TEST(g.transfer.fresh.size() == 6u);  // two to_rgb layers with their biases, two weights of from_rgb
    const Taken w(tiny(2), wide);
    BOOST_TEST((find(w.transfer.fresh, "D/8x8/Conv0/weight")->expected == Shape{3, 3, 16, 16}));
    BOOST_TEST((w.after.at("G/G_mapping/Dense1/weight") == w.before.at("G/G_mapping/Dense1/weight")));
}

BOOST_AUTO_TEST_CASE(fused_kernels_are_turned_so_they_do_not_fit_unfused_layers) {
    Architecture fused = tiny(2);
    fused.fused_scale = FusedScale::on;
    const Taken t(tiny(2), fused);
    for (const char* name : {"G/G_synthesis/8x8/Conv0_up/weight", "D/8x8/Conv1_down/weight"}) {
        BOOST_TEST(find(t.transfer.fresh, name) != nullptr, name);
        BOOST_TEST((t.after.at(name) == t.fresh.at(name)), name);
    }
    BOOST_TEST(contains(t.transfer.taken, "G/G_synthesis/8x8/Conv0_up/bias"));
}

BOOST_AUTO_TEST_CASE(a_generator_alone_leaves_the_discriminator_new) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2), b = tiny(3);
    save(folder / "g.safetensors", AnyGenerator<Cpu>(a, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}), 3));
    Trainer<Cpu> trainer(b, few_steps(), boxes(b), Cpu{.threads = 1});
    const Transfer t = transfer_networks(Checkpoint(folder / "g.safetensors"), trainer);
    BOOST_TEST(find(t.fresh, "D/4x4/Conv/weight") != nullptr);
    const Values now = values_of(trainer);
    BOOST_TEST((now.at("G/G_synthesis/4x4/Const/const") == now.at("Gs/G_synthesis/4x4/Const/const")));
}

BOOST_AUTO_TEST_CASE(networks_of_which_nothing_fits_are_refused) {
    const test::TemporaryFolder folder;
    const Architecture a = tiny(2);
    Architecture b = tiny(2);
    b.fmap_max = 7;
    b.latent_size = b.dlatent_size = b.mapping_fmaps = 9;
    save(folder / "g.safetensors", AnyGenerator<Cpu>(a, std::make_shared<Context<Cpu>>(Cpu{.threads = 1}), 3));
    Trainer<Cpu> trainer(b, few_steps(), boxes(b), Cpu{.threads = 1});
    const std::string message =
        test::message_of<FormatError>([&] { (void)transfer_networks(Checkpoint(folder / "g.safetensors"), trainer); });
    BOOST_TEST(test::contains(message, "g.safetensors: has no weights that fit the new networks"), message);
    BOOST_TEST(test::contains(message, "expected ["), message);
}

BOOST_AUTO_TEST_CASE(training_begins_at_the_finest_stage_that_both_have) {
    const Architecture small = tiny(2), large = tiny(4);
    BOOST_TEST(first_height_after_transfer(large, small, 0) == 8);
    BOOST_TEST(first_height_after_transfer(large, small, 0.5) == 4);
    BOOST_TEST(first_height_after_transfer(large, small, 1) == 4);
    BOOST_TEST(first_height_after_transfer(small, large, 0) == 8);
    BOOST_TEST(first_height_after_transfer(small, large, 2) == 8);
    BOOST_TEST(first_height_after_transfer(small, large, 3) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
