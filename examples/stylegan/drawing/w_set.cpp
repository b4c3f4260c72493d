// SPDX-License-Identifier: Apache-2.0
#include "drawing/w_set.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/tensors/npz.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <algorithm>
#include <cstddef>
#include <system_error>

namespace stylegan::examples {
namespace {

/// The files of w in a folder and its subfolders.
std::vector<std::filesystem::path> files_of_w(const std::string& flag, const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (at->is_regular_file(error) && (has_ending(name, ".npz") || has_ending(name, ".npy")))
            files.push_back(at->path());
    }
    if (error) throw FileError(text(flag, ' ', folder.string(), ": cannot be read: ", error.message()));
    if (files.empty())
        throw FileError(text(flag, ' ', folder.string(), ": has no .npz or .npy file, expected files of w"));
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

Eigen::MatrixXd read_w_set(const std::string& flag, const std::filesystem::path& path, const Architecture& a,
                           const std::string& network, WRows rows, const std::vector<int>& layers) {
    std::error_code error;
    const auto files = std::filesystem::is_directory(path, error) ? files_of_w(flag, path) : std::vector{path};
    std::vector<double> values;
    const Index width = a.w_size();
    for (const std::filesystem::path& file : files) {
        const NpyArray<float> w = read_w(file, a, network, rows);
        const bool of_layers = w.shape.size() == 3;
        for (Index n = 0; n < w.shape[0]; ++n)
            for (Index k = 0; k < width; ++k) {
                const auto at = [&](Index layer) {
                    const Index row = of_layers ? n * w.shape[1] + layer : n;
                    return static_cast<double>(w.values[static_cast<std::size_t>(row * width + k)]);
                };
                double sum = 0;
                for (const int l : layers) sum += at(l);
                values.push_back(of_layers ? sum / static_cast<double>(layers.size()) : at(0));
            }
    }
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const Rows>(values.data(), static_cast<Index>(values.size()) / width, width);
}

std::vector<int> read_binary_labels(const std::string& flag, const std::filesystem::path& path) {
    const NpyArray<double> array = read_npy_or_npz<double>(path, "labels");
    if (array.shape.empty() || static_cast<std::size_t>(array.shape[0]) != array.values.size())
        throw FormatError(text(flag, ' ', path.string(), ": has shape ", shape_text(array.shape),
                               ", expected [n], one label for each w"));
    std::vector<int> labels;
    for (const double label : array.values) {
        if (label != 0 && label != 1)
            throw FormatError(
                text(flag, ' ', path.string(), ": label ", labels.size(), " is ", label, ", expected 0 or 1"));
        labels.push_back(static_cast<int>(label));
    }
    return labels;
}

}  // namespace stylegan::examples
