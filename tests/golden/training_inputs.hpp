// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/models/discriminator.hpp>
#include <stylegan/models/generator.hpp>
#include <stylegan/ops/resampling/downscale2d.hpp>
#include <stylegan/training/draws.hpp>
#include <stylegan/training/updates.hpp>

#include "results.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <type_traits>

namespace golden {

/// The random draws that a file made for one evaluation of the generator, such as those below "step3/g_draw/".
inline stylegan::GivenDraws given_draws(const stylegan::SafetensorsFile& file, const std::string& prefix,
                                        double mixing_probability) {
    stylegan::GivenDraws draws;
    draws.latents = read<2>(file, prefix + "latents");
    draws.second_latents = read<2>(file, prefix + "latents2");
    if (file.read_double(prefix + "mix_uniform").at(0) < mixing_probability)
        draws.mix_cutoff = file.read<int>(prefix + "mix_cutoff").at(0);
    for (int l = 0; file.contains(prefix + "noise" + std::to_string(l)); ++l)
        draws.noise.push_back(read<4>(file, prefix + "noise" + std::to_string(l)));
    if (file.contains(prefix + "gp_u")) draws.penalty_mix = file.read_double(prefix + "gp_u");
    return draws;
}

/// The draws of a minibatch in which each picture comes `copies` times in a row.
inline stylegan::GivenDraws repeated(stylegan::GivenDraws draws, std::size_t copies) {
    const auto repeat = [copies](auto& a) {
        if (a.size() == 0) return;
        auto shape = a.shape();
        const std::size_t rows = shape[0], length = a.size() / rows;
        shape[0] *= copies;
        std::remove_reference_t<decltype(a)> longer = std::remove_reference_t<decltype(a)>::from_shape(shape);
        for (std::size_t row = 0; row < rows * copies; ++row)
            std::copy_n(a.data() + row / copies * length, length, longer.data() + row * length);
        a = longer;
    };
    repeat(draws.latents);
    repeat(draws.second_latents);
    for (auto& noise : draws.noise) repeat(noise);
    return draws;
}

/// Hands whole minibatches of a file to Updates: pictures of full resolution, brought to the level's, and labels.
class GivenPictures {
public:
    using Updates = stylegan::Updates<stylegan::AnyGenerator<Device>, stylegan::AnyDiscriminator<Device>>;

    /// @param copies  of each picture in the minibatch, one after the other
    GivenPictures(const stylegan::SafetensorsFile& file, Context& context, const std::string& reals,
                  const std::string& labels, stylegan::Index copies = 1)
        : context_(context), copies_(copies) {
        if (file.contains(reals)) reals_ = read<4>(file, reals);
        if (file.contains(labels)) labels_ = read<2>(file, labels);
    }

    [[nodiscard]] Updates::FillReals reals() const {
        return [this](std::span<const stylegan::Index> samples, stylegan::Maps<float> pictures,
                      stylegan::Rows<float> labels) {
            const int repeat = static_cast<int>(static_cast<stylegan::Index>(reals_.shape(2)) / pictures.extent(2));
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const stylegan::Shape4 shape{1, pictures.extent(1), pictures.extent(2) * repeat,
                                             pictures.extent(3) * repeat};
                const auto values = pictures.stride() * repeat * repeat;
                const float* const from = reals_.data() + samples[i] / copies_ * values;
                const stylegan::Maps<float> small = pictures.part(static_cast<stylegan::Index>(i), 1);
                if (repeat == 1) {
                    context_.upload(from, values, small.data);
                    continue;
                }
                const stylegan::Workspace::Frame frame(context_.workspace());
                const stylegan::Maps<float> large = context_.take(shape[0], shape[1], shape[2], shape[3]);
                context_.upload(from, values, large.data);
                stylegan::ops::downscale2d(context_, large, repeat, small);
            }
            if (!labels.empty()) fill(samples, labels);
        };
    }

    [[nodiscard]] Updates::FillLabels labels() const {
        return
            [this](std::span<const stylegan::Index> samples, stylegan::Rows<float> labels) { fill(samples, labels); };
    }

private:
    void fill(std::span<const stylegan::Index> samples, stylegan::Rows<float> labels) const {
        for (std::size_t i = 0; i < samples.size(); ++i)
            context_.upload(labels_.data() + samples[i] / copies_ * labels.extent(1), labels.extent(1),
                            labels.part(static_cast<stylegan::Index>(i), 1).data);
    }

    Context& context_;
    stylegan::Index copies_;
    xt::xtensor<float, 4> reals_;
    xt::xtensor<float, 2> labels_;
};

/// Losses as the official functions return them: (N, 1) without penalties; with one, (N, N), since there the loss of
/// picture i is a row and the penalty of picture j a column.
inline Result loss_tensor(const stylegan::LossValues& values, bool penalized) {
    const std::size_t n = values.loss.size(), columns = penalized ? n : 1;
    Result r;
    r.shape = {static_cast<stylegan::Index>(n), static_cast<stylegan::Index>(columns)};
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            r.values.push_back(
                static_cast<float>(values.loss[i] + (values.penalty.empty() ? 0 : values.penalty[penalized ? j : i])));
    return r;
}

/// The loss of a file, which names the generator's or the discriminator's function of the official code.
inline stylegan::Loss loss_of(const std::string& name, const nlohmann::json& parameters = nlohmann::json::object()) {
    namespace losses = stylegan::losses;
    const std::map<std::string, const stylegan::Loss*> all{{"G_logistic_nonsaturating", &losses::logistic},
                                                           {"G_logistic_saturating", &losses::logistic_saturating},
                                                           {"G_wgan", &losses::wgan},
                                                           {"D_logistic", &losses::logistic},
                                                           {"D_logistic_simplegp", &losses::logistic},
                                                           {"D_wgan", &losses::wgan},
                                                           {"D_wgan_gp", &losses::wgan_gp},
                                                           {"D_hinge", &losses::hinge},
                                                           {"D_hinge_gp", &losses::hinge_gp},
                                                           {"D_relativistic", &losses::relativistic},
                                                           {"G_relativistic", &losses::relativistic}};
    if (!all.contains(name)) throw std::runtime_error("loss " + name + " is not known to this test");
    stylegan::Loss loss = *all.at(name);
    const bool gammas = name == "D_logistic_simplegp" || name == "D_relativistic";
    loss.r1_gamma = gammas ? parameters.value("r1_gamma", 10.0) : 0;
    loss.r2_gamma = gammas ? parameters.value("r2_gamma", 0.0) : 0;
    return loss;
}

}  // namespace golden
