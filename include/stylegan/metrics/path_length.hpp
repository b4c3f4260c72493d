// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/arrays.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/device/communicator.hpp>
#include <stylegan/device/start_beside.hpp>
#include <stylegan/metrics/path_pictures.hpp>
#include <stylegan/metrics/path_points.hpp>
#include <stylegan/metrics/path_statistics.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// The space of the paths: z, on great circles between normalized latents, or w, on straight lines.
enum class PathSpace { z, w };

/// Where on its path a sample takes its step: at a uniform random position, or at the beginning.
enum class PathSampling { full, end };

/// Options of perceptual_path_length().
struct PathLengthOptions {
    PathSpace space = PathSpace::w;             ///< the space of the paths
    PathSampling sampling = PathSampling::end;  ///< position of the step on its path
    double epsilon = 1e-4;                      ///< length of the step, as a share of the path; in (0, 1]
    bool crop = true;                           ///< compare only the middle of faces: see PathWindow
    std::size_t samples = 50000;                ///< number of steps measured
    std::size_t batch = 4;                      ///< pairs of pictures in memory at once; does not change the result
    std::uint64_t seed = 0;                     ///< seed of latents, positions, labels and bootstrap
    /// Stop when both ends of the interval are within this share of the mean; 0: take all samples.
    double precision = 0;
    /// Computes distances in another thread while the next pictures are made. It does not change the result, and helps
    /// where both wait for a GPU. Generator and distance must then not share a Context.
    bool overlap = false;
    std::optional<int> label{};  ///< class of every sample, for a generator with labels; drawn uniformly if not given

    /// @throws ValueError that names the option that is out of range
    void check() const {
        const auto require = [](bool good, const char* name, auto value, const char* expected) {
            if (!good) throw ValueError(text("path length: ", name, " is ", value, ", expected ", expected));
        };
        require(epsilon > 0 && epsilon <= 1, "epsilon", epsilon, "more than 0, at most 1");
        require(samples > 0, "samples", samples, "at least 1");
        require(batch > 0, "batch", batch, "at least 1");
        require(precision >= 0 && precision < 1, "precision", precision, "0 to less than 1");
    }
};

/// Seed and sample numbers of a batch of pictures, from which a generator draws its noise. Pictures 2i and 2i + 1 are
/// the two ends of the step of samples[i]; they must have the same noise.
struct PathDraw {
    std::uint64_t seed = 0;                ///< PathLengthOptions::seed
    std::vector<std::uint64_t> samples{};  ///< numbers of the samples, from 0
};

/// A generator as functions, for perceptual_path_length(). Pictures are grey or RGB, about within [-1, 1]; an
/// alpha channel does not count. The arguments of the functions are of xtensor; as_eigen() and as() view them as Eigen's. The functions may return any
/// array (see ArrayRef), which is copied unless it is of xtensor.
///
///     PathGenerator<float> mine{.latent_size = 100, .pictures = [](const auto& z, const PathDraw&) { return ...; }};
template <class Scalar = float>
struct PathGenerator {
    using Latents = xt::xtensor<Scalar, 2>;   ///< (N, length)
    using Pictures = xt::xtensor<Scalar, 4>;  ///< (N, 1 to 4, H, W)

    int latent_size = 512;  ///< length of z
    int label_size = 0;     ///< number of classes; 0 without labels
    /// z (N, latent_size) and labels (N, label_size) -> w (N, any). Empty for a generator without a mapping: w is z.
    std::function<Array<Scalar, 2>(const Latents& z, const Latents& labels)> map{};
    /// w (2 N, any) -> (2 N, 1 to 4, H, W).
    std::function<Array<Scalar, 4>(const Latents& w, const PathDraw& draw)> pictures{};
};

/// The argument of the callback of perceptual_path_length().
struct PathProgress {
    std::size_t done = 0;     ///< samples measured
    std::size_t samples = 0;  ///< PathLengthOptions::samples
    PathEstimate estimate{};  ///< updated every 250 samples; see glance_at_path_length()
};

/// The result of perceptual_path_length().
struct PathLength {
    PathEstimate estimate{};          ///< the path length, and its uncertainty
    std::vector<double> distances{};  ///< distance / epsilon^2 of each sample, in order
    bool stopped_early = false;       ///< whether it reached PathLengthOptions::precision before all samples
};

namespace detail {

/// The pictures of both ends of each step: 2i and 2i + 1 for step i. Arguments are those of path_distances().
template <class Scalar>
[[nodiscard]] xt::xtensor<Scalar, 4> pictures_of_steps(const PathGenerator<Scalar>& generator,
                                                       const PathLengthOptions& options,
                                                       const xt::xtensor<Scalar, 2>& z, const std::vector<double>& t,
                                                       const xt::xtensor<Scalar, 2>& labels, const PathDraw& draw) {
    using Latents = xt::xtensor<Scalar, 2>;
    const auto map = [&](const Latents& x) -> Latents {
        if (!generator.map) return x;
        return generator.map(x, labels);
    };
    const Latents w = options.space == PathSpace::z ? map(points_on_paths(z, slerp, t, options.epsilon))
                                                    : points_on_paths(map(z), lerp, t, options.epsilon);
    xt::xtensor<Scalar, 4> pictures = generator.pictures(w, draw);
    require_equal("path length", "batch of the pictures", pictures.shape(0), w.shape(0));
    return pictures;
}

/// The distance between the two ends of each step, divided by epsilon^2.
template <class Scalar, class Distance>
[[nodiscard]] std::vector<double> distances_of_steps(const xt::xtensor<Scalar, 4>& pictures, const Distance& distance,
                                                     const PathLengthOptions& options) {
    const auto [a, b] = path_pictures(pictures, options.crop);
    const auto& found = distance(a, b);
    std::vector<double> distances(std::begin(found), std::end(found));
    for (double& d : distances) d /= options.epsilon * options.epsilon;
    return distances;
}

/// Latents at the ends of the paths, positions on the paths, and labels. They depend only on the seed and the sample
/// number.
template <class Scalar>
struct PathDraws {
    xt::xtensor<Scalar, 2> z, labels;
    std::vector<double> t;

    PathDraws(const PathGenerator<Scalar>& generator, const PathLengthOptions& options, const PathDraw& draw) {
        const std::size_t n = draw.samples.size(), length = static_cast<std::size_t>(generator.latent_size);
        z = xt::xtensor<Scalar, 2>::from_shape({2 * n, length});
        labels = xt::xtensor<Scalar, 2>::from_shape({2 * n, static_cast<std::size_t>(generator.label_size)});
        std::fill_n(labels.data(), labels.size(), Scalar(0));
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t sample = draw.samples[i];
            for (std::uint32_t end = 0; end < 2; ++end)
                RandomStream(options.seed, sample, Purpose::metric, end)
                    .fill_normal(z.data() + (2 * i + end) * length, length);
            const RandomStream rest(options.seed, sample, Purpose::metric, 2);
            t.push_back(options.sampling == PathSampling::full ? rest.uniform(0) : 0.0);
            if (generator.label_size == 0) continue;
            const auto classes = static_cast<std::uint64_t>(generator.label_size);
            const std::size_t label = options.label ? static_cast<std::size_t>(*options.label)
                                                    : static_cast<std::size_t>(rest.below(1, classes));
            for (std::size_t end = 0; end < 2; ++end) labels(2 * i + end, label) = 1;
        }
    }
};

/// The distances of samples [begin, end), shared by ranks: each measures as many that follow each other.
template <class Scalar, class Distance>
[[nodiscard]] std::vector<double> distances_of_ranks(const PathGenerator<Scalar>& generator, const Distance& distance,
                                                     const PathLengthOptions& options, std::size_t begin,
                                                     std::size_t end, Communicator& ranks) {
    const auto rank = static_cast<std::size_t>(ranks.rank()), size = static_cast<std::size_t>(ranks.size());
    const std::size_t each = (end - begin + size - 1) / size;
    const std::size_t last = std::min(end, begin + (rank + 1) * each);
    std::vector<double> mine;
    for (std::size_t first = begin + rank * each; first < last; first += options.batch) {
        PathDraw draw{.seed = options.seed};
        for (std::size_t i = first; i < std::min(last, first + options.batch); ++i) draw.samples.push_back(i);
        const PathDraws<Scalar> draws(generator, options, draw);
        const auto pictures = pictures_of_steps(generator, options, draws.z, draws.t, draws.labels, draw);
        for (const double d : distances_of_steps(pictures, distance, options)) mine.push_back(d);
    }
    mine.resize(each);  // blocks of one length; the last ones may be shorter
    std::vector<double> all = all_gather(ranks, std::span<const double>(mine));
    all.resize(end - begin);
    return all;
}

/// The precision is checked every 250 samples, so that where it stops does not depend on the batch.
inline constexpr std::size_t samples_per_look = 250, fewest_samples = 1000;

}  // namespace detail

/// The distance between the two ends of each step, divided by epsilon^2.
/// @param distance  callable with two batches of N pictures (N, 3, h, w) that returns N numbers, such as Lpips. The
///                  pictures are of xtensor; as() views them as Eigen's. The numbers may be any range, also an Eigen
///                  vector
/// @param z         (2 N, latent_size): rows 2i and 2i + 1 are the ends of path i
/// @param t         N positions on the paths, in [0, 1]
/// @param labels    (2 N, label_size), for a generator with labels
/// @param draw      passed on to the generator
template <class Scalar, class Distance>
[[nodiscard]] std::vector<double> path_distances(const PathGenerator<Scalar>& generator, const Distance& distance,
                                                 const PathLengthOptions& options,
                                                 const ArrayRef<const std::type_identity_t<Scalar>, 2>& z,
                                                 const std::vector<double>& t,
                                                 const ArrayRef<const std::type_identity_t<Scalar>, 2>& labels,
                                                 const PathDraw& draw) {
    const Array<Scalar, 2> ends(z), labels_of_ends(labels);
    return detail::distances_of_steps(detail::pictures_of_steps(generator, options, ends, t, labels_of_ends, draw),
                                      distance, options);
}

/// The perceptual path length: how much the picture changes, as people see it, for a small step of the latent on a path
/// between two random latents.
///
///     mean over samples of  distance(G(p(t)), G(p(t + epsilon))) / epsilon^2
///
/// p runs from one latent to the other. t is uniform in [0, 1], or 0. Samples outside the 1st to 99th percentile are
/// rejected. The result depends on the seed, but not on the batch, and on the number of threads only if the generator
/// does.
///
/// @param generator  see PathGenerator; path_generator() makes one from a network of this library
/// @param distance   as for path_distances()
/// @param progress   called after every batch, in the caller's thread; an exception ends the evaluation
/// @param ranks      processes that share the samples, and all get the same result; then progress is called every 250
///                   samples
/// @throws ValueError, ShapeError; DeviceError if ranks cannot exchange distances
/// @see Karras, Laine, Aila (2019), section 4.1
template <class Scalar, class Distance>
[[nodiscard]] PathLength perceptual_path_length(const PathGenerator<Scalar>& generator, const Distance& distance,
                                                const PathLengthOptions& options = {},
                                                const std::function<void(const PathProgress&)>& progress = {},
                                                Communicator* ranks = nullptr) {
    options.check();
    if (generator.latent_size < 1)
        throw ValueError(text("path length: latent_size is ", generator.latent_size, ", expected at least 1"));
    if (options.label && (*options.label < 0 || *options.label >= generator.label_size))
        throw ValueError(text("path length: label is ", *options.label, ", expected 0 to ", generator.label_size - 1));
    PathLength result;
    result.distances.reserve(std::min<std::size_t>(options.samples, 1000000));
    PathEstimate now;
    std::size_t end = 0;                      // number of samples whose pictures exist
    std::future<std::vector<double>> coming;  // their distances, except for those in the result
    const auto take = [&](const std::vector<double>& distances) {
        result.distances.insert(result.distances.end(), distances.begin(), distances.end());
        require_equal("path length", "distances", result.distances.size(), end);
        const bool look = end % detail::samples_per_look == 0;
        if (look || end < detail::samples_per_look) now = glance_at_path_length(result.distances);
        if (progress) progress({end, options.samples, now});
        if (options.precision > 0 && look && end >= detail::fewest_samples && end < options.samples &&
            now.within(options.precision)) {  // the formula is quick, the interval that is told decides
            result.estimate = estimate_path_length(result.distances, options.seed);
            result.stopped_early = result.estimate.within(options.precision);
        }
    };
    const auto finish = [&] {
        if (coming.valid()) take(coming.get());
    };
    while (end < options.samples && !result.stopped_early) {
        const std::size_t look = (end / detail::samples_per_look + 1) * detail::samples_per_look;
        if (ranks != nullptr && ranks->size() > 1) {
            const std::size_t begin = std::exchange(end, std::min(options.samples, look));
            take(detail::distances_of_ranks(generator, distance, options, begin, end, *ranks));
            continue;
        }
        const std::size_t next = std::min({options.samples, end + options.batch, look});
        PathDraw draw{.seed = options.seed};
        for (std::size_t i = end; i < next; ++i) draw.samples.push_back(i);
        const detail::PathDraws<Scalar> draws(generator, options, draw);
        auto pictures = detail::pictures_of_steps(generator, options, draws.z, draws.t, draws.labels, draw);
        finish();  // the batch before this one, computed meanwhile
        end = next;
        const auto measure = [&distance, &options,
                              steps = std::make_shared<const decltype(pictures)>(std::move(pictures))] {
            return detail::distances_of_steps(*steps, distance, options);
        };
        coming = options.overlap ? start_beside(measure) : std::async(std::launch::deferred, measure);
        if (!options.overlap || (options.precision > 0 && end == look)) finish();
    }
    finish();
    if (!result.stopped_early) result.estimate = estimate_path_length(result.distances, options.seed);
    return result;
}

}  // namespace stylegan
