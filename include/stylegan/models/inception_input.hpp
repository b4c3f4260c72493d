// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// How pictures of other sizes become 299x299 for the Inception network, named after who does it so. The features
/// differ, and so do FID and KID: compare only numbers of the same convention.
enum class InceptionResize {
    official,     ///< bilinear without half-pixel centres, as TensorFlow 1 and stylegan2-ada-pytorch; (x - 128) / 128
    pytorch_fid,  ///< bilinear with half-pixel centres and no antialiasing; x / 127.5 - 1
    clean,        ///< bicubic with antialiasing, as Pillow and clean-fid; (x - 128) / 128
};

/// Their names, for options and messages.
inline constexpr std::array inception_resize_names{
    std::pair{InceptionResize::official, std::string_view("official")},
    std::pair{InceptionResize::pytorch_fid, std::string_view("pytorch-fid")},
    std::pair{InceptionResize::clean, std::string_view("clean")}};

/// "official", "pytorch-fid" or "clean"
[[nodiscard]] constexpr std::string_view name_of(InceptionResize resize) {
    return inception_resize_names[static_cast<std::size_t>(resize)].second;
}

namespace detail {

/// The pixels that one output pixel is a weighted sum of, along one axis.
struct ResizeTaps {
    Index first = 0;
    std::vector<double> weights;
};

/// Two neighbours at `position`, the second one clamped to the last pixel.
inline ResizeTaps bilinear_taps(double position, Index size) {
    const Index lower = std::min(static_cast<Index>(std::floor(position)), size - 1);
    const double share = position - static_cast<double>(lower);
    if (lower + 1 >= size || share == 0) return {lower, {1}};
    return {lower, {1 - share, share}};
}

/// The cubic kernel with a = -0.5, as wide as an output pixel where that is more than one pixel.
inline ResizeTaps bicubic_taps(Index j, Index size, Index out) {
    const auto cubic = [](double x) {
        constexpr double a = -0.5;
        x = std::abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
    };
    const double step = static_cast<double>(size) / static_cast<double>(out), scale = std::max(step, 1.0);
    const double centre = (static_cast<double>(j) + 0.5) * step, reach = 2 * scale;
    ResizeTaps taps;
    taps.first = std::max<Index>(0, static_cast<Index>(std::floor(centre - reach + 0.5)));
    const Index last = std::min(size, static_cast<Index>(std::floor(centre + reach + 0.5)));
    double sum = 0;
    for (Index k = taps.first; k < last; ++k) {
        taps.weights.push_back(cubic((static_cast<double>(k) - centre + 0.5) / scale));
        sum += taps.weights.back();
    }
    for (double& w : taps.weights) w /= sum;
    return taps;
}

inline std::vector<ResizeTaps> resize_taps(InceptionResize kind, Index size, Index out) {
    std::vector<ResizeTaps> taps;
    const double step = static_cast<double>(size) / static_cast<double>(out);
    for (Index j = 0; j < out; ++j) {
        const double at = static_cast<double>(j);
        if (size == out)
            taps.push_back({j, {1}});
        else if (kind == InceptionResize::official)
            taps.push_back(bilinear_taps(at * step, size));
        else if (kind == InceptionResize::pytorch_fid)
            taps.push_back(bilinear_taps(std::max((at + 0.5) * step - 0.5, 0.0), size));
        else
            taps.push_back(bicubic_taps(j, size, out));
    }
    return taps;
}

}  // namespace detail

/// Resizes pictures of one size to 299x299 and scales their values for the Inception network.
class InceptionInput {
public:
    static constexpr Index side = 299;  ///< height and width of the result

    /// @param height,width  of the pictures
    /// @throws ShapeError if either is less than 1
    InceptionInput(InceptionResize kind, Index height, Index width) : kind_(kind), height_(height), width_(width) {
        if (height < 1 || width < 1)
            throw ShapeError(text("InceptionInput: pictures are ", width, 'x', height, ", expected at least 1x1"));
        rows_ = detail::resize_taps(kind, height, side);
        columns_ = detail::resize_taps(kind, width, side);
    }

    [[nodiscard]] Index height() const { return height_; }
    [[nodiscard]] Index width() const { return width_; }

    /// @param picture  (channels, height, width) in 0..255; 1 channel is taken for grey
    /// @param out      (3, 299, 299), in 0..255
    template <class T>
    void resize(const T* picture, Index channels, float* out) const {
        std::vector<float> narrow(static_cast<std::size_t>(height_ * side));
        for (Index c = 0; c < 3; ++c) {
            const T* const plane = picture + (channels == 1 ? 0 : c) * height_ * width_;
            for (Index r = 0; r < height_; ++r)
                for (Index j = 0; j < side; ++j)
                    narrow[static_cast<std::size_t>(r * side + j)] =
                        static_cast<float>(weighted(columns_[static_cast<std::size_t>(j)], plane + r * width_, 1));
            float* const to = out + c * side * side;
            for (Index r = 0; r < side; ++r)
                for (Index j = 0; j < side; ++j) {
                    const double v = weighted(rows_[static_cast<std::size_t>(r)], narrow.data() + j, side);
                    to[r * side + j] = static_cast<float>(std::clamp(v, 0.0, 255.0));
                }
        }
    }

    /// As resize(), then scaled for the network.
    template <class T>
    void operator()(const T* picture, Index channels, float* out) const {
        resize(picture, channels, out);
        for (Index i = 0; i < 3 * side * side; ++i)
            out[i] = kind_ == InceptionResize::pytorch_fid ? out[i] / 127.5F - 1 : (out[i] - 128) / 128;
    }

private:
    template <class T>
    [[nodiscard]] static double weighted(const detail::ResizeTaps& taps, const T* line, Index step) {
        double sum = 0;
        const T* at = line + taps.first * step;
        for (const double w : taps.weights) {
            sum += w * static_cast<double>(*at);
            at += step;
        }
        return sum;
    }

    InceptionResize kind_;
    Index height_, width_;
    std::vector<detail::ResizeTaps> rows_, columns_;
};

}  // namespace stylegan
