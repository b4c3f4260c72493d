// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/augment/affine_resample.hpp>
#include <stylegan/ops/augment/band_filter.hpp>
#include <stylegan/ops/augment/colour_matrix.hpp>
#include <stylegan/ops/augment/cut_out.hpp>
#include <stylegan/ops/augment/picture_noise.hpp>
#include <stylegan/ops/random_normal.hpp>
#include <stylegan/training/augmentation/augment_draws.hpp>
#include <stylegan/training/augmentation/augment_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// The augmentation of one batch of pictures, with all that was drawn for it. For given draws it is affine in the
/// pictures,  y = A x + b,  so that R1 passes through it: the tangent is A x_dot, the gradient A' dy.
///
/// In the order of the paper: geometry, colour, frequency bands, noise, cutout.
/// @see Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020)
template <class S>
class Augmentation {
public:
    /// For given draws.
    /// @param shape  of the pictures, (N, C, H, W)
    /// @param p      augmentation probability; 0: y = x, bit for bit
    /// @param draws  one for each picture
    /// @param noise  (N, C, H, W), standard normal; used only with options.noise
    /// @throws ShapeError if there are neither 1 nor 3 channels, or pictures too small for the band filter; ValueError
    ///         if p is negative
    Augmentation(const AugmentOptions& options, double p, const Shape4& shape, std::span<const AugmentDraws> draws,
                 std::vector<S> noise = {})
        : shape_(shape), noise_(std::move(noise)) {
        set(options, p, draws);
        if (!deviations_.empty())
            require_equal("Augmentation", "size of the noise", static_cast<Index>(noise_.size()),
                          shape[0] * shape[1] * shape[2] * shape[3]);
    }

    /// The same with noise that is drawn where the pictures are, when it is added.
    /// @param noise  one stream for each batch
    /// @throws as above
    Augmentation(const AugmentOptions& options, double p, const Shape4& shape, std::span<const AugmentDraws> draws,
                 const RandomStream& noise)
        : shape_(shape), stream_(noise) {
        set(options, p, draws);
        for (Index n = 0; n < shape[0]; ++n) samples_.push_back(n);
    }

    /// Draws for a batch.
    /// @param random  one stream for each batch
    /// @throws as above
    Augmentation(const AugmentOptions& options, double p, const Shape4& shape, const RandomStream& random,
                 const RandomStream& noise)
        : Augmentation(options, p, shape, drawn(shape[0], random), noise) {}

    /// The augmentation of some pictures of the batch. Their margins are those of the whole batch, so that a picture
    /// does not depend on those evaluated with it.
    /// @param samples  indices in the batch
    [[nodiscard]] Augmentation part(std::span<const Index> samples) const {
        Augmentation a;
        a.shape_ = {static_cast<Index>(samples.size()), shape_[1], shape_[2], shape_[3]};
        a.margins_ = margins_;
        a.stream_ = stream_;
        const Index size = shape_[1] * shape_[2] * shape_[3];
        for (const Index n : samples) {
            const auto take = [n](const auto& from, auto& to) {
                if (!from.empty()) to.push_back(from.at(static_cast<std::size_t>(n)));
            };
            take(maps_, a.maps_);
            take(colours_, a.colours_);
            take(filters_, a.filters_);
            take(deviations_, a.deviations_);
            take(cutouts_, a.cutouts_);
            take(samples_, a.samples_);
            if (!deviations_.empty() && !stream_)
                a.noise_.insert(a.noise_.end(), noise_.begin() + n * size, noise_.begin() + (n + 1) * size);
        }
        return a;
    }

    /// y = A x + b
    /// @param x  as the shape
    /// @param y  as x, overwritten; another block of memory
    /// @throws ShapeError if the shapes do not match
    template <class Device>
    void forward(Context<Device>& c, Maps<const S> x, Maps<S> y) const {
        apply(c, ops::AffinePass::value, x, y);
    }
    /// y_dot = A x_dot
    template <class Device>
    void tangent(Context<Device>& c, Maps<const S> x_dot, Maps<S> y_dot) const {
        apply(c, ops::AffinePass::tangent, x_dot, y_dot);
    }
    /// dx = A' dy
    template <class Device>
    void backward(Context<Device>& c, Maps<const S> dy, Maps<S> dx) const {
        apply(c, ops::AffinePass::gradient, dy, dx);
    }

    /// From positions in the results to positions in the pictures; empty without geometry.
    [[nodiscard]] const std::vector<ops::AffineMap>& maps() const { return maps_; }
    /// Pixels by which pictures are extended.
    [[nodiscard]] const ops::Margins& margins() const { return margins_; }
    /// The matrix of each picture's colours; empty without colour.
    [[nodiscard]] const std::vector<ops::ColourMatrix>& colours() const { return colours_; }

private:
    Augmentation() = default;

    [[nodiscard]] static std::vector<AugmentDraws> drawn(Index count, const RandomStream& random) {
        std::vector<AugmentDraws> draws;
        for (Index n = 0; n < count; ++n) draws.push_back(AugmentDraws::from(random, static_cast<std::uint64_t>(n)));
        return draws;
    }
    /// @throws as the constructors
    void set(const AugmentOptions& options, double p, std::span<const AugmentDraws> draws) {
        const auto [batch, channels, height, width] = shape_;
        if (!(p >= 0)) throw ValueError(text("Augmentation: p is ", p, ", expected 0 or more"));
        require_equal("Augmentation", "number of draws", static_cast<Index>(draws.size()), batch);
        if (channels != 1 && channels != 3)
            throw ShapeError(text("Augmentation: number of channels is ", channels, ", expected 1 or 3"));
        if (options.imgfilter > 0 && std::min(height, width) < ops::band_filter_smallest)
            throw ShapeError(text("Augmentation: pictures are ", width, 'x', height, ", expected at least ",
                                  ops::band_filter_smallest, 'x', ops::band_filter_smallest, " for the band filter"));
        if (p == 0) return;
        for (const AugmentDraws& d : draws) {
            if (options.geometry()) maps_.push_back(affine_map_of(d, options, p, height, width));
            if (options.colour()) colours_.push_back(colour_matrix_of(d, options, p, channels == 1));
            if (options.imgfilter > 0) filters_.push_back(band_filter_of(d, options, p));
            if (options.noise > 0) deviations_.push_back(static_cast<S>(noise_deviation_of(d, options, p)));
            if (options.cutout > 0)
                cutouts_.push_back(d.cutout.gate < p * options.cutout
                                       ? ops::cutout_area(d.cutout.x, d.cutout.y, height, width)
                                       : ops::PictureArea{});
        }
        if (!maps_.empty()) margins_ = ops::margins_of(maps_, height, width);
    }

    void require_own_shape(const Shape4& found) const {
        for (std::size_t axis = 0; axis < 4; ++axis)
            require_equal("Augmentation", axis_names[axis], found[axis], shape_[axis]);
    }

    template <class Device>
    void apply(Context<Device>& c, ops::AffinePass pass, Maps<const S> x, Maps<S> y) const {
        require_own_shape(x.shape);
        require_own_shape(y.shape);
        const bool gradient = pass == ops::AffinePass::gradient;
        const Workspace::Frame frame(c.workspace());
        Maps<S> at = c.take_like(y), other = c.take_like(y);
        c.copy(x, at);
        const auto resample = [&] {
            if (maps_.empty()) return;
            gradient ? ops::affine_resample_gradient(c, at, maps_, margins_, other)
                     : ops::affine_resample(c, at, maps_, margins_, other);
            std::swap(at, other);
        };
        const auto colour = [&] {
            if (!colours_.empty()) ops::colour_matrix(c, pass, at, colours_, at);
        };
        const auto filter = [&] {
            if (filters_.empty()) return;
            ops::band_filter(c, gradient, at, filters_, other);
            std::swap(at, other);
        };
        const auto cut = [&] {
            if (!cutouts_.empty()) ops::cut_out(c, cutouts_, at);
        };
        if (gradient) {
            cut();
            filter();
            colour();
            resample();
        } else {
            resample();
            colour();
            filter();
            if (pass == ops::AffinePass::value) add_noise(c, at);
            cut();
        }
        c.copy(Maps<const S>(at), y);
    }

    template <class Device>
    void add_noise(Context<Device>& c, Maps<S> y) const {
        if (deviations_.empty()) return;
        const Workspace::Frame frame(c.workspace());
        const Maps<S> noise = c.take_like(y);
        if (stream_)
            ops::random_normal_rows(c, *stream_, samples_, static_cast<std::uint64_t>(y.stride()), y.stride(),
                                    noise.data);
        else
            c.upload(noise_.data(), noise.size(), noise.data);
        ops::add_picture_noise(c, noise, deviations_, y);
    }

    static constexpr std::array axis_names{"batch", "number of channels", "height", "width"};

    Shape4 shape_{};
    std::vector<ops::AffineMap> maps_;
    ops::Margins margins_{};
    std::vector<ops::ColourMatrix> colours_;
    std::vector<ops::BandFilter> filters_;
    std::vector<S> deviations_;
    std::vector<S> noise_;                // given; or drawn:
    std::optional<RandomStream> stream_;  // of the noise
    std::vector<Index> samples_;          // numbers of the pictures in the batch, by which their noise is drawn
    std::vector<ops::PictureArea> cutouts_;
};

}  // namespace stylegan
