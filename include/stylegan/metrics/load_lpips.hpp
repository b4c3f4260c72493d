// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pictures/picture.hpp>
#include <stylegan/io/tensors/tensor_file.hpp>
#include <stylegan/metrics/lpips.hpp>
#include <stylegan/models/load_vgg16.hpp>
#include <stylegan/models/vgg16_tensors.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
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

/// Fills the heads from a file that holds nothing else, such as the vgg.pth of LPIPS v0.1. It has a vector for each
/// stage, in order, of any name and of shape (C) or (1, C, 1, 1).
/// @throws FormatError that lists the tensors of the file, if they are not one vector of the right length for each
///          stage
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

/// Fills the heads from the file of VGG16, if it holds them.
/// @return whether it does
/// @throws FormatError as find_vgg16()
template <TensorFile File, class Device>
bool load_lpips_heads_of_vgg16(const File& file, Lpips<Device>& lpips) {
    const Vgg16Tensors tensors = find_vgg16(file);
    if (tensors.heads.empty()) return false;
    detail::fill_lpips_heads(file, tensors.heads, lpips);
    return true;
}

/// Loads LPIPS from files of any format: safetensors, PyTorch's vgg16.pth, the official vgg16_zhang_perceptual.pkl. No
/// code in them is executed.
/// @param vgg      VGG16, of any width
/// @param heads    the learned weights (vgg.pth of LPIPS v0.1); empty if the file of VGG16 holds them. Without any, all
///                 channels of a stage have weight 1: features without learned LPIPS weights
/// @param context  shared with other networks
/// @throws FileError, FormatError that name the file and the missing tensor
template <class Device = Cpu>
[[nodiscard]] Lpips<Device> load_lpips(const std::filesystem::path& vgg, const std::filesystem::path& heads = {},
                                       std::shared_ptr<Context<Device>> context = std::make_shared<Context<Device>>()) {
    const NamedTensors tensors = read_tensor_file(vgg);
    Lpips<Device> lpips(load_vgg16(tensors, std::move(context)));
    if (!heads.empty())
        load_lpips_heads(read_tensor_file(heads), lpips);
    else
        (void)load_lpips_heads_of_vgg16(tensors, lpips);
    return lpips;
}

/// The LPIPS distance between two picture files, grey or RGB or with an opaque alpha channel, of the same size, which is
/// 16x16 or larger.
/// @throws FileError, FormatError, ShapeError that name the file
template <class Device>
[[nodiscard]] double lpips_of_files(const Lpips<Device>& lpips, const std::filesystem::path& a,
                                    const std::filesystem::path& b) {
    const Array<float, 4> first = read_picture(a, 3), second = read_picture(b, 3);
    if (first.shape() != second.shape())
        throw ShapeError(text(b.string(), ": is ", second.shape(3), 'x', second.shape(2), ", expected ", first.shape(3),
                              'x', first.shape(2), " as ", a.string()));
    return lpips(first, second)[0];
}

}  // namespace stylegan
