// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// What a pickle may take. With these, reading any file needs less than 256 MiB besides the file itself.
struct PickleLimits {
    std::size_t objects = std::size_t{1} << 20;  ///< values, also on the stack and in the memo
    std::size_t entries = std::size_t{1} << 22;  ///< of all lists and dictionaries together
    std::size_t arrays = std::size_t{1} << 17;
    std::size_t axes = 8;        ///< of one array
    std::size_t key = 256;       ///< characters of a storage's name
    std::uint32_t depth = 1000;  ///< containers within containers
};

/// Makes the values of a pickle, and gives the known constructors their meaning.
class PickleBuilder {
public:
    PickleBuilder(Pickle& pickle, const PickleLimits& limits) : p_(pickle), limits_(limits) {}

    [[nodiscard]] PickleValue value(PickleReference r) const { return {p_, r}; }
    [[nodiscard]] const PickleLimits& limits() const { return limits_; }

    PickleReference add(detail::PickleContent content, std::size_t at, std::uint32_t depth = 0) {
        if (p_.nodes_.size() >= limits_.objects) p_.fail(at, text("has more than ", limits_.objects, " values"));
        p_.nodes_.push_back({std::move(content), at, depth});
        return static_cast<PickleReference>(p_.nodes_.size() - 1);
    }

    /// Text that is not in the file as it stands.
    PickleReference add_text(std::string characters, std::size_t at) {
        return add(std::string_view(p_.texts_.emplace_back(std::move(characters))), at);
    }

    PickleReference add_list(std::vector<PickleReference> items, std::size_t at) {
        const PickleReference r = add(detail::PickleList{}, at);
        append(r, items.data(), items.size(), at);
        return r;
    }

    void append(PickleReference to, const PickleReference* items, std::size_t count, std::size_t at) {
        auto* const list = std::get_if<detail::PickleList>(&node(to).content);
        if (list == nullptr) p_.fail(at, text("appends to ", value(to).kind(), ", expected a list"));
        count_entries(count, at);
        list->items.insert(list->items.end(), items, items + count);
        for (std::size_t i = 0; i < count; ++i) deepen(to, items[i], at);
    }

    /// Keys and values in turn.
    void set_items(PickleReference to, const PickleReference* items, std::size_t count, std::size_t at) {
        auto* const dictionary = std::get_if<detail::PickleDictionary>(&node(to).content);
        if (dictionary == nullptr) p_.fail(at, text("sets an item of ", value(to).kind(), ", expected a dictionary"));
        if (count % 2 != 0) p_.fail(at, "sets a key without a value");
        count_entries(count, at);
        for (std::size_t i = 0; i < count; i += 2) {
            dictionary->items.emplace_back(items[i], items[i + 1]);
            deepen(to, items[i + 1], at);
        }
    }

    PickleReference add_constructor(std::string_view module, std::string_view name, std::size_t at) {
        const detail::KnownConstructor* const known = detail::known_constructor(module, name);
        if (known == nullptr)
            p_.fail(at, text("names \"", printable(module), '.', printable(name),
                             "\", which is none of the constructors that a network's file needs; nothing was run"));
        return add(known, at);
    }

    /// The value that a constructor makes of a tuple of arguments.
    PickleReference call(PickleReference callable, PickleReference arguments, std::size_t at) {
        const PickleValue c = value(callable), a = value(arguments);
        if (!a.is_list()) p_.fail(at, text("calls with ", a.kind(), ", expected a tuple of arguments"));
        switch (c.constructor()) {
            case PickleConstructor::ordered_dictionary:
            case PickleConstructor::easy_dictionary:
            case PickleConstructor::plain_dictionary:
                return dictionary_of(a.size() > 0 ? std::optional(a[0]) : std::nullopt, at);
            case PickleConstructor::network:
                return add(detail::PickleObject{PickleConstructor::network, std::nullopt}, at);
            case PickleConstructor::plain_set:
            case PickleConstructor::torch_size:
                if (a.size() == 0) return add_list({}, at);
                if (!a[0].is_list()) a[0].fail(text("is ", a[0].kind(), ", expected a list"));
                return first_argument(arguments);
            case PickleConstructor::plain_bytes:
                if (a.size() == 0) return add(StoredBytes(), at);
                [[fallthrough]];
            case PickleConstructor::codecs_encode: return encoded(a, at);
            case PickleConstructor::copyreg_reconstructor: return reconstructed(a, at);
            case PickleConstructor::numpy_reconstruct:
            case PickleConstructor::numpy_array:
                return add_array(numpy_array({}, {0}, false, {}, at), std::nullopt, at);  // its state follows
            case PickleConstructor::numpy_dtype: return dtype_of(a, at);
            case PickleConstructor::numpy_scalar:
                return add_array(numpy_array(dtype(a[0]), {}, false, a[1].bytes(), at), std::nullopt, at);
            case PickleConstructor::numpy_from_buffer:  // buffer, dtype, shape, order
                return add_array(numpy_array(dtype(a[1]), extents(a[2]), a[3].characters() == "F", a[0].bytes(), at),
                                 std::nullopt, at);
            case PickleConstructor::torch_tensor: return tensor_of(arguments, at);
            case PickleConstructor::tensorflow_dimension:  // a number, or None for any
                return first_argument(arguments);
            case PickleConstructor::torch_parameter:  // the tensor, and what only training needs
                if (!a[0].is_array()) a[0].fail(text("is ", a[0].kind(), ", expected a tensor"));
                return first_argument(arguments);
            case PickleConstructor::plain_object:
            case PickleConstructor::torch_storage: break;
        }
        p_.fail(at, "calls a constructor that makes nothing by itself");
    }

    /// Gives a value the state that its class keeps. Attributes of dictionaries are passed over.
    void set_state(PickleReference of, PickleReference state, std::size_t at) {
        const PickleValue s = value(state);
        auto& content = node(of).content;
        if (auto* const object = std::get_if<detail::PickleObject>(&content)) {
            object->state = state;
            deepen(of, state, at);
        } else if (const auto* const array = std::get_if<detail::PickleArray>(&content); array && !array->storage) {
            const std::size_t first = s.size() == 5 ? 1 : 0;  // a version number before the rest
            p_.arrays_[array->index] =
                numpy_array(dtype(s[first + 1]), extents(s[first]), s[first + 2].boolean(), s[first + 3].bytes(), at);
        } else if (auto* const type = std::get_if<detail::NumpyType>(&content)) {
            const std::string_view order = s[1].characters();
            if (order != "<" && order != ">" && order != "|" && order != "=")
                s[1].fail(text("is byte order \"", printable(order), "\", expected < or >"));
            type->big_endian = order == ">";
        } else if (!value(of).is_dictionary()) {
            p_.fail(at, text("gives a state to ", value(of).kind(), ", which takes none"));
        }
    }

    /// What PyTorch refers to by ("storage", type, key, location, elements[, view]).
    PickleReference persistent(PickleReference id, std::size_t at) {
        const PickleValue v = value(id);
        if (v.size() < 5 || v[0].characters() != "storage") p_.fail(at, "is not the identity of a storage");
        TorchStorage s;
        s.type = known(v[1], PickleConstructor::torch_storage).type;
        s.key = v[2].characters();
        if (s.key.size() > limits_.key)
            v[2].fail(
                text("is the name of a storage, of ", s.key.size(), " characters, expected at most ", limits_.key));
        s.elements = amount(v[4]);
        if (v.size() > 5 && !v[5].is_none()) {  // (key, first element, elements) of a storage within the storage
            s.first = amount(v[5][1]);
            if (s.first > s.elements || amount(v[5][2]) > s.elements - s.first)
                v[5].fail("is a view beyond its storage");
        }
        return add(s, at);
    }

    static std::string printable(std::string_view s) {
        std::string out;
        for (const char c : s.substr(0, 80)) out += c >= ' ' && c < 127 ? c : '?';
        return s.size() > 80 ? out + "..." : out;
    }

private:
    detail::PickleNode& node(PickleReference r) { return p_.nodes_[r]; }

    [[nodiscard]] PickleReference first_argument(PickleReference arguments) const {
        return value(arguments)[0].reference_;
    }

    void deepen(PickleReference container, PickleReference inner, std::size_t at) {
        const std::uint32_t depth = node(inner).depth + 1;
        if (depth > limits_.depth) p_.fail(at, text("is nested more than ", limits_.depth, " deep"));
        node(container).depth = std::max(node(container).depth, depth);
    }

    void count_entries(std::size_t count, std::size_t at) {
        if (count > limits_.entries - entries_)
            p_.fail(at, text("has lists and dictionaries of more than ", limits_.entries, " entries"));
        entries_ += count;
    }

    [[nodiscard]] const detail::KnownConstructor& known(PickleValue v, PickleConstructor expected) const {
        const auto* const k = v.as<const detail::KnownConstructor*>("a constructor");
        if (k->constructor != expected) v.fail(text("is ", k->module, '.', k->name, ", which does not belong here"));
        return *k;
    }

    [[nodiscard]] std::size_t amount(PickleValue v) const {
        const std::int64_t n = v.integer();
        if (n < 0) v.fail(text("is ", n, ", expected no negative number"));
        return static_cast<std::size_t>(n);
    }

    [[nodiscard]] std::vector<Index> extents(PickleValue v) const {
        if (v.size() > limits_.axes) v.fail(text("has ", v.size(), " axes, expected at most ", limits_.axes));
        std::vector<Index> shape;
        for (std::size_t i = 0; i < v.size(); ++i) shape.push_back(static_cast<Index>(amount(v[i])));
        return shape;
    }

    [[nodiscard]] detail::NumpyType dtype(PickleValue v) const { return v.as<detail::NumpyType>("a dtype"); }

    PickleReference dtype_of(PickleValue arguments, std::size_t at) {
        const auto type = detail::numpy_type(arguments[0].characters());
        if (!type)
            p_.fail(at, text("is of dtype \"", printable(arguments[0].characters()),
                             "\", expected numbers such as \"f4\""));
        return add(*type, at);
    }

    [[nodiscard]] StoredArray numpy_array(detail::NumpyType type, std::vector<Index> shape, bool column_major,
                                          StoredBytes bytes, std::size_t at) const {
        const auto count = element_count(shape, size_of(type.type));
        if (!count || bytes.size != *count * size_of(type.type))
            p_.fail(at, text("is an array of ", bytes.size, " bytes, expected ",
                             count ? text(*count * size_of(type.type)) : "more than fit into any memory", " for shape ",
                             shape_text(shape), " of ", name_of(type.type)));
        StoredArray a;
        a.type = type.type;
        a.big_endian = type.big_endian && size_of(type.type) > 1;
        a.strides = dense_strides(shape, column_major);
        a.shape = std::move(shape);
        a.bytes = bytes;
        return a;
    }

    PickleReference add_array(StoredArray array, std::optional<PickleReference> storage, std::size_t at) {
        if (p_.arrays_.size() >= limits_.arrays) p_.fail(at, text("has more than ", limits_.arrays, " arrays"));
        p_.arrays_.push_back(std::move(array));
        return add(detail::PickleArray{static_cast<std::uint32_t>(p_.arrays_.size() - 1), storage}, at);
    }

    /// (storage, first element, extents, strides, ...)
    PickleReference tensor_of(PickleReference arguments, std::size_t at) {
        const PickleValue a = value(arguments);
        const TorchStorage storage = a[0].as<TorchStorage>("a storage");
        StoredArray t;
        t.type = storage.type;
        t.shape = extents(a[2]);
        t.strides = extents(a[3]);
        const std::size_t first = amount(a[1]), width = size_of(t.type), room = storage.elements - storage.first;
        const auto count = element_count(t.shape, width);
        // An array that repeats elements of its storage would let a small file demand any amount of memory.
        bool fits = first <= room && count && *count <= room - first && storage.elements <= SIZE_MAX / width;
        if (fits) {
            t.bytes.size = (room - first) * width;
            fits = t.fits();
        }
        if (!fits)
            p_.fail(at, text("is a tensor of shape ", shape_text(t.shape), " with strides ", shape_text(t.strides),
                             " from element ", first, " on, which goes beyond the ", room, " elements of its storage"));
        t.bytes.size = first * width;  // until the storage is found: where the tensor begins in it
        return add_array(std::move(t), first_argument(arguments), at);
    }

    PickleReference dictionary_of(std::optional<PickleValue> entries, std::size_t at) {
        const PickleReference r = add(detail::PickleDictionary{}, at);
        if (!entries || entries->is_none()) return r;
        std::vector<PickleReference> items;
        if (entries->is_dictionary()) {
            for (const auto& [k, v] : std::get<detail::PickleDictionary>(node(entries->reference_).content).items) {
                items.push_back(k);
                items.push_back(v);
            }
        } else {
            for (std::size_t i = 0; i < entries->size(); ++i) {
                const PickleValue pair = (*entries)[i];
                if (pair.size() != 2) pair.fail("is not a key and a value");
                items.push_back(pair[0].reference_);
                items.push_back(pair[1].reference_);
            }
        }
        set_items(r, items.data(), items.size(), at);
        return r;
    }

    /// Text that stands for bytes, (text, "latin1").
    PickleReference encoded(PickleValue a, std::size_t at) {
        if (!a[0].is_text()) return add(a[0].bytes(), at);
        const std::string_view encoding = a[1].characters();
        if (encoding != "latin1" && encoding != "latin-1" && encoding != "iso-8859-1")
            a[1].fail(text("is encoding \"", printable(encoding), "\", expected latin1"));
        // Text may be encoded time and again: it is looked through once.
        const auto [known, is_new] = encoded_.try_emplace(a[0].reference_);
        if (is_new) {
            const auto bytes = StoredBytes::of_utf8(a[0].bytes().stored);
            if (!bytes) a[0].fail("is text with characters that stand for no byte");
            known->second = *bytes;
        }
        return add(known->second, at);
    }

    /// (class, base, state of the base), as protocols 0 and 1 make objects.
    PickleReference reconstructed(PickleValue a, std::size_t at) {
        const PickleConstructor c = a[0].constructor();
        if (c == PickleConstructor::network) return add(detail::PickleObject{c, std::nullopt}, at);
        if (c != PickleConstructor::easy_dictionary && c != PickleConstructor::ordered_dictionary)
            a[0].fail("is no class of objects");
        return dictionary_of(a.size() > 2 ? std::optional(a[2]) : std::nullopt, at);
    }

    Pickle& p_;
    PickleLimits limits_;
    std::size_t entries_ = 0;
    std::map<PickleReference, StoredBytes> encoded_;
};

}  // namespace stylegan
