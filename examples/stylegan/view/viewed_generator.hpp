// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "view/view_state.hpp"

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/latents_of_seeds.hpp>
#include <stylegan/models/directions/moved_w.hpp>
#include <stylegan/models/directions/principal_components.hpp>
#include <stylegan/models/directions/sampled_w_moments.hpp>
#include <stylegan/models/directions/sefa.hpp>
#include <stylegan/models/synthesis_options.hpp>

#include <xtensor/xtensor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace stylegan::examples {

/// A direction that a page offers.
struct ViewDirection {
    std::string name;      ///< "PCA 0"
    Eigen::VectorXd step;  ///< of strength 1, (w_size)
};

/// A generator as a page sees it: states become w and pictures. One thread at a time.
/// @tparam G  DrawingNetwork, or another class with its functions architecture(), map(), styles(), truncated(),
///            style_weights() and synthesize()
template <class G>
class ViewedGenerator {
public:
    using Latents = xt::xtensor<float, 2>;
    using Styles = xt::xtensor<float, 3>;    ///< w, (1, layers, w_size)
    using Pictures = xt::xtensor<float, 4>;  ///< (1, C, H, W)

    /// @param generator  must outlive this object
    explicit ViewedGenerator(const G& generator) : generator_(generator) {}

    [[nodiscard]] const std::vector<ViewDirection>& directions() const { return directions_; }
    void add_direction(ViewDirection direction) { directions_.push_back(std::move(direction)); }
    /// Adds the first directions of PCA and of SeFA. @param map  from latents to w, for PCA
    template <class Map>
    void find_directions(const Map& map);

    /// The label of class k; nothing for a network without labels.
    [[nodiscard]] Latents label(int k) const {
        const auto classes = static_cast<std::size_t>(architecture().label_size);
        Latents one_hot = Latents::from_shape({classes > 0 ? std::size_t{1} : 0, classes});
        std::fill(one_hot.begin(), one_hot.end(), 0.0f);
        if (classes > 0) one_hot(0, static_cast<std::size_t>(k)) = 1;
        return one_hot;
    }

    /// The w of a state as its picture has it, truncated and edited.
    /// @throws ValueError if it names a w that is not kept
    [[nodiscard]] Styles w(const ViewState& s) const;
    /// The picture of a state. @throws as w()
    [[nodiscard]] Pictures picture(const ViewState& s) const;

    /// Keeps a w under a name for states; a former one of that name is replaced.
    void keep_w(const std::string& name, Styles w);

private:
    [[nodiscard]] const Architecture& architecture() const { return generator_.architecture(); }
    [[nodiscard]] Styles styles_of(std::uint32_t seed, int class_index) const {
        const auto z = latents_of_seeds({seed}, static_cast<std::size_t>(architecture().latent_size));
        return generator_.styles(generator_.map(z, label(class_index)));
    }
    [[nodiscard]] Styles untruncated(const ViewState& s) const;
    [[nodiscard]] static std::vector<int> layers_between(ViewState::Layers range) {
        std::vector<int> layers;
        for (int l = range.first; l <= range.last; ++l) layers.push_back(l);
        return layers;
    }

    static constexpr Index directions_of_a_method = 8;

    const G& generator_;
    std::vector<ViewDirection> directions_;
    std::vector<std::pair<std::string, Styles>> kept_;
};

template <class G>
template <class Map>
void ViewedGenerator<G>::find_directions(const Map& map) {
    const WMoments moments = sampled_w_moments(map, architecture().latent_size, 4000);
    const auto add = [&](const char* name, const Eigen::MatrixXd& found) {
        const Eigen::VectorXd deviations = moments.deviations_along(found);
        for (Index k = 0; k < std::min<Index>(found.rows(), directions_of_a_method); ++k)
            if (deviations(k) > 0)
                add_direction({text(name, ' ', k), found.row(k).transpose().normalized() * deviations(k)});
    };
    add("PCA", principal_components(moments).components);
    std::vector<int> all(static_cast<std::size_t>(architecture().layers()));
    std::iota(all.begin(), all.end(), 0);
    add("SeFA", sefa(generator_.style_weights(all)).directions);
}

template <class G>
void ViewedGenerator<G>::keep_w(const std::string& name, Styles w) {
    constexpr std::size_t most = 100;
    for (auto& [kept, value] : kept_)
        if (kept == name) {
            value = std::move(w);
            return;
        }
    if (kept_.size() == most) kept_.erase(kept_.begin());
    kept_.emplace_back(name, std::move(w));
}

template <class G>
auto ViewedGenerator<G>::untruncated(const ViewState& s) const -> Styles {
    Styles w;
    if (s.w.empty()) {
        w = styles_of(s.seed, s.label);
    } else {
        const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& k) { return k.first == s.w; });
        if (found == kept_.end()) throw ValueError(text("w: is \"", s.w, "\", expected a projection of this page"));
        w = found->second;
    }
    const Styles from = w;
    for (const auto& [share, seed] : {std::pair{s.x, s.right}, std::pair{s.y, s.up}}) {
        if (share == 0) continue;
        const Styles to = styles_of(seed, s.label);
        for (std::size_t i = 0; i < w.size(); ++i)
            w.data()[i] +=
                static_cast<float>(share * (static_cast<double>(to.data()[i]) - static_cast<double>(from.data()[i])));
    }
    if (s.mix) {
        const Styles other = styles_of(s.mix->seed, s.label);
        for (const int l : layers_between(s.mix->layers))
            std::copy_n(&other(0, static_cast<std::size_t>(l), 0), w.shape(2), &w(0, static_cast<std::size_t>(l), 0));
    }
    return w;
}

template <class G>
auto ViewedGenerator<G>::w(const ViewState& s) const -> Styles {
    Styles w = generator_.truncated(untruncated(s), {.psi = static_cast<float>(s.psi), .cutoff = s.cutoff});
    for (const ViewState::Edit& edit : s.edits) {
        const Eigen::VectorXd step = edit.strength * directions_.at(static_cast<std::size_t>(edit.direction)).step;
        w = moved_w(w, step, layers_between(s.edit_layers));
    }
    return w;
}

template <class G>
auto ViewedGenerator<G>::picture(const ViewState& s) const -> Pictures {
    SynthesisOptions<float> options;
    options.noise = s.noise == "random" ? Noise::random : s.noise == "none" ? Noise::none : Noise::constant;
    options.noise_seed = s.noise_seed;
    if (s.noise_strength != 1) options.noise_strength = {{.strength = static_cast<float>(s.noise_strength)}};
    if (architecture().label_size > 0) options.labels = label(s.label);
    if (!s.plain()) return generator_.synthesize(w(s), options);
    options.truncation = {.psi = static_cast<float>(s.psi), .cutoff = s.cutoff};  // exactly as `stylegan generate`
    return generator_.synthesize(untruncated(s), options);
}

}  // namespace stylegan::examples
