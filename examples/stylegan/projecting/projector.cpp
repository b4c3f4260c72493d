// SPDX-License-Identifier: Apache-2.0
#include "projecting/projector.hpp"

#include <utility>

namespace stylegan::examples {
namespace {

using Generator = Drawing::Generator;
using Styles = Drawing::Styles;

/// Row i of `from`, (1, layers, w_size).
Styles row_of(const Styles& from, std::size_t i) { return rows_of(from, {i}); }

/// The w of some targets, one after another.
Styles joined(const std::vector<Styles>& rows) {
    auto all = Styles::from_shape({rows.size(), rows.front().shape(1), rows.front().shape(2)});
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::copy(rows[i].begin(), rows[i].end(), all.data() + i * rows[i].size());
    return all;
}

/// The mean over the layers: (targets, 1, w_size).
Styles mean_of_layers(const Styles& w) {
    auto mean = Styles::from_shape({w.shape(0), 1, w.shape(2)});
    for (std::size_t n = 0; n < w.shape(0); ++n)
        for (std::size_t k = 0; k < w.shape(2); ++k) {
            double sum = 0;
            for (std::size_t l = 0; l < w.shape(1); ++l) sum += static_cast<double>(w(n, l, k));
            mean(n, 0, k) = static_cast<float>(sum / static_cast<double>(w.shape(1)));
        }
    return mean;
}

Styles as_styles(const Generator::Latents& w) {
    auto styles = Styles::from_shape({w.shape(0), 1, w.shape(1)});
    std::copy(w.begin(), w.end(), styles.data());
    return styles;
}

}  // namespace

Projector::Projector(Generator& generator, const ProjectorOptions& o)
    : generator_(generator), options_(o), sampled_(generator.sampled_w(10000)) {}

Projector::Pictures Projector::picture(const Projected& found) const {
    Generator::Options options;
    if (!found.noise.empty()) {
        options.noise = Noise::given;
        options.noise_maps.assign(found.noise.begin(), found.noise.end());
    }
    return generator_.synthesize(found.w, options);
}

std::size_t Projector::planned_steps(bool with_starts) const {
    const auto steps = static_cast<std::size_t>(options_.steps), last = static_cast<std::size_t>(last_steps());
    const bool in_w = options_.space == LatentSpace::w;
    std::size_t all = 0;
    if (!with_starts && options_.starts > 1)
        all += std::max(static_cast<std::size_t>(options_.starts - 1), steps / 4);  // samples
    if (!with_starts || in_w) all += (steps + last) * static_cast<std::size_t>(with_starts ? 1 : options_.starts);
    if (!in_w) all += steps + last;
    if (options_.noise) all += steps;
    return all;
}

std::vector<Projected> Projector::find(std::vector<DistanceOfWritten>& distances, const std::optional<Styles>& starts) {
    done_ = 0;
    total_ = planned_steps(starts.has_value()) * distances.size();
    const Pictures average = average_picture();
    std::vector<Target> targets;
    for (DistanceOfWritten& distance : distances) {
        targets.push_back({&distance});
        targets.back().best.average = distance.lpips(average);
    }
    for (std::size_t first = 0; first < targets.size(); first += static_cast<std::size_t>(options_.batch)) {
        Group group;
        std::vector<Styles> rows;
        for (std::size_t i = first; i < std::min(targets.size(), first + static_cast<std::size_t>(options_.batch));
             ++i) {
            group.push_back(&targets[i]);
            if (starts) rows.push_back(row_of(*starts, i));
        }
        const auto best = [&] {
            std::vector<Styles> w;
            for (const Target* target : group) w.push_back(target->best.w);
            return joined(w);
        };
        if (!starts)
            search_in_w(group);
        else if (options_.space == LatentSpace::w)
            search_from(group, mean_of_layers(joined(rows)), LatentSpace::w);
        else
            keep(group, joined(rows));
        for (Target* target : group)
            if (target->best.w.size() == 0)
                return {};  // no picture has a finite distance
            else if (!starts || options_.space == LatentSpace::w)
                target->best.in_w = target->best.distance;
        if (options_.space == LatentSpace::w_plus) search_from(group, best(), LatentSpace::w_plus);
        if (options_.noise) search_with_noise(group, best());
    }
    progress_.clear();
    std::vector<Projected> found;
    for (Target& target : targets) found.push_back(std::move(target.best));
    return found;
}

void Projector::search_in_w(const Group& group) {
    constexpr double good = 20;  // times closer than the average picture: not a local minimum
    const auto stuck = [](const Target* t) { return !(t->best.distance <= t->best.average / good); };
    search_from(group, joined(std::vector(group.size(), as_styles(sampled_.mean))), LatentSpace::w);
    const auto others = static_cast<std::size_t>(options_.starts - 1);
    if (others == 0) return;
    const std::size_t samples = std::max<std::size_t>(others, static_cast<std::size_t>(options_.steps) / 4);
    std::vector<std::vector<std::size_t>> nearest(group.size());
    for (std::size_t i = 0; i < group.size(); ++i)
        if (stuck(group[i]))
            nearest[i] = generator_.nearest(
                sampled_, samples, others, [&](const Pictures& x) { return group[i]->distance->lpips(x); },
                [&] { count(1); });
    for (std::size_t k = 0; k < others; ++k) {
        Group again;
        std::vector<Styles> rows;
        for (std::size_t i = 0; i < group.size(); ++i)
            if (k < nearest[i].size() && stuck(group[i])) {
                again.push_back(group[i]);
                rows.push_back(as_styles(sampled_.row(nearest[i][k])));
            }
        if (!again.empty()) search_from(again, joined(rows), LatentSpace::w);
    }
}

std::vector<Generator::Distance> Projector::perceptual(const Group& group) {
    std::vector<Generator::Distance> distances;
    for (const Target* t : group)
        distances.emplace_back([d = t->distance](const Pictures& x, Pictures& dx) { return (*d)(x, dx); });
    return distances;
}

void Projector::search_from(const Group& group, const Styles& starts, LatentSpace space) {
    std::vector<Generator::Distance> squares;
    for (const Target* t : group)
        squares.emplace_back([d = t->distance](const Pictures& x, Pictures& dx) { return d->squares(x, dx); });
    const auto first = run(perceptual(group), starts, {.steps = options_.steps, .seed = options_.seed, .space = space});
    const Styles w = first->styles();
    keep(group, w);
    const auto second = run(std::move(squares), space == LatentSpace::w ? mean_of_layers(w) : w,
                            {.steps = last_steps(),
                             .lr = 0.01,
                             .rampdown = 0.9,
                             .initial_noise = 0,
                             .stored_noise_from = 0,
                             .seed = options_.seed,
                             .space = space});
    keep(group, second->styles());
}

void Projector::search_with_noise(const Group& group, const Styles& starts) {
    const auto search = run(perceptual(group), options_.space == LatentSpace::w ? mean_of_layers(starts) : starts,
                            {.steps = options_.steps,
                             .initial_noise = 0,
                             .stored_noise_from = 1,
                             .seed = options_.seed,
                             .starts_at_stored_noise = true,
                             .space = options_.space});
    const Styles w = search->styles();
    const auto maps = search->noise();
    for (std::size_t i = 0; i < group.size(); ++i) {
        Projected& best = group[i]->best;
        best.w = row_of(w, i);
        best.noise.clear();
        for (const auto& all : maps) {
            auto& one = best.noise.emplace_back(Array<float, 4>::Base::from_shape({1, 1, all.shape(2), all.shape(3)}));
            std::copy_n(all.data() + i * one.size(), one.size(), one.data());
        }
        best.distance = group[i]->distance->lpips(picture(best));
    }
}

std::unique_ptr<Generator::Search> Projector::run(std::vector<Generator::Distance> distances, const Styles& starts,
                                                  const ProjectionOptions& options) {
    const std::size_t targets = distances.size();
    auto search = generator_.search(std::move(distances), starts, sampled_.deviation, options);
    while (!search->finished()) {
        search->step();
        count(targets);
    }
    return search;
}

void Projector::keep(const Group& group, const Styles& found) {
    for (std::size_t i = 0; i < group.size(); ++i) {
        Styles w = row_of(found, i);
        const double distance = group[i]->distance->lpips(generator_.synthesize(w, {}));
        if (!(distance < group[i]->best.distance)) continue;
        group[i]->best.distance = distance;
        group[i]->best.w = std::move(w);
    }
}

}  // namespace stylegan::examples
