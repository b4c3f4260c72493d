// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/element_type.hpp>
#include <stylegan/io/tensors/stored_array.hpp>
#include <stylegan/io/tensors/tensor_source.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// The tensors of a file of any format, by name. Shapes and types are in memory, numbers stay in the file until they
/// are read. Copies share the file. Const members may be used from several threads.
class NamedTensors {
public:
    NamedTensors() = default;

    /// @param path    the start of messages
    /// @param source  the open file, and whatever else owns bytes of the tensors; kept alive by this object and its copies
    explicit NamedTensors(std::filesystem::path path, std::shared_ptr<const TensorSource> source = {})
        : path_(std::move(path)), source_(std::move(source)) {}

    /// Largest length of a name.
    static constexpr std::size_t longest_name = 1024;

    /// How many times its size the tensors of a file may be together: several may share their numbers.
    static constexpr std::uint64_t most_sharing = 64;

    /// Added to the size of the file there: a port of few feature maps has noise maps all the same, which it does not store.
    static constexpr std::uint64_t spared_bytes = std::uint64_t{1} << 20;

    /// @throws FormatError if the name is taken or too long, the tensor extends beyond its bytes, or all tensors together
    ///         are much larger than the file
    void add(const std::string& name, StoredArray tensor) {
        if (name.size() > longest_name)
            throw FormatError(text(path_.string(), ": names a tensor \"", shortened(name, 40), "\" of ", name.size(),
                                   " characters, expected at most ", longest_name));
        if (!tensor.fits())
            throw FormatError(text(path_.string(), ": tensor \"", shortened(name), "\" of shape ",
                                   shape_text(tensor.shape), " has ", tensor.bytes.size, " bytes, expected more"));
        extents_ += tensor.extent_size();
        if (source_ && extents_ / most_sharing > source_->file().size() + spared_bytes)
            throw FormatError(text(path_.string(), ": names tensors of more than ", most_sharing, " times its size of ",
                                   source_->file().size(), " bytes: they are parts of each other"));
        if (!tensors_.emplace(name, std::move(tensor)).second)
            throw FormatError(text(path_.string(), ": names \"", shortened(name), "\" twice"));
        names_.push_back(name);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// All names, in the order of the file.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    /// Whether there is a tensor of this name.
    [[nodiscard]] bool contains(const std::string& name) const { return tensors_.count(name) > 0; }

    // These throw FormatError if there is no tensor of this name.
    [[nodiscard]] const StoredArray& operator[](const std::string& name) const {
        const auto found = tensors_.find(name);
        if (found == tensors_.end())
            throw FormatError(text(path_.string(), ": has no tensor \"", shortened(name), '"'));
        return found->second;
    }
    /// The stored type.
    [[nodiscard]] ElementType dtype(const std::string& name) const { return (*this)[name].type; }
    /// Empty for a single number.
    [[nodiscard]] const std::vector<Index>& shape(const std::string& name) const { return (*this)[name].shape; }

    /// All values, row-major, converted to T.
    template <class T>
    [[nodiscard]] std::vector<T> read(const std::string& name) const {
        return (*this)[name].read<T>();
    }
    /// read() for code that is not a template.
    [[nodiscard]] std::vector<float> read_float(const std::string& name) const { return read<float>(name); }
    /// The same in double precision.
    [[nodiscard]] std::vector<double> read_double(const std::string& name) const { return read<double>(name); }

    /// Copies a tensor to `out`, converted to T. @throws FormatError also if its shape differs from `expected`
    template <class T>
    void read_into(const std::string& name, const std::vector<Index>& expected, T* out) const {
        const StoredArray& tensor = (*this)[name];
        if (tensor.shape != expected)
            throw FormatError(text(path_.string(), ": tensor \"", shortened(name), "\" has shape ",
                                   shape_text(tensor.shape), ", expected ", shape_text(expected)));
        tensor.read_into(out);
    }

    /// Reads the whole file and checks every digest that it has.
    /// @return which digests were checked: xxh3 in safetensors files of this library, crc32 in zip archives, as PyTorch
    ///         writes them; none in pickles and in files of other programs
    /// @throws FormatError naming the first damaged tensor; FileError if the file cannot be read
    DigestKind verify() const { return source_ ? source_->verify() : DigestKind::none; }

    /// A value of the file that is neither a tensor nor plain, and was passed over.
    struct Opaque {
        std::string name;     ///< where it is, like the name of a tensor
        std::string type;     ///< its class: "argparse.Namespace"
        bool module = false;  ///< whether it is a whole network of PyTorch, with its code's names
    };
    /// Remembers a value that is passed over; the first hundred are kept.
    void add_opaque(Opaque value) {
        constexpr std::size_t most = 100;
        if (opaque_.size() < most) opaque_.push_back(std::move(value));
    }
    /// The first hundred values that were passed over.
    [[nodiscard]] const std::vector<Opaque>& opaque() const { return opaque_; }

    /// The open file, for objects that refer to its bytes; null if there is none.
    [[nodiscard]] const std::shared_ptr<const TensorSource>& source() const { return source_; }

private:
    std::filesystem::path path_;
    std::shared_ptr<const TensorSource> source_;
    std::map<std::string, StoredArray> tensors_;
    std::vector<std::string> names_;
    std::vector<Opaque> opaque_;
    std::uint64_t extents_ = 0;  // bytes of all tensors
};

}  // namespace stylegan
