// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>

namespace stylegan {

/// One of the two networks of an architecture.
enum class NetworkKind { generator, discriminator };

/// One member of Architecture: its names, and what it decides.
struct ArchitectureField {
    /// Which networks it changes. Training fields change neither.
    enum class Scope { both_networks, generator, discriminator, training };
    /// Whose keyword it is: the official functions', this library's, or one for what PyTorch ports compute differently.
    enum class Origin { official, library, port };

    const char* keyword;  ///< in JSON files and official pickles
    Scope scope = Scope::both_networks;
    Origin origin = Origin::official;
    const char* member = keyword;  ///< in C++

    [[nodiscard]] constexpr bool applies_to(NetworkKind kind) const {
        return scope == Scope::both_networks ||
               scope == (kind == NetworkKind::generator ? Scope::generator : Scope::discriminator);
    }
};

/// Calls f(field, member) for every member of an architecture, in the order of files. This is the one list of members:
/// whatever reads, writes, compares or describes architectures uses it. Two members are stored in another form than in
/// C++: `resolution` is the height of the pictures, not its logarithm; `style_mixing_prob` is null instead of 0.
/// @param architecture  an Architecture; members of a const one are const
template <class A, class F>
constexpr void for_each_field(A& architecture, F&& f) {
    using Field = ArchitectureField;
    constexpr auto both = Field::Scope::both_networks, generator = Field::Scope::generator,
                   discriminator = Field::Scope::discriminator, training = Field::Scope::training;
    constexpr auto official = Field::Origin::official, library = Field::Origin::library, port = Field::Origin::port;
    A& a = architecture;
    f(Field{"resolution", both, official, "resolution_log2"}, a.resolution_log2);
    f(Field{"base_size", both, library, "base"}, a.base);
    f(Field{"num_channels"}, a.num_channels);
    f(Field{"label_size"}, a.label_size);
    f(Field{"fmap_base"}, a.fmap_base);
    f(Field{"fmap_decay"}, a.fmap_decay);
    f(Field{"fmap_max"}, a.fmap_max);
    f(Field{"latent_size", generator}, a.latent_size);
    f(Field{"dlatent_size", generator}, a.dlatent_size);
    f(Field{"mapping_layers", generator}, a.mapping_layers);
    f(Field{"mapping_fmaps", generator}, a.mapping_fmaps);
    f(Field{"mapping_lrmul", generator}, a.mapping_lrmul);
    f(Field{"mapping_nonlinearity", generator}, a.mapping_nonlinearity);
    f(Field{"normalize_latents", generator}, a.normalize_latents);
    f(Field{"use_styles", generator}, a.use_styles);
    f(Field{"const_input_layer", generator}, a.const_input_layer);
    f(Field{"use_noise", generator}, a.use_noise);
    f(Field{"use_pixel_norm", generator}, a.use_pixel_norm);
    f(Field{"use_instance_norm", generator}, a.use_instance_norm);
    f(Field{"use_wscale"}, a.use_wscale);
    f(Field{"nonlinearity"}, a.nonlinearity);
    f(Field{"fused_scale"}, a.fused_scale);
    f(Field{"blur_filter"}, a.blur_filter);
    f(Field{"mbstd_group_size", discriminator}, a.mbstd_group_size);
    f(Field{"mbstd_num_features", discriminator}, a.mbstd_num_features);
    f(Field{"progressive_gan", generator, library}, a.progressive_gan);
    f(Field{"bias_before_blur", generator, port}, a.bias_before_blur);
    f(Field{"instance_norm_epsilon", generator, port}, a.instance_norm_epsilon);
    f(Field{"shared_noise", generator, port}, a.shared_noise);
    f(Field{"style_mixing_prob", training}, a.style_mixing_prob);
}

}  // namespace stylegan
