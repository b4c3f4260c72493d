// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/compiled.hpp>
#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/element_type.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Writes a safetensors file. add() collects the tensors; write() writes them straight from the caller's memory:
///
///     SafetensorsWriter writer;
///     writer.metadata("format", "stylegan-cpp 1");
///     writer.add("Gs/lod", {}, &lod);
///     writer.write("network.safetensors");
///
/// The same calls give the same bytes. Larger number types come first in the file, so each tensor is aligned. The file
/// has a digest of its header and one of each tensor, which SafetensorsFile checks: see safetensors_digests.hpp.
class SafetensorsWriter {
public:
    /// Sets an entry of `__metadata__`. A second value for a key replaces the first. Entries for the
    /// digests are the writer's own.
    void metadata(const std::string& key, const std::string& value) { metadata_[key] = value; }

    /// Adds a tensor of row-major values. They must stay in place until write() returns.
    /// @throws ValueError if the name is taken, or an extent is negative
    template <class T>
    void add(const std::string& name, std::vector<Index> shape, const T* values) {
        std::size_t size = sizeof(T);
        for (const Index extent : shape) {
            if (extent < 0) throw ValueError(text("SafetensorsWriter: tensor \"", name, "\" has extent ", extent));
            size *= static_cast<std::size_t>(extent);
        }
        if (name == "__metadata__" || !names_.insert(name).second)
            throw ValueError(text("SafetensorsWriter: the name \"", name, "\" is taken"));
        tensors_.push_back({name, element_type_of<T>, std::move(shape), values, size});
    }

    /// Adds a tensor whose values the writer keeps. @throws ValueError as above
    template <class T>
    void add(const std::string& name, std::vector<Index> shape, std::vector<T> values) {
        const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
        add(name, std::move(shape), kept->data());
        kept_.push_back(kept);
    }

    /// Writes the file, atomically. @throws FileError if it cannot be written
    void write(const std::filesystem::path& path) const;

private:
    struct Tensor {
        std::string name;
        ElementType type;
        std::vector<Index> shape;
        const void* data;
        std::size_t size;
    };

    std::map<std::string, std::string> metadata_;
    std::set<std::string> names_;
    std::vector<Tensor> tensors_;
    std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace stylegan

#ifndef STYLEGAN_COMPILED
#include <stylegan/io/tensors/detail/safetensors_writer_inl.hpp>
#endif
