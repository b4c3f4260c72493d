// SPDX-License-Identifier: Apache-2.0
#include "view/viewed_network.hpp"

#include "drawing/edited.hpp"

#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/models/directions/latent_directions.hpp>
#include <stylegan/models/directions/moved_w.hpp>
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sampled_w_moments.hpp>
#include <stylegan/models/directions/sefa.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace stylegan::examples {
namespace {

constexpr Index directions_of_a_method = 8;

/// The options of the command line; a network with labels is opened with its first class, and states choose theirs.
DrawingOptions with_a_label(DrawingOptions o) {
    const Checkpoint checkpoint(o.network, o.extra);
    if (checkpoint.architecture(NetworkKind::generator).label_size > 0 && !o.label) o.label = 0;
    return o;
}

std::vector<int> layers_between(ViewState::Layers range) {
    std::vector<int> layers;
    for (int l = range.first; l <= range.last; ++l) layers.push_back(l);
    return layers;
}

}  // namespace

ViewedNetwork::ViewedNetwork(const ViewOptions& o) : name_(o.network.string()), drawing_(with_a_label(o)) {
    require_styles(drawing_, o.network);
    if (!o.directions.empty()) read_directions_of(o.directions);
    find_directions();
}

void ViewedNetwork::read_directions_of(const std::filesystem::path& file) {
    const LatentDirections d = read_directions(file);
    if (d.directions.cols() != architecture().w_size())
        throw FormatError(text("--directions ", file.string(), ": has directions of length ", d.directions.cols(),
                               ", expected ", architecture().w_size(), ", the length of w of ", name_));
    for (Index k = 0; k < std::min<Index>(d.count(), 64); ++k)
        directions_.push_back({text(file.stem().string(), ' ', k), d.step(k)});
}

void ViewedNetwork::find_directions() {
    const auto& generator = drawing_.generator();
    const auto map = [&](const auto& z) { return generator.map(z, drawing_.options(z.shape(0)).labels); };
    const WMoments moments = sampled_w_moments(map, architecture().latent_size, 4000);
    const auto add = [&](const char* name, const Eigen::MatrixXd& found) {
        const Eigen::VectorXd deviations = moments.deviations_along(found);
        for (Index k = 0; k < std::min<Index>(found.rows(), directions_of_a_method); ++k)
            if (deviations(k) > 0)
                directions_.push_back({text(name, ' ', k), found.row(k).transpose().normalized() * deviations(k)});
    };
    add("PCA", principal_components(moments).components);
    std::vector<int> all(static_cast<std::size_t>(architecture().layers()));
    std::iota(all.begin(), all.end(), 0);
    add("SeFA", sefa(generator.style_weights(all)).directions);
}

Drawing::Styles ViewedNetwork::styles_of(std::uint32_t seed, int label) const {
    const auto& generator = drawing_.generator();
    Drawing::Generator::Latents labels;
    if (architecture().label_size > 0) labels = labels_of_class(1, architecture().label_size, label);
    return generator.styles(
        generator.map(latents_of_seeds({seed}, static_cast<std::size_t>(architecture().latent_size)), labels));
}

void ViewedNetwork::keep_w(const std::string& name, Drawing::Styles w) {
    constexpr std::size_t most = 100;
    for (auto& [kept, value] : kept_)
        if (kept == name) {
            value = std::move(w);
            return;
        }
    if (kept_.size() == most) kept_.erase(kept_.begin());
    kept_.emplace_back(name, std::move(w));
}

Drawing::Styles ViewedNetwork::untruncated(const ViewState& s) const {
    Drawing::Styles w;
    if (s.w.empty()) {
        w = styles_of(s.seed, s.label);
    } else {
        const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& k) { return k.first == s.w; });
        if (found == kept_.end()) throw ValueError(text("w: is \"", s.w, "\", expected a projection of this page"));
        w = found->second;
    }
    const Drawing::Styles from = w;
    for (const auto& [share, seed] : {std::pair{s.x, s.right}, std::pair{s.y, s.up}}) {
        if (share == 0) continue;
        const Drawing::Styles to = styles_of(seed, s.label);
        for (std::size_t i = 0; i < w.size(); ++i)
            w.data()[i] +=
                static_cast<float>(share * (static_cast<double>(to.data()[i]) - static_cast<double>(from.data()[i])));
    }
    if (s.mix) {
        const Drawing::Styles other = styles_of(s.mix->seed, s.label);
        for (const int l : layers_between(s.mix->layers))
            std::copy_n(&other(0, static_cast<std::size_t>(l), 0), w.shape(2), &w(0, static_cast<std::size_t>(l), 0));
    }
    return w;
}

Drawing::Styles ViewedNetwork::w(const ViewState& s) const {
    Drawing::Styles w =
        drawing_.generator().truncated(untruncated(s), {.psi = static_cast<float>(s.psi), .cutoff = s.cutoff});
    for (const ViewState::Edit& edit : s.edits) {
        const Eigen::VectorXd step = edit.strength * directions_.at(static_cast<std::size_t>(edit.direction)).step;
        w = moved_w(w, step, layers_between(s.edit_layers));
    }
    return w;
}

Drawing::Generator::Options ViewedNetwork::options_of(const ViewState& s) const {
    Drawing::Generator::Options options;
    options.noise = s.noise == "random" ? Noise::random : s.noise == "none" ? Noise::none : Noise::constant;
    options.noise_seed = s.noise_seed;
    if (s.noise_strength != 1) options.noise_strength = {{.strength = static_cast<float>(s.noise_strength)}};
    if (architecture().label_size > 0) options.labels = labels_of_class(1, architecture().label_size, s.label);
    return options;
}

Image ViewedNetwork::draw(const ViewState& s) const {
    Drawing::Generator::Options options = options_of(s);
    Drawing::Styles styles;
    if (s.plain()) {  // exactly as `stylegan generate`
        styles = untruncated(s);
        options.truncation = {.psi = static_cast<float>(s.psi), .cutoff = s.cutoff};
    } else {
        styles = w(s);
    }
    const auto made = drawing_.generator().synthesize(styles, options);
    require_finite_pictures(made, name_, [](std::size_t) { return "the picture"; });
    return to_uint8(made, 0);
}

}  // namespace stylegan::examples
