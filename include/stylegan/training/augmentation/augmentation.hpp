// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/cpu.hpp>
#include <stylegan/ops/augment/affine_resample.hpp>
#include <stylegan/ops/augment/band_filter.hpp>
#include <stylegan/ops/augment/colour_matrix.hpp>
#include <stylegan/training/augmentation/augment_draws.hpp>
#include <stylegan/training/augmentation/augment_options.hpp>

#include <algorithm>
#include <array>
#include <cmath>
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
    /// @throws ShapeError if there are neither 1 nor 3 channels, or pictures too small for the band filter; ValueError if
    ///         p is negative
    Augmentation(const AugmentOptions& options, double p, const Shape4& shape, std::span<const AugmentDraws> draws,
                 std::vector<S> noise = {})
        : shape_(shape), noise_(std::move(noise)) {
        if (!(p >= 0)) throw ValueError(text("Augmentation: p is ", p, ", expected 0 or more"));
        require_equal("Augmentation", "number of draws", static_cast<Index>(draws.size()), shape[0]);
        if (shape[1] != 1 && shape[1] != 3)
            throw ShapeError(text("Augmentation: number of channels is ", shape[1], ", expected 1 or 3"));
        if (options.imgfilter > 0 && std::min(shape[2], shape[3]) < ops::band_filter_smallest)
            throw ShapeError(text("Augmentation: pictures are ", shape[3], 'x', shape[2], ", expected at least ",
                                  ops::band_filter_smallest, 'x', ops::band_filter_smallest, " for the band filter"));
        if (p == 0) return;
        for (const AugmentDraws& d : draws) {
            if (options.geometry()) maps_.push_back(affine_map_of(d, options, p, shape[2], shape[3]));
            if (options.colour()) colours_.push_back(colour_matrix_of(d, options, p, shape[1] == 1));
            if (options.imgfilter > 0) filters_.push_back(band_filter_of(d, options, p));
            if (options.noise > 0) deviations_.push_back(static_cast<S>(noise_deviation_of(d, options, p)));
            if (options.cutout > 0)
                cutouts_.push_back(d.cutout.gate < p * options.cutout ? std::optional(d.cutout) : std::nullopt);
        }
        if (!maps_.empty()) margins_ = ops::margins_of(maps_, shape[2], shape[3]);
        if (!deviations_.empty())
            require_equal("Augmentation", "size of the noise", static_cast<Index>(noise_.size()),
                          shape[0] * shape[1] * shape[2] * shape[3]);
    }

    /// Draws for a batch.
    /// @param random  one stream for each batch
    /// @throws as above
    Augmentation(const AugmentOptions& options, double p, const Shape4& shape, const RandomStream& random,
                 const RandomStream& noise)
        : Augmentation(options, p, shape, drawn(shape[0], random), drawn_noise(options, p, shape, noise)) {}

    /// The augmentation of some pictures of the batch. Their margins are those of the whole batch, so that a picture does
    /// not depend on those evaluated with it.
    /// @param samples  indices in the batch
    [[nodiscard]] Augmentation part(std::span<const Index> samples) const {
        Augmentation a;
        a.shape_ = {static_cast<Index>(samples.size()), shape_[1], shape_[2], shape_[3]};
        a.margins_ = margins_;
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
            if (!deviations_.empty())
                a.noise_.insert(a.noise_.end(), noise_.begin() + n * size, noise_.begin() + (n + 1) * size);
        }
        return a;
    }

    /// y = A x + b
    /// @param x  as the shape
    /// @param y  as x, overwritten; another block of memory
    /// @throws ShapeError if the shapes do not match
    void forward(Context<BasicCpu<S>>& c, Maps<const S> x, Maps<S> y) const { apply(c, ops::AffinePass::value, x, y); }
    /// y_dot = A x_dot
    void tangent(Context<BasicCpu<S>>& c, Maps<const S> x_dot, Maps<S> y_dot) const {
        apply(c, ops::AffinePass::tangent, x_dot, y_dot);
    }
    /// dx = A' dy
    void backward(Context<BasicCpu<S>>& c, Maps<const S> dy, Maps<S> dx) const {
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
    [[nodiscard]] static std::vector<S> drawn_noise(const AugmentOptions& options, double p, const Shape4& shape,
                                                    const RandomStream& random) {
        if (!(options.noise > 0 && p > 0)) return {};
        std::vector<S> noise(static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3]));
        random.fill_normal(noise.data(), noise.size());
        return noise;
    }

    void require_own_shape(const Shape4& found) const {
        for (std::size_t axis = 0; axis < 4; ++axis)
            require_equal("Augmentation", axis_names[axis], found[axis], shape_[axis]);
    }

    void apply(Context<BasicCpu<S>>& c, ops::AffinePass pass, Maps<const S> x, Maps<S> y) const {
        require_own_shape(x.shape);
        require_own_shape(y.shape);
        const bool gradient = pass == ops::AffinePass::gradient;
        const Workspace::Frame frame(c.workspace());
        Maps<S> at = c.take_like(y), other = c.take_like(y);
        c.copy(x, at);
        const auto resample = [&] {
            if (maps_.empty()) return;
            gradient ? ops::affine_resample_gradient<S>(c, at, maps_, margins_, other)
                     : ops::affine_resample<S>(c, at, maps_, margins_, other);
            std::swap(at, other);
        };
        const auto colour = [&] {
            if (!colours_.empty()) ops::colour_matrix<S>(c, pass, at, colours_, at);
        };
        const auto filter = [&] {
            if (filters_.empty()) return;
            ops::band_filter<S>(c, gradient, at, filters_, other);
            std::swap(at, other);
        };
        if (gradient) {
            cut_out(c, at);
            filter();
            colour();
            resample();
        } else {
            resample();
            colour();
            filter();
            if (pass == ops::AffinePass::value) add_noise(c, at);
            cut_out(c, at);
        }
        c.copy(Maps<const S>(at), y);
    }

    void add_noise(Context<BasicCpu<S>>& c, Maps<S> y) const {
        if (deviations_.empty()) return;
        const Index size = y.stride();
        c.parallel_for(y.extent(0), [&](Index n) {
            const S deviation = deviations_[static_cast<std::size_t>(n)];
            if (deviation == 0) return;
            for (Index i = n * size; i < (n + 1) * size; ++i)
                y.data[i] += deviation * noise_[static_cast<std::size_t>(i)];
        });
    }

    /// Pixels whose centre is less than a quarter of the picture from the rectangle's centre become 0.
    void cut_out(Context<BasicCpu<S>>& c, Maps<S> y) const {
        if (cutouts_.empty()) return;
        const Index height = y.extent(2), width = y.extent(3);
        c.parallel_for(y.extent(0) * y.extent(1), [&](Index plane) {
            const auto& centre = cutouts_[static_cast<std::size_t>(plane / y.extent(1))];
            if (!centre) return;
            const auto near = [](Index i, Index size, double at) {
                return std::abs((static_cast<double>(i) + 0.5) / static_cast<double>(size) - at) < 0.25;
            };
            for (Index r = 0; r < height; ++r)
                for (Index column = 0; column < width; ++column)
                    if (near(r, height, centre->y) && near(column, width, centre->x))
                        y.data[(plane * height + r) * width + column] = 0;
        });
    }

    static constexpr std::array axis_names{"batch", "number of channels", "height", "width"};

    Shape4 shape_{};
    std::vector<ops::AffineMap> maps_;
    ops::Margins margins_{};
    std::vector<ops::ColourMatrix> colours_;
    std::vector<ops::BandFilter> filters_;
    std::vector<S> deviations_, noise_;
    std::vector<std::optional<GatedPair>> cutouts_;
};

}  // namespace stylegan
