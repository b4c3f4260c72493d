// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>

namespace stylegan {

/// What a convolution does to the size of its feature maps. The official code has a fused and a plain form of each
/// scaling convolution; they differ only in the rotation named here.
enum class Resample {
    none,
    up,          ///< nearest upscale by 2, then the convolution
    up_rotated,  ///< the same with the kernel rotated by 180 degrees: the official fused up-convolution
    down,        ///< the convolution, then the mean of 2x2 pixels; here the two official forms are equal
};

/// A kind known at compile time, for constructors that accept one: the program then holds no code for the other kinds.
template <Resample Kind>
inline constexpr std::integral_constant<Resample, Kind> resample{};

/// Returns f(resample<Kind>) for a kind known at run time.
template <class F>
decltype(auto) with_resample(Resample kind, const F& f) {
    switch (kind) {
        case Resample::none: return f(resample<Resample::none>);
        case Resample::up: return f(resample<Resample::up>);
        case Resample::up_rotated: return f(resample<Resample::up_rotated>);
        default: return f(resample<Resample::down>);
    }
}

}  // namespace stylegan
