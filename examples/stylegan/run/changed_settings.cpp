// SPDX-License-Identifier: Apache-2.0
#include "run/changed_settings.hpp"

#include <stylegan/core/shortened.hpp>

namespace stylegan::examples {
namespace {

enum class MayChange { always, in_a_new_run, never };

struct Setting {
    const char* name;  ///< in training_options.json
    const char* flag;
    MayChange may_change;
};

/// All settings of a run that a flag sets, but for the networks: those must be the snapshot's, and so must size,
/// channels and labels of the pictures (TrainSettings::architecture).
constexpr Setting all_settings[] = {
    {"data", "--data", MayChange::always},
    {"cond", "--cond", MayChange::never},
    {"seed", "--seed", MayChange::in_a_new_run},
    {"loss", "--loss", MayChange::never},
    {"r1_gamma", "--gamma", MayChange::always},
    {"r2_gamma", "--r2-gamma", MayChange::always},
    {"total_kimg", "--kimg", MayChange::always},
    {"kimg_per_tick", "--tick", MayChange::always},
    {"growing", "--growing", MayChange::always},
    {"lod_kimg", "--lod-kimg", MayChange::always},
    {"fade_kimg", "--fade-kimg", MayChange::always},
    {"batch", "--batch", MayChange::always},
    {"batch_at", "--batch", MayChange::always},
    {"microbatch", "--microbatch", MayChange::always},
    {"lr", "--lr", MayChange::always},
    {"lr_at", "--lr", MayChange::always},
    {"mirror", "--mirror", MayChange::always},
    {"reg_interval", "--reg-interval", MayChange::always},
    {"burn_in_kimg", "--burn-in", MayChange::always},
    {"augment", "--aug", MayChange::always},
    {"augpipe", "--augpipe", MayChange::always},
    {"augment_p", "--p", MayChange::always},
    {"augment_target", "--target", MayChange::always},
    {"freeze_d", "--freeze-d", MayChange::always},
    {"ema_kimg", "--ema-kimg", MayChange::always},
    {"snap", "--snap", MayChange::always},
    {"snap_minutes", "--snap-minutes", MayChange::always},
    {"hours", "--hours", MayChange::always},
    {"keep", "--keep", MayChange::always},
    {"threads", "--threads", MayChange::always},
    {"tensorboard", "--tensorboard", MayChange::always},
    {"metrics", "--metrics", MayChange::always},
    {"metric_samples", "--metric-samples", MayChange::always},
    {"vgg", "--vgg", MayChange::always},
    {"lpips", "--lpips", MayChange::always},
    {"inception", "--inception", MayChange::always},
    {"resize", "--resize", MayChange::always},
};

std::string words(const nlohmann::ordered_json& value) {
    return shortened(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::string changed_settings(const TrainStart& before, const TrainSettings& now) {
    nlohmann::ordered_json old, current = to_json(now);
    if (before.settings) old = to_json(*before.settings);
    old["training"] = stylegan::to_json(before.record->options);
    std::string changes;
    for (const auto& [name, flag, may_change] : all_settings) {
        const bool of_training = current["training"].contains(name);
        const auto& from = of_training ? old["training"] : old;
        const auto& to = of_training ? current["training"] : current;
        if (!from.contains(name) || from[name] == to[name]) continue;
        if (may_change == MayChange::never || (may_change == MayChange::in_a_new_run && before.settings))
            throw ValueError(text(flag, ": is ", words(to[name]), ", expected ", words(from[name]), " as in ",
                                  before.snapshot.string(), ": it cannot change when a run is resumed",
                                  may_change == MayChange::never ? "" : " in its folder"));
        changes += text(changes.empty() ? "" : ", ", flag, ' ', words(from[name]), " -> ", words(to[name]));
    }
    return changes;
}

}  // namespace stylegan::examples
