// SPDX-License-Identifier: Apache-2.0
#include "drawing/noise_file.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <algorithm>
#include <cmath>

namespace stylegan::examples {

Arrays<float, 4> read_noise(const std::filesystem::path& path, const Architecture& a, const std::string& network) {
    if (!a.use_noise)
        throw FormatError(text(path.string(), ": holds noise maps, expected none, since ", network, " has no noise"));
    const NpzFile file(path);
    Arrays<float, 4> maps;
    for (int l = 0; l < a.layers(); ++l) {
        const std::string name = "noise" + std::to_string(l);
        const NpyArray<float> array = file.read<float>(name);
        const Size size = a.size(l / 2);
        const Index pictures = array.shape.empty() ? 0 : array.shape[0];
        const std::vector<Index> expected{maps.empty() ? pictures : static_cast<Index>(maps.front().shape(0)), 1,
                                          size.height, size.width};
        if (pictures < 1 || array.shape != expected)
            throw FormatError(text(path.string(), ": ", name, " has shape ", shape_text(array.shape), ", expected [",
                                   maps.empty() ? std::string("n") : std::to_string(expected[0]), ",1,", size.height,
                                   ',', size.width, "] for ", network));
        if (!std::all_of(array.values.begin(), array.values.end(), [](float v) { return std::isfinite(v); }))
            throw FormatError(text(path.string(), ": ", name, " holds a number that is not finite"));
        const auto extent = [&](std::size_t axis) { return static_cast<std::size_t>(array.shape[axis]); };
        auto& map = maps.emplace_back(Array<float, 4>::Base::from_shape({extent(0), 1, extent(2), extent(3)}));
        std::copy(array.values.begin(), array.values.end(), map.data());
    }
    return maps;
}

void write_noise(const std::filesystem::path& path, const std::vector<Array<float, 4>>& maps) {
    NpzWriter file(path);
    for (std::size_t l = 0; l < maps.size(); ++l)
        file.add("noise" + std::to_string(l), {maps[l].shape().begin(), maps[l].shape().end()},
                 std::vector<float>(maps[l].begin(), maps[l].end()));
    file.commit();
}

void require_noise_of(const Arrays<float, 4>& maps, std::size_t pictures, const std::filesystem::path& path) {
    const std::size_t held = maps.empty() ? 1 : maps.front().shape(0);
    if (held != 1 && pictures > held)
        throw FormatError(text(path.string(), ": holds the noise maps of ", held, " pictures, expected those of ",
                               pictures, " or of 1"));
}

Arrays<float, 4> noise_of(const Arrays<float, 4>& maps, std::size_t first, std::size_t count) {
    if (maps.empty() || maps.front().shape(0) == 1) return maps;
    Arrays<float, 4> some;
    for (const auto& map : maps) {
        auto& part = some.emplace_back(Array<float, 4>::Base::from_shape({count, 1, map.shape(2), map.shape(3)}));
        const std::size_t size = part.size() / count;
        std::copy_n(map.data() + first * size, part.size(), part.data());
    }
    return some;
}

}  // namespace stylegan::examples
