// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/layers/convolution.hpp>

namespace stylegan {

/// Turns a picture into feature maps, the discriminator's first layer: 1x1 convolution, bias, leaky ReLU.
///
/// @tparam Channels  feature maps; `dynamic` for a number given at run time
/// @tparam Colors    colour channels of the picture, 1 to 4
/// @see Karras et al. (2018), table 2
template <int Channels = dynamic, int Colors = 3, class Device = Cpu>
class FromRgb : public Convolution<Colors, Channels, 1, Resample::none, Device> {
    static_assert(Colors >= 1 && Colors <= 4, "stylegan::FromRgb: Colors must be 1 to 4");

public:
    FromRgb() : Convolution<Colors, Channels, 1, Resample::none, Device>({.slope = 0.2}) {}
};

template <int Colors, class Device>
class FromRgb<dynamic, Colors, Device> : public AnyConvolution<Device> {
public:
    FromRgb() = default;
    FromRgb(int channels, int colors, double slope = 0.2, bool wscale = true)
        : AnyConvolution<Device>(colors, channels, 1, resample<Resample::none>,
                                 {.lr = {.wscale = wscale}, .slope = slope}) {}
};

/// FromRgb with sizes given at run time.
template <class Device = Cpu>
using AnyFromRgb = FromRgb<dynamic, 3, Device>;

}  // namespace stylegan
