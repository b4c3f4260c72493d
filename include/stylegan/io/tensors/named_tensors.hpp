// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/tensors/element_type.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

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

    /// @param path  the start of messages
    /// @param file  owns the bytes of the tensors; kept alive by this object and its copies
    explicit NamedTensors(std::filesystem::path path, std::shared_ptr<const void> file = {})
        : path_(std::move(path)), file_(std::move(file)) {}

    /// Largest length of a name.
    static constexpr std::size_t longest_name = 1024;

    /// @throws FormatError if the name is taken or too long, or the tensor extends beyond its bytes
    void add(const std::string& name, StoredArray tensor) {
        if (name.size() > longest_name)
            throw FormatError(text(path_.string(), ": names a tensor \"", name.substr(0, 40), "...\" of ", name.size(),
                                   " characters, expected at most ", longest_name));
        if (!tensor.fits())
            throw FormatError(text(path_.string(), ": tensor \"", name, "\" of shape ", shape_text(tensor.shape),
                                   " has ", tensor.bytes.size, " bytes, expected more"));
        if (!tensors_.emplace(name, std::move(tensor)).second)
            throw FormatError(text(path_.string(), ": names \"", name, "\" twice"));
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
        if (found == tensors_.end()) throw FormatError(text(path_.string(), ": has no tensor \"", name, '"'));
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
            throw FormatError(text(path_.string(), ": tensor \"", name, "\" has shape ", shape_text(tensor.shape),
                                   ", expected ", shape_text(expected)));
        tensor.read_into(out);
    }

    /// Reads the whole file and checks every digest that it has.
    /// @return which digests were checked: xxh3 in safetensors files of this library, crc32 in zip archives, as PyTorch
    ///         writes them; none in pickles and in files of other programs
    /// @throws FormatError naming the first damaged tensor
    DigestKind verify() const {
        DigestKind kind = DigestKind::none;
        for (const std::string& name : names_)
            if (const StoredDigest* const digest = (*this)[name].bytes.digest) {
                digest->check();
                kind = digest->kind;
            }
        return kind;
    }

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

    /// The owner of the bytes, for objects that refer to them.
    [[nodiscard]] const std::shared_ptr<const void>& file() const { return file_; }

private:
    std::filesystem::path path_;
    std::shared_ptr<const void> file_;
    std::map<std::string, StoredArray> tensors_;
    std::vector<std::string> names_;
    std::vector<Opaque> opaque_;
};

}  // namespace stylegan
