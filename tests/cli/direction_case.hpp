// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_program.hpp"
#include "cli/write_network.hpp"

#include <stylegan/core/philox.hpp>
#include <stylegan/io/pictures/crop.hpp>
#include <stylegan/io/pictures/png.hpp>
#include <stylegan/models/directions/latent_directions.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace direction_test {

using namespace test;
using stylegan::Image;
using stylegan::Index;

inline constexpr Index layers = 6, width = 12;  // of write_network()

/// Labels take 7 rows at the top and, up to 9 rows, 5 columns on the left.
inline Image cell(const Image& sheet, int column, int row, int left = 5) {
    return stylegan::crop(sheet, left + 16 * column, 7 + 16 * row, 16, 16);
}
inline bool same(const Image& a, const Image& b) { return a.size() == b.size() && a.pixels == b.pixels; }

inline int largest_difference(const Image& a, const Image& b) {
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

/// A folder with a network, and files of w and directions in it.
struct WithNetwork : test::NetworkFolder {
    WithNetwork() : NetworkFolder("n.safetensors") {}

    [[nodiscard]] stylegan::LatentDirections found() const {
        return stylegan::read_directions(folder / "out/directions.npz");
    }

    /// w of n pictures around `centre` in the first component.
    void write_w(const std::string& name, Index n, float centre) const {
        std::vector<float> values(static_cast<std::size_t>(n * width));
        stylegan::RandomStream(1, static_cast<std::uint64_t>(n), stylegan::Purpose::test)
            .fill_normal(values.data(), values.size());
        for (Index i = 0; i < n; ++i) values[static_cast<std::size_t>(i * width)] += centre;
        std::filesystem::create_directories((folder / name).parent_path());
        if (name.ends_with(".npy"))
            stylegan::write_npy(folder / name, {n, width}, values.data());
        else
            stylegan::write_npz(folder / name, "w", {n, 1, width}, values);
    }
    /// A direction along the second component.
    void write_direction(const std::string& name, std::vector<int> for_layers = {}, Index length = width) const {
        stylegan::LatentDirections d{.directions = Eigen::MatrixXd::Zero(2, length)};
        d.directions(0, 0) = 1;
        d.directions(1, 1) = 0.5;
        d.layers = std::move(for_layers);
        write_directions(folder / name, d);
    }
};

}  // namespace direction_test
