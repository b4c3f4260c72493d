// SPDX-License-Identifier: Apache-2.0
#include <stylegan/io/networks/checkpoint.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/training/moving_average.hpp>
#include <stylegan/training/updates.hpp>

#include "device/thread_ranks.hpp"

#include "architectures.hpp"
#include "damaged_run.hpp"
#include "results.hpp"
#include "training_inputs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace stylegan;
using golden::Device;
using golden::Result;
using golden::Results;

/// Ranks that share the shards of a minibatch, in which each picture comes once for each shard: so the minibatch stddev
/// groups of the shards are alike, and the mean gradient is that of the file.
struct Sharing {
    int shards = 1;
    std::shared_ptr<Communicator> ranks = std::make_shared<SingleProcess>();
};

/// All losses, and both networks and the averaged generator after the last step.
/// @param stops  if given, the run stops before its last step and resumes from a snapshot
template <class Generator>
Results results_of_training(const SafetensorsFile& file, Generator& g, AnyDiscriminator<Device>& d,
                            golden::DamagedRun* stops = nullptr, const Sharing& sharing = {}) {
    const auto& metadata = file.metadata();
    const auto lods = nlohmann::json::parse(metadata.at("lods")).get<std::vector<double>>();
    const double lr = std::stod(metadata.at("lr")), beta = std::stod(metadata.at("ema_beta"));
    load_parameters(file, "g0/", g);
    load_parameters(file, "d0/", d);
    Generator averaged = g;
    Updates updates(static_cast<AnyGenerator<Device>&>(g), d);
    updates.loss = golden::loss_of("D_logistic_simplegp");
    updates.shards = sharing.shards;
    updates.ranks = sharing.ranks;
    const auto copies = static_cast<std::size_t>(sharing.shards);
    const auto once = [copies](LossValues values) {  // of each picture
        LossValues::for_each_list(
            [copies](std::vector<double>& list) {
                for (std::size_t i = 0; i < list.size() / copies; ++i) list[i] = list[i * copies];
                list.resize(list.size() / copies);
            },
            values);
        return values;
    };

    Results results;
    const double mixing = g.architecture().style_mixing_prob.value();
    for (std::size_t i = 0; i < lods.size(); ++i) {
        if (stops && i + 1 == lods.size()) {
            i = stops->resume<AnyGenerator<Device>>(g, d, averaged, updates);
            stops = nullptr;
        }
        const std::string step = "step" + std::to_string(i) + "/";
        if (i > 0 && (std::floor(lods[i]) != std::floor(lods[i - 1]) || std::ceil(lods[i]) != std::ceil(lods[i - 1]))) {
            updates.generator_adam().reset();
            updates.discriminator_adam().reset();
        }
        g.set_lod(lods[i]);
        d.set_lod(lods[i]);
        const Level level = Level::of(g.architecture(), lods[i]);
        const golden::GivenPictures pictures(file, g.context(), step + "reals", step + "labels", sharing.shards);
        const GivenDraws d_draws = golden::repeated(golden::given_draws(file, step + "d_draw/", mixing), copies),
                         g_draws = golden::repeated(golden::given_draws(file, step + "g_draw/", mixing), copies);
        const auto batch = static_cast<Index>(d_draws.latents.shape(0));
        results[step + "d_loss"] = golden::loss_tensor(
            once(updates.discriminator_step(Draws<Device>(d_draws), level, batch, lr, pictures.reals()).values), true);
        update_average(g.context(), averaged, g, beta);
        results[step + "g_loss"] = golden::loss_tensor(
            once(updates.generator_step(Draws<Device>(g_draws), level, batch, lr, pictures.labels()).values), false);
        if (stops) stops->save<AnyGenerator<Device>>(i, g, d, averaged, updates);
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

/// The largest difference of two tensors, less what `roundings` sums, each rounded to single precision, may do to a value.
double largest_difference(const std::vector<float>& a, const std::vector<float>& b, int roundings = 0) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest =
            std::max(largest, std::abs(double{a[i]} - double{b[i]}) - roundings * 0x1p-24 * std::abs(double{b[i]}));
    return largest;
}

/// The name of a variable before the first step; the average begins as the generator.
std::string before(const std::string& name) {
    return (name.starts_with("d1/") ? "d0" : "g0") + name.substr(name.find('/'));
}

/// A loss, or a variable after the last step: by its size, and by how far the steps moved it, which is much less. What no step
/// moves is as it was, bit for bit. The average moves by some units of its last place, so that it may be off by the rounding of each
/// step and of the file.
/// @return whether the file's tensor moved
bool check_trained(const SafetensorsFile& file, const std::string& name, const Result& found, int steps) {
    golden::check_close(file, name, found,
                        name == "step0/d_loss" ? golden::gradient_tolerance() : golden::training_tolerance());
    if (name.ends_with("_loss")) return false;
    const std::vector<float> start = file.read_float(before(name)), after = file.read_float(name);
    const double move = largest_difference(after, start),
                 error = largest_difference(found.values, after, name.starts_with("ema1/") ? steps + 1 : 0);
    if (move == 0)
        BOOST_TEST((found.values == start), name << " moved");
    else
        BOOST_TEST(error <= golden::move_tolerance() * move, name << " is off by " << error << ", moved by " << move);
    return move > 0;
}

/// The file's training once more by two shards, and by two ranks that have one each: the same bits.
void check_shared_training(const SafetensorsFile& file, const Architecture& a, int steps) {
    const auto train = [&](const std::shared_ptr<Communicator>& ranks) {
        const auto context = std::make_shared<Context<Device>>(golden::device());
        AnyGenerator<Device> g(a, context, uninitialized);
        AnyDiscriminator<Device> d(a, context, uninitialized);
        return results_of_training(file, g, d, nullptr, {.shards = 2, .ranks = ranks});
    };
    const Results one = train(std::make_shared<SingleProcess>());
    for (const auto& [name, result] : one) (void)check_trained(file, name, result, steps);
    if constexpr (!Device::asynchronous)  // the stand-in of CUDA is for one thread
        thread_ranks::on_ranks(2, [&](const std::shared_ptr<Communicator>& ranks) {
            if (train(ranks) != one) throw DeviceError(text("the networks of ", ranks->name(), " differ"));
        });
}

template <auto A>
void check_training(const SafetensorsFile& file) {
    const Architecture described = golden::described_architecture(file, "g0/");
    BOOST_TEST((described == A));
    const auto context = golden::context();
    AnyGenerator<Device> g(described, context, uninitialized);
    AnyDiscriminator<Device> d(described, context, uninitialized);
    const Results found = results_of_training(file, g, d);
    const auto steps = static_cast<int>(nlohmann::json::parse(file.metadata().at("lods")).size());
    std::map<std::string, int> moved;  // of g1, d1 and ema1
    for (const auto& [name, result] : found)
        if (check_trained(file, name, result, steps)) ++moved[name.substr(0, name.find('/'))];
    BOOST_TEST(moved.size() == 3u, "the variables before the first step are those after the last");
    for (const std::string& name : file.names())
        if (name.starts_with("g1/") || name.starts_with("d1/") || name.starts_with("ema1/") || name.ends_with("_loss"))
            BOOST_TEST(found.count(name) == 1u, name << " is not known to this test");

    check_shared_training(file, described, steps);

    golden::DamagedRun stops;
    for (const auto& [name, result] : results_of_training(file, g, d, &stops))
        BOOST_TEST((result == found.at(name)), name << " differs after a stop and a damaged snapshot");

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
