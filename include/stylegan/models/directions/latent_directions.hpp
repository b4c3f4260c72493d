// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/eigen.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace stylegan {

/// Directions of w, as a file holds them.
struct LatentDirections {
    Eigen::MatrixXd directions;    ///< (count, w_size), one a row
    Eigen::VectorXd values{};      ///< (count), what the method ranks them by; may be empty
    Eigen::VectorXd mean{};        ///< (w_size), the mean w; may be empty
    Eigen::VectorXd deviations{};  ///< (count), standard deviation of w along each, in units of w; may be empty
    std::vector<int> layers{};     ///< the layers that they are for; empty: all
    std::string method{};          ///< "sefa", "pca" or "boundary"; not read back

    [[nodiscard]] Index count() const { return directions.rows(); }

    /// The step of strength 1 along direction k: one standard deviation along it where these are known, else its own
    /// length. (w_size)
    /// @throws ValueError if there is no direction k, or w does not vary along it
    [[nodiscard]] Eigen::VectorXd step(Index k) const {
        if (k < 0 || k >= count())
            throw ValueError(text("direction is ", k, ", expected 0 to ", count() - 1, ", of ", count()));
        const Eigen::VectorXd d = directions.row(k).transpose();
        if (deviations.size() > 0 && !(deviations(k) > 0))
            throw ValueError(text("direction ", k, ": w has a standard deviation of ", deviations(k),
                                  " along it, expected more than 0"));
        return deviations.size() > 0 ? Eigen::VectorXd(d.normalized() * deviations(k)) : d;
    }
};

namespace detail {

inline std::vector<double> row_major(const Eigen::MatrixXd& m) {
    std::vector<double> values;
    for (Index r = 0; r < m.rows(); ++r)
        for (Index c = 0; c < m.cols(); ++c) values.push_back(m(r, c));
    return values;
}

/// An array of a file of directions. @throws FormatError if it has another shape, or a number is not finite
inline Eigen::VectorXd direction_array(const std::filesystem::path& path, const NpzFile& file, const std::string& name,
                                       Index expected) {
    if (!file.contains(name)) return {};
    const NpyArray<double> array = file.read<double>(name);
    if (array.shape != std::vector<Index>{expected})
        throw FormatError(
            text(path.string(), ": ", name, " has shape ", shape_text(array.shape), ", expected [", expected, ']'));
    Eigen::VectorXd v = Eigen::Map<const Eigen::VectorXd>(array.values.data(), expected);
    if (!v.allFinite()) throw FormatError(text(path.string(), ": ", name, " has a number that is not finite"));
    return v;
}

/// @throws FormatError unless the array is one direction or several, of finite numbers, none of length 0
inline Eigen::MatrixXd direction_rows(const std::filesystem::path& path, NpyArray<double> array) {
    std::vector<Index> s = array.shape;
    if (s.size() == 1) s = {1, s[0]};
    if (s.size() != 2 || array.values.empty())
        throw FormatError(text(path.string(), ": the directions have shape ", shape_text(array.shape),
                               ", expected [count,w size], or [w size] for one"));
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::MatrixXd rows = Eigen::Map<const Rows>(array.values.data(), s[0], s[1]);
    for (Index k = 0; k < rows.rows(); ++k)
        if (!rows.row(k).allFinite() || !(rows.row(k).norm() > 0))
            throw FormatError(text(path.string(), ": direction ", k,
                                   rows.row(k).allFinite() ? " has length 0" : " has a number that is not finite",
                                   ", expected a direction"));
    return rows;
}

inline std::vector<int> direction_layers(const std::filesystem::path& path, const NpzFile& file) {
    std::vector<int> layers;
    if (!file.contains("layers")) return layers;
    const NpyArray<double> array = file.read<double>("layers");
    for (const double l : array.values) {
        if (!(l >= 0 && l <= std::numeric_limits<int>::max() && l == std::floor(l)))
            throw FormatError(text(path.string(), ": layers has ", l, ", expected the indices of layers"));
        layers.push_back(static_cast<int>(l));
    }
    return layers;
}

}  // namespace detail

/// Writes directions as a .npz file, atomically; np.load opens it. Its arrays: `directions` and `mean` (float32), `values`
/// and `std` (float64), `layers` (int64) and `method` (text), without those that are empty.
/// @throws FileError if the file cannot be written
inline void write_directions(const std::filesystem::path& path, const LatentDirections& d) {
    NpzWriter file(path);
    const auto single = [](const Eigen::MatrixXd& m) {
        const std::vector<double> values = detail::row_major(m);
        std::vector<float> rounded;
        rounded.reserve(values.size());
        for (const double v : values) rounded.push_back(static_cast<float>(v));
        return rounded;
    };
    file.add("directions", {d.directions.rows(), d.directions.cols()}, single(d.directions));
    if (d.values.size() > 0) file.add("values", {d.values.size()}, detail::row_major(d.values));
    if (d.mean.size() > 0) file.add("mean", {d.mean.size()}, single(d.mean));
    if (d.deviations.size() > 0) file.add("std", {d.deviations.size()}, detail::row_major(d.deviations));
    if (!d.layers.empty())
        file.add("layers", {static_cast<Index>(d.layers.size())},
                 std::vector<std::int64_t>(d.layers.begin(), d.layers.end()));
    if (!d.method.empty()) file.add_text("method", d.method);
    file.commit();
}

/// Reads directions: a .npz file as write_directions() writes it, or with one array alone, or a .npy file. Directions are
/// (count, w size), or (w size) for one; `values`, `mean`, `std` and `layers` may be missing.
/// @throws FileError if the file cannot be read
/// @throws FormatError if it is neither, an array has another shape than the directions ask for, a number is not finite, a
///         direction has length 0, or a standard deviation is negative
[[nodiscard]] inline LatentDirections read_directions(const std::filesystem::path& path) {
    const Bytes start = read_file(path, 6);
    const std::string begin(start.begin(), start.end());
    if (begin == "\x93NUMPY") return {.directions = detail::direction_rows(path, read_npy<double>(path))};
    if (!begin.starts_with("PK"))
        throw FormatError(text(path.string(), ": is neither a .npz nor a .npy file, expected one of directions"));
    const NpzFile file(path);
    LatentDirections d{.directions =
                           detail::direction_rows(path, file.read<double>("directions", OtherArray::the_only_one))};
    d.values = detail::direction_array(path, file, "values", d.count());
    d.mean = detail::direction_array(path, file, "mean", d.directions.cols());
    d.deviations = detail::direction_array(path, file, "std", d.count());
    if (d.deviations.size() > 0 && d.deviations.minCoeff() < 0)
        throw FormatError(text(path.string(), ": std has ", d.deviations.minCoeff(), ", expected no negative number"));
    d.layers = detail::direction_layers(path, file);
    return d;
}

}  // namespace stylegan
