// SPDX-License-Identifier: Apache-2.0
#include "training_case.hpp"

#include <map>
#include <numeric>

// What a training run draws: crossovers, labels, mirroring and the order of the data, counted over many steps. Seeds are
// fixed. A count of n independent events of probability p must lie within five standard deviations of the binomial
// distribution, so another seed fails with a probability below 1e-6.
BOOST_AUTO_TEST_SUITE(drawn_in_training)

using namespace training_test;

namespace {

bool is_binomial(std::size_t count, std::size_t n, double p) {
    const double trials = static_cast<double>(n);
    return std::abs(static_cast<double>(count) - trials * p) <= 5 * std::sqrt(trials * p * (1 - p));
}

/// What the networks of a training run got.
struct Seen {
    std::vector<int> crossovers;  ///< of each synthesis: the first layer with another style than layer 0
    std::vector<int> layers;      ///< of each synthesis
    /// Classes of the pictures of each mapping.
    std::vector<std::vector<int>> labels;
};
Seen* seen = nullptr;

struct WatchedSynthesis : SynthesisNetwork<Cpu> {
    using SynthesisNetwork<Cpu>::SynthesisNetwork;
    void forward(Context<Cpu>& context, Styles<const float> styles, const Noises& noises, Level level,
                 Maps<float> pictures, Cache* cache = nullptr) const {
        if (seen != nullptr) {
            const int layers = 2 * (level.stage + 1);
            const auto same = [&](int a, int b) {
                const Rows<const float> one = style_of(styles, a), other = style_of(styles, b);
                return std::equal(one.data, one.data + one.size(), other.data);
            };
            int crossover = 1;
            while (crossover < layers && same(crossover, 0)) ++crossover;
            for (int l = crossover + 1; l < layers; ++l) BOOST_REQUIRE(same(l, crossover));
            seen->crossovers.push_back(crossover);
            seen->layers.push_back(layers);
        }
        SynthesisNetwork<Cpu>::forward(context, styles, noises, level, pictures, cache);
    }
};

struct WatchedMapping : AnyMappingNetwork<Cpu> {
    using AnyMappingNetwork<Cpu>::AnyMappingNetwork;
    void forward(Context<Cpu>& context, Rows<const float> z, Rows<const float> labels, Rows<float> w,
                 Cache* cache = nullptr) const {
        if (seen != nullptr) {
            std::vector<int> classes;
            for (Index n = 0; n < labels.extent(0); ++n) {
                const float* const row = labels.data + n * labels.extent(1);
                classes.push_back(static_cast<int>(std::max_element(row, row + labels.extent(1)) - row));
            }
            seen->labels.push_back(classes);
        }
        AnyMappingNetwork<Cpu>::forward(context, z, labels, w, cache);
    }
};

using Watched = AnyGenerator<Cpu, WatchedSynthesis, WatchedMapping>;

Seen seen_in_training(const Architecture& a, TrainingOptions o, int count) {
    o.loss.r1_gamma = 0;  // draws nothing, and takes half of the time
    Trainer trainer(Watched(a, o.seed, Cpu{.threads = 1}), AnyDiscriminator<>(a, o.seed + 1, Cpu{.threads = 1}), o,
                    boxes(a));
    Seen all;
    seen = &all;
    for (int i = 0; i < count; ++i) trainer.step();
    seen = nullptr;
    return all;
}

/// A network without a minibatch stddev group, so that a part of a minibatch holds any pictures.
Architecture with_labels(int classes) {
    Architecture a = tiny(1);
    a.mbstd_group_size = 0;
    a.label_size = classes;
    a.style_mixing_prob = 0.0;
    return a;
}

/// Classes of the labels that each step of the generator got, in the order of the minibatch.
std::vector<std::vector<int>> labels_of_generator_steps(const Architecture& a, int batch, int microbatch, int count) {
    TrainingOptions o = few_steps(batch);
    o.microbatch = microbatch;
    const Seen all = seen_in_training(a, o, count);
    const std::size_t parts = microbatch > 0 ? static_cast<std::size_t>(batch / microbatch) : 1;
    BOOST_REQUIRE(all.labels.size() == 2 * parts * static_cast<std::size_t>(count));
    std::vector<std::vector<int>> steps;
    for (std::size_t i = 0; i < all.labels.size(); i += 2 * parts) {  // the discriminator's parts come first
        steps.emplace_back();
        for (std::size_t k = i + parts; k < i + 2 * parts; ++k)
            steps.back().insert(steps.back().end(), all.labels[k].begin(), all.labels[k].end());
    }
    return steps;
}

/// Indices of the pictures in the order in which a run shows them.
std::vector<Index> order_of_pictures(std::uint64_t seed, Index size, int epochs) {
    const Architecture a = tiny(1);
    PictureSource source = boxes(a, size);
    std::vector<Index> order;
    source.picture = [&, inner = source.picture](Index i, int halvings, std::span<std::uint8_t> pixels) {
        order.push_back(i);
        inner(i, halvings, pixels);
    };
    TrainingOptions o = few_steps(static_cast<int>(size / 4));
    o.seed = seed;
    Trainer<Cpu> trainer(a, o, source, Cpu{.threads = 1});
    steps(trainer, 4 * epochs);
    return order;
}

std::size_t equal_entries(std::span<const Index> a, std::span<const Index> b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i) count += a[i] == b[i] ? 1 : 0;
    return count;
}

}  // namespace

// The official code: with probability 0.9 a crossover uniform in [1, layers), one for the pictures of a minibatch, drawn
// anew for each evaluation of the generator.
BOOST_AUTO_TEST_CASE(styles_are_mixed_in_nine_of_ten_evaluations_at_any_layer) {
    const Seen all = seen_in_training(tiny(2), few_steps(4), 700);
    const std::size_t n = all.crossovers.size();
    BOOST_TEST_REQUIRE(n == 1400u);
    std::vector<std::size_t> counts(5);
    for (std::size_t i = 0; i < n; ++i) {
        BOOST_TEST_REQUIRE(all.layers[i] == 4);
        ++counts.at(static_cast<std::size_t>(all.crossovers[i]));
    }
    BOOST_TEST(is_binomial(n - counts[4], n, 0.9), counts[4] << " of " << n << " without mixing");
    for (std::size_t layer = 1; layer < 4; ++layer) BOOST_TEST(is_binomial(counts[layer], n, 0.3), counts[layer]);
    // 0.81 / 3 + 0.01: the two evaluations of a step have the same crossover by chance alone
    std::size_t same = 0;
    for (std::size_t i = 0; i < n; i += 2) same += all.crossovers[i] == all.crossovers[i + 1] ? 1 : 0;
    BOOST_TEST(is_binomial(same, n / 2, 0.28), same);
}

BOOST_AUTO_TEST_CASE(while_growing_the_crossover_lies_in_the_layers_that_are_there) {
    TrainingOptions o = few_steps(4);
    o.schedule.growing = true;
    o.schedule.first_height = 8;
    const Seen all = seen_in_training(tiny(3), o, 100);
    std::vector<std::size_t> counts(5);
    for (std::size_t i = 0; i < all.crossovers.size(); ++i) {
        BOOST_TEST_REQUIRE(all.layers[i] == 4);
        ++counts.at(static_cast<std::size_t>(all.crossovers[i]));
    }
    for (std::size_t layer = 1; layer < 4; ++layer)
        BOOST_TEST(is_binomial(counts[layer], all.crossovers.size(), 0.3), counts[layer]);
}

BOOST_AUTO_TEST_CASE(without_mixing_regularization_no_styles_are_mixed) {
    Architecture a = tiny(2);
    a.style_mixing_prob = 0.0;
    for (const int crossover : seen_in_training(a, few_steps(4), 50).crossovers) BOOST_TEST(crossover == 4);
}

// A picture's label is that of a random picture of the data set, drawn for each.
BOOST_AUTO_TEST_CASE(each_generated_picture_has_a_label_of_its_own) {
    const Architecture a = with_labels(3);
    const auto labels = labels_of_generator_steps(a, 16, 0, 60);
    std::vector<std::size_t> counts(3);
    std::size_t same_as_neighbour = 0, same_as_before = 0;
    for (std::size_t step = 0; step < labels.size(); ++step)
        for (std::size_t i = 0; i < 16; ++i) {
            ++counts.at(static_cast<std::size_t>(labels[step][i]));
            same_as_neighbour += i > 0 && labels[step][i] == labels[step][i - 1] ? 1 : 0;
            same_as_before += step > 0 && labels[step][i] == labels[step - 1][i] ? 1 : 0;
        }
    const double shares[] = {14. / 40, 13. / 40, 13. / 40};  // of the classes in the data
    double together = 0;
    for (std::size_t k = 0; k < 3; ++k) {
        BOOST_TEST(is_binomial(counts[k], 60 * 16, shares[k]), counts[k]);
        together += shares[k] * shares[k];
    }
    BOOST_TEST(is_binomial(same_as_neighbour, 60 * 15, together), same_as_neighbour);
    BOOST_TEST(is_binomial(same_as_before, 59 * 16, together), same_as_before);
}

BOOST_AUTO_TEST_CASE(labels_do_not_depend_on_the_parts_of_a_minibatch) {
    const Architecture a = with_labels(5);
    const auto whole = labels_of_generator_steps(a, 12, 0, 8);
    BOOST_TEST((labels_of_generator_steps(a, 12, 4, 8) == whole));
    BOOST_TEST((labels_of_generator_steps(a, 12, 1, 8) == whole));
}

// The discriminator's generated pictures have the labels of the real ones beside them.
BOOST_AUTO_TEST_CASE(the_discriminator_sees_pairs_of_one_label) {
    const Architecture a = with_labels(4);
    const TrainingOptions o = few_steps(8);
    Trainer trainer(Watched(a, o.seed, Cpu{.threads = 1}), AnyDiscriminator<>(a, o.seed + 1, Cpu{.threads = 1}), o,
                    boxes(a));
    std::vector<Index> samples(8);
    std::iota(samples.begin(), samples.end(), 0);
    for (int i = 0; i < 10; ++i) {
        std::vector<float> pictures(8 * 3 * 4 * 4), labels(8 * 4);
        trainer.fill_reals(samples, Level::of(a, 0), Maps<float>{pictures.data(), {8, 3, 4, 4}},
                           Rows<float>{labels.data(), {8, 4}});
        Seen all;
        seen = &all;
        trainer.step();
        seen = nullptr;
        BOOST_TEST_REQUIRE(all.labels.size() == 2u);
        for (std::size_t n = 0; n < 8; ++n)
            for (std::size_t k = 0; k < 4; ++k)
                BOOST_TEST((labels[n * 4 + k] == 1) == (all.labels[0][n] == static_cast<int>(k)));
    }
}

BOOST_AUTO_TEST_CASE(half_of_the_pictures_are_mirrored) {
    const Architecture a = tiny(1);
    PictureSource source = boxes(a, 50);
    source.picture = [](Index index, int, std::span<std::uint8_t> pixels) {
        for (std::size_t i = 0; i < pixels.size(); ++i)  // the left column is white; the next one tells the picture
            pixels[i] = i % 4 == 0 ? 255 : i % 4 == 1 ? static_cast<std::uint8_t>(index) : 0;
    };
    constexpr std::size_t n = 3000;  // sixty epochs
    std::vector<Index> samples(n);
    std::iota(samples.begin(), samples.end(), 0);
    for (const bool mirror : {true, false}) {
        TrainingOptions o = few_steps(4);
        o.mirror = mirror;
        const Trainer<Cpu> trainer(a, o, source, Cpu{.threads = 1});
        std::vector<float> pictures(n * 3 * 4 * 4);
        trainer.fill_reals(samples, Level::of(a, 0), Maps<float>{pictures.data(), {n, 3, 4, 4}}, {});
        std::size_t mirrored = 0, like_the_one_before = 0, like_an_epoch_before = 0;
        std::map<float, bool> last;  // of each picture
        bool before = false;
        for (std::size_t i = 0; i < n; ++i) {
            const float* const p = pictures.data() + i * 48;
            const bool here = p[0] != 1;
            for (std::size_t row = 0; row < 12; ++row)  // the whole picture or nothing
                BOOST_TEST_REQUIRE((p[row * 4 + (here ? 3 : 0)] == 1 && p[row * 4 + (here ? 0 : 3)] == -1));
            const float which = p[here ? 2 : 1];
            mirrored += here ? 1 : 0;
            like_the_one_before += i > 0 && here == before ? 1 : 0;
            like_an_epoch_before += i >= 50 && here == last.at(which) ? 1 : 0;
            before = last[which] = here;
        }
        BOOST_TEST(last.size() == 50u);
        BOOST_TEST((mirror ? is_binomial(mirrored, n, 0.5) : mirrored == 0), mirrored << " of " << n);
        if (!mirror) continue;
        BOOST_TEST(is_binomial(like_the_one_before, n - 1, 0.5));
        BOOST_TEST(is_binomial(like_an_epoch_before, n - 50, 0.5), like_an_epoch_before);
    }
}

// Two random orders agree at one place on average, and at ten or more with a probability of 1e-7.
BOOST_AUTO_TEST_CASE(each_epoch_and_each_seed_has_its_own_order) {
    constexpr Index size = 48;
    const std::vector<Index> order = order_of_pictures(5, size, 3), other = order_of_pictures(6, size, 3);
    BOOST_TEST_REQUIRE(order.size() == 3u * size);
    std::vector<std::span<const Index>> epochs;
    for (const auto* run : {&order, &other})
        for (std::size_t e = 0; e < 3; ++e) epochs.push_back(std::span(*run).subspan(e * size, size));
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        std::vector<Index> sorted(epochs[i].begin(), epochs[i].end()), every(size);
        std::sort(sorted.begin(), sorted.end());
        std::iota(every.begin(), every.end(), Index{0});
        BOOST_TEST((sorted == every));
        BOOST_TEST(equal_entries(epochs[i], every) < 10u);
        for (std::size_t j = 0; j < i; ++j) BOOST_TEST(equal_entries(epochs[i], epochs[j]) < 10u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
