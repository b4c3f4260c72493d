// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/philox.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/ops/augment/affine_resample.hpp>
#include <stylegan/ops/augment/band_filter.hpp>
#include <stylegan/ops/augment/colour_matrix.hpp>
#include <stylegan/training/augmentation/augment_options.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace stylegan {

/// What is drawn for one transformation. It acts if the gate is below its probability.
struct GatedDraw {
    double value = 0;  ///< its strength: uniform in [0, 1) or standard normal
    double gate = 1;   ///< uniform in [0, 1)
};

/// The same for a transformation with two strengths.
struct GatedPair {
    double x = 0;     ///< along the rows
    double y = 0;     ///< along the columns
    double gate = 1;  ///< uniform in [0, 1)
};

/// All draws for one picture.
struct AugmentDraws {
    GatedDraw xflip{};                     ///< uniform; mirrored from 1/2 on
    GatedDraw rotate90{};                  ///< uniform; quarter turns
    GatedPair xint{};                      ///< uniform; a move by whole pixels
    GatedDraw scale{};                     ///< normal; the scale of both axes
    GatedDraw rotate_pre{};                ///< uniform; a turn before the anisotropic scaling
    GatedDraw aniso{};                     ///< normal; the scale of one axis against the other
    GatedDraw rotate_post{};               ///< uniform; a turn after it
    GatedPair xfrac{};                     ///< normal; a move by parts of pixels
    GatedDraw brightness{};                ///< normal; added to all channels
    GatedDraw contrast{};                  ///< normal; a factor of all channels
    GatedDraw lumaflip{};                  ///< uniform; brightness is mirrored from 1/2 on
    GatedDraw hue{};                       ///< uniform; a turn of colours about grey
    GatedDraw saturation{};                ///< normal; a factor of the distance from grey
    std::array<GatedDraw, 4> imgfilter{};  ///< normal; the gain of each frequency band
    GatedDraw noise{};                     ///< normal; the deviation of the noise
    GatedPair cutout{};                    ///< uniform; the centre of the rectangle

    /// Draws for picture `index` of a batch.
    [[nodiscard]] static AugmentDraws from(const RandomStream& random, std::uint64_t index) {
        constexpr std::uint64_t of_a_picture = 64;
        std::uint64_t next = index * of_a_picture;
        const auto uniform = [&] { return random.uniform(next++); };
        const auto normal = [&] {  // from a block of its own
            next = (next + 1) / 2 * 2 + 2;
            return static_cast<double>(random.normal(next - 2));
        };
        AugmentDraws d;
        d.xflip = {uniform(), uniform()};
        d.rotate90 = {uniform(), uniform()};
        d.xint = {uniform(), uniform(), uniform()};
        d.scale = {normal(), uniform()};
        d.rotate_pre = {uniform(), uniform()};
        d.aniso = {normal(), uniform()};
        d.rotate_post = {uniform(), uniform()};
        d.xfrac = {normal(), normal(), uniform()};
        d.brightness = {normal(), uniform()};
        d.contrast = {normal(), uniform()};
        d.lumaflip = {uniform(), uniform()};
        d.hue = {uniform(), uniform()};
        d.saturation = {normal(), uniform()};
        for (GatedDraw& band : d.imgfilter) band = {normal(), uniform()};
        d.noise = {normal(), uniform()};
        d.cutout = {uniform(), uniform(), uniform()};
        return d;
    }
};

namespace detail {

/// The product of two maps: a position in the result goes through b first.
[[nodiscard]] constexpr ops::AffineMap composed(const ops::AffineMap& a, const ops::AffineMap& b) {
    return {a[0] * b[0] + a[1] * b[3], a[0] * b[1] + a[1] * b[4], a[0] * b[2] + a[1] * b[5] + a[2],
            a[3] * b[0] + a[4] * b[3], a[3] * b[1] + a[4] * b[4], a[3] * b[2] + a[4] * b[5] + a[5]};
}
[[nodiscard]] inline ops::AffineMap rotation(double angle) {
    return {std::cos(angle), -std::sin(angle), 0, std::sin(angle), std::cos(angle), 0};
}

/// Of each of the two rotations, before and after the anisotropic scaling, so that at least one acts with probability p.
[[nodiscard]] inline double rotation_probability(double p) { return 1 - std::sqrt(1 - std::clamp(p, 0.0, 1.0)); }

}  // namespace detail

/// From a position in the result to the one that it shows.
[[nodiscard]] inline ops::AffineMap affine_map_of(const AugmentDraws& d, const AugmentOptions& o, double p,
                                                  Index height, Index width) {
    using std::numbers::pi;
    const double w = static_cast<double>(width), h = static_cast<double>(height);
    ops::AffineMap m{1, 0, 0, 0, 1, 0};
    const auto then = [&](const ops::AffineMap& next) { m = detail::composed(m, next); };
    if (d.xflip.gate < p * o.xflip) then({1 - 2 * std::floor(2 * d.xflip.value), 0, 0, 0, 1, 0});
    if (d.rotate90.gate < p * o.rotate90) then(detail::rotation(std::floor(4 * d.rotate90.value) * pi / 2));
    if (d.xint.gate < p * o.xint)
        then({1, 0, -std::nearbyint((2 * d.xint.x - 1) * 0.125 * w), 0, 1,
              -std::nearbyint((2 * d.xint.y - 1) * 0.125 * h)});
    if (d.scale.gate < p * o.scale) {
        const double s = std::exp2(0.2 * d.scale.value);
        then({1 / s, 0, 0, 0, 1 / s, 0});
    }
    const double turned = detail::rotation_probability(p * o.rotate);
    if (d.rotate_pre.gate < turned) then(detail::rotation((2 * d.rotate_pre.value - 1) * pi));
    if (d.aniso.gate < p * o.aniso) {
        const double s = std::exp2(0.2 * d.aniso.value);
        then({1 / s, 0, 0, 0, s, 0});
    }
    if (d.rotate_post.gate < turned) then(detail::rotation((2 * d.rotate_post.value - 1) * pi));
    if (d.xfrac.gate < p * o.xfrac) then({1, 0, -0.125 * d.xfrac.x * w, 0, 1, -0.125 * d.xfrac.y * h});
    return m;
}

/// The colours of the result.
/// @param grey  for pictures of one channel, which have neither hue nor saturation
[[nodiscard]] inline ops::ColourMatrix colour_matrix_of(const AugmentDraws& d, const AugmentOptions& o, double p,
                                                        bool grey) {
    ops::ColourMatrix m{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};
    // m = a m, where a is the same for every channel but for what it takes from the others
    const auto then = [&](const std::array<std::array<double, 3>, 3>& a, double shift) {
        const ops::ColourMatrix before = m;
        for (std::size_t r = 0; r < 3; ++r)
            for (std::size_t c = 0; c < 4; ++c) {
                m[r][c] = c == 3 ? shift : 0;
                for (std::size_t k = 0; k < 3; ++k) m[r][c] += a[r][k] * before[k][c];
            }
    };
    // along the grey axis v = (1, 1, 1) / sqrt 3: along v v' + across (1 - v v') + twist [v]
    const auto about_grey = [&](double along, double across, double twist) {
        const double mean = (along - across) / 3, side = twist / std::numbers::sqrt3;
        then({{{across + mean, mean - side, mean + side},
               {mean + side, across + mean, mean - side},
               {mean - side, mean + side, across + mean}}},
             0);
    };
    if (d.brightness.gate < p * o.brightness) then({{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, 0.2 * d.brightness.value);
    if (d.contrast.gate < p * o.contrast) {
        const double c = std::exp2(0.5 * d.contrast.value);
        about_grey(c, c, 0);
    }
    if (d.lumaflip.gate < p * o.lumaflip) about_grey(1 - 2 * std::floor(2 * d.lumaflip.value), 1, 0);
    if (grey) return m;
    if (d.hue.gate < p * o.hue) {
        const double angle = (2 * d.hue.value - 1) * std::numbers::pi;
        about_grey(1, std::cos(angle), std::sin(angle));
    }
    if (d.saturation.gate < p * o.saturation) about_grey(1, std::exp2(d.saturation.value), 0);
    return m;
}

/// The filter with the gains of the four bands.
[[nodiscard]] inline ops::BandFilter band_filter_of(const AugmentDraws& d, const AugmentOptions& o, double p) {
    constexpr std::array<double, 4> energy{10.0 / 13, 1.0 / 13, 1.0 / 13, 1.0 / 13};  // of natural pictures
    std::array<double, 4> gains{1, 1, 1, 1};
    for (std::size_t band = 0; band < 4; ++band) {
        if (d.imgfilter[band].gate >= p * o.imgfilter) continue;
        std::array<double, 4> t{1, 1, 1, 1};
        t[band] = std::exp2(d.imgfilter[band].value);
        double power = 0;
        for (std::size_t k = 0; k < 4; ++k) power += energy[k] * t[k] * t[k];
        for (std::size_t k = 0; k < 4; ++k) gains[k] *= t[k] / std::sqrt(power);
    }
    return ops::band_filter_of(gains);
}

/// The deviation of the added noise.
[[nodiscard]] inline double noise_deviation_of(const AugmentDraws& d, const AugmentOptions& o, double p) {
    return d.noise.gate < p * o.noise ? 0.1 * std::abs(d.noise.value) : 0;
}

}  // namespace stylegan
