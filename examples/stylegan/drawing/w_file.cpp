// SPDX-License-Identifier: Apache-2.0
#include "drawing/w_file.hpp"

#include "options/options.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace stylegan::examples {
namespace {

/// @throws FormatError if a number is infinite or NaN
NpyArray<float> finite(NpyArray<float> array, const std::filesystem::path& path) {
    const auto bad = std::find_if(array.values.begin(), array.values.end(), [](float v) { return !std::isfinite(v); });
    if (bad != array.values.end())
        throw FormatError(text(path.string(), ": holds a number that is not finite (", *bad, " at index ",
                               bad - array.values.begin(), "), expected finite numbers"));
    return array;
}

/// Whether published networks have so many layers: those of 128x128 to 1024x1024.
bool is_usual_number_of_layers(Index rows) { return rows >= 12 && rows <= 18 && rows % 2 == 0; }

/// Whether the rows of a matrix of w are the layers of one picture.
bool rows_are_layers(Index rows, const std::filesystem::path& path, const Architecture& a, const std::string& network,
                     WRows meaning) {
    const Index layers = a.layers();
    if (meaning == WRows::layers && rows != layers)
        throw FormatError(text(path.string(), ": w has ", rows, rows == 1 ? " row" : " rows", ", expected ", layers,
                               " for --w-rows layers, one for each layer of ", network));
    if (meaning != WRows::automatic) return meaning == WRows::layers;
    if (rows == layers) return true;
    if (is_usual_number_of_layers(rows))
        throw FormatError(text(path.string(), ": w has shape ", shape_text({rows, a.w_size()}), ", which can be ", rows,
                               " pictures with one w each, or one picture of a network with ", rows, " layers, while ",
                               network, " has ", layers, "; --w-rows pictures draws ", rows,
                               " pictures. Not in doubt are [n,", layers, ',', a.w_size(), "] and [n,1,", a.w_size(),
                               "]"));
    return false;
}

}  // namespace

void add_w_rows(CLI::App& c, WRows& rows, const std::string& flag, CLI::Option* files) {
    CLI::Option& option = add_choice<WRows>(
        c, "--w-rows", rows, {{"pictures", WRows::pictures}, {"layers", WRows::layers}},
        text("what the rows of a matrix (rows, w size) of ", flag,
             " are: the w of a picture each, or the "
             "w of the layers of one picture (default: layers if the network has as many, else pictures; "
             "12, 14, 16 or 18 rows that are not its layers are refused)"));
    if (files != nullptr) need(option, *files);
}

NpyArray<float> read_latents(const std::filesystem::path& path, const Architecture& a, const std::string& network) {
    NpyArray<float> array = read_npy_or_npz(path, "z");
    const Index width = a.latent_size;
    if (array.shape.size() == 2 && array.shape[0] > 0 && array.shape[1] == width) return finite(std::move(array), path);
    throw FormatError(text(path.string(), ": has shape ", shape_text(array.shape), ", expected [n,", width,
                           "], since latents of ", network, " have length ", width));
}

NpyArray<float> read_w(const std::filesystem::path& path, const Architecture& a, const std::string& network,
                       WRows rows) {
    NpyArray<float> array = read_npy_or_npz(path, "w");
    std::vector<Index>& s = array.shape;
    const std::vector<Index> found = s;
    const Index layers = a.layers(), width = a.w_size();
    if (s.size() == 1) s = {1, s[0]};
    if (s.size() == 3 && s[1] == 1 && layers > 1)
        s = {s[0], s[2]};  // one w for all layers
    else if (s.size() == 2 && found.size() == 2 && s[1] == width && rows_are_layers(s[0], path, a, network, rows))
        s = {1, layers, width};
    if (s.size() < 2 || s.size() > 3 || s[0] < 1 || s.back() != width || (s.size() == 3 && s[1] != layers))
        throw FormatError(text(path.string(), ": w has shape ", shape_text(found), ", expected [n,", layers, ',', width,
                               "] or [n,", width, "] for ", network, ", which has ", layers, " layers and w of ",
                               width));
    return finite(std::move(array), path);
}

}  // namespace stylegan::examples
