// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/files/stored_bytes.hpp>
#include <stylegan/io/pickle/pickle_constructors.hpp>
#include <stylegan/io/pickle/text_arena.hpp>
#include <stylegan/io/tensors/numpy_type.hpp>
#include <stylegan/io/tensors/stored_array.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace stylegan {

/// The index of a value within its Pickle.
using PickleReference = std::uint32_t;

/// A storage of PyTorch, or a part of one. Its numbers are not in the pickle but in the file, under this key.
struct TorchStorage {
    std::string_view key;
    ElementType type = ElementType::f32;
    std::size_t elements = 0;  ///< of the whole storage
    std::size_t first = 0;     ///< the element at which this part begins
};

namespace detail {

class PickleArrays;

struct PickleList {  // also tuples and sets
    std::vector<PickleReference> items;
};
struct PickleDictionary {
    std::vector<std::pair<PickleReference, PickleReference>> items;
};
struct PickleObject {  // of a class that has a state
    PickleConstructor constructor;
    std::optional<PickleReference> state;
};
struct PickleOpaque {  // a class that the reader does not know, or what would be made of it
    std::string_view module, name;
    std::optional<PickleReference> arguments, state;  // without arguments: the class
};
struct PickleArray {
    std::uint32_t index;                     // of its StoredArray
    std::optional<PickleReference> storage;  // of a tensor of PyTorch
};
struct LongInteger {
    std::string_view bytes;  // of more than 64 bits, little-endian
};
struct LongText {  // too long for a name, so only its place is kept
    StoredBytes bytes;
};

using PickleContent = std::variant<std::monostate, bool, std::int64_t, LongInteger, double, std::string_view, LongText,
                                   StoredBytes, PickleList, PickleDictionary, const KnownConstructor*, PickleObject,
                                   NumpyType, PickleArray, TorchStorage, PickleOpaque>;

struct PickleNode {
    PickleContent content;
    std::size_t at = 0;       // the byte of the operation that made it
    std::uint32_t depth = 0;  // levels of containers within it
};

/// The names of the alternatives of PickleContent in messages.
inline const char* kind_of(const PickleContent& content) {
    constexpr const char* names[] = {"None",     "a truth value", "an integer",    "a long integer",
                                     "a number", "text",          "long text",     "bytes",
                                     "a list",   "a dictionary",  "a constructor", "an object",
                                     "a dtype",  "an array",      "a storage",     "an object of an unknown class"};
    static_assert(std::size(names) == std::variant_size_v<PickleContent>);
    return names[content.index()];
}

}  // namespace detail

/// The values that a pickle builds. They refer to each other by index, so cycles and depth are no problem. Bytes and long
/// texts stay in the file, which must outlive them.
class Pickle {
public:
    explicit Pickle(std::string where) : where_(std::move(where)) {}

    /// The start of messages: the file, and the place in it.
    [[nodiscard]] const std::string& where() const { return where_; }

    [[noreturn]] void fail(std::size_t at, const std::string& what) const {
        throw FormatError(text(where_, ": byte ", at, ": ", what));
    }

    /// Every reference to a storage of PyTorch. A storage may occur more than once.
    [[nodiscard]] std::vector<TorchStorage> storages() const {
        std::vector<TorchStorage> all;
        for (const detail::PickleNode& node : nodes_)
            if (const auto* const storage = std::get_if<TorchStorage>(&node.content)) all.push_back(*storage);
        return all;
    }

private:
    friend class PickleValue;
    friend class PickleBuilder;

    std::string where_;
    std::deque<detail::PickleNode> nodes_;  // in blocks: a vector needs twice the room while it grows
    std::deque<StoredArray> arrays_;
    detail::TextArena texts_;
};

/// One value of a pickle. Members for values of another kind throw FormatError with the byte of the file.
class PickleValue {
public:
    PickleValue(const Pickle& pickle, PickleReference reference) : pickle_(&pickle), reference_(reference) {}

    [[noreturn]] void fail(const std::string& what) const { pickle_->fail(node().at, what); }

    [[nodiscard]] const char* kind() const { return detail::kind_of(node().content); }
    [[nodiscard]] bool is_none() const { return holds<std::monostate>(); }
    [[nodiscard]] bool is_boolean() const { return holds<bool>(); }
    [[nodiscard]] bool is_integer() const { return holds<std::int64_t>(); }
    [[nodiscard]] bool is_number() const { return holds<double>(); }
    [[nodiscard]] bool is_text() const { return holds<std::string_view>() || holds<detail::LongText>(); }
    [[nodiscard]] bool is_list() const { return holds<detail::PickleList>(); }
    [[nodiscard]] bool is_dictionary() const { return holds<detail::PickleDictionary>(); }
    [[nodiscard]] bool is_array() const { return holds<detail::PickleArray>(); }
    [[nodiscard]] bool is_object() const { return holds<detail::PickleObject>(); }
    /// An object of a class that the reader does not know. Nothing was made or executed for it.
    [[nodiscard]] bool is_opaque() const { return holds<detail::PickleOpaque>(); }

    [[nodiscard]] bool boolean() const { return as<bool>("a truth value"); }
    [[nodiscard]] std::int64_t integer() const { return as<std::int64_t>("an integer"); }
    [[nodiscard]] double number() const {
        return is_integer() ? static_cast<double>(integer()) : as<double>("a number");
    }
    /// @throws FormatError also if it is a text that is too long for any name
    [[nodiscard]] std::string_view characters() const {
        if (holds<detail::LongText>()) fail(text("is text of ", bytes().size, " bytes, too long for a name"));
        return as<std::string_view>("text");
    }
    [[nodiscard]] StoredBytes bytes() const {
        if (holds<std::string_view>()) {  // Python 2 did not distinguish them
            const std::string_view s = characters();
            return StoredBytes({reinterpret_cast<const std::uint8_t*>(s.data()), s.size()});  // NOLINT: text as bytes
        }
        return holds<detail::LongText>() ? as<detail::LongText>("").bytes : as<StoredBytes>("bytes");
    }
    /// The bytes of an integer of more than 64 bits, little-endian; none for any other value.
    [[nodiscard]] std::string_view long_integer() const {
        const auto* const v = std::get_if<detail::LongInteger>(&node().content);
        return v != nullptr ? v->bytes : std::string_view{};
    }

    /// Entries of a list, tuple, set or dictionary.
    [[nodiscard]] std::size_t size() const {
        return is_dictionary() ? as<detail::PickleDictionary>("").items.size() : list().items.size();
    }
    /// Entry i of a list, tuple or set.
    [[nodiscard]] PickleValue operator[](std::size_t i) const {
        const auto& items = list().items;
        if (i >= items.size()) fail(text("has ", items.size(), " entries, expected at least ", i + 1));
        return {*pickle_, items[i]};
    }
    /// Key and value of entry i of a dictionary.
    [[nodiscard]] std::pair<PickleValue, PickleValue> entry(std::size_t i) const {
        const auto& [key, value] = dictionary().items.at(i);
        return {PickleValue(*pickle_, key), PickleValue(*pickle_, value)};
    }
    /// The value of a text key, if there is one. @throws FormatError also if the key occurs twice
    [[nodiscard]] std::optional<PickleValue> find(std::string_view key) const {
        std::optional<PickleValue> found;
        for (const auto& [k, v] : dictionary().items) {
            const PickleValue name(*pickle_, k);
            if (!name.holds<std::string_view>() || name.characters() != key) continue;
            if (found) name.fail(text("names \"", shortened(key), "\" twice"));
            found.emplace(*pickle_, v);
        }
        return found;
    }
    /// The value of a text key. @throws FormatError also if there is none
    [[nodiscard]] PickleValue at(std::string_view key) const {
        const auto found = find(key);
        if (!found) fail(text("has no \"", key, '"'));
        return *found;
    }

    [[nodiscard]] PickleConstructor constructor() const {
        return as<const detail::KnownConstructor*>("a constructor")->constructor;
    }
    /// The class of an object.
    [[nodiscard]] PickleConstructor object_class() const { return as<detail::PickleObject>("an object").constructor; }
    /// The class of an opaque value: "argparse.Namespace".
    [[nodiscard]] std::string opaque_class() const {
        const auto& opaque = as<detail::PickleOpaque>("an object of an unknown class");
        return text(opaque.module, '.', opaque.name);
    }
    /// The arguments and the state of an opaque value, if there are any.
    [[nodiscard]] std::optional<PickleValue> opaque_arguments() const {
        return optional_value(as<detail::PickleOpaque>("an object of an unknown class").arguments);
    }
    [[nodiscard]] std::optional<PickleValue> opaque_state() const {
        return optional_value(as<detail::PickleOpaque>("an object of an unknown class").state);
    }
    /// The state of an object.
    [[nodiscard]] PickleValue state() const {
        const auto& object = as<detail::PickleObject>("an object");
        if (!object.state) fail("is an object without a state");
        return {*pickle_, *object.state};
    }

    /// An array of NumPy or a tensor of PyTorch. The bytes of a tensor are elsewhere: see storage().
    [[nodiscard]] const StoredArray& array() const {
        return pickle_->arrays_[as<detail::PickleArray>("an array").index];
    }
    /// The storage with the numbers of array(); nothing for an array of NumPy.
    [[nodiscard]] std::optional<TorchStorage> storage() const {
        if (holds<TorchStorage>()) return as<TorchStorage>("a storage");
        const auto& storage = as<detail::PickleArray>("a tensor").storage;
        if (!storage) return std::nullopt;
        return PickleValue(*pickle_, *storage).as<TorchStorage>("a storage");
    }

private:
    friend class PickleBuilder;
    friend class detail::PickleArrays;

    [[nodiscard]] const detail::PickleNode& node() const { return pickle_->nodes_[reference_]; }
    [[nodiscard]] std::optional<PickleValue> optional_value(std::optional<PickleReference> r) const {
        if (!r) return std::nullopt;
        return PickleValue(*pickle_, *r);
    }
    template <class T>
    [[nodiscard]] bool holds() const {
        return std::holds_alternative<T>(node().content);
    }
    template <class T>
    [[nodiscard]] const T& as(const char* expected) const {
        if (const T* const v = std::get_if<T>(&node().content)) return *v;
        fail(text("is ", kind(), ", expected ", expected));
    }
    [[nodiscard]] const detail::PickleList& list() const { return as<detail::PickleList>("a list"); }
    [[nodiscard]] const detail::PickleDictionary& dictionary() const {
        return as<detail::PickleDictionary>("a dictionary");
    }

    const Pickle* pickle_;
    PickleReference reference_;
};

}  // namespace stylegan
