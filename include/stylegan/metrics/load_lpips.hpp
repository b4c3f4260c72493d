// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/vgg16_tensors.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace stylegan {

namespace detail {

template <TensorFile File, class Device>
void fill_lpips_heads(const File& file, const std::vector<std::string>& names, Lpips<Device>& lpips) {
    for (int s = 0; s < Lpips<Device>::stages; ++s) {
        const std::vector<float> values = file.read_float(names[static_cast<std::size_t>(s)]);
        upload(std::vector<typename Device::Scalar>(values.begin(), values.end()), lpips.head(s).value());
    }
}

}  // namespace detail

/// Fills the heads from a file that holds them and nothing else, in the order of the stages, whatever their names: the
/// vgg.pth of LPIPS v0.1, where they are (1, C, 1, 1).
/// @throws FormatError that lists what the file holds, if that is not one vector for each stage of this width
template <TensorFile File, class Device>
void load_lpips_heads(const File& file, Lpips<Device>& lpips) {
    const std::vector<std::string>& names = file.names();
    bool fits = names.size() == std::size_t{Lpips<Device>::stages};
    for (std::size_t s = 0; fits && s < names.size(); ++s)
        fits = detail::vector_length(file.shape(names[s])) == lpips.vgg().channels(static_cast<int>(s));
    if (!fits)
        throw FormatError(text(file.path().string(), ": is no file of LPIPS heads: holds ", names.size(), " tensors (",
                               detail::listed_tensors(file, names), "), expected 5 vectors of ",
                               lpips.vgg().channels(0), ", ", lpips.vgg().channels(1), ", ", lpips.vgg().channels(2),
                               ", ", lpips.vgg().channels(3), " and ", lpips.vgg().channels(4), " numbers"));
    detail::fill_lpips_heads(file, names, lpips);
}

/// Fills the heads from the file of VGG16 itself, where they are there.
/// @return whether they are
/// @throws FormatError as find_vgg16()
template <TensorFile File, class Device>
bool load_lpips_heads_of_vgg16(const File& file, Lpips<Device>& lpips) {
    const Vgg16Tensors tensors = find_vgg16(file);
    if (tensors.heads.empty()) return false;
    detail::fill_lpips_heads(file, tensors.heads, lpips);
    return true;
}

}  // namespace stylegan
