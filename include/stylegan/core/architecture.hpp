// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace stylegan {

/// A decimal number, in millionths. Unlike floating point, every compiler accepts it in a template argument.
struct Decimal {
    int millionths = 0;  ///< the number times a million, rounded

    constexpr Decimal() = default;
    constexpr Decimal(double v)  // NOLINT: a conversion by design
        : millionths(static_cast<int>(v * 1e6 + (v < 0 ? -0.5 : 0.5))) {}

    [[nodiscard]] constexpr double value() const { return millionths / 1e6; }
    friend constexpr bool operator==(const Decimal&, const Decimal&) = default;
};

/// A decimal number close to 0, in millionths of millionths. For the epsilon of a normalisation.
struct Epsilon {
    std::int64_t trillionths = 0;  ///< the number times a million million, rounded

    constexpr Epsilon() = default;
    constexpr Epsilon(double v) : trillionths(static_cast<std::int64_t>(v * 1e12 + 0.5)) {}  // NOLINT: as Decimal

    [[nodiscard]] constexpr double value() const { return static_cast<double>(trillionths) / 1e12; }
    friend constexpr bool operator==(const Epsilon&, const Epsilon&) = default;
};

/// Height and width of pictures or feature maps, in pixels.
struct Size {
    int height = 4;
    int width = 4;
    friend constexpr bool operator==(const Size&, const Size&) = default;
};

/// A one-dimensional low-pass filter, applied along rows and columns. Layers normalise it to sum 1.
struct BlurFilter {
    static constexpr int longest = 7;            ///< largest length
    int length = 3;                              ///< odd; 0 for no blur
    std::array<Decimal, longest> taps{1, 2, 1};  ///< the first `length` count

    [[nodiscard]] constexpr double sum() const {
        double millionths = 0;  // whole numbers: the sum is exact
        for (int i = 0; i < length; ++i) millionths += taps[static_cast<std::size_t>(i)].millionths;
        return millionths / 1e6;
    }
    friend constexpr bool operator==(const BlurFilter&, const BlurFilter&) = default;
};

/// Layers with this filter have no blur.
inline constexpr BlurFilter no_blur{0, {}};

/// Whether scaling and convolution are one operation (the official `fused_scale`). `automatic`: from 128 pixels on.
/// A fused up-convolution uses its kernel rotated by 180 degrees, so trained weights depend on this choice.
enum class FusedScale { automatic, on, off };

/// The activation of all layers: leaky ReLU with slope 0.2, or ReLU.
enum class Nonlinearity { leaky_relu, relu };

/// Everything that determines the shapes and the arithmetic of a generator and its discriminator, and nothing that may
/// change at run time. A structural type: BasicGenerator has a value of it as a template argument. Names are the
/// official keywords; architecture_fields.hpp lists them.
/// @see Karras, Laine, Aila (2019), figure 1, table 1, section 2
struct Architecture {
    Size base{4, 4};           ///< size of the first stage; each later stage doubles it. The official size is 4x4
    int resolution_log2 = 10;  ///< stages 2..resolution_log2; pictures of base * 2^(resolution_log2 - 2)
    int num_channels = 3;      ///< colour channels, 1 to 4
    int label_size = 0;        ///< classes, 0 without labels
    int fmap_base = 8192;
    Decimal fmap_decay = 1.0;
    int fmap_max = 512;
    int latent_size = 512;   ///< length of z
    int dlatent_size = 512;  ///< length of w
    int mapping_layers = 8;  ///< 0 to 16; 0: w is the normalised z
    int mapping_fmaps = 512;
    Decimal mapping_lrmul = 0.01;
    bool normalize_latents = true;
    bool use_styles = true;
    bool const_input_layer = true;
    bool use_noise = true;
    bool use_pixel_norm = false;
    bool use_instance_norm = true;
    bool use_wscale = true;
    Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
    Nonlinearity mapping_nonlinearity = Nonlinearity::leaky_relu;
    FusedScale fused_scale = FusedScale::automatic;
    BlurFilter blur_filter{};
    int mbstd_group_size = 4;  ///< minibatch stddev of the discriminator; 0 or 1: none
    int mbstd_num_features = 1;
    bool progressive_gan = false;  ///< configuration A: variables named as in the Progressive GAN, labels appended to z
    Decimal style_mixing_prob = 0.9;  ///< while training; 0: none

    // Arithmetic of other programs that other weights cannot make up for. The official networks have these defaults.
    bool bias_before_blur = false;         ///< an up-convolution adds its bias before the blur: differs at the border
    Epsilon instance_norm_epsilon = 1e-8;  ///< added to the variance
    bool shared_noise = false;             ///< both layers of a stage take the noise map of the first

    friend constexpr bool operator==(const Architecture&, const Architecture&) = default;

    [[nodiscard]] constexpr int stages() const { return resolution_log2 - 1; }

    /// Style layers, two for each stage: 18 at 1024x1024.
    [[nodiscard]] constexpr int layers() const { return 2 * stages(); }

    /// The largest level of detail: only the first stage is grown.
    [[nodiscard]] constexpr int max_lod() const { return stages() - 1; }

    /// Size of stage 0..stages()-1 (the paper's 4x4, 8x8, ...).
    [[nodiscard]] constexpr Size size(int stage) const { return {base.height << stage, base.width << stage}; }
    [[nodiscard]] constexpr Size picture() const { return size(stages() - 1); }

    /// nf(s) = min(floor(fmap_base / 2^(s * fmap_decay)), fmap_max)
    [[nodiscard]] constexpr int nf(int s) const {
        return std::min(static_cast<int>(fmap_base / exp2(s * fmap_decay.value())), fmap_max);
    }

    /// Feature maps of stage 0..stages()-1.
    [[nodiscard]] constexpr int feature_maps(int stage) const { return nf(stage + 1); }

    /// Length of the input of the mapping network: z and, with labels, their embedding of the same length
    /// (configuration A: the labels themselves).
    [[nodiscard]] constexpr int mapping_inputs() const {
        if (label_size == 0) return latent_size;
        return progressive_gan ? latent_size + label_size : 2 * latent_size;
    }

    /// Width of the mapping network after `layers` of its layers: mapping_width(0) is its input, mapping_width(i + 1)
    /// the output of layer i.
    [[nodiscard]] constexpr int mapping_width(int layers) const {
        if (layers == 0) return mapping_inputs();
        return layers == mapping_layers ? dlatent_size : mapping_fmaps;
    }

    /// Length of w.
    [[nodiscard]] constexpr int w_size() const { return mapping_width(mapping_layers); }

    [[nodiscard]] constexpr bool fused(int stage) const {
        const Size s = size(stage);
        return fused_scale == FusedScale::on ||
               (fused_scale == FusedScale::automatic && std::min(s.height, s.width) >= 128);
    }

    [[nodiscard]] constexpr double slope() const { return nonlinearity == Nonlinearity::relu ? 0.0 : 0.2; }
    [[nodiscard]] constexpr double mapping_slope() const {
        return mapping_nonlinearity == Nonlinearity::relu ? 0.0 : 0.2;
    }

    /// Why no network of this architecture can be built; nullptr if it can.
    [[nodiscard]] constexpr const char* flaw() const {
        if (base.height < 1 || base.width < 1) return "base must be at least 1x1";
        if (resolution_log2 < 2 || resolution_log2 > 16) return "resolution_log2 must be 2 to 16";
        if (num_channels < 1 || num_channels > 4) return "num_channels must be 1 to 4";
        if (label_size < 0) return "label_size must not be negative";
        if (fmap_base < 1 || fmap_max < 1) return "fmap_base and fmap_max must be at least 1";
        if (fmap_decay.millionths < 0) return "fmap_decay must not be negative";
        if (nf(stages()) < 1) return "fmap_base is too small for this resolution: a stage would have no feature maps";
        if (latent_size < 1 || dlatent_size < 1 || mapping_fmaps < 1)
            return "latent and mapping widths must be at least 1";
        if (mapping_layers < 0 || mapping_layers > 16) return "mapping_layers must be 0 to 16";
        if (mapping_lrmul.millionths <= 0) return "mapping_lrmul must be positive";
        if (blur_filter.length < 0 || blur_filter.length > BlurFilter::longest ||
            (blur_filter.length > 0 && blur_filter.length % 2 == 0))
            return "blur_filter must have an odd length of at most 7, or 0";
        if (blur_filter.length > 0 && blur_filter.sum() == 0)
            return "blur_filter must not sum to 0: it is normalised to sum 1";
        if (mbstd_group_size < 0 || mbstd_num_features < 1)
            return "mbstd_group_size must not be negative, mbstd_num_features at least 1";
        if (mbstd_group_size > 1 && feature_maps(0) % mbstd_num_features != 0)
            return "mbstd_num_features must divide the feature maps of the first stage";
        if (instance_norm_epsilon.trillionths <= 0) return "instance_norm_epsilon must be positive";
        if (style_mixing_prob.millionths < 0 || style_mixing_prob.millionths > 1000000)
            return "style_mixing_prob must be 0 to 1";
        return nullptr;
    }

private:
    static constexpr double exp2(double x) {  // std::exp2 is not constexpr
        double whole = 1;
        for (; x >= 1; x -= 1) whole *= 2;  // NOLINT: exact, since x is small
        double sum = 1, term = 1;
        for (int k = 1; k < 24; ++k) sum += term *= x * 0.69314718055994530942 / k;
        return whole * sum;
    }
};

/// The same architecture for pictures of `resolution` x `resolution`, a power of two times the base size.
/// @throws ValueError (a compile error in a constant) if it is not
[[nodiscard]] constexpr Architecture at_resolution(Architecture a, int resolution) {
    int log2 = 2;
    while (log2 < 16 && (a.base.height << (log2 - 2)) < resolution) ++log2;
    if ((a.base.height << (log2 - 2)) != resolution)
        throw ValueError("resolution must be the base size times a power of two");
    a.resolution_log2 = log2;
    return a;
}

/// The configurations of the paper's table 1, at 1024x1024.
/// F, the style-based generator with mixing regularization.
inline constexpr Architecture config_f{};
/// E: without mixing regularization.
inline constexpr Architecture config_e{.style_mixing_prob = 0.0};
/// D: without noise inputs.
inline constexpr Architecture config_d{.use_noise = false, .style_mixing_prob = 0.0};
/// C: with mapping and styles, and a traditional input.
inline constexpr Architecture config_c{.const_input_layer = false, .use_noise = false, .style_mixing_prob = 0.0};
/// B: the tuned baseline with bilinear up- and downsampling; no mapping, no styles.
inline constexpr Architecture config_b{.mapping_layers = 0,
                                       .use_styles = false,
                                       .const_input_layer = false,
                                       .use_noise = false,
                                       .use_pixel_norm = true,
                                       .use_instance_norm = false,
                                       .style_mixing_prob = 0.0};
/// A: the Progressive GAN.
inline constexpr Architecture config_a{.mapping_layers = 0,
                                       .use_styles = false,
                                       .const_input_layer = false,
                                       .use_noise = false,
                                       .use_pixel_norm = true,
                                       .use_instance_norm = false,
                                       .fused_scale = FusedScale::on,
                                       .blur_filter = no_blur,
                                       .progressive_gan = true,
                                       .style_mixing_prob = 0.0};

/// "64x96": the name of a stage in checkpoints.
[[nodiscard]] inline std::string to_string(Size s) { return std::to_string(s.height) + "x" + std::to_string(s.width); }

}  // namespace stylegan
