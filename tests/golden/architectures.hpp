// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/architecture.hpp>
#include <stylegan/io/networks/architecture_differences.hpp>
#include <stylegan/io/networks/architecture_json.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/tensors/safetensors.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace golden {

using stylegan::Architecture;

/// The networks of the golden files, all small.
constexpr Architecture small(const Architecture& config, int resolution, int fmap_base = 256, int fmap_max = 32) {
    Architecture a = stylegan::at_resolution(config, resolution);
    a.fmap_base = fmap_base;
    a.fmap_max = fmap_max;
    return a;
}

constexpr Architecture small_generator(const Architecture& config, int resolution, int fmap_base = 256,
                                       int fmap_max = 32, int width = 32) {
    Architecture a = small(config, resolution, fmap_base, fmap_max);
    a.latent_size = width;
    if (!a.progressive_gan) a.dlatent_size = a.mapping_fmaps = width;
    return a;
}

template <class Change>
constexpr Architecture with(Architecture a, Change change) {
    change(a);
    return a;
}

inline constexpr Architecture g4 = small_generator(stylegan::config_f, 8);
inline constexpr Architecture g16_labels =
    with(small_generator(stylegan::config_f, 16), [](auto& a) { a.label_size = 5; });
inline constexpr Architecture g32_a_progan = small_generator(stylegan::config_a, 32);
inline constexpr Architecture g32_b = small_generator(stylegan::config_b, 32);
inline constexpr Architecture g32_c = small_generator(stylegan::config_c, 32);
inline constexpr Architecture g32_d = small_generator(stylegan::config_d, 32);
inline constexpr Architecture g32_e = small_generator(stylegan::config_e, 32);
inline constexpr Architecture g32_f = small_generator(stylegan::config_f, 32);
inline constexpr Architecture g32_fused_everywhere =
    with(g32_f, [](auto& a) { a.fused_scale = stylegan::FusedScale::on; });
inline constexpr Architecture g32_no_blur = with(g32_f, [](auto& a) { a.blur_filter = stylegan::no_blur; });
inline constexpr Architecture g32_odd_widths = with(small(stylegan::config_f, 32, 192, 20), [](auto& a) {
    a.num_channels = 1;
    a.latent_size = 24;
    a.dlatent_size = 28;
    a.mapping_fmaps = 40;
    a.mapping_layers = 3;
});
inline constexpr Architecture g32_relu_no_wscale = with(g32_f, [](auto& a) {
    a.nonlinearity = a.mapping_nonlinearity = stylegan::Nonlinearity::relu;
    a.use_wscale = a.normalize_latents = false;
});
inline constexpr Architecture g256_fused = small_generator(stylegan::config_f, 256, 1024, 16, 16);

inline constexpr Architecture d16_labels = with(small(stylegan::config_f, 16), [](auto& a) { a.label_size = 5; });
inline constexpr Architecture d32 = small(stylegan::config_f, 32);
inline constexpr Architecture d32_a_progan = small(stylegan::config_a, 32);
inline constexpr Architecture d32_fused_everywhere =
    with(d32, [](auto& a) { a.fused_scale = stylegan::FusedScale::on; });
inline constexpr Architecture d32_no_blur = with(d32, [](auto& a) { a.blur_filter = stylegan::no_blur; });
inline constexpr Architecture d32_no_mbstd = with(d32, [](auto& a) { a.mbstd_group_size = 0; });
inline constexpr Architecture d32_relu_mbstd2 = with(d32, [](auto& a) {
    a.nonlinearity = stylegan::Nonlinearity::relu;
    a.mbstd_group_size = a.mbstd_num_features = 2;
});
inline constexpr Architecture d256_fused = small(stylegan::config_f, 256, 1024, 16);

/// The networks of the files of losses and training steps.
inline constexpr Architecture trained16 = small_generator(stylegan::config_f, 16, 128, 16, 16);
inline constexpr Architecture trained16_labels = with(trained16, [](auto& a) { a.label_size = 5; });

/// Calls f.template operator()<A>() with the architecture of the generator file of this stem.
template <class F>
void with_generator(const std::string& stem, F f) {
    if (stem == "g4") return f.template operator()<g4>();
    if (stem == "g16_labels") return f.template operator()<g16_labels>();
    if (stem == "g32_a_progan") return f.template operator()<g32_a_progan>();
    if (stem == "g32_b") return f.template operator()<g32_b>();
    if (stem == "g32_c") return f.template operator()<g32_c>();
    if (stem == "g32_d") return f.template operator()<g32_d>();
    if (stem == "g32_e") return f.template operator()<g32_e>();
    if (stem == "g32_f" || stem == "g32_style_mixing") return f.template operator()<g32_f>();
    if (stem == "g32_fused_everywhere") return f.template operator()<g32_fused_everywhere>();
    if (stem == "g32_no_blur") return f.template operator()<g32_no_blur>();
    if (stem == "g32_odd_widths") return f.template operator()<g32_odd_widths>();
    if (stem == "g32_relu_no_wscale") return f.template operator()<g32_relu_no_wscale>();
    if (stem == "g256_fused") return f.template operator()<g256_fused>();
    throw std::runtime_error("no architecture is listed for " + stem);
}

/// The same for the discriminator files.
template <class F>
void with_discriminator(const std::string& stem, F f) {
    if (stem == "d16_labels") return f.template operator()<d16_labels>();
    if (stem == "d32" || stem == "d32_n8") return f.template operator()<d32>();
    if (stem == "d32_a_progan") return f.template operator()<d32_a_progan>();
    if (stem == "d32_fused_everywhere") return f.template operator()<d32_fused_everywhere>();
    if (stem == "d32_no_blur") return f.template operator()<d32_no_blur>();
    if (stem == "d32_no_mbstd") return f.template operator()<d32_no_mbstd>();
    if (stem == "d32_relu_mbstd2") return f.template operator()<d32_relu_mbstd2>();
    if (stem == "d256_fused") return f.template operator()<d256_fused>();
    throw std::runtime_error("no architecture is listed for " + stem);
}

/// The same for the files of losses and training steps.
template <class F>
void with_trained(const std::string& stem, F f) {
    if (stem.find("labels") != std::string::npos) return f.template operator()<trained16_labels>();
    return f.template operator()<trained16>();
}

inline stylegan::VariableShapes shapes_of(const stylegan::SafetensorsFile& file, const std::string& prefix) {
    stylegan::VariableShapes shapes;
    for (const std::string& name : file.names())
        if (name.starts_with(prefix)) shapes.emplace(name.substr(prefix.size()), file.shape(name));
    return shapes;
}

/// The architecture that a golden file tells by its settings: the configuration's letter, the official keyword arguments,
/// and, for lengths that they do not name, the shapes of the generator's variables (under `generator`, where there is one).
inline Architecture described_architecture(const stylegan::SafetensorsFile& file, const std::string& generator = {}) {
    const auto& metadata = file.metadata();
    const std::string name = file.path().stem().string();
    const auto config = metadata.find("config");
    const char letter = config != metadata.end()                   ? config->second.at(0)
                        : name.find("progan") != std::string::npos ? 'A'
                                                                   : 'F';
    const Architecture configs[] = {stylegan::config_a, stylegan::config_b, stylegan::config_c,
                                    stylegan::config_d, stylegan::config_e, stylegan::config_f};
    if (letter < 'A' || letter > 'F') throw std::runtime_error(name + " has no configuration A to F");
    const auto kwargs = nlohmann::json::parse(metadata.at("kwargs"));
    Architecture a = stylegan::architecture_from_json(kwargs, name + ": kwargs", configs[letter - 'A']);
    if (!generator.empty()) {
        const auto seen = stylegan::infer_architecture(shapes_of(file, generator), {}, name).architecture;
        if (!kwargs.contains("latent_size")) a.latent_size = seen.latent_size;
        if (!kwargs.contains("dlatent_size")) a.dlatent_size = seen.dlatent_size;
        if (!kwargs.contains("mapping_fmaps")) a.mapping_fmaps = seen.mapping_fmaps;
    }
    return a;
}

/// Inference must find all that variables tell; the rest it must say that it assumed.
inline void check_inference(const stylegan::InferredArchitecture& inferred, const Architecture& expected,
                            stylegan::NetworkKind kind) {
    for (const std::string& key : stylegan::architecture_differences(inferred.architecture, expected, kind))
        BOOST_CHECK_MESSAGE(std::find(inferred.assumed.begin(), inferred.assumed.end(), key) != inferred.assumed.end(),
                            key << " was inferred to be " << stylegan::architecture_to_json(inferred.architecture)[key]
                                << ", expected " << stylegan::architecture_to_json(expected)[key]);
}

}  // namespace golden
