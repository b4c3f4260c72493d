// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/distribution_metrics.hpp"
#include "options/options.hpp"

#include <stylegan/metrics/distribution/picture_sets.hpp>

#include <cstdio>
#include <memory>

namespace stylegan::examples {
namespace {

struct FidOptions {
    std::filesystem::path a, b;
    FeatureOptions features;
    std::int64_t most = 0, batch = 16;
    std::uint64_t seed = 0;
    bool json = false;
    int threads = 0;
};

FeatureSet features_in(const std::filesystem::path& path, const PictureFeatures& features, const FidOptions& o) {
    const PictureSet pictures =
        picture_set(std::make_shared<const Dataset>(path, DatasetOptions{.cache_bytes = 0, .labels = false}), o.most);
    if (pictures.channels != 1 && pictures.channels != 3)
        throw ShapeError(text(path.string(), ": pictures have ", pictures.channels, " channels, expected 1 or 3"));
    return features_with_progress(pictures, features, o.batch, path.string());
}

void fid(const FidOptions& o) {
    const PictureFeatures features = open_features(o.features, o.threads);
    const FeatureSet a = features_in(o.a, features, o), b = features_in(o.b, features, o);
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
        const DistributionResult r = evaluate_distribution(m, b.rows(), a.rows(), false, features, o.seed, o.threads);
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
    add_flag(c, "--json", o->json, "print JSON, one line for each metric");
    add_threads(c, o->threads);
}

}  // namespace stylegan::examples
