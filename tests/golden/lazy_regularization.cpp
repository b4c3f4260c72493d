// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/training/moving_average.hpp>
#include <stylegan/training/updates.hpp>

#include "architectures.hpp"
#include "results.hpp"
#include "training_inputs.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

Result column(const std::vector<double>& values) {
    Result r;
    r.shape = {static_cast<Index>(values.size())};
    r.values.assign(values.begin(), values.end());
    return r;
}

/// All losses of a run, and its networks after the last step.
/// @param prefix  of the run in the file, "a/" or "b/"
Results results_of_run(const SafetensorsFile& file, const std::string& prefix, const nlohmann::json& setting) {
    const auto& metadata = file.metadata();
    const Architecture a = golden::described_architecture(file, prefix + "g0/");
    const auto context = golden::context();
    AnyGenerator<Device> g(a, context, uninitialized);
    AnyDiscriminator<Device> d(a, context, uninitialized);
    load_parameters(file, prefix + "g0/", g);
    load_parameters(file, prefix + "d0/", d);
    AnyGenerator<Device> averaged = g;
    Updates updates(g, d, {}, setting.at("d_reg_interval").get<int>());
    updates.loss = golden::loss_of("D_logistic_simplegp");
    const double lr = std::stod(metadata.at("lr")), mixing = a.style_mixing_prob.value();
    const Level level = Level::of(a, 0);

    Results results;
    for (std::uint64_t i = 0; i < std::stoul(metadata.at("steps")); ++i) {
        const std::string step = prefix + "step" + std::to_string(i) + "/";
        const golden::GivenPictures pictures(file, *context, step + "reals", "");
        const Draws<Device> draws(golden::given_draws(file, step + "d_draw/", mixing));
        const auto batch = static_cast<Index>(file.shape(step + "reals").front());
        results[step + "d_loss"] =
            golden::loss_tensor(updates.discriminator_step(draws, level, batch, lr, pictures.reals()).values, false);
        if (updates.regularizes_after(i)) {
            const auto r1 = updates.regularization_step(draws, level, batch, lr, pictures.reals()).values.r1;
            results[step + "r1_penalty"] = column(r1);
            for (float& v : results[step + "r1_penalty"].values) v *= static_cast<float>(2 / updates.loss.r1_gamma);
        }
        if (!setting.contains("ema_beta")) continue;
        update_average(*context, averaged, g, setting.at("ema_beta").get<double>());
        const Draws<Device> g_draws(golden::given_draws(file, step + "g_draw/", mixing));
        results[step + "g_loss"] =
            golden::loss_tensor(updates.generator_step(g_draws, level, batch, lr, pictures.labels()).values, false);
    }
    const auto collect = [&](const std::string& name, const Parameter<Device>& p) {
        if (!file.contains(name)) return;
        Result& r = results[name];
        r.shape = p.shape();
        if (r.shape.empty()) r.shape = {1};  // lod, as the file has it
        r.values = download(p.value());
    };
    for_each_parameter(g, collect, prefix + "g1/");
    for_each_parameter(d, collect, prefix + "d1/");
    for_each_parameter(averaged, collect, prefix + "ema1/");
    return results;
}

}  // namespace

/// Two runs of 20 steps: a/... of the discriminator alone, b/... of both networks. g0/..., d0/... before; stepI/... what goes
/// into step I, and its losses; g1/..., d1/..., ema1/... after the last.
void golden_lazy_regularization(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    const auto settings = nlohmann::json::parse(file.metadata().at("settings"));
    std::map<std::string, Results> found;
    for (const auto& [run, setting] : settings.items()) {
        const std::string prefix = run + "/";
        found[prefix] = results_of_run(file, prefix, setting);
        for (const auto& [name, result] : found[prefix]) {
            const bool of_generator =
                name.find("/g1/") != std::string::npos || name.find("/ema1/") != std::string::npos;
            golden::check_close(
                file, name, result,
                of_generator ? std::max(5e-2, golden::training_tolerance()) : golden::training_tolerance());
        }
    }
    for (const std::string& name : file.names()) {
        const bool result = name.ends_with("_loss") || name.ends_with("/r1_penalty") || name.find("/d1/") == 1 ||
                            name.find("/g1/") == 1 || name.find("/ema1/") == 1;
        if (result) BOOST_TEST(found.at(name.substr(0, 2)).count(name) == 1u, name << " is not known to this test");
    }
}
