// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/distribution_metrics.hpp"
#include "options/options.hpp"
#include "ranks/program_ranks.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

namespace stylegan::examples {
namespace {

struct FidOptions {
    std::filesystem::path a, b;
    FeatureOptions features;
    std::int64_t most = 0, batch = 16;
    std::uint64_t seed = 0;
    bool json = false, extrapolate = false;
    int threads = 0;
};

std::shared_ptr<const Dataset> open_pictures(const std::filesystem::path& path) {
    auto data = std::make_shared<const Dataset>(path, DatasetOptions{.cache_bytes = 0, .labels = false});
    if (data->channels() != 1 && data->channels() != 3)
        throw ShapeError(text(path.string(), ": pictures have ", data->channels(), " channels, expected 1 or 3"));
    return data;
}

void fid(const FidOptions& o) {
    const PictureFeatures features = open_features(o.features, o.threads);
    const auto generated = open_pictures(o.a), reals = open_pictures(o.b);
    const auto used = [&](const Dataset& data) {
        const auto size = static_cast<Index>(data.size());
        return o.most > 0 ? std::min<Index>(size, o.most) : size;
    };
    const Index fewest = std::min(used(*generated), used(*reals));
    if (fewest < 4)
        throw ValueError(text(used(*generated) <= used(*reals) ? o.a.string() : o.b.string(), ": there are ", fewest,
                              " pictures, expected at least 4, and thousands for a number that says something"));
    if (o.extrapolate) require_enough_to_extrapolate(features.published ? "fid" : "fd", used(*generated), features);
    const auto features_in = [&](const auto& data) {
        return features_of_data(data, features, o.most, o.batch, o.features.cached(), data->path().string(),
                                progress_bar(), ProgramRanks::all().get())
            .features;
    };
    const FeatureSet a = features_in(generated), b = features_in(reals);
    if (ProgramRanks::all()->rank() != 0) return;
    const bool published = features.published;
    for (const auto& [name, kind, neighbours] : {std::tuple{published ? "fid" : "fd", DistributionKind::frechet, 0},
                                                 {published ? "kid" : "kd", DistributionKind::kernel, 0},
                                                 {"pr", DistributionKind::precision, 3},
                                                 {"dc", DistributionKind::density, 5}}) {
        DistributionMetric m;
        m.name = name;
        m.kind = kind;
        m.neighbours = neighbours;
        if (neighbours >= std::min(a.count, b.count)) {
            std::fprintf(stderr, "%s: left out, needs more than %d pictures\n", name, neighbours);
            continue;
        }
        const DistributionResult r = evaluate_distribution(
            m, b.rows(), a.rows(), features, {.extrapolate = o.extrapolate, .seed = o.seed, .threads = o.threads});
        std::printf("%s\n", o.json ? to_json(r, "").dump().c_str() : text_of(r).c_str());
        std::fflush(stdout);
    }
}

}  // namespace

void add_fid(CLI::App& app) {
    const auto o = std::make_shared<FidOptions>();
    CLI::App& c = add_command(app, "fid",
                              "Compare two sets of pictures: Fréchet and kernel distance (FID, KID), precision and "
                              "recall, density and coverage, each with its standard error",
                              [o] { fid(*o); });
    require(add_path(c, "A", o->a, "", "generated pictures: a folder or a zip archive"));
    require(add_path(c, "B", o->b, "", "real pictures: a folder or a zip archive; their size may differ"));
    add_feature_options(c, o->features);
    add_whole(c, "--most", o->most, {1, 100000000}, "use only the first N pictures of each (default: all)");
    add_whole(c, "--batch", o->batch, {1, 4096},
              "pictures in memory at once (default 16); results do not depend on it");
    add_whole(c, "--seed", o->seed, {0}, "of the subsets of KID (default 0)");
    add_flag(c, "--extrapolate", o->extrapolate, extrapolate_help);
    add_flag(c, "--json", o->json, "print JSON, one line for each metric");
    add_threads(c, o->threads);
}

}  // namespace stylegan::examples
