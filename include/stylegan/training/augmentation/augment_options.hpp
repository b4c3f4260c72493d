// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace stylegan {

/// How likely each transformation of augmented pictures is, as a multiple of the augmentation probability p: 0 leaves it
/// out, 1 applies it with probability p.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020), figure 2 and appendix B
struct AugmentOptions {
    double xflip = 0;       ///< mirrored left to right; pixel blitting, "b"
    double rotate90 = 0;    ///< quarter turns; "b"
    double xint = 0;        ///< moves by whole pixels; "b"
    double scale = 0;       ///< scaling of both axes; geometry, "g"
    double rotate = 0;      ///< turns by any angle; "g"
    double aniso = 0;       ///< scaling of one axis against the other; "g"
    double xfrac = 0;       ///< moves by parts of pixels; "g"
    double brightness = 0;  ///< added to all channels; colour, "c"
    double contrast = 0;    ///< a factor of all channels; "c"
    double lumaflip = 0;    ///< brightness mirrored, colours kept; "c"
    double hue = 0;         ///< colours turned about grey; "c"
    double saturation = 0;  ///< distance from grey; "c"
    double imgfilter = 0;   ///< gains of four frequency bands; "f"
    double noise = 0;       ///< additive noise; "n"
    double cutout = 0;      ///< a rectangle set to 0; the second "c"

    /// Whether pictures are resampled.
    [[nodiscard]] constexpr bool geometry() const {
        return xflip > 0 || rotate90 > 0 || xint > 0 || scale > 0 || rotate > 0 || aniso > 0 || xfrac > 0;
    }
    /// Whether colours change.
    [[nodiscard]] constexpr bool colour() const {
        return brightness > 0 || contrast > 0 || lumaflip > 0 || hue > 0 || saturation > 0;
    }

    friend constexpr bool operator==(const AugmentOptions&, const AugmentOptions&) = default;
};

/// A named set of transformations, as `--augpipe` of the official tool has them.
struct AugmentPipe {
    std::string_view name;   ///< in the official tool
    AugmentOptions options;  ///< its transformations
};

namespace detail {

[[nodiscard]] constexpr AugmentOptions augment_set(bool blit, bool geometry, bool colour, bool filter = false,
                                                   bool noise = false, bool cutout = false) {
    AugmentOptions o;
    if (blit) o.xflip = o.rotate90 = o.xint = 1;
    if (geometry) o.scale = o.rotate = o.aniso = o.xfrac = 1;
    if (colour) o.brightness = o.contrast = o.lumaflip = o.hue = o.saturation = 1;
    o.imgfilter = filter ? 1 : 0;
    o.noise = noise ? 1 : 0;
    o.cutout = cutout ? 1 : 0;
    return o;
}

}  // namespace detail

/// The sets of the official tool. "bgc" is its default.
inline constexpr std::array<AugmentPipe, 12> augment_pipes{{
    {"blit", detail::augment_set(true, false, false)},
    {"geom", detail::augment_set(false, true, false)},
    {"color", detail::augment_set(false, false, true)},
    {"filter", detail::augment_set(false, false, false, true)},
    {"noise", detail::augment_set(false, false, false, false, true)},
    {"cutout", detail::augment_set(false, false, false, false, false, true)},
    {"bg", detail::augment_set(true, true, false)},
    {"bgc", detail::augment_set(true, true, true)},
    {"bgcf", detail::augment_set(true, true, true, true)},
    {"bgcfn", detail::augment_set(true, true, true, true, true)},
    {"bgcfnc", detail::augment_set(true, true, true, true, true, true)},
    {"none", {}},
}};

/// The set of this name; nothing for an unknown name.
[[nodiscard]] constexpr std::optional<AugmentOptions> find_augment_pipe(std::string_view name) {
    for (const AugmentPipe& pipe : augment_pipes)
        if (pipe.name == name) return pipe.options;
    return std::nullopt;
}

}  // namespace stylegan
