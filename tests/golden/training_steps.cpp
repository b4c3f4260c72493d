// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/checkpoint.hpp>
#include <stylegan/io/safetensors.hpp>
#include <stylegan/training/moving_average.hpp>
#include <stylegan/training/updates.hpp>

#include "architectures.hpp"
#include "results.hpp"
#include "training_inputs.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

/// A training step moves the variables; in a file whose variables "before" are those after the last step, the ones before
/// were lost.
bool holds_start(const SafetensorsFile& file) {
    for (const std::string& name : golden::names_below(file, "d0/"))
        if (file.read_float(name) != file.read_float("d1/" + name.substr(3))) return true;
    return false;
}

/// The variables before the first step. Where the file lost them, the averaged generator stands for the generator: it has
/// moved by less than a thousandth of what that did. (The w average, which is not trained, is always there.) Nothing stands
/// for the discriminator but what it became.
void load_start(const SafetensorsFile& file, AnyGenerator<Device>& g, AnyDiscriminator<Device>& d) {
    load_parameters(file, "g0/", g);
    load_parameters(file, "d0/", d);
    if (holds_start(file)) return;
    for_each_parameter(g, [&](const std::string& name, Parameter<Device>& p) {
        if (p.trainable()) upload(file.read_float("ema1/" + name), p.value());
    });
}

/// All losses, and both networks and the averaged generator after the last step.
template <class Generator>
Results results_of_training(const SafetensorsFile& file, Generator& g, AnyDiscriminator<Device>& d) {
    const auto& metadata = file.metadata();
    const auto lods = nlohmann::json::parse(metadata.at("lods")).get<std::vector<double>>();
    const double lr = std::stod(metadata.at("lr")), beta = std::stod(metadata.at("ema_beta"));
    load_start(file, g, d);
    Generator averaged = g;
    Updates<Device> updates(g, d);
    updates.loss = golden::loss_options("D_logistic_simplegp");

    Results results;
    const double mixing = g.architecture().style_mixing_prob.value();
    for (std::size_t i = 0; i < lods.size(); ++i) {
        const std::string step = "step" + std::to_string(i) + "/";
        if (i > 0 && (std::floor(lods[i]) != std::floor(lods[i - 1]) || std::ceil(lods[i]) != std::ceil(lods[i - 1]))) {
            updates.generator_adam().reset();
            updates.discriminator_adam().reset();
        }
        g.set_lod(lods[i]);
        d.set_lod(lods[i]);
        const Level level = Level::of(g.architecture(), lods[i]);
        const golden::GivenPictures pictures(file, g.context(), step + "reals", step + "labels");
        const GivenDraws d_draws = golden::given_draws(file, step + "d_draw/", mixing),
                         g_draws = golden::given_draws(file, step + "g_draw/", mixing);
        const auto batch = static_cast<Index>(d_draws.latents.shape(0));
        results[step + "d_loss"] = golden::loss_tensor(
            updates.discriminator_step(Draws<Device>(d_draws), level, batch, lr, pictures.reals()).values, true);
        update_average(g.context(), averaged, g, beta);
        results[step + "g_loss"] = golden::loss_tensor(
            updates.generator_step(Draws<Device>(g_draws), level, batch, lr, pictures.labels()).values, false);
    }
    const auto collect = [&](const std::string& name, const Parameter<Device>& p) {
        Result& r = results[name];
        r.shape = p.shape();
        if (r.shape.empty()) r.shape = {1};  // lod, as the file has it
        r.values = download(p.value());
    };
    for_each_parameter(g, collect, "g1/");
    for_each_parameter(d, collect, "d1/");
    for_each_parameter(averaged, collect, "ema1/");
    return results;
}

/// Whether a result can be compared though the discriminator's start is not known: the averaged generator, and what is not
/// trained. (The w average follows the mapping network, whose weights hardly move.)
bool independent_of_start(const std::string& name) {
    return name.starts_with("ema1/") || name == "g1/dlatent_avg" || name.ends_with("lod") ||
           name.find("/noise") != std::string::npos;
}

template <auto A>
void check_training(const SafetensorsFile& file) {
    const Architecture described = golden::described_architecture(file, "g0/");
    BOOST_TEST((described == A));
    const bool whole = holds_start(file);
    BOOST_WARN_MESSAGE(whole,
                       file.path().stem()
                           << ": d0/... is d1/..., so the variables before the first step are lost; only what does not "
                              "depend on them is compared: the averages, and what is not trained");
    const auto context = golden::context();
    AnyGenerator<Device> g(described, context, uninitialized);
    AnyDiscriminator<Device> d(described, context, uninitialized);
    const Results found = results_of_training(file, g, d);
    for (const auto& [name, result] : found)
        if (whole || independent_of_start(name))
            golden::check_close(file, name, result,
                                name == "step0/d_loss" ? golden::gradient_tolerance() : golden::training_tolerance());
    for (const std::string& name : file.names())
        if (name.starts_with("g1/") || name.starts_with("d1/") || name.starts_with("ema1/") || name.ends_with("_loss"))
            BOOST_TEST(found.count(name) == 1u, name << " is not known to this test");

    BasicGenerator<A, Device> typed_g(uninitialized, golden::device());
    BasicDiscriminator<A, Device> typed_d(0, golden::device());
    for (const auto& [name, result] : results_of_training(file, typed_g, typed_d))
        BOOST_TEST((result == found.at(name)), name << " differs between the static and the run-time form");
}

}  // namespace

/// g0/..., d0/... two networks; stepI/... what goes into step I, and its losses; g1/..., d1/..., ema1/... after the last.
void golden_training(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    golden::with_trained(
        path.stem().string(), [&]<auto A> { check_training<A>(file); });
}
