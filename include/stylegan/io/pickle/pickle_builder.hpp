// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_arrays.hpp>
#include <stylegan/io/pickle/pickle_limits.hpp>
#include <stylegan/io/pickle/pickle_text.hpp>
#include <stylegan/io/pickle/pickle_value.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// Makes the values of a pickle: containers, and what the known constructors stand for.
/// `at` is the byte of the file at which a value is made.
class PickleBuilder {
public:
    /// @param of_torch  whether the pickle is one of PyTorch. Beside its tensors there may be arrays of text and the
    ///                  like, which become opaque; in the pickle of an official network they are errors
    PickleBuilder(Pickle& pickle, const PickleLimits& limits, bool of_torch)
        : p_(pickle), limits_(limits), of_torch_(of_torch), arrays_(pickle, limits) {}

    [[nodiscard]] PickleValue value(PickleReference r) const { return {p_, r}; }
    [[nodiscard]] const PickleLimits& limits() const { return limits_; }

    PickleReference add(detail::PickleContent content, std::size_t at, std::uint32_t depth = 0) {
        if (p_.nodes_.size() >= limits_.objects) p_.fail(at, text("has more than ", limits_.objects, " values"));
        p_.nodes_.push_back({std::move(content), at, depth});
        return static_cast<PickleReference>(p_.nodes_.size() - 1);
    }

    /// Adds text, of which the pickle keeps a copy.
    PickleReference add_text(std::string_view characters, std::size_t at) {
        return add(p_.texts_.keep(characters), at);
    }
    PickleReference add_text(std::string&& characters, std::size_t at) {
        return add(p_.texts_.keep(std::move(characters)), at);
    }
    /// Adds an integer of more than 64 bits, as add_text().
    PickleReference add_long_integer(std::span<const std::uint8_t> bytes, std::size_t at) {
        return add(detail::LongInteger{p_.texts_.keep(
                       std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()))},
                   at);  // NOLINT: bytes as text
    }

    PickleReference add_list(const std::vector<PickleReference>& items, std::size_t at) {
        const PickleReference r = add(detail::PickleList{}, at);
        append(r, items, at);
        return r;
    }

    void append(PickleReference to, const std::vector<PickleReference>& items, std::size_t at) {
        become<detail::PickleList>(to);
        auto* const list = std::get_if<detail::PickleList>(&node(to).content);
        if (list == nullptr) p_.fail(at, text("appends to ", value(to).kind(), ", expected a list"));
        count_entries(items.size(), at);
        list->items.insert(list->items.end(), items.begin(), items.end());
        for (const PickleReference item : items) deepen(to, item, at);
    }

    /// @param items  keys and values in turn
    void set_items(PickleReference to, const std::vector<PickleReference>& items, std::size_t at) {
        become<detail::PickleDictionary>(to);
        auto* const dictionary = std::get_if<detail::PickleDictionary>(&node(to).content);
        if (dictionary == nullptr) p_.fail(at, text("sets an item of ", value(to).kind(), ", expected a dictionary"));
        if (items.size() % 2 != 0) p_.fail(at, "sets a key without a value");
        count_entries(items.size(), at);
        for (std::size_t i = 0; i < items.size(); i += 2) {
            dictionary->items.emplace_back(items[i], items[i + 1]);
            deepen(to, items[i + 1], at);
        }
    }

    PickleReference add_constructor(std::string_view module, std::string_view name, std::size_t at) {
        if (const detail::KnownConstructor* const known = detail::known_constructor(module, name))
            return add(known, at);
        if (!detail::is_python_name(module) || !detail::is_python_name(name) || detail::runs_programs(module, name))
            p_.fail(at, text("names \"", detail::printable(module), '.', detail::printable(name),
                             "\", which is not a constructor that a network's file needs; nothing was executed"));
        return add(detail::PickleOpaque{p_.texts_.keep(module), p_.texts_.keep(name), std::nullopt, std::nullopt}, at);
    }

    /// Calls a known constructor with a tuple of arguments.
    PickleReference call(PickleReference callable, PickleReference arguments, std::size_t at) {
        const PickleValue c = value(callable), a = value(arguments);
        if (!a.is_list()) p_.fail(at, text("calls with ", a.kind(), ", expected a tuple of arguments"));
        if (c.is_opaque()) return add_opaque(callable, arguments, at);
        if (a.size() > 0 && a[0].is_opaque()) {
            if (c.constructor() == PickleConstructor::copyreg_reconstructor)
                return add_opaque(reference_of(a[0]), arguments, at);
            if (takes_opaque(c.constructor())) return first_argument(arguments);
        }
        switch (c.constructor()) {
            case PickleConstructor::ordered_dictionary:
            case PickleConstructor::easy_dictionary:
            case PickleConstructor::plain_dictionary:
                return dictionary_of(a.size() > 0 ? std::optional(a[0]) : std::nullopt, at);
            case PickleConstructor::default_dictionary:  // (what makes missing values)
                return dictionary_of(std::nullopt, at);
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
                return add_array(arrays_.empty(at), std::nullopt, at);  // its state follows
            case PickleConstructor::numpy_dtype:
                if (of_torch_ && !detail::PickleArrays::is_number_type(a[0]))
                    return add(detail::PickleOpaque{"numpy", "dtype", arguments, std::nullopt}, at);
                return add(arrays_.dtype(a[0], at), at);
            case PickleConstructor::numpy_scalar: return add_array(arrays_.scalar(a, at), std::nullopt, at);
            case PickleConstructor::numpy_from_buffer:
                if (a.size() > 1 && a[1].is_opaque()) return reference_of(a[1]);
                return add_array(arrays_.from_buffer(a, at), std::nullopt, at);
            case PickleConstructor::torch_tensor:
                return add_array(arrays_.tensor(a, at), first_argument(arguments), at);
            case PickleConstructor::tensorflow_dimension:  // a number, or None for any
                return first_argument(arguments);
            case PickleConstructor::torch_parameter:  // the tensor, and what only training needs
                if (!a[0].is_array()) a[0].fail(text("is ", a[0].kind(), ", expected a tensor"));
                return first_argument(arguments);
            case PickleConstructor::torch_subclass: {  // (constructor, class, arguments, attributes)
                const auto made = a[0].constructor();
                if (made != PickleConstructor::torch_tensor && made != PickleConstructor::torch_parameter) break;
                return call(reference_of(a[0]), reference_of(a[2]), at);
            }
            case PickleConstructor::plain_object:
            case PickleConstructor::torch_storage: break;
        }
        p_.fail(at, "calls a constructor that makes nothing by itself");
    }

    /// Whether a call may have keywords: those of unknown classes are not looked at.
    [[nodiscard]] bool is_opaque(PickleReference callable) const { return value(callable).is_opaque(); }

    /// Sets the state of an object, an array or a dtype. Attributes of dictionaries and lists are ignored.
    void set_state(PickleReference of, PickleReference state, std::size_t at) {
        const PickleValue s = value(state);
        auto& content = node(of).content;
        if (auto* const object = std::get_if<detail::PickleObject>(&content)) {
            object->state = state;
            deepen(of, state, at);
        } else if (auto* const opaque = std::get_if<detail::PickleOpaque>(&content)) {
            opaque->state = state;
            deepen(of, state, at);
        } else if (const auto* const array = std::get_if<detail::PickleArray>(&content); array && !array->storage) {
            if (const auto type = detail::PickleArrays::type_in_state(s); of_torch_ && type && type->is_opaque())
                content = detail::PickleOpaque{"numpy", "ndarray", std::nullopt, std::nullopt};
            else
                p_.arrays_[array->index] = arrays_.from_state(s, at);
        } else if (auto* const type = std::get_if<detail::NumpyType>(&content)) {
            detail::PickleArrays::set_byte_order(*type, s);
        } else if (!value(of).is_dictionary() && !value(of).is_list()) {
            p_.fail(at, text("gives a state to ", value(of).kind(), ", which takes none"));
        }
    }

    /// What PyTorch refers to by ("storage", type, key, location, elements[, view]), or in its older format by
    /// ("module", class, file, source).
    PickleReference persistent(PickleReference id, std::size_t at) {
        const PickleValue identity = value(id);
        if (identity.size() > 1 && identity[0].is_text() && identity[0].characters() == "module" &&
            identity[1].is_opaque())
            return reference_of(identity[1]);
        return add(arrays_.storage(identity, at), at);
    }

private:
    detail::PickleNode& node(PickleReference r) { return p_.nodes_[r]; }

    [[nodiscard]] static PickleReference reference_of(PickleValue v) { return v.reference_; }
    [[nodiscard]] PickleReference first_argument(PickleReference arguments) const {
        return reference_of(value(arguments)[0]);
    }

    /// Constructors whose result is opaque if what they are made of is.
    static bool takes_opaque(PickleConstructor c) {
        return c == PickleConstructor::torch_tensor || c == PickleConstructor::torch_parameter ||
               c == PickleConstructor::numpy_scalar || c == PickleConstructor::plain_set ||
               c == PickleConstructor::ordered_dictionary || c == PickleConstructor::plain_dictionary ||
               c == PickleConstructor::plain_bytes;
    }

    PickleReference add_opaque(PickleReference callable, PickleReference arguments, std::size_t at) {
        const auto known = std::get<detail::PickleOpaque>(node(callable).content);  // by value: add() moves the nodes
        const PickleReference r = add(detail::PickleOpaque{known.module, known.name, arguments, std::nullopt}, at);
        deepen(r, arguments, at);
        return r;
    }

    /// An opaque object that takes entries is a list or a dictionary of a class of its own.
    template <class Container>
    void become(PickleReference r) {
        auto& content = node(r).content;
        if (const auto* const opaque = std::get_if<detail::PickleOpaque>(&content); opaque && opaque->arguments)
            content = Container{};
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

    PickleReference add_array(StoredArray array, std::optional<PickleReference> storage, std::size_t at) {
        if (p_.arrays_.size() >= limits_.arrays) p_.fail(at, text("has more than ", limits_.arrays, " arrays"));
        p_.arrays_.push_back(std::move(array));
        return add(detail::PickleArray{static_cast<std::uint32_t>(p_.arrays_.size() - 1), storage}, at);
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
        set_items(r, items, at);
        return r;
    }

    /// The bytes that a text stands for: (text, "latin1").
    PickleReference encoded(PickleValue a, std::size_t at) {
        if (!a[0].is_text()) return add(a[0].bytes(), at);
        const std::string_view encoding = a[1].characters();
        if (encoding != "latin1" && encoding != "latin-1" && encoding != "iso-8859-1")
            a[1].fail(text("is encoding \"", detail::printable(encoding), "\", expected latin1"));
        // A file may encode one text many times. Each is decoded once.
        const auto [known, is_new] = encoded_.try_emplace(a[0].reference_);
        if (is_new) {
            const auto bytes = a[0].bytes().of_utf8();
            if (!bytes) a[0].fail("is text with characters above 255, expected bytes");
            known->second = *bytes;
        }
        return add(known->second, at);
    }

    /// An object of protocols 0 and 1: (class, base, state of the base).
    PickleReference reconstructed(PickleValue a, std::size_t at) {
        const PickleConstructor c = a[0].constructor();
        if (c == PickleConstructor::network) return add(detail::PickleObject{c, std::nullopt}, at);
        if (c != PickleConstructor::easy_dictionary && c != PickleConstructor::ordered_dictionary)
            a[0].fail("is no class of objects");
        return dictionary_of(a.size() > 2 ? std::optional(a[2]) : std::nullopt, at);
    }

    Pickle& p_;
    PickleLimits limits_;
    bool of_torch_;
    detail::PickleArrays arrays_;
    std::size_t entries_ = 0;
    std::map<PickleReference, StoredBytes> encoded_;  // texts decoded so far
};

}  // namespace stylegan
