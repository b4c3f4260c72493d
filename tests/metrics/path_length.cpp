// SPDX-License-Identifier: Apache-2.0
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/metrics/path_generator.hpp>
#include <stylegan/metrics/path_length.hpp>

#include "metrics/small_metrics.hpp"
#include "models/networks.hpp"

#include "device/thread_ranks.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numbers>
#include <thread>
#include <unsupported/Eigen/CXX11/Tensor>
#include <vector>

BOOST_AUTO_TEST_SUITE(path_length)

using namespace stylegan;
using namespace model_test;
using namespace small_metrics;

namespace {

using Pictures = xt::xtensor<double, 4>;
using Latents2 = xt::xtensor<double, 2>;

/// A generator linear in w: two colours are the two numbers of w in all pixels, the third is 0. Cropping and shrinking
/// do not change distances, so the path length is known for all options.
PathGenerator<double> two_colours(std::size_t size) {
    return {.latent_size = 2, .pictures = [size](const Latents2& w, const PathDraw&) {
                Pictures x = Pictures::from_shape({w.shape(0), 3, size, size + 16});
                for (std::size_t i = 0; i < x.size(); ++i) {
                    const std::size_t map = i / (size * (size + 16)), colour = map % 3;
                    x.data()[i] = colour < 2 ? w(map / 3, colour) : 0;
                }
                return x;
            }};
}

/// The squared norm, in the mean over the pixels.
std::vector<double> squared_distance(const Pictures& a, const Pictures& b) {
    std::vector<double> d(a.shape(0));
    const std::size_t values = a.size() / a.shape(0);
    for (std::size_t i = 0; i < a.size(); ++i)
        d[i / values] += std::pow(a.data()[i] - b.data()[i], 2) * 3 / static_cast<double>(values);
    return d;
}

/// In W the distance is |w2 - w1|^2 for every t: exponential with mean 4 for normal w of two numbers. In Z it is the
/// square of the angle between two directions, which is uniform in [0, pi]. Both are means from the 1st to the 99th
/// percentile.
double known_length(PathSpace space, double epsilon) {
    if (space == PathSpace::w) {
        const double a = -std::log(0.99), b = -std::log(0.01);
        return 4 * ((a + 1) * 0.99 - (b + 1) * 0.01) / 0.98;
    }
    // the chord of an angle epsilon * x, for x uniform: mean of (2 sin(epsilon x / 2) / epsilon)^2
    const auto integral = [&](double x) { return 2 / (epsilon * epsilon) * (x - std::sin(epsilon * x) / epsilon); };
    const double pi = std::numbers::pi;
    return (integral(0.99 * pi) - integral(0.01 * pi)) / (0.98 * pi);
}

}  // namespace

BOOST_AUTO_TEST_CASE(is_exact_where_it_is_known) {
    for (const PathSpace space : {PathSpace::z, PathSpace::w})
        for (const PathSampling sampling : {PathSampling::full, PathSampling::end})
            for (const bool crop : {true, false})
                for (const double epsilon : {1e-4, 1e-2, 0.3})
                    for (const auto size : {std::size_t{16}, std::size_t{24}}) {
                        const PathLengthOptions options{.space = space,
                                                        .sampling = sampling,
                                                        .epsilon = epsilon,
                                                        .crop = crop,
                                                        .samples = 2000,
                                                        .batch = 50,
                                                        .seed = 11};
                        const PathLength found = perceptual_path_length(two_colours(size), squared_distance, options);
                        const double truth = known_length(space, epsilon);
                        const PathEstimate& e = found.estimate;
                        BOOST_TEST_CONTEXT("space " << int(space) << ", sampling " << int(sampling) << ", crop " << crop
                                                    << ", epsilon " << epsilon << ": " << e.mean << " +- "
                                                    << *e.standard_error) {
                            BOOST_TEST((*e.interval)[0] <= truth);
                            BOOST_TEST(truth <= (*e.interval)[1]);
                            BOOST_TEST(*e.standard_error < 0.05 * truth);
                            BOOST_TEST(e.samples == 2000u);
                            BOOST_TEST(e.rejected == 38u);  // ranks 19 and 1980 are the percentiles
                        }
                    }
}

BOOST_AUTO_TEST_CASE(ranks_that_share_the_samples_all_get_the_result_of_one) {
    for (const double precision : {0.0, 0.05}) {
        const PathLengthOptions options{.samples = 2603, .batch = 7, .seed = 4, .precision = precision};
        const PathLength one = perceptual_path_length(two_colours(16), squared_distance, options);
        BOOST_TEST(one.stopped_early == (precision > 0));
        for (const int size : {2, 3, 4})
            thread_ranks::on_ranks(size, [&](const std::shared_ptr<Communicator>& ranks) {
                std::size_t measured = 0;
                const auto count = [&](const auto& a, const auto& b) {
                    measured += a.shape(0);
                    return squared_distance(a, b);
                };
                const PathLength found = perceptual_path_length(two_colours(16), count, options, {}, ranks.get());
                if (found.distances != one.distances || found.estimate.mean != one.estimate.mean ||
                    found.stopped_early != one.stopped_early)
                    throw DeviceError("the path length differs");
                if (measured > one.distances.size() / static_cast<std::size_t>(size) + 20)
                    throw DeviceError("the samples were not shared");
            });
    }
}

BOOST_AUTO_TEST_CASE(a_generator_and_a_distance_in_eigen) {
    using Tensor4 = Eigen::Tensor<double, 4, Eigen::RowMajor>;
    const PathLengthOptions options{.samples = 20, .batch = 4};
    auto in_eigen = two_colours(16);
    in_eigen.map = [](const Latents2& z, const Latents2&) { return 2 * as_eigen(z); };
    in_eigen.pictures = [](const Latents2& w, const PathDraw& draw) {
        const Pictures x = two_colours(16).pictures(w, draw);
        return Tensor4(as<Eigen::TensorMap<Eigen::Tensor<const double, 4, Eigen::RowMajor>>>(x));
    };
    const auto distance = [](const Pictures& a, const Pictures& b) -> Eigen::VectorXd {
        const auto differences = as_eigen(a) - as_eigen(b);
        return differences.rowwise().squaredNorm() * (3.0 / static_cast<double>(differences.cols()));
    };
    auto plainly = two_colours(16);
    plainly.map = [](const Latents2& z, const Latents2&) -> Latents2 { return 2 * z; };
    const PathLength found = perceptual_path_length(in_eigen, distance, options),
                     expected = perceptual_path_length(plainly, squared_distance, options);
    BOOST_TEST_REQUIRE(found.distances.size() == 20u);
    for (std::size_t i = 0; i < 20; ++i)
        BOOST_TEST(found.distances[i] == expected.distances[i], boost::test_tools::tolerance(1e-9));

    const Eigen::MatrixXd ends = Eigen::MatrixXd::Random(4, 2);
    const PathDraw draw{.samples = {0, 1}};
    BOOST_TEST(path_distances(plainly, squared_distance, options, ends, {0.0, 0.5}, {}, draw) ==
                   path_distances(plainly, squared_distance, options, Array<double, 2>(ends), {0.0, 0.5}, {}, draw),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(in_w_every_distance_is_that_of_the_ends) {
    Latents2 ends;
    auto generator = two_colours(16);
    generator.map = [&](const Latents2& z, const Latents2&) { return ends = z; };
    const PathLength found = perceptual_path_length(
        generator, squared_distance, {.sampling = PathSampling::full, .epsilon = 1e-3, .samples = 64, .batch = 64});
    for (std::size_t i = 0; i < 64; ++i) {
        const double expected =
            std::pow(ends(2 * i, 0) - ends(2 * i + 1, 0), 2) + std::pow(ends(2 * i, 1) - ends(2 * i + 1, 1), 2);
        BOOST_TEST(found.distances[i] == expected, boost::test_tools::tolerance(1e-8));
    }
}

BOOST_AUTO_TEST_CASE(stops_at_the_wanted_precision_whatever_the_batch) {
    PathLengthOptions options{.epsilon = 0.1, .samples = 100000, .batch = 7, .precision = 0.05};
    const PathLength found = perceptual_path_length(two_colours(16), squared_distance, options);
    BOOST_TEST(found.stopped_early);
    BOOST_TEST(found.estimate.samples >= 1000u);
    BOOST_TEST(found.estimate.samples < 5000u);
    BOOST_TEST((*found.estimate.interval)[1] - (*found.estimate.interval)[0] < 0.12 * found.estimate.mean);
    options.batch = 64;
    const PathLength again = perceptual_path_length(two_colours(16), squared_distance, options);
    BOOST_TEST(again.distances == found.distances, boost::test_tools::per_element());
    BOOST_TEST((again.estimate.standard_error == found.estimate.standard_error));
}

BOOST_AUTO_TEST_CASE(the_interval_that_is_told_is_the_one_that_stopped_it) {
    // heavy tails: the interval by the formula is symmetric, the one by the bootstrap is not
    auto generator = two_colours(16);
    generator.map = [](const Latents2& z, const Latents2&) -> Latents2 {
        Latents2 w = z;
        for (std::size_t i = 0; i < w.size(); ++i) w.data()[i] = std::pow(z.data()[i], 5);
        return w;
    };
    for (const double precision : {0.3, 0.15}) {
        const PathLength found = perceptual_path_length(
            generator, squared_distance, {.epsilon = 0.1, .samples = 60000, .batch = 64, .precision = precision});
        BOOST_TEST(found.stopped_early == (found.estimate.samples < 60000u));
        if (found.stopped_early) BOOST_TEST(found.estimate.within(precision));
    }
}

BOOST_AUTO_TEST_CASE(overlap_changes_no_bit) {
    for (const double precision : {0.0, 0.05}) {
        PathLengthOptions options{.epsilon = 0.1, .samples = 5003, .batch = 64, .precision = precision};
        std::vector<std::size_t> calls;
        const auto count = [&](const PathProgress& p) { calls.push_back(p.done); };
        const auto here = std::this_thread::get_id();
        bool elsewhere = false;
        const auto distance = [&](const Pictures& a, const Pictures& b) {
            elsewhere = std::this_thread::get_id() != here;
            return squared_distance(a, b);
        };
        const PathLength expected = perceptual_path_length(two_colours(16), distance, options, count);
        BOOST_TEST(!elsewhere);
        const auto expected_calls = std::exchange(calls, {});
        options.overlap = true;
        const PathLength found = perceptual_path_length(two_colours(16), distance, options, count);
        BOOST_TEST(elsewhere);
        BOOST_TEST(found.distances == expected.distances, boost::test_tools::per_element());
        BOOST_TEST(found.stopped_early == expected.stopped_early);
        BOOST_TEST(calls == expected_calls, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_exception_ends_it_with_and_without_overlap) {
    struct Stop {};
    for (const bool overlap : {false, true}) {
        const PathLengthOptions options{.samples = 100, .batch = 10, .overlap = overlap};
        BOOST_CHECK_THROW((void)perceptual_path_length(two_colours(16), squared_distance, options,
                                                       [](const PathProgress& p) {
                                                           if (p.done == 50) throw Stop();
                                                       }),
                          Stop);
        const auto broken = [](const Pictures&, const Pictures&) -> std::vector<double> { throw Stop(); };
        BOOST_CHECK_THROW((void)perceptual_path_length(two_colours(16), broken, options), Stop);
    }
}

BOOST_AUTO_TEST_CASE(batch_and_threads_change_no_bit) {
    for (const Noise noise : {Noise::constant, Noise::random}) {
        std::vector<double> expected;
        for (const auto& [threads, batch] : {std::pair{1, 1}, {1, 5}, {2, 3}, {3, 16}}) {
            const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = threads});
            const AnyGenerator<Cpu> generator = trained(AnyGenerator<Cpu>(styled, context, 1));
            const Lpips<Cpu> lpips = small_lpips(context);
            const PathLength found = perceptual_path_length(
                path_generator(generator, noise), lpips,
                {.epsilon = 1e-2, .crop = false, .samples = 16, .batch = std::size_t(batch), .seed = 5});
            if (expected.empty()) expected = found.distances;
            BOOST_TEST(found.distances == expected, boost::test_tools::per_element());
            BOOST_TEST(found.estimate.mean > 0);
        }
    }
}

BOOST_AUTO_TEST_CASE(noise_is_the_same_at_both_ends) {
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    const AnyGenerator<Cpu> generator = trained(AnyGenerator<Cpu>(styled, context, 1));
    const auto path = path_generator(generator, Noise::random);
    const auto one = path.map(latents(1, styled), {});
    auto w = xt::xtensor<float, 2>::from_shape({4, one.shape(1)});
    for (std::size_t n = 0; n < 4; ++n) std::copy_n(one.data(), one.size(), w.data() + n * one.size());
    const auto pictures = path.pictures(w, {.seed = 3, .samples = {8, 9}});
    const auto picture = [&](std::size_t n) {
        return std::vector<float>(pictures.data() + n * pictures.size() / 4,
                                  pictures.data() + (n + 1) * pictures.size() / 4);
    };
    BOOST_TEST((picture(0) == picture(1)));
    BOOST_TEST((picture(2) == picture(3)));
    BOOST_TEST((picture(0) != picture(2)));
    BOOST_CHECK_THROW((void)path_generator(generator, Noise::given), ValueError);
}

BOOST_AUTO_TEST_CASE(labels_are_given_or_drawn) {
    std::vector<int> seen;
    PathGenerator<double> generator = two_colours(16);
    generator.label_size = 3;
    generator.map = [&](const Latents2& z, const Latents2& labels) {
        for (std::size_t n = 0; n < labels.shape(0); n += 2) {
            BOOST_TEST(labels(n, 0) + labels(n, 1) + labels(n, 2) == 1);
            for (std::size_t k = 0; k < 3; ++k) {
                BOOST_TEST(labels(n, k) == labels(n + 1, k));
                if (labels(n, k) == 1) seen.push_back(int(k));
            }
        }
        return z;
    };
    (void)perceptual_path_length(generator, squared_distance, {.samples = 60, .batch = 7});
    for (int k = 0; k < 3; ++k) BOOST_TEST(std::count(seen.begin(), seen.end(), k) > 8);
    seen.clear();
    (void)perceptual_path_length(generator, squared_distance, {.samples = 20, .label = 2});
    BOOST_TEST(std::count(seen.begin(), seen.end(), 2) == 20);
    BOOST_CHECK_THROW((void)perceptual_path_length(generator, squared_distance, {.label = 3}), ValueError);
    BOOST_CHECK_THROW((void)perceptual_path_length(two_colours(16), squared_distance, {.label = 0}), ValueError);
}

BOOST_AUTO_TEST_CASE(tells_how_far_it_is_and_ends_when_told) {
    std::size_t calls = 0, done = 0;
    double mean = 0;
    const PathLength found = perceptual_path_length(two_colours(16), squared_distance, {.samples = 600, .batch = 40},
                                                    [&](const PathProgress& p) {
                                                        ++calls;
                                                        BOOST_TEST(p.done > done);
                                                        BOOST_TEST(p.samples == 600u);
                                                        done = p.done;
                                                        mean = p.estimate.mean;
                                                    });
    BOOST_TEST(done == 600u);
    BOOST_TEST(calls >= 15u);
    BOOST_TEST(mean == found.estimate.mean, boost::test_tools::tolerance(0.2));
    struct Enough {};
    BOOST_CHECK_THROW((void)perceptual_path_length(two_colours(16), squared_distance, {},
                                                   [](const PathProgress&) { throw Enough(); }),
                      Enough);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_out_of_range) {
    const auto evaluate = [](const PathLengthOptions& o) {
        (void)perceptual_path_length(two_colours(16), squared_distance, o);
    };
    BOOST_CHECK_THROW(evaluate({.epsilon = 0}), ValueError);
    BOOST_CHECK_THROW(evaluate({.epsilon = -1e-4}), ValueError);
    BOOST_CHECK_THROW(evaluate({.epsilon = NAN}), ValueError);
    BOOST_CHECK_THROW(evaluate({.samples = 0}), ValueError);
    BOOST_CHECK_THROW(evaluate({.batch = 0}), ValueError);
    BOOST_CHECK_THROW(evaluate({.precision = -0.1}), ValueError);
    BOOST_CHECK_THROW(evaluate({.precision = 1}), ValueError);
    const auto context = std::make_shared<Context<Cpu>>(Cpu{.threads = 1});
    const AnyGenerator<Cpu> generator(styled, context, 1);  // 16x16: 8x8 after the crop, too small for VGG16
    BOOST_CHECK_THROW((void)perceptual_path_length(path_generator(generator), small_lpips(context), {.samples = 1}),
                      ShapeError);
}

BOOST_AUTO_TEST_SUITE_END()
