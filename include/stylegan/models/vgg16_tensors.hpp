// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace stylegan {

/// A file of named tensors, in the file's order, in any format: SafetensorsFile or NamedTensors.
template <class T>
concept TensorFile = requires(const T& file, const std::string& name) {
    { file.path() } -> std::convertible_to<std::filesystem::path>;
    { file.names() } -> std::convertible_to<std::vector<std::string>>;
    { file.shape(name) } -> std::convertible_to<std::vector<Index>>;
    { file.read_float(name) } -> std::convertible_to<std::vector<float>>;
};

/// Names of the tensors of a file that make up VGG16: kernels, biases, and the heads of LPIPS if the file has them.
struct Vgg16Tensors {
    /// Output feature maps of each convolution, in multiples of the width.
    static constexpr std::array<int, 13> multiples{1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8};
    /// Channels of each LPIPS head, in multiples of the width.
    static constexpr std::array<int, 5> head_multiples{1, 2, 4, 8, 8};

    int width = 0;                     ///< feature maps of the first stage
    std::vector<std::string> kernels;  ///< of the 13 convolutions, in order
    std::vector<std::string> biases;   ///< of the 13 convolutions, in order
    std::vector<std::string> heads;    ///< of the 5 stages, or none
    bool outputs_first = true;         ///< kernels are (out, in, 3, 3); false: (3, 3, in, out)
};

namespace detail {

/// Names and shapes, `"a" [64], "b" [3,3]`; of many only the first few.
template <TensorFile File>
std::string listed_tensors(const File& file, const std::vector<std::string>& names) {
    constexpr std::size_t most = 6;
    std::string list;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
        list += text(i > 0 ? ", \"" : "\"", shortened(names[i]), "\" ", shape_text(file.shape(names[i])));
    return list + (names.size() > most ? text(" and ", names.size() - most, " more") : "");
}

/// The length of a vector: of a shape with at most one extent that is not 1. 0 for other shapes.
inline Index vector_length(const std::vector<Index>& shape) {
    Index length = 1;
    for (const Index extent : shape) {
        if (extent != 1 && length != 1) return 0;
        length *= extent;
    }
    return length;
}

/// The numbers in PyTorch's names of VGG16: features.0.weight, features.0.bias, features.2.weight, ...
inline const std::array<int, 13>& torchvision_numbers() {
    static constexpr std::array<int, 13> numbers{0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
    return numbers;
}

/// Assigns vectors by their order: the biases of the convolutions and, before or after them, the heads.
template <TensorFile File>
void assign_vectors(const File& file, const std::vector<std::string>& vectors, Vgg16Tensors& found) {
    const auto fits = [&](std::size_t first, const auto& multiples) {
        if (first + multiples.size() > vectors.size()) return false;
        for (std::size_t i = 0; i < multiples.size(); ++i)
            if (vector_length(file.shape(vectors[first + i])) != Index{found.width} * multiples[i]) return false;
        return true;
    };
    const auto take = [&](std::size_t first, std::size_t count) {
        const auto at = vectors.begin() + static_cast<std::ptrdiff_t>(first);
        return std::vector<std::string>(at, at + static_cast<std::ptrdiff_t>(count));
    };
    const std::size_t biases = found.multiples.size(), heads = found.head_multiples.size();
    if (vectors.size() == biases && fits(0, found.multiples)) {
        found.biases = take(0, biases);
    } else if (vectors.size() == biases + heads && fits(0, found.multiples) && fits(biases, found.head_multiples)) {
        found.biases = take(0, biases);
        found.heads = take(biases, heads);
    } else if (vectors.size() == biases + heads && fits(heads, found.multiples) && fits(0, found.head_multiples)) {
        found.heads = take(0, heads);
        found.biases = take(heads, biases);
    } else {
        throw FormatError(text(file.path().string(), ": the vectors of VGG16 cannot be told apart: ", vectors.size(),
                               " in this order: ", listed_tensors(file, vectors), "; expected ", biases,
                               " biases of the convolutions, and before or after them ", heads,
                               " LPIPS heads or none"));
    }
}

/// Finds the tensors by order and shape, for unknown names.
template <TensorFile File>
Vgg16Tensors vgg16_tensors_by_shape(const File& file) {
    Vgg16Tensors found;
    std::vector<std::string> vectors, shaped, left;  // shaped: vectors as (1, C, 1, 1) and the like
    bool outputs_last = false, outputs_first = false;
    for (const std::string& name : file.names()) {
        const std::vector<Index> shape = file.shape(name);
        const bool last = shape.size() == 4 && shape[0] == 3 && shape[1] == 3;
        const bool first = shape.size() == 4 && shape[2] == 3 && shape[3] == 3;
        if (first || last) {
            found.kernels.push_back(name);
            outputs_first = outputs_first || first;
            outputs_last = outputs_last || last;
        } else if (vector_length(shape) > 1) {
            vectors.push_back(name);
            if (shape.size() > 1) shaped.push_back(name);
        } else {
            left.push_back(name);
        }
    }
    const std::string where = file.path().string();
    if (found.kernels.size() != found.multiples.size())
        throw FormatError(text(where, ": is no VGG16: has ", found.kernels.size(), " kernels of 3x3 (",
                               listed_tensors(file, found.kernels), "), expected ", found.multiples.size()));
    if (outputs_first && outputs_last)
        throw FormatError(text(where, ": it is ambiguous whether kernels are [out,in,3,3] or [3,3,in,out]: ",
                               listed_tensors(file, found.kernels)));
    if (!left.empty())
        throw FormatError(text(where, ": has tensors that VGG16 does not have: ", listed_tensors(file, left)));
    found.outputs_first = outputs_first;
    const std::vector<Index> shape = file.shape(found.kernels[0]);
    found.width = static_cast<int>(outputs_first ? shape[0] : shape[3]);
    if (shaped.size() == found.head_multiples.size() && vectors.size() == found.multiples.size() + shaped.size()) {
        found.heads = shaped;  // only heads have the shape of kernels, so their place does not matter
        std::erase_if(vectors, [&](const std::string& name) { return file.shape(name).size() > 1; });
        found.biases = vectors;
    } else {
        assign_vectors(file, vectors, found);
    }
    return found;
}

/// Finds the tensors by the names of PyTorch's VGG16. Ignores its dense layers, "classifier...".
template <TensorFile File>
Vgg16Tensors vgg16_tensors_by_name(const File& file) {
    Vgg16Tensors found;
    std::set<std::string> known;
    for (const int number : torchvision_numbers()) {
        const std::string layer = text("features.", number, '.');
        for (auto* names : {&found.kernels, &found.biases}) {
            names->push_back(layer + (names == &found.kernels ? "weight" : "bias"));
            known.insert(names->back());
        }
    }
    std::vector<std::string> left;
    std::set<std::string> there;
    for (const std::string& name : file.names()) {
        there.insert(name);
        if (name.starts_with("lin"))
            found.heads.push_back(name);
        else if (!name.starts_with("classifier.") && known.count(name) == 0)
            left.push_back(name);
    }
    for (const std::string& name : known)
        if (there.count(name) == 0)
            throw FormatError(text(file.path().string(), ": has no tensor \"", name, "\", expected those of VGG16"));
    if (!left.empty())
        throw FormatError(
            text(file.path().string(), ": has tensors that VGG16 does not have: ", listed_tensors(file, left)));
    const std::vector<Index> shape = file.shape(found.kernels[0]);
    found.width = shape.size() == 4 ? static_cast<int>(shape[0]) : 0;
    return found;
}

/// @throws FormatError unless every tensor has the shape that the network needs
template <TensorFile File>
void check_vgg16_tensors(const File& file, const Vgg16Tensors& found) {
    const auto require = [&](const std::string& name, const std::vector<Index>& expected, bool equal) {
        if (!equal)
            throw FormatError(text(file.path().string(), ": tensor \"", shortened(name), "\" has shape ",
                                   shape_text(file.shape(name)), ", expected ", shape_text(expected),
                                   " in a VGG16 of width ", found.width));
    };
    Index in = 3;
    for (std::size_t k = 0; k < found.kernels.size(); ++k) {
        const Index out = Index{found.width} * found.multiples[k];
        const std::vector<Index> kernel =
            found.outputs_first ? std::vector<Index>{out, in, 3, 3} : std::vector<Index>{3, 3, in, out};
        require(found.kernels[k], kernel, file.shape(found.kernels[k]) == kernel);
        require(found.biases[k], {out}, vector_length(file.shape(found.biases[k])) == out);
        in = out;
    }
    if (!found.heads.empty() && found.heads.size() != found.head_multiples.size())
        throw FormatError(text(file.path().string(), ": has ", found.heads.size(), " LPIPS heads (",
                               listed_tensors(file, found.heads), "), expected ", found.head_multiples.size(),
                               " or none"));
    for (std::size_t s = 0; s < found.heads.size(); ++s) {
        const Index channels = Index{found.width} * found.head_multiples[s];
        require(found.heads[s], {channels}, vector_length(file.shape(found.heads[s])) == channels);
    }
}

}  // namespace detail

/// Finds VGG16 in a file: by PyTorch's names ("features.0.weight" and so on; dense layers are ignored), or, for other
/// names, by order and shape, with kernels as [out,in,3,3] or [3,3,in,out].
/// @throws FormatError that lists missing, unknown or ambiguous tensors
template <TensorFile File>
[[nodiscard]] Vgg16Tensors find_vgg16(const File& file) {
    const std::vector<std::string>& names = file.names();
    const bool named =
        std::any_of(names.begin(), names.end(), [](const std::string& n) { return n.starts_with("features."); });
    Vgg16Tensors found = named ? detail::vgg16_tensors_by_name(file) : detail::vgg16_tensors_by_shape(file);
    detail::check_vgg16_tensors(file, found);
    return found;
}

}  // namespace stylegan
