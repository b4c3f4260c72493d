// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/training/updates.hpp>

#include "architectures.hpp"
#include "augment_draws.hpp"
#include "results.hpp"
#include "training_inputs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

struct Setting {
    Loss loss = losses::logistic;
    bool of_discriminator, penalized;
    double lod;
    AugmentNow augment{};
};

Setting setting_of(const SafetensorsFile& file) {
    const auto& metadata = file.metadata();
    Setting s;
    s.loss = golden::loss_of(metadata.at("loss"), nlohmann::json::parse(metadata.at("params")));
    s.of_discriminator = metadata.at("of") == "d";
    s.penalized = s.of_discriminator && s.loss.r1_gamma + s.loss.r2_gamma + s.loss.gp_lambda > 0;
    s.lod = std::stod(metadata.at("lod"));
    if (metadata.contains("pipeline")) s.augment = {golden::augment_options(file), std::stod(metadata.at("p"))};
    return s;
}

/// What newer files hold: losses of (N), and scores and penalties of each picture.
void add_of_each(const SafetensorsFile& file, const Setting& s, const LossValues& values, Results& results) {
    const auto add = [&](const char* name, std::size_t n, const auto& value) {
        if (!file.contains(name) || n == 0) return;
        Result& r = results[name];
        r.shape = {static_cast<Index>(n)};
        for (std::size_t i = 0; i < n; ++i) r.values.push_back(static_cast<float>(value(i)));
    };
    results.erase("out/loss");
    const std::size_t n = values.loss.size(), pairs = s.of_discriminator ? n : 0;
    add("out/loss", n, [&](std::size_t i) { return values.loss[i] + values.penalty[i]; });
    add("out/adversarial", pairs, [&](std::size_t i) { return values.loss[i]; });
    add("out/score_real", pairs, [&](std::size_t i) { return values.real_scores[i]; });
    add("out/score_fake", n, [&](std::size_t i) { return values.fake_scores[i]; });
    add("out/relativistic", pairs, [&](std::size_t i) { return values.real_scores[i] - values.fake_scores[i]; });
    add("out/r1_penalty", s.loss.r1_gamma > 0 ? pairs : 0,
        [&](std::size_t i) { return values.r1[i] * 2 / s.loss.r1_gamma; });
    add("out/r2_penalty", s.loss.r2_gamma > 0 ? pairs : 0,
        [&](std::size_t i) { return (values.penalty[i] - values.r1[i]) * 2 / s.loss.r2_gamma; });
}

/// Whether a file of a relativistic loss holds a number that the library does not compute there.
bool left_out(const Setting& s, const std::string& name) {
    if (!s.loss.generator.paired()) return false;
    if (name == "out/r1_penalty" || name == "out/r2_penalty") return s.loss.r1_gamma == 0;
    return !s.of_discriminator && (name == "out/relativistic" || name == "out/score_real");
}

/// Loss, w average and gradients, by one update with a learning rate of 0.
Results results_of_loss(const SafetensorsFile& file, const Setting& s, AnyGenerator<Device>& g,
                        AnyDiscriminator<Device>& d) {
    load_parameters(file, "g/", g);
    load_parameters(file, "d/", d);
    Updates updates(g, d);
    updates.loss = s.loss;
    updates.augment = s.augment;
    GivenDraws draws = golden::given_draws(file, "draw/", g.architecture().style_mixing_prob.value());
    if (s.augment.p > 0) {
        const auto count = draws.latents.shape(0);
        draws.augment_fakes = golden::augment_draws(file, "draw/augment_fake/", count);
        if (s.of_discriminator) draws.augment_reals = golden::augment_draws(file, "draw/augment_real/", count);
    }
    const golden::GivenPictures pictures(file, g.context(), "in/reals", "in/labels");
    const Level level = Level::of(g.architecture(), s.lod);
    const auto batch = static_cast<Index>(draws.latents.shape(0));
    const auto result =
        s.of_discriminator
            ? updates.discriminator_step(Draws<Device>(draws), level, batch, 0, pictures.reals())
            : updates.generator_step(Draws<Device>(draws), level, batch, 0, pictures.labels(), pictures.reals());
    BOOST_TEST(result.moved);

    Results results;
    results["out/loss"] = golden::loss_tensor(result.values, s.penalized);
    if (s.loss.generator.paired() || s.augment.p > 0) add_of_each(file, s, result.values, results);
    results["out/dlatent_avg"].values = g.w_average();
    results["out/dlatent_avg"].shape = {static_cast<Index>(g.w_average().size())};
    const auto collect = [&](const std::string& name, const Parameter<Device>& p) {
        if (!p.trainable()) return;
        Result& r = results["grad/" + name];
        r.shape = p.shape();
        r.values = download(p.gradient());
    };
    if (s.of_discriminator)
        for_each_parameter(d, collect);
    else
        for_each_parameter(g, collect);
    return results;
}

template <auto A>
void check_loss(const SafetensorsFile& file) {
    const Architecture described = golden::described_architecture(file, "g/");
    BOOST_TEST((described == A));
    const Setting setting = setting_of(file);
    double largest_gradient = 0;
    for (const std::string& name : golden::names_below(file, "grad/"))
        for (const float g : file.read_float(name)) largest_gradient = std::max(largest_gradient, std::abs(double{g}));

    const auto context = golden::context();
    AnyGenerator<Device> g(described, context, uninitialized);
    AnyDiscriminator<Device> d(described, context, uninitialized);
    const Results found = results_of_loss(file, setting, g, d);
    for (const auto& [name, result] : found) {
        const bool of_parameter = name.starts_with("grad/");
        const bool first_order = name == "out/dlatent_avg" || (!of_parameter && !setting.penalized);
        golden::check_close(file, name, result,
                            first_order ? golden::forward_tolerance() : golden::gradient_tolerance(),
                            of_parameter ? largest_gradient : 0);
    }
    for (const char* prefix : {"out/", "grad/"})
        for (const std::string& name : golden::names_below(file, prefix))
            BOOST_TEST((found.count(name) == 1u || left_out(setting, name)), name << " is not known to this test");

    BasicGenerator<A, Device> typed_g(uninitialized, golden::device());
    BasicDiscriminator<A, Device> typed_d(0, golden::device());
    for (const auto& [name, result] : results_of_loss(file, setting, typed_g, typed_d))
        BOOST_TEST((result == found.at(name)), name << " differs between the static and the run-time form");
}

}  // namespace

/// g/..., d/... two networks; in/..., draw/... what goes in; out/loss, out/dlatent_avg, and grad/... of the mean loss.
void golden_loss(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    golden::with_trained(
        path.stem().string(), [&]<auto A> { check_loss<A>(file); });
}
