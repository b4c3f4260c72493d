// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/convolution.hpp>

namespace stylegan {

/// Turns feature maps into a picture: 1x1 convolution of gain 1 with bias, no nonlinearity. Pictures are about within
/// [-1, 1].
///
/// @tparam Channels  feature maps; `dynamic` for a number given at run time
/// @tparam Colors    colour channels of the picture, 1 to 4
/// @see Karras, Laine, Aila (2019), section 2
template <int Channels = dynamic, int Colors = 3, class Device = Cpu>
class ToRgb : public Convolution<Channels, Colors, 1, Resample::none, Device> {
    static_assert(Colors >= 1 && Colors <= 4, "stylegan::ToRgb: Colors must be 1 to 4");

public:
    ToRgb() : Convolution<Channels, Colors, 1, Resample::none, Device>({.lr = {.gain = 1}}) {}
};

template <int Colors, class Device>
class ToRgb<dynamic, Colors, Device> : public AnyConvolution<Device> {
public:
    ToRgb() = default;
    ToRgb(int channels, int colors, bool wscale = true)
        : AnyConvolution<Device>(channels, colors, 1, resample<Resample::none>, {.lr = {.gain = 1, .wscale = wscale}}) {
    }
};

/// ToRgb with sizes given at run time.
template <class Device = Cpu>
using AnyToRgb = ToRgb<dynamic, 3, Device>;

}  // namespace stylegan
