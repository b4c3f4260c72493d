// SPDX-License-Identifier: Apache-2.0
#include <stylegan/training/training_json.hpp>

#include "io/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>

BOOST_AUTO_TEST_SUITE(training_json)

using namespace stylegan;

namespace {

/// Every option different from its default.
TrainingOptions unusual() {
    TrainingOptions o;
    o.schedule = {.growing = false,
                  .first_height = 16,
                  .lod_kimg = 0.125,
                  .fade_kimg = 1e-3,
                  .batch = 12,
                  .batch_at = {{8, 64}, {96, 4}},
                  .lr = 0.1 + 0.2,
                  .lr_at = {}};
    o.loss = losses::hinge_gp;
    o.loss.r1_gamma = 0.3;
    o.loss.r2_gamma = 2;
    o.loss.gp_target = 750;
    o.loss.drift = 0.5;
    o.burn_in = {.kimg = 3, .lr = 2, .gamma = 5, .beta2 = 0.8, .ema = 0.5, .p = 0.1};
    o.reg_interval = 16;
    o.augment = {.mode = AugmentMode::adaptive,
                 .pipe = {.xflip = 1, .cutout = 0.5},
                 .p = 0.25,
                 .control = {.target = 0.5, .interval = 8, .kimg = 100}};
    o.freeze_d = 2;
    o.adam = {.beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-7};
    o.total_kimg = 1.5;
    o.kimg_per_tick = 0.1;
    o.ema_kimg = 2;
    o.w_average_beta = 0.9;
    o.repeats = 1;
    o.reset_optimizer = false;
    o.mirror = true;
    o.microbatch = 8;
    o.shards = 4;
    o.max_skipped_steps = 7;
    o.seed = std::numeric_limits<std::uint64_t>::max();
    return o;
}

}  // namespace

BOOST_AUTO_TEST_CASE(options_and_progress_come_back_as_they_were) {
    const auto defaults = to_json(TrainingOptions{}), written = to_json(unusual());
    for (const auto& [name, value] : written.items()) BOOST_TEST((value != defaults[name]), name << " is not tested");
    const TrainingOptions read = training_options_from_json(nlohmann::json::parse(written.dump()), "here");
    BOOST_TEST((to_json(read) == written));
    BOOST_TEST(read.schedule.lr == 0.1 + 0.2);
    BOOST_TEST(read.seed == std::numeric_limits<std::uint64_t>::max());

    const TrainingProgress p{.pictures = (std::uint64_t{1} << 59) + 1,
                             .steps = 12,
                             .schedule_pictures = 3,
                             .repeat = 3,
                             .last_lod = 1.0 / 3,
                             .skipped_generator = 4,
                             .skipped_discriminator = 5,
                             .skipped_in_a_row = 2,
                             .generator_steps = 6,
                             .discriminator_steps = 7,
                             .tick = 8,
                             .tick_pictures = 9,
                             .augment = {.p = 0.1 + 0.2, .signs = -3, .scores = 16, .pictures = 16, .minibatches = 2}};
    const TrainingProgress again = training_progress_from_json(nlohmann::json::parse(to_json(p).dump()), "here");
    BOOST_TEST((to_json(again) == to_json(p)));
    BOOST_TEST(again.pictures == p.pictures);
    BOOST_TEST(again.last_lod == p.last_lod);
    BOOST_TEST((again.augment == p.augment));
}

BOOST_AUTO_TEST_CASE(what_is_missing_keeps_its_default) {
    BOOST_TEST((to_json(training_options_from_json(nlohmann::json::object(), "here")) == to_json(TrainingOptions{})));
}

BOOST_AUTO_TEST_CASE(losses_of_older_files_are_found) {
    const auto loss = [](const char* json) {
        return training_options_from_json(nlohmann::json::parse(json), "here").loss;
    };
    const Loss logistic = loss(R"({"generator_loss": "logistic_nonsaturating", "discriminator_loss": "logistic",
                                   "r1_gamma": 3, "gp_lambda": 0, "drift": 0.001})");
    BOOST_TEST(logistic.name == "logistic");
    BOOST_TEST(logistic.r1_gamma == 3);
    BOOST_TEST(logistic.drift == 0);  // older files have it for every loss, but only WGAN uses it
    const Loss wgan = loss(R"({"generator_loss": "wgan", "discriminator_loss": "wgan", "r1_gamma": 0, "gp_lambda": 10,
                               "drift": 0.25})");
    BOOST_TEST(wgan.name == "wgan-gp");
    BOOST_TEST(wgan.gp_lambda == 10);
    BOOST_TEST(wgan.drift == 0.25);
    BOOST_TEST(loss(R"({"generator_loss": "wgan", "discriminator_loss": "hinge"})").name == "hinge");
    BOOST_TEST(loss(R"({"generator_loss": "logistic_saturating"})").name == "logistic-saturating");
}

BOOST_AUTO_TEST_CASE(a_loss_that_the_library_does_not_know_keeps_its_name_and_refuses_to_run) {
    const auto loss =
        training_options_from_json(nlohmann::json::parse(R"({"loss": "mine", "r1_gamma": 2})"), "here").loss;
    BOOST_TEST(loss.name == "mine");
    BOOST_TEST(loss.r1_gamma == 2);
    BOOST_TEST(test::message_of<ValueError>([&] { (void)loss.real(0.0); }) ==
               "loss \"mine\" is not one of the library's, expected a Loss of this name from the program");
}

BOOST_AUTO_TEST_CASE(wrong_values_are_named) {
    const auto message = [](const char* json) {
        return test::message_of<FormatError>(
            [&] { (void)training_options_from_json(nlohmann::json::parse(json), "a.json: options"); });
    };
    BOOST_TEST(message("{\"batch\": \"many\"}") == "a.json: options: \"batch\" is \"many\", expected a whole number");
    BOOST_TEST(message("{\"batch\": 99999999999}") ==
               "a.json: options: \"batch\" is 99999999999, expected a whole number");
    BOOST_TEST(message("{\"mirror\": 1}") == "a.json: options: \"mirror\" is 1, expected true or false");
    BOOST_TEST(message("{\"r1_gamma\": null}") == "a.json: options: \"r1_gamma\" is null, expected a number");
    BOOST_TEST(message("{\"seed\": -1}") == "a.json: options: \"seed\" is -1, expected a whole number, 0 or more");
    BOOST_TEST(message("{\"generator_loss\": \"best\"}") ==
               "a.json: options: \"generator_loss\" is \"best\", expected the name of a loss");
    BOOST_TEST(message("{\"batch_at\": {\"big\": 4}}") ==
               "a.json: options: \"batch_at\" is {\"big\":4}, expected an object of numbers by picture height");
    BOOST_TEST(message("[]") == "a.json: options: is not a JSON object");
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_named) {
    const auto options = [](const char* json) {
        return test::message_of<FormatError>(
            [&] { (void)training_options_from_json(nlohmann::json::parse(json), "a.json: options"); });
    };
    BOOST_TEST(options(R"({"batch": -1})") == "a.json: options: \"batch\" is -1, expected more than 0");
    BOOST_TEST(options(R"({"batch_at": {"8": 0}})") ==
               "a.json: options: \"batch_at\" is {\"8\":0}, expected more than 0");
    BOOST_TEST(options(R"({"lr": -1.0})") == "a.json: options: \"lr\" is -1.0, expected a finite number, more than 0");
    for (const char* json : {R"({"total_kimg": 0})",       R"({"kimg_per_tick": -1})", R"({"first_height": 0})",
                             R"({"lod_kimg": -0.5})",      R"({"fade_kimg": -1})",     R"({"lr": 0})",
                             R"({"lr_at": {"16": -0.1}})", R"({"microbatch": -1})",    R"({"max_skipped_steps": -1})",
                             R"({"r1_gamma": -1})",        R"({"r2_gamma": -1})",      R"({"gp_lambda": -1})",
                             R"({"gp_target": 0})",        R"({"drift": -1})",         R"({"beta1": 1})",
                             R"({"beta2": -0.1})",         R"({"epsilon": -1})",       R"({"ema_kimg": -1})",
                             R"({"w_average_beta": 1.5})", R"({"repeats": -4})"})
        BOOST_TEST(test::contains(options(json), " is "), json);

    const auto progress = [](const char* json) {
        return test::message_of<FormatError>(
            [&] { (void)training_progress_from_json(nlohmann::json::parse(json), "a.json: progress"); });
    };
    BOOST_TEST(progress(R"({"pictures": 8, "steps": 1, "tick_pictures": 9})") ==
               "a.json: progress: \"tick_pictures\" is 9, expected at most 8, the pictures");
    for (const char* json :
         {R"({"pictures": -1})", R"({"pictures": 18446744073709551615})", R"({"steps": 1})",
          R"({"schedule_pictures": 1})", R"({"tick": 1})", R"({"skipped_generator": 1})",
          R"({"skipped_discriminator": 1})", R"({"skipped_in_a_row": 1})", R"({"generator_steps": 1})",
          R"({"discriminator_steps": 1})", R"({"repeat": -1})", R"({"repeat": 2147483647})", R"({"last_lod": -0.5})",
          R"({"last_lod": 1e300})", R"({"last_lod": null})"})
        BOOST_TEST(test::contains(progress(json), ", expected "), json);
}

BOOST_AUTO_TEST_CASE(long_values_are_cut) {
    const std::string long_name(1000000, 'x');
    const nlohmann::json json{{"batch", long_name}};
    BOOST_TEST(test::message_of<FormatError>([&] { (void)training_options_from_json(json, "a.json"); }).size() < 200u);
}

BOOST_AUTO_TEST_CASE(statistics_of_an_unfinished_tick_come_back) {
    std::map<std::string, RunningStatistics> statistics;
    for (int i = 0; i < 7; ++i) statistics["Loss/D/loss"].add(0.1 * i);
    statistics["Loss/G/loss"].add(std::numeric_limits<double>::quiet_NaN());
    const auto read = statistics_from_json(nlohmann::json::parse(to_json(statistics).dump()), "here");
    BOOST_TEST((to_json(read).dump() == to_json(statistics).dump()));
    BOOST_TEST(read.at("Loss/D/loss").mean() == statistics.at("Loss/D/loss").mean());
    BOOST_TEST(read.at("Loss/D/loss").standard_deviation() == statistics.at("Loss/D/loss").standard_deviation());
    BOOST_TEST(std::isnan(read.at("Loss/G/loss").mean()));
    for (const char* json : {"[]", R"({"a": 1})", R"({"a": [1, 2]})", R"({"a": [-1, 2, 3]})", R"({"a": [1, "2", 3]})",
                             R"({"a": [1, 2, -3]})"})
        BOOST_CHECK_THROW((void)statistics_from_json(nlohmann::json::parse(json), "here"), FormatError);
}

BOOST_AUTO_TEST_SUITE_END()
