// SPDX-License-Identifier: Apache-2.0
#include "metrics/distribution_metrics.hpp"

#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"
#include "printing/progress.hpp"
#include "printing/tables.hpp"
#include "ranks/program_ranks.hpp"

#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/metrics/distribution/frechet_distance.hpp>
#include <stylegan/metrics/distribution/frechet_extrapolation.hpp>
#include <stylegan/metrics/distribution/frechet_uncertainty.hpp>
#include <stylegan/metrics/distribution/kernel_distance.hpp>
#include <stylegan/metrics/distribution/picture_features.hpp>
#include <stylegan/metrics/distribution/precision_recall.hpp>
#include <stylegan/models/load_inception.hpp>
#include <stylegan/models/load_vgg16.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <regex>
#include <utility>

namespace stylegan::examples {
namespace {

std::vector<NamedEstimate> frechet(const DistributionMetric& m, Context<Cpu>& context, Rows<const float> real,
                                   Rows<const float> fake, const DistributionSettings& s) {
    const FeatureMoments of_real = moments_of(context, real), of_fake = moments_of(context, fake);
    const Sampled sampled = s.whole ? Sampled::first : Sampled::both;
    std::vector<NamedEstimate> all{{m.name, frechet_distance(context, of_fake, of_real),
                                    frechet_standard_error(context, fake, of_fake, real, of_real, sampled)}};
    if (!s.extrapolate) return all;
    const FrechetExtrapolation e =
        extrapolate_frechet_distance(context, fake, real, {.seed = s.seed, .sampled = sampled});
    all.push_back({m.name + "_infinity", e.value, e.standard_error});
    return all;
}

std::vector<NamedEstimate> kernel(const DistributionMetric& m, Context<Cpu>& context, Rows<const float> real,
                                  Rows<const float> fake, std::uint64_t seed) {
    const KernelDistanceEstimate e = estimate_kernel_distance(context, fake, real, {.seed = seed});
    return {{m.name, e.mean, e.standard_error}};
}

std::vector<NamedEstimate> neighbours(const DistributionMetric& m, Context<Cpu>& context, Rows<const float> real,
                                      Rows<const float> fake) {
    const bool precision = m.kind == DistributionKind::precision;
    const PrecisionRecall r =
        precision_recall(context, real, fake, m.neighbours, precision ? Boundary::inside : Boundary::outside);
    const auto named = [&](const char* what, const ShareEstimate& e) {
        return NamedEstimate{m.name + "_" + what, e.value, e.standard_error};
    };
    if (precision) return {named("precision", r.precision), named("recall", r.recall)};
    return {named("density", r.density), named("coverage", r.coverage)};
}

}  // namespace

std::vector<std::pair<std::string, InceptionResize>> resize_words() {
    std::vector<std::pair<std::string, InceptionResize>> words;
    for (const auto& [resize, name] : inception_resize_names) words.emplace_back(name, resize);
    return words;
}

void add_feature_options(CLI::App& c, FeatureOptions& o) {
    add_path(c, "--inception", o.inception, "FILE",
             "the Inception network that FID and KID are defined on: pt_inception-2015-12-05-6726825d.pth, "
             "inception-2015-12-05.pt, or a .safetensors file with the names of either (default: small features that "
             "come with the program; their numbers, fd and kd, compare only with each other)");
    add_choice<InceptionResize>(c, "--resize", o.resize, resize_words(),
                                "how pictures are resized for that network: as in the official code (default), as in "
                                "pytorch-fid, or as in clean-fid; numbers of different ways do not compare");
    add_switch(c, "--cache", o.cache,
               "keep features of a data set beside it, in NAME.features-KEY.safetensors, and use those that are there "
               "(default 1)");
}

PictureFeatures open_features(const FeatureOptions& o, int threads) {
    auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = ProgramRanks::threads(threads)});
    if (!o.inception.empty())
        return inception_features(std::make_shared<const Inception>(load_inception(o.inception, std::move(context))),
                                  o.resize);
    return vgg_features(
        std::make_shared<const Vgg16<Cpu>>(load_vgg16(read_tensor_file(shipped_features()), std::move(context))),
        "cifar-vgg");
}

std::optional<DistributionMetric> parse_distribution_metric(std::string_view name) {
    static const std::regex distances("(fid|kid|fd|kd)([0-9]{1,7})(k?)(_full)?"),
        shares("(pr|dc)([0-9]{1,7})k([1-9]?)(_full)?");
    const std::string all(name);
    std::smatch parts;
    DistributionMetric m;
    m.name = all;
    if (std::regex_match(all, parts, distances)) {
        const std::string family = parts[1];
        m.kind = family[0] == 'f' ? DistributionKind::frechet : DistributionKind::kernel;
        m.published = family == "fid" || family == "kid";
        m.count = std::stol(parts[2]) * (parts[3].length() > 0 ? 1000 : 1);
    } else if (std::regex_match(all, parts, shares)) {
        m.kind = parts[1] == "pr" ? DistributionKind::precision : DistributionKind::density;
        m.count = std::stol(parts[2]) * 1000;
        m.neighbours = parts[3].length() > 0 ? std::stoi(parts[3]) : parts[1] == "pr" ? 3 : 5;
    } else {
        return std::nullopt;
    }
    m.full = parts[4].length() > 0;
    if (m.count < 2) return std::nullopt;
    return m;
}

FeatureProgress progress_bar() {
    return [bar = std::make_shared<std::optional<CountedProgress>>()](Index done, Index all, const std::string& what) {
        if (!*bar) bar->emplace("pictures");
        (*bar)->show(static_cast<std::size_t>(done), static_cast<std::size_t>(all), ", " + what);
        if (done == all) bar->reset();
    };
}

CachedFeatures features_of_data(const std::shared_ptr<const Dataset>& data, const PictureFeatures& features, Index most,
                                Index batch, bool cached, const std::string& what, const FeatureProgress& progress,
                                Communicator* ranks) {
    const Index size = static_cast<Index>(data->size()), all = most > 0 ? std::min(most, size) : size;
    CachedFeatures found = features_of_dataset(
        data, features, most, batch, cached,
        [&](Index done) {
            progress(done, all, what);
            return true;
        },
        ranks);
    for (const std::string& note : found.notes) std::fprintf(stderr, "%s\n", note.c_str());
    require_finite(found.features, features, data->path().string());
    return found;
}

void require_finite(const FeatureSet& set, const PictureFeatures& features, const std::string& whose) {
    const auto wrong = std::find_if(set.values.begin(), set.values.end(), [](float v) { return !std::isfinite(v); });
    if (wrong == set.values.end()) return;
    const auto at = static_cast<Index>(wrong - set.values.begin());
    throw ValueError(text(whose, ": feature ", at % set.width, " of picture ", at / set.width, " is ", *wrong,
                          ", expected a finite number: the weights of the features (", features.name,
                          ") are damaged or too large"));
}

void require_features_of(const DistributionMetric& m, bool published) {
    if (!m.published || published) return;
    throw ValueError(text(m.name, ": is defined on the Inception network, expected --inception FILE; ",
                          m.kind == DistributionKind::frechet ? "fd" : "kd", m.name.substr(3),
                          " measures with the features that come with the program"));
}

void require_enough_to_extrapolate(const std::string& name, Index count, const PictureFeatures& features) {
    const Index fewest = fewest_to_extrapolate(features.width);
    if (count < fewest)
        throw ValueError(text("--extrapolate: ", name, " has ", count, " generated pictures, expected at least ",
                              fewest, ", five times as many as the ", features.width, " features"));
}

DistributionResult evaluate_distribution(const DistributionMetric& m, Rows<const float> real, Rows<const float> fake,
                                         const PictureFeatures& features, const DistributionSettings& s) {
    require_features_of(m, features.published);
    Context<Cpu> context({.threads = s.threads});
    const double begin = seconds_now();
    DistributionResult r{m, {}, features.name, features.published, real.extent(0), fake.extent(0), s.seed};
    r.estimates = m.kind == DistributionKind::frechet  ? frechet(m, context, real, fake, s)
                  : m.kind == DistributionKind::kernel ? kernel(m, context, real, fake, s.seed)
                                                       : neighbours(m, context, real, fake);
    r.seconds = seconds_now() - begin;
    return r;
}

std::string text_of(const DistributionResult& r) {
    std::string line;
    for (const NamedEstimate& e : r.estimates)
        line += text(line.empty() ? "" : ", ", e.name, ' ', text_of_number(e.value, 5), " +- ",
                     text_of_number(e.standard_error, 2));
    return text(line, ", ", r.fake, " generated and ", r.real, " real pictures, ", text_of_seconds(r.seconds),
                r.published ? text(" (", r.features, ")")
                            : text(" (", r.features, " features, not comparable with published values)"));
}

nlohmann::ordered_json to_json(const DistributionResult& r, const std::string& snapshot) {
    nlohmann::ordered_json json, errors;
    for (const NamedEstimate& e : r.estimates) {
        json["results"][e.name] = e.value;
        errors[e.name] = e.standard_error;
    }
    json["metric"] = r.metric.name;
    json["total_time"] = r.seconds;
    json["total_time_str"] = text_of_seconds(r.seconds);
    json["num_gpus"] = 0;
    json["snapshot_pkl"] = snapshot.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(snapshot);
    json["timestamp"] = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    json["standard_error"] = errors;
    json["generated"] = r.fake;
    json["real"] = r.real;
    json["seed"] = r.seed;
    if (!snapshot.empty()) json["trunc"] = r.psi;
    if (r.label) json["class"] = *r.label;
    if (!r.data.empty()) json["data"] = r.data;
    json["features"] = r.features;
    if (!r.published) json["remark"] = "not comparable with published values";
    return json;
}

}  // namespace stylegan::examples
