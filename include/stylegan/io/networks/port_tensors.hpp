// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/philox.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/networks/infer_architecture.hpp>
#include <stylegan/io/networks/network_file.hpp>
#include <stylegan/io/tensors/extra_tensors.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan::detail {

/// The tensors of a PyTorch port, converted to the official layouts. Records which tensors are taken, so that the rest
/// can be reported.
class PortTensors {
public:
    /// @param prefix  put before the names below
    PortTensors(const NamedTensors& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

    [[nodiscard]] bool has(const std::string& name) const { return file_.contains(prefix_ + name); }

    /// The extent of an axis. @throws FormatError if the tensor does not have it
    [[nodiscard]] Index extent(const std::string& name, std::size_t axis) const {
        const std::vector<Index>& shape = file_.shape(prefix_ + name);
        if (axis >= shape.size())
            throw FormatError(text(file_.path().string(), ": tensor \"", shortened(prefix_ + name), "\" has shape ",
                                   shape_text(shape), ", expected more than ", axis, " axes"));
        return shape[axis];
    }

    /// A tensor of the given rank in its own layout, multiplied by `scale`.
    [[nodiscard]] StoredArray take(const std::string& name, std::size_t rank, double scale = 1) {
        StoredArray a = file_[prefix_ + name];
        if (a.shape.size() != rank)
            throw FormatError(text(file_.path().string(), ": tensor \"", shortened(prefix_ + name), "\" has shape ",
                                   shape_text(a.shape), ", expected ", rank, rank == 1 ? " axis" : " axes"));
        a.scale = scale;
        used_.insert(prefix_ + name);
        return a;
    }
    [[nodiscard]] StoredArray vector(const std::string& name, double scale = 1) { return take(name, 1, scale); }
    /// (out, in) -> (in, out)
    [[nodiscard]] StoredArray dense(const std::string& name, double scale = 1) {
        return take(name, 2, scale).permuted({1, 0});
    }
    /// (out, in, kh, kw) -> (kh, kw, in, out)
    [[nodiscard]] StoredArray convolution(const std::string& name, double scale = 1) {
        return take(name, 4, scale).permuted({2, 3, 1, 0});
    }
    /// (in, out, kh, kw) -> (kh, kw, in, out)
    [[nodiscard]] StoredArray transposed_convolution(const std::string& name, double scale = 1) {
        return take(name, 4, scale).permuted({2, 3, 0, 1});
    }

    /// Whether a constant kernel, such as (C, 1, 3, 3), is the outer product of `taps`, normalised to sum 1.
    [[nodiscard]] bool is_blur(const std::string& name, const std::vector<double>& taps) {
        const std::vector<double> values = take(name, 4).read<double>();
        double sum = 0;
        for (const double t : taps) sum += t;
        const std::size_t n = taps.size();
        if (values.empty() || values.size() % (n * n) != 0) return false;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::abs(values[i] - taps[i / n % n] * taps[i % n] / (sum * sum)) > 1e-6) return false;
        return true;
    }

    /// Marks a tensor as one that is not needed. It need not exist.
    void passed_over(const std::string& name) { used_.insert(prefix_ + name); }

    /// @throws ExtraTensorsError that names the tensors with this prefix that were not taken, unless they are ignored
    void require_all_taken(ExtraTensors extra) const {
        if (extra == ExtraTensors::ignored) return;
        std::vector<std::string> surplus;
        for (const std::string& name : file_.names())
            if (name.starts_with(prefix_) && used_.count(name) == 0) surplus.push_back(name);
        refuse_extra_tensors(file_.path(), surplus);
    }

private:
    const NamedTensors& file_;
    std::string prefix_;
    std::set<std::string> used_;
};

/// Adds what official networks have and the ports do not: `lod`, and a noise map for each layer, where the ports draw
/// noise for each picture. The maps are the same for every file.
/// @throws FormatError for more than 2048x2048, because a file with names alone could demand any amount of memory
inline void add_constants(NamedTensors& out, const std::string& prefix, int stages, double lod) {
    constexpr int most_stages = 10;
    if (stages > most_stages)
        throw FormatError(text(out.path().string(), ": has ", stages, " resolutions, expected at most ", most_stages));
    out.add(prefix + "lod", StoredArray::constant({}, static_cast<float>(lod)));
    out.add(prefix + "G_synthesis/lod", StoredArray::constant({}, static_cast<float>(lod)));
    for (int layer = 0; layer < 2 * stages; ++layer) {
        const Index size = Index{4} << (layer / 2);
        std::vector<float> map(static_cast<std::size_t>(size * size));
        RandomStream(0, 0, Purpose::noise, static_cast<std::uint32_t>(layer)).fill_normal(map.data(), map.size());
        out.add(text(prefix, "G_synthesis/noise", layer), StoredArray::owning(std::move(map), {1, 1, size, size}));
    }
}

/// Adds what official networks have and a port does not: the noise maps, and the level of detail that the content of its
/// layers suggests, which are added before. @param prefix  "Gs/" or "G/"
inline void add_what_is_missing(NetworkFile& out, const std::string& prefix, int stages) {
    const LevelOfDetail level = inferred_level(out.tensors, prefix + "G_synthesis/", Size{}, stages);
    add_constants(out.tensors, prefix, stages, level.lod);
    if (prefix == "Gs/" || out.level.basis.empty()) out.level = level;  // Gs is the one that is used
}

/// The architecture inferred from the tensors under "Gs/" or "G/".
inline Architecture inferred_generator(const NetworkFile& file, const std::string& prefix) {
    VariableShapes shapes;
    for (const std::string& name : file.tensors.names())
        if (name.starts_with(prefix)) shapes.emplace(name.substr(prefix.size()), file.tensors.shape(name));
    return infer_architecture(shapes, {}, file.tensors.path().string()).architecture;
}

}  // namespace stylegan::detail
