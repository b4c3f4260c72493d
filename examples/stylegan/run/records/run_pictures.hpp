// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/models/generator.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace stylegan::examples {

/// The picture grids of a training run. A place in the grid has the same latents and label in all of them.
class RunPictures {
public:
    using Generate =
        std::function<xt::xtensor<float, 4>(const xt::xtensor<float, 2>& z, const SynthesisOptions<float>& options)>;

    /// @throws FormatError if a picture is damaged
    RunPictures(const Dataset& data, const Architecture& a);

    /// Real pictures, spread evenly over the data set. @throws FileError
    void write_reals(const std::filesystem::path& path) const;

    /// Generated pictures with constant noise, those of `stylegan generate --seeds 0-N`.
    /// @param generator  callable: latents and options -> pictures
    [[nodiscard]] Image fakes(const Generate& generator, double lod) const;

private:
    int columns_, rows_;
    std::size_t latent_size_;
    std::vector<Image> reals_;
    std::vector<std::uint32_t> seeds_;
    std::vector<std::vector<float>> labels_;  // empty without labels
};

}  // namespace stylegan::examples
