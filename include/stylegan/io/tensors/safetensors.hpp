// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/io/files/parse_json.hpp>
#include <stylegan/io/tensors/element_type.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>
#include <stylegan/io/tensors/safetensors_digests.hpp>
#include <stylegan/io/tensors/safetensors_writer.hpp>  // the other direction
#include <stylegan/io/tensors/tensor_source.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Reads a safetensors file: 8 bytes of header length, a JSON header with the place of each tensor, the numbers.
/// Opening checks the whole header, so reading a tensor stays within the file. Tensors are read when they are asked for.
/// Files of this library have digests: that of the header is checked at once, that of a tensor whenever it is
/// read. May be used from several threads.
/// @see https://github.com/huggingface/safetensors, "Format"
class SafetensorsFile {
public:
    /// @throws FileError if the file cannot be opened
    /// @throws FormatError if it is not a safetensors file, is cut off, damaged or inconsistent; the message names the
    ///         tensor, what was found, what was expected, and the byte in the file
    explicit SafetensorsFile(const std::filesystem::path& path)
        : source_(std::make_shared<TensorSource>(path)), all_(source_->bytes()) {
        if (all_.size < 8) fail(text("is ", all_.size, " bytes long, expected at least 8 for the header's length"));
        std::uint64_t length = 0;
        all_.read(0, &length, sizeof length);
        if (length > all_.size - 8)
            fail(text("header length at byte 0 is ", length, ", expected at most the ", all_.size - 8,
                      " bytes that follow: not a safetensors file, or cut off"));
        if (length > largest_header)
            fail(text("header (JSON from byte 8 on) is JSON of ", length, " bytes, expected at most ", largest_header));
        data_start_ = 8 + static_cast<std::size_t>(length);
        std::string header(static_cast<std::size_t>(length), '\0');
        all_.read(8, header.data(), header.size());
        read_header(header);
    }

    /// The largest header that is read, in bytes: that of a hundred thousand tensors.
    static constexpr std::size_t largest_header = std::size_t{1} << 24;

    [[nodiscard]] const std::filesystem::path& path() const { return source_->file().path(); }

    /// All names, in the order of the data.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

    /// The entries of the header's `__metadata__`, without the digests.
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

    /// Whether there is a tensor of this name.
    [[nodiscard]] bool contains(const std::string& name) const { return entries_.count(name) > 0; }

    /// @throws FormatError if there is no tensor of this name
    [[nodiscard]] ElementType dtype(const std::string& name) const { return entry(name).type; }

    /// Empty for a single number. @throws FormatError if there is no tensor of this name
    [[nodiscard]] const std::vector<Index>& shape(const std::string& name) const { return entry(name).shape; }

    /// The tensor, which is read when its numbers are asked for. Valid as long as source().
    /// @throws FormatError if there is no tensor of this name
    [[nodiscard]] StoredArray array(const std::string& name) const {
        const Entry& e = entry(name);
        StoredArray a;
        a.type = e.type;
        a.shape = e.shape;
        a.strides = dense_strides(e.shape);
        a.bytes = bytes_of(e);
        return a;
    }

    /// All values of a tensor of any stored type, converted to T.
    /// @throws FormatError if there is no tensor of this name, or its bytes do not have the digest of the file
    template <class T>
    [[nodiscard]] std::vector<T> read(const std::string& name) const {
        return array(name).template read<T>();
    }
    /// read() for code that is not a template.
    [[nodiscard]] std::vector<float> read_float(const std::string& name) const { return read<float>(name); }
    /// The same in double precision.
    [[nodiscard]] std::vector<double> read_double(const std::string& name) const { return read<double>(name); }

    /// Copies a tensor to `out`, converted to T.
    /// @throws FormatError if there is no tensor of this name, or its shape differs from `expected`, or as read()
    template <class T>
    void read_into(const std::string& name, const std::vector<Index>& expected, T* out) const {
        const Entry& e = entry(name);
        if (e.shape != expected)
            fail(text("tensor \"", shortened(name), "\" has shape ", shape_text(e.shape), ", expected ",
                      shape_text(expected)));
        array(name).read_into(out);
    }

    /// Reads the whole file and checks every digest. Opening has checked that of the header.
    /// @return which digests were checked; none if the file has none, as files of other programs
    /// @throws FormatError naming the first damaged tensor
    DigestKind verify() const { return source_->verify(); }

    /// The open file, for objects that refer to its bytes.
    [[nodiscard]] std::shared_ptr<const TensorSource> source() const { return source_; }

    /// "[3,3,64,32]"
    [[nodiscard]] static std::string shape_text(const std::vector<Index>& shape) { return stylegan::shape_text(shape); }

private:
    struct Entry {
        ElementType type = ElementType::f32;
        std::vector<Index> shape;
        std::size_t begin = 0, end = 0;  // within the data
        const StoredDigest* digest = nullptr;
    };

    [[noreturn]] void fail(const std::string& what) const { throw FormatError(text(path().string(), ": ", what)); }

    const Entry& entry(const std::string& name) const {
        const auto found = entries_.find(name);
        if (found == entries_.end()) fail(text("has no tensor \"", shortened(name), "\""));
        return found->second;
    }

    [[nodiscard]] StoredBytes bytes_of(const Entry& e) const {
        StoredBytes bytes = all_.part(data_start_ + e.begin, e.end - e.begin);
        bytes.digest = e.digest;
        return bytes;
    }
    [[nodiscard]] std::size_t data_size() const { return all_.size - data_start_; }

    void read_header(const std::string& characters) {
        const bool checked = detail::check_header_digest(characters, path().string());
        const nlohmann::json json = parse_json(characters, path().string() + ": header (JSON from byte 8 on)");
        if (!json.is_object()) fail("header at byte 8 is not a JSON object");
        for (const auto& [name, value] : json.items()) {
            if (name == "__metadata__")
                read_metadata(value);
            else
                entries_.emplace(name, read_entry(name, value));
        }
        check_layout();
        set_digests(detail::tensor_digests(metadata_, checked, names_.size(), path().string()));
        std::erase_if(metadata_, [](const auto& pair) { return detail::is_digest_key(pair.first); });
    }

    /// @param digests  of the tensors in the order of names(), or none
    void set_digests(const std::vector<std::uint64_t>& digests) {
        if (digests.empty()) return;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            Entry& e = entries_.at(names_[i]);
            e.digest = &source_->add_digest(DigestKind::xxh3, digests[i], bytes_of(e), "tensor", names_[i]);
        }
    }

    void read_metadata(const nlohmann::json& json) {
        if (!json.is_object()) fail("__metadata__ is not a JSON object");
        for (const auto& [key, value] : json.items()) {
            if (!value.is_string()) fail(text("__metadata__ \"", shortened(key), "\" is not a string"));
            metadata_.emplace(key, value.get<std::string>());
        }
    }

    Entry read_entry(const std::string& name, const nlohmann::json& json) const {
        const auto field = [&](const char* key) -> const nlohmann::json& {
            if (!json.is_object() || !json.contains(key))
                fail(text("tensor \"", shortened(name), "\" has no \"", key, "\""));
            return json[key];
        };
        Entry e;
        const nlohmann::json& dtype = field("dtype");
        const auto type = dtype.is_string() ? element_type(dtype.get<std::string>()) : std::nullopt;
        if (!type)
            fail(text("tensor \"", shortened(name), "\" has dtype ", detail::printed(dtype),
                      ", expected one such as \"F32\""));
        e.type = *type;

        const nlohmann::json &shape = field("shape"), &offsets = field("data_offsets");
        std::uint64_t size = size_of(e.type);
        constexpr std::size_t most_axes = 32;  // as NumPy
        bool fits = shape.is_array() && shape.size() <= most_axes;
        if (fits)
            for (const nlohmann::json& extent : shape) {
                fits = fits && extent.is_number_unsigned();
                if (!fits) break;
                const std::uint64_t n = extent.get<std::uint64_t>();
                // A zero extent makes the product zero, but every extent must fit into an Index.
                fits = n <= static_cast<std::uint64_t>(PTRDIFF_MAX) && (n == 0 || size <= UINT64_MAX / n);
                size *= n;
                e.shape.push_back(static_cast<Index>(n));
            }
        if (!fits)
            fail(text("tensor \"", shortened(name), "\" has shape ", detail::printed(shape), ", expected at most ",
                      most_axes, " sizes that fit into memory"));

        if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
            !offsets[1].is_number_unsigned())
            fail(text("tensor \"", shortened(name), "\" has data_offsets ", detail::printed(offsets),
                      ", expected [begin, end]"));
        const std::uint64_t begin = offsets[0].get<std::uint64_t>(), end = offsets[1].get<std::uint64_t>();
        if (begin > end || end > data_size())
            fail(text("tensor \"", shortened(name), "\" has data_offsets ", detail::printed(offsets),
                      ", expected within the ", data_size(),
                      " bytes of data: the file is cut off, or its header is damaged"));
        if (end - begin != size)
            fail(text("tensor \"", shortened(name), "\" at byte ", data_start_ + begin, " has ", end - begin,
                      " bytes, expected ", size, " for shape ", shape_text(e.shape), " of ", name_of(e.type)));
        e.begin = static_cast<std::size_t>(begin);
        e.end = static_cast<std::size_t>(end);
        return e;
    }

    /// Tensors must fill the data without gaps and without overlap.
    void check_layout() {
        std::vector<const std::pair<const std::string, Entry>*> order;
        for (const auto& pair : entries_) order.push_back(&pair);
        std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
            return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
        });
        std::size_t at = 0;
        std::string before = "the header";
        for (const auto* pair : order) {
            const auto& [name, e] = *pair;
            if (e.begin != at)
                fail(text("tensor \"", shortened(name), "\" begins at byte ", data_start_ + e.begin, ", expected ",
                          data_start_ + at, ", where ", before, " ends"));
            at = e.end;
            before = text('"', shortened(name), '"');
            names_.push_back(name);
        }
        if (at != data_size())
            fail(text("has ", data_size() - at, " bytes after the last tensor, from byte ", data_start_ + at, " on"));
    }

    std::shared_ptr<TensorSource> source_;
    StoredBytes all_;
    std::size_t data_start_ = 0;
    std::map<std::string, Entry> entries_;
    std::map<std::string, std::string> metadata_;
    std::vector<std::string> names_;
};

/// The tensors of a safetensors file in the form that is common to all formats.
/// @throws FormatError as NamedTensors::add()
[[nodiscard]] inline NamedTensors named_tensors(const SafetensorsFile& file) {
    NamedTensors tensors(file.path(), file.source());
    for (const std::string& name : file.names()) tensors.add(name, file.array(name));
    return tensors;
}

}  // namespace stylegan
