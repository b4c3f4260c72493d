// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/files/stored_zip.hpp>
#include <stylegan/io/pickle/foreign_zip.hpp>
#include <stylegan/io/pickle/pickle_machine.hpp>
#include <stylegan/io/tensors/named_tensors.hpp>
#include <stylegan/io/tensors/tensor_source.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace stylegan {

namespace detail {

/// Names every tensor within a value: keys of dictionaries and indices of lists, joined by '/', and attributes of the
/// modules of a TorchScript, joined by '.' as in its state dictionary.
class TensorNames {
public:
    using Storages = std::map<std::string, StoredBytes, std::less<>>;

    TensorNames(NamedTensors& out, const Storages& storages) : out_(out), storages_(storages) {}

    void add(PickleValue v, const std::string& name, int depth = 0) {
        if (++visited_ > (1 << 20) || depth > 32) v.fail("nests dictionaries and lists deeper than any network's file");
        if (name.size() > NamedTensors::longest_name)
            v.fail(text("is named with ", name.size(), " characters, expected at most ", NamedTensors::longest_name));
        if (v.is_array()) {
            out_.add(name.empty() ? "tensor" : name, located(v));
        } else if (v.is_list()) {
            for (std::size_t i = 0; i < v.size(); ++i) add(v[i], joined(name, std::to_string(i)), depth + 1);
        } else if (v.is_dictionary()) {
            for (std::size_t i = 0; i < v.size(); ++i) {
                const auto [key, value] = v.entry(i);
                if (key.is_text())
                    add(value, joined(name, std::string(key.characters())), depth + 1);
                else if (key.is_integer())
                    add(value, joined(name, std::to_string(key.integer())), depth + 1);
            }
        } else if (v.is_opaque()) {
            const auto state = v.opaque_state();
            if (state && state->is_dictionary() && v.opaque_class().starts_with("__torch__.")) {
                for (std::size_t i = 0; i < state->size(); ++i) {
                    const auto [attribute, value] = state->entry(i);
                    add(value, joined(name, std::string(attribute.characters()), "."), depth + 1);
                }
                return;
            }
            const bool module = state && state->is_dictionary() && state->find("_modules");
            out_.add_opaque({name, v.opaque_class(), module});
        }
    }

private:
    static std::string joined(const std::string& name, const std::string& part, const char* between = "/") {
        return name.empty() ? part : name + between + part;
    }

    StoredArray located(PickleValue v) const {
        StoredArray a = v.array();
        const auto storage = v.storage();
        if (!storage) return a;
        const auto found = storages_.find(storage->key);
        if (found == storages_.end())
            v.fail(text("refers to storage \"", shortened(storage->key), "\", which is not in the file"));
        const StoredBytes& all = found->second;
        const std::size_t start = storage->first * size_of(a.type) + a.bytes.size;
        if (start > all.size) v.fail(text("begins beyond the end of storage \"", shortened(storage->key), '"'));
        a.bytes = all.part(start, all.size - start);
        a.bytes.digest = all.digest;
        return a;
    }

    NamedTensors& out_;
    const Storages& storages_;
    int visited_ = 0;
};

/// A file of PyTorch that is open, and the values of its pickles.
struct TorchSource {
    explicit TorchSource(const std::filesystem::path& path) : source(path) {}

    TensorSource source;
    std::deque<Pickle> pickles;
};

class TorchReader {
public:
    explicit TorchReader(TorchSource& from)
        : source_(from.source), pickles_(from.pickles), path_(source_.file().path()), bytes_(source_.bytes()) {}

    void read(NamedTensors& out) {
        std::uint8_t start[2] = {};
        bytes_.read(0, start, std::min(bytes_.size, sizeof start));
        if (start[0] == 'P' && start[1] == 'K')
            read_zip(out);
        else
            read_stream(out);
        source_.file().require_unchanged();
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw FormatError(text(path_.string(), ": ", what)); }

    /// The format since PyTorch 1.6: a zip archive with a pickle and an entry for each storage. Archives of
    /// torch.jit.save() also have a program, which is not looked at.
    void read_zip(NamedTensors& out) {
        const StoredZip zip(bytes_, path_.string());
        std::string prefix = "?";
        for (const auto& [name, entry] : zip.entries())
            if (name == "data.pkl" || (name.ends_with("/data.pkl") && name.find('/') == name.size() - 9))
                prefix = name.substr(0, name.size() - 8);
        if (prefix == "?") fail(foreign_zip(zip));
        if (zip.contains(prefix + "byteorder")) {
            const StoredBytes order = checked(zip, prefix + "byteorder");
            char first = 0;
            order.read(0, &first, std::min(order.size, sizeof first));
            if (order.size != 6 || first != 'l')
                fail("was written on a big-endian machine, expected little-endian numbers");
        }
        const StoredBytes text_of_pickle = checked(zip, prefix + "data.pkl");
        text_of_pickle.digest->check();
        Pickle& pickle = pickles_.emplace_back(text(path_.string(), ": ", prefix, "data.pkl"));
        PickleMachine machine(pickle, text_of_pickle, true);
        const PickleValue root = machine.run();
        for (const TorchStorage& s : pickle.storages()) {
            if (is_known(s)) continue;
            const std::string entry = prefix + "data/" + std::string(s.key);
            if (!zip.contains(entry)) fail(text("has no entry \"", shortened(entry), "\", the numbers of a tensor"));
            add_storage(s, checked(zip, entry));
        }
        TensorNames(out, storages_).add(root, "");
        if (out.names().empty() && zip.contains(prefix + "constants.pkl"))
            fail(
                "is a program of TorchScript without named tensors (torch.jit.freeze takes the names): save the state "
                "dictionary instead, torch.save(model.state_dict(), path)");
    }

    /// The content of an entry, with its checksum.
    StoredBytes checked(const StoredZip& zip, const std::string& name) {
        StoredBytes content = zip.content(name);
        const std::uint32_t crc = zip.entries().find(name)->second.crc;
        content.digest = &source_.add_digest(DigestKind::crc32, crc, content, "entry", name);
        return content;
    }

    /// The older format: pickles of a magic number, a version, the machine, the tensors and the keys of the storages,
    /// then the storages.
    void read_stream(NamedTensors& out) {
        constexpr std::uint8_t magic[] = {0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19};
        Pickle& pickle = pickles_.emplace_back(path_.string());
        PickleMachine machine(pickle, bytes_, true);
        const std::string_view found = machine.run().long_integer();
        if (!std::equal(found.begin(), found.end(), std::begin(magic), std::end(magic),
                        [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
            fail("does not begin with PyTorch's magic number, expected a PyTorch file");
        if (const PickleValue version = machine.run(machine.position()); version.integer() != 1001)
            version.fail(text("is version ", version.integer(), " of PyTorch's format, expected 1001"));
        if (const auto order = machine.run(machine.position()).find("little_endian"); order && !order->boolean())
            order->fail("was written on a big-endian machine, expected little-endian numbers");
        const PickleValue root = machine.run(machine.position()), keys = machine.run(machine.position());

        std::map<std::string_view, TorchStorage> described;
        for (const TorchStorage& s : pickle.storages()) described.emplace(s.key, s);
        std::size_t at = machine.position();
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto storage = described.find(keys[i].characters());
            if (storage == described.end()) keys[i].fail("is the key of a storage that no tensor has");
            const std::size_t width = size_of(storage->second.type);
            std::uint64_t elements = 0;
            if (bytes_.size - at < 8) fail(text("is cut off at byte ", at, ", in storage ", i, " of ", keys.size()));
            bytes_.read(at, &elements, sizeof elements);
            at += 8;
            if (elements > (bytes_.size - at) / width)
                fail(text("storage ", i, " of ", keys.size(), " at byte ", at, " has ", elements, " elements of ",
                          width, " bytes, but ", bytes_.size - at, " bytes are left: the file is cut off"));
            const std::size_t size = static_cast<std::size_t>(elements) * width;
            if (!is_known(storage->second)) add_storage(storage->second, bytes_.part(at, size));
            at += size;
        }
        for (const TorchStorage& s : pickle.storages())  // compares the references with each other
            if (!is_known(s)) add_storage(s, {});
        TensorNames(out, storages_).add(root, "");
    }

    /// Whether a storage was added; compares a further reference with the first one.
    [[nodiscard]] bool is_known(const TorchStorage& s) const {
        const auto known = types_.find(s.key);
        if (known == types_.end()) return false;
        if (known->second.type != s.type || known->second.elements != s.elements)
            fail(text("describes storage \"", shortened(s.key), "\" in two ways"));
        return true;
    }

    /// @param content  the bytes of the storage
    void add_storage(const TorchStorage& s, const StoredBytes& content) {
        if (content.size / size_of(s.type) < s.elements)
            fail(text("storage \"", shortened(s.key), "\" has ", content.size, " bytes, expected ", s.elements,
                      " numbers of ", name_of(s.type)));
        types_.emplace(s.key, s);
        storages_.emplace(s.key, content);
    }

    TensorSource& source_;
    std::deque<Pickle>& pickles_;
    std::filesystem::path path_;
    StoredBytes bytes_;
    std::map<std::string, TorchStorage, std::less<>> types_;
    TensorNames::Storages storages_;
};

}  // namespace detail

/// Reads a PyTorch file (`.pt`, `.pth`, `.model`) as named tensors, in the zip format or the older stream format. The
/// tensors of a state dictionary have its keys as names; keys and indices of nested dictionaries and lists are joined
/// by '/'. Tensors of a TorchScript (torch.jit.save) have the names of its state dictionary, "layers.conv.weight"; its
/// program is not looked at. Nothing in the file is executed. Numbers are read when they are asked for; the checksums
/// of a zip archive are compared then.
///
///     const NamedTensors weights = read_torch("vgg16.pth");
///     const std::vector<float> w = weights.read_float("features.0.weight");   // (64, 3, 3, 3), row-major
///
/// @throws FileError if the file cannot be opened
/// @throws FormatError with the byte, if it is cut off or damaged, or would build anything but tensors and plain values
[[nodiscard]] inline NamedTensors read_torch(const std::filesystem::path& path) {
    const auto file = std::make_shared<detail::TorchSource>(path);
    NamedTensors tensors(path, std::shared_ptr<const TensorSource>(file, &file->source));
    detail::TorchReader(*file).read(tensors);
    return tensors;
}

}  // namespace stylegan
