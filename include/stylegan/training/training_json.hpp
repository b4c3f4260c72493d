// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/training/augmentation/augment_json.hpp>
#include <stylegan/training/check_options.hpp>
#include <stylegan/training/running_statistics.hpp>
#include <stylegan/training/trainer.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <type_traits>

namespace stylegan {

namespace detail {

/// Calls f(name, member) for every option. Reading and writing use this one list.
template <class O, class F>
void for_each_training_option(O& o, F&& f) {
    f("seed", o.seed);
    f("total_kimg", o.total_kimg);
    f("kimg_per_tick", o.kimg_per_tick);
    f("growing", o.schedule.growing);
    f("first_height", o.schedule.first_height);
    f("lod_kimg", o.schedule.lod_kimg);
    f("fade_kimg", o.schedule.fade_kimg);
    f("batch", o.schedule.batch);
    f("batch_at", o.schedule.batch_at);
    f("lr", o.schedule.lr);
    f("lr_at", o.schedule.lr_at);
    f("microbatch", o.microbatch);
    f("shards", o.shards);
    f("max_skipped_steps", o.max_skipped_steps);
    f("mirror", o.mirror);
    f("loss", o.loss);
    f("r1_gamma", o.loss.r1_gamma);
    f("r2_gamma", o.loss.r2_gamma);
    f("gp_lambda", o.loss.gp_lambda);
    f("gp_target", o.loss.gp_target);
    f("drift", o.loss.drift);
    f("beta1", o.adam.beta1);
    f("beta2", o.adam.beta2);
    f("epsilon", o.adam.epsilon);
    f("burn_in_kimg", o.burn_in.kimg);
    f("burn_in_lr", o.burn_in.lr);
    f("burn_in_gamma", o.burn_in.gamma);
    f("burn_in_beta2", o.burn_in.beta2);
    f("burn_in_ema", o.burn_in.ema);
    f("burn_in_p", o.burn_in.p);
    f("reg_interval", o.reg_interval);
    f("augment", o.augment.mode);
    f("augpipe", o.augment.pipe);
    f("augment_p", o.augment.p);
    f("augment_target", o.augment.control.target);
    f("augment_interval", o.augment.control.interval);
    f("augment_kimg", o.augment.control.kimg);
    f("freeze_d", o.freeze_d);
    f("ema_kimg", o.ema_kimg);
    f("w_average_beta", o.w_average_beta);
    f("repeats", o.repeats);
    f("reset_optimizer", o.reset_optimizer);
}

template <class P, class F>
void for_each_progress_value(P& p, F&& f) {
    f("pictures", p.pictures);
    f("steps", p.steps);
    f("schedule_pictures", p.schedule_pictures);
    f("repeat", p.repeat);
    f("last_lod", p.last_lod);
    f("skipped_generator", p.skipped_generator);
    f("skipped_discriminator", p.skipped_discriminator);
    f("skipped_in_a_row", p.skipped_in_a_row);
    f("generator_steps", p.generator_steps);
    f("discriminator_steps", p.discriminator_steps);
    f("tick", p.tick);
    f("tick_pictures", p.tick_pictures);
    f("augment_p", p.augment.p);
    f("augment_signs", p.augment.signs);
    f("augment_scores", p.augment.scores);
    f("augment_pictures", p.augment.pictures);
    f("augment_minibatches", p.augment.minibatches);
}

[[nodiscard]] inline FormatError unexpected_value(const nlohmann::json& json, const std::string& where,
                                                  const char* name, const std::string& expected) {
    return FormatError(text(where, ": \"", name, "\" is ",
                            shortened(json[name].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)),
                            ", expected ", expected));
}

/// A loss of a name that the library does not know. Its functions throw.
inline Loss unknown_loss(const std::string& name) {
    const auto refuse = [name](double) -> ValueAndSlope {
        throw ValueError(text("loss \"", shortened(name),
                              "\" is not one of the library's, expected a Loss of this name from the program"));
    };
    return {.name = name, .real = refuse, .fake = refuse, .generator = refuse};
}

/// The loss of an older file, which names the generator's and the discriminator's loss separately.
inline Loss loss_of_older_file(const nlohmann::json& json, const std::string& where) {
    const auto name = [&](const char* key, const char* missing, std::initializer_list<const char*> known) {
        if (!json.contains(key)) return std::string(missing);
        for (const char* k : known)
            if (json[key] == k) return std::string(k);
        throw unexpected_value(json, where, key, "the name of a loss");
    };
    const std::string generator =
        name("generator_loss", "logistic_nonsaturating", {"logistic_nonsaturating", "logistic_saturating", "wgan"});
    const std::string discriminator = name("discriminator_loss", "logistic", {"logistic", "wgan", "hinge"});
    const bool penalty = json.contains("gp_lambda") && json["gp_lambda"].is_number() && json["gp_lambda"] > 0;
    if (generator == "logistic_nonsaturating" && discriminator == "logistic") return losses::logistic;
    if (generator == "logistic_saturating" && discriminator == "logistic") return losses::logistic_saturating;
    if (generator == "wgan" && discriminator == "wgan") return penalty ? losses::wgan_gp : losses::wgan;
    if (generator == "wgan" && discriminator == "hinge") return penalty ? losses::hinge_gp : losses::hinge;
    return unknown_loss(generator + "+" + discriminator);
}

template <class T>
nlohmann::ordered_json training_value_to_json(const T& v) {
    if constexpr (std::is_same_v<T, Loss>)
        return v.name;
    else if constexpr (std::is_same_v<T, AugmentMode> || std::is_same_v<T, AugmentOptions>)
        return to_json(v);
    else
        return v;
}

/// Values by picture height, {"128": 0.0015}.
template <class T>
nlohmann::ordered_json training_value_to_json(const std::map<int, T>& v) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [height, value] : v) json[std::to_string(height)] = value;
    return json;
}

/// Reads a value. Returns nullptr, or what was expected if the JSON has another type.
template <class T>
const char* read_training_value(const nlohmann::json& json, T& v) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!json.is_boolean()) return "true or false";
        v = json.get<bool>();
    } else if constexpr (std::is_same_v<T, Loss>) {
        if (!json.is_string() || json.get<std::string>().empty()) return "the name of a loss";
        const auto name = json.get<std::string>();
        v = losses::find(name).value_or(unknown_loss(name));
    } else if constexpr (std::is_same_v<T, AugmentMode>) {
        return read_augment_mode(json, v);
    } else if constexpr (std::is_same_v<T, AugmentOptions>) {
        return read_augment_pipe(json, v);
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        if (!json.is_number_unsigned()) return "a whole number, 0 or more";
        v = json.get<std::uint64_t>();
    } else if constexpr (std::is_integral_v<T>) {
        if (!json.is_number_integer() || json.get<std::int64_t>() < -(1ll << 31) ||
            json.get<std::int64_t>() >= 1ll << 31)
            return "a whole number";
        v = json.get<T>();
    } else {
        if (!json.is_number()) return "a number";
        v = json.get<T>();
    }
    return nullptr;
}

template <class T>
const char* read_training_value(const nlohmann::json& json, std::map<int, T>& v) {
    constexpr const char* expected = "an object of numbers by picture height";
    if (!json.is_object()) return expected;
    v.clear();
    for (const auto& [key, value] : json.items()) {
        if (key.empty() || key.size() > 6 || key.find_first_not_of("0123456789") != std::string::npos) return expected;
        if (read_training_value(value, v[std::stoi(key)])) return expected;
    }
    return nullptr;
}

/// A function that reads the value of a name from `json`. A missing name leaves the value as it is.
inline auto training_reader(const nlohmann::json& json, const std::string& where) {
    if (!json.is_object()) throw FormatError(text(where, ": is not a JSON object"));
    return [&json, where](const char* name, auto& value) {
        if (!json.contains(name)) return;
        if (const char* expected = read_training_value(json[name], value))
            throw unexpected_value(json, where, name, expected);
    };
}

}  // namespace detail

/// The options as a JSON object. A loss is written by its name and weights.
[[nodiscard]] inline nlohmann::ordered_json to_json(const TrainingOptions& options) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    detail::for_each_training_option(
        options, [&](const char* name, const auto& v) { json[name] = detail::training_value_to_json(v); });
    return json;
}

/// The progress as a JSON object.
[[nodiscard]] inline nlohmann::ordered_json to_json(const TrainingProgress& progress) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    detail::for_each_progress_value(progress, [&](const char* name, const auto& v) { json[name] = v; });
    return json;
}

/// Reads options. Missing options keep their defaults.
/// @param where  beginning of error messages: the file, and the place in it
/// @throws FormatError that names the option, what was found and what was expected: another type, or another range
[[nodiscard]] inline TrainingOptions training_options_from_json(const nlohmann::json& json, const std::string& where) {
    TrainingOptions options;
    const auto read = detail::training_reader(json, where);
    const bool older =
        !json.contains("loss") && (json.contains("generator_loss") || json.contains("discriminator_loss"));
    if (older) options.loss = detail::loss_of_older_file(json, where);
    const double drift = options.loss.drift;
    detail::for_each_training_option(options, read);
    if (older && drift == 0) options.loss.drift = 0;  // older files have a drift weight for every loss
    if (const auto wrong = out_of_range(options))
        throw detail::unexpected_value(json, where, wrong->name, wrong->expected);
    return options;
}

/// Reads progress. Missing values keep their defaults.
/// @throws FormatError as above
[[nodiscard]] inline TrainingProgress training_progress_from_json(const nlohmann::json& json,
                                                                  const std::string& where) {
    TrainingProgress progress;
    detail::for_each_progress_value(progress, detail::training_reader(json, where));
    if (const auto wrong = out_of_range(progress))
        throw FormatError(text(where, ": \"", wrong->name, "\" is ", wrong->found, ", expected ", wrong->expected));
    return progress;
}

/// The statistics of an unfinished tick as a JSON object: for each name the number of values, their mean and their sum
/// of squared differences from it. A number that is not finite becomes null.
[[nodiscard]] inline nlohmann::ordered_json to_json(const std::map<std::string, RunningStatistics>& statistics) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const auto& [name, s] : statistics) json[name] = {s.count(), s.mean(), s.squares()};
    return json;
}

/// Reads the statistics of an unfinished tick.
/// @throws FormatError as above
[[nodiscard]] inline std::map<std::string, RunningStatistics> statistics_from_json(const nlohmann::json& json,
                                                                                   const std::string& where) {
    constexpr std::size_t most = 1000;
    if (!json.is_object() || json.size() > most)
        throw FormatError(text(where, ": is not a JSON object of at most ", most, " statistics"));
    const auto number = [](const nlohmann::json& v) { return v.is_null() ? std::nan("") : v.get<double>(); };
    const auto is_number = [](const nlohmann::json& v) { return v.is_number() || v.is_null(); };
    std::map<std::string, RunningStatistics> statistics;
    for (const auto& [name, v] : json.items()) {
        if (!v.is_array() || v.size() != 3 || !v[0].is_number_unsigned() || !is_number(v[1]) || !is_number(v[2]) ||
            (v[2].is_number() && v[2].get<double>() < 0))
            throw FormatError(text(where, ": \"", shortened(name), "\" is ", detail::printed(v),
                                   ", expected a count, a mean and a sum of squares"));
        statistics[name] = RunningStatistics(v[0].get<std::uint64_t>(), number(v[1]), number(v[2]));
    }
    return statistics;
}

}  // namespace stylegan
