// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/dataset.hpp>
#include <stylegan/io/image.hpp>
#include <stylegan/models/generator.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace stylegan::examples {

/// The picture grids of a training run: the same places hold the same latents, and the same labels, in all of them.
class RunPictures {
public:
    /// @throws FormatError if a picture is damaged
    RunPictures(const Dataset& data, const Architecture& a);

    /// Real pictures, spread evenly over the data set. @throws FileError
    void write_reals(const std::filesystem::path& path) const;

    /// Generated ones with constant noise: those of `stylegan generate --seeds 0-N`. @throws FileError
    void write_fakes(const std::filesystem::path& path, const AnyGenerator<Cpu>& generator, double lod) const;

private:
    int columns_, rows_;
    std::vector<Image> reals_;
    std::vector<std::uint32_t> seeds_;
    std::vector<std::vector<float>> labels_;  // empty without labels
};

}  // namespace stylegan::examples
