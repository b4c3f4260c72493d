// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numbers>
#include <utility>
#include <vector>

namespace stylegan {

namespace detail {

/// How one output sample of an axis is computed: a weighted sum of input samples from `first` on. The weights sum to 1.
struct SampleWeights {
    int first = 0;
    std::vector<float> weights;
};

/// Shrinking takes the mean over the area that an output pixel covers. Enlarging is Lanczos interpolation with three
/// lobes.
inline std::vector<SampleWeights> sample_weights(int from, int to) {
    std::vector<SampleWeights> samples(static_cast<std::size_t>(to));
    const double ratio = static_cast<double>(from) / to;
    const auto lanczos = [](double t) {
        const double p = std::numbers::pi * t;
        return std::abs(t) < 1e-9 ? 1.0 : std::abs(t) >= 3 ? 0.0 : 3 * std::sin(p) * std::sin(p / 3) / (p * p);
    };
    for (int i = 0; i < to; ++i) {
        const double lower = i * ratio, upper = (i + 1) * ratio, centre = (i + 0.5) * ratio - 0.5;
        const int first = std::max(0, static_cast<int>(std::floor(to < from ? lower : centre - 2)));
        const int last = std::min(from - 1, static_cast<int>(std::ceil(to < from ? upper : centre + 3)));
        std::vector<double> weights;
        double sum = 0;
        for (int j = first; j <= last; ++j) {
            const double covered = std::min(upper, j + 1.0) - std::max(lower, static_cast<double>(j));
            weights.push_back(to < from ? std::max(0.0, covered) : lanczos(j - centre));
            sum += weights.back();
        }
        SampleWeights& sample = samples[static_cast<std::size_t>(i)];
        sample.first = first;
        for (const double w : weights) sample.weights.push_back(static_cast<float>(w / sum));
    }
    return samples;
}

/// Adds `weight` times a row to another.
inline void add_weighted(const float* in, float weight, std::size_t count, float* out) {
    for (std::size_t i = 0; i < count; ++i) out[i] += weight * in[i];
}

}  // namespace detail

/// Resizes a picture whose rows come one after the other; resize() is the same for a picture in memory. Only the result
/// and the rows that are being summed are in memory.
class RowResizer {
public:
    /// @throws ValueError if the new size is not at least 1x1
    RowResizer(const ImageSize& from, int width, int height) : from_(from), result_(checked(from, width, height)) {
        if (from.width != width) across_ = detail::sample_weights(from.width, width);
        if (from.height != height) down_ = detail::sample_weights(from.height, height);
    }

    /// Takes the next row, from.width pixels. To be called from.height times.
    void add(const std::uint8_t* row) {
        if (across_.empty() && down_.empty()) {
            std::copy_n(row, values(from_), result_.pixel(0, row_++));
            return;
        }
        read(row);
        if (!across_.empty()) resize_across();
        if (down_.empty())
            write(line_, row_);
        else
            resize_down();
        ++row_;
    }

    /// The resized picture, after the last row.
    [[nodiscard]] Image result() && { return std::move(result_); }

private:
    static Image checked(const ImageSize& from, int width, int height) {
        if (width < 1 || height < 1)
            throw ValueError(text("resize: the new size is ", width, 'x', height, ", expected at least 1x1"));
        return {width, height, from.channels};
    }
    static std::size_t values(const ImageSize& size) {
        return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.channels);
    }
    [[nodiscard]] bool alpha() const { return from_.channels % 2 == 0; }

    /// A row as numbers. Colours are weighted by their opacity.
    void read(const std::uint8_t* row) {
        std::vector<float>& x = across_.empty() ? line_ : wide_;
        x.assign(row, row + values(from_));
        if (!alpha()) return;
        const auto channels = static_cast<std::size_t>(from_.channels);
        for (std::size_t p = 0; p < x.size(); p += channels)
            for (std::size_t c = 0; c + 1 < channels; ++c) x[p + c] *= x[p + channels - 1] / 255.0f;
    }

    void resize_across() {
        const auto channels = static_cast<std::size_t>(from_.channels);
        line_.assign(values(result_.size()), 0.0f);
        float* out = line_.data();
        for (const detail::SampleWeights& sample : across_) {
            const float* in = wide_.data() + static_cast<std::size_t>(sample.first) * channels;
            for (const float w : sample.weights) {
                detail::add_weighted(in, w, channels, out);
                in += channels;
            }
            out += channels;
        }
    }

    /// Adds the row to all rows of the result that it is a part of, and writes those that are complete.
    void resize_down() {
        const auto sample = [&](std::size_t i) -> const detail::SampleWeights& { return down_[i]; };
        const std::size_t first = static_cast<std::size_t>(written_);
        while (first + sums_.size() < down_.size() && sample(first + sums_.size()).first <= row_)
            sums_.emplace_back(line_.size(), 0.0f);
        for (std::size_t k = 0; k < sums_.size(); ++k) {
            const auto at = static_cast<std::size_t>(row_ - sample(first + k).first);
            if (at < sample(first + k).weights.size())
                detail::add_weighted(line_.data(), sample(first + k).weights[at], line_.size(), sums_[k].data());
        }
        const auto complete = [&] {
            const detail::SampleWeights& s = sample(static_cast<std::size_t>(written_));
            return row_ + 1 >= s.first + static_cast<int>(s.weights.size());
        };
        while (!sums_.empty() && complete()) {
            write(sums_.front(), written_++);
            sums_.pop_front();
        }
    }

    void write(std::vector<float>& x, int y) {
        const auto channels = static_cast<std::size_t>(from_.channels);
        if (alpha())
            for (std::size_t p = 0; p < x.size(); p += channels)
                for (std::size_t c = 0; c + 1 < channels; ++c)
                    x[p + c] *= x[p + channels - 1] > 0.0f ? 255.0f / x[p + channels - 1] : 0.0f;
        std::uint8_t* const out = result_.pixel(0, y);
        for (std::size_t i = 0; i < x.size(); ++i)
            out[i] = static_cast<std::uint8_t>(std::nearbyint(std::clamp(x[i], 0.0f, 255.0f)));
    }

    ImageSize from_;
    std::vector<detail::SampleWeights> across_, down_;  // empty if the length stays
    std::vector<float> wide_, line_;                    // a row before and after resize_across()
    std::deque<std::vector<float>> sums_;               // rows of the result from written_ on
    Image result_;
    int row_ = 0, written_ = 0;
};

/// Resizes a picture. Each axis is resized on its own: area means if it shrinks, Lanczos interpolation if it grows.
/// With an alpha channel, colours are weighted by their opacity.
/// @throws ValueError if the new size is not at least 1x1
[[nodiscard]] inline Image resize(const Image& image, int width, int height) {
    RowResizer resizer(image.size(), width, height);
    for (int y = 0; y < image.height; ++y) resizer.add(image.pixel(0, y));
    return std::move(resizer).result();
}

}  // namespace stylegan
