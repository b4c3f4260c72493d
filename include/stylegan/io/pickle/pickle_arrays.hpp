// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/pickle/pickle_limits.hpp>
#include <stylegan/io/pickle/pickle_text.hpp>
#include <stylegan/io/pickle/pickle_value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan::detail {

/// Makes arrays of NumPy and tensors of PyTorch from the values that describe them. Every description is checked: the
/// elements lie within the bytes or the storage.
/// `at` is the byte of the file that errors name.
class PickleArrays {
public:
    PickleArrays(const Pickle& pickle, const PickleLimits& limits) : pickle_(pickle), limits_(limits) {}

    /// @param name  such as "f4"
    [[nodiscard]] NumpyType dtype(PickleValue name, std::size_t at) const {
        const auto type = numpy_type(name.characters());
        if (!type)
            pickle_.fail(at,
                         text("is of dtype \"", printable(name.characters()), "\", expected numbers such as \"f4\""));
        return *type;
    }

    /// Whether a dtype of this name is one of numbers.
    [[nodiscard]] static bool is_number_type(PickleValue name) {
        return name.is_text() && numpy_type(name.characters()).has_value();
    }

    /// The dtype in an array's state, if that is a state.
    [[nodiscard]] static std::optional<PickleValue> type_in_state(PickleValue state) {
        if (!state.is_list() || state.size() < 4) return std::nullopt;
        return state[state.size() == 5 ? 2 : 1];
    }

    /// A dtype's state: (version, byte order, ...).
    static void set_byte_order(NumpyType& type, PickleValue state) {
        const std::string_view order = state[1].characters();
        if (order != "<" && order != ">" && order != "|" && order != "=")
            state[1].fail(text("is byte order \"", printable(order), "\", expected < or >"));
        type.big_endian = order == ">";
    }

    /// An array without elements, which takes its state later.
    [[nodiscard]] StoredArray empty(std::size_t at) const { return checked({}, {0}, false, {}, at); }

    /// (dtype, bytes)
    [[nodiscard]] StoredArray scalar(PickleValue arguments, std::size_t at) const {
        return checked(dtype_of(arguments[0]), {}, false, arguments[1].bytes(), at);
    }

    /// (bytes, dtype, shape, order), as numpy._frombuffer takes them
    [[nodiscard]] StoredArray from_buffer(PickleValue arguments, std::size_t at) const {
        const bool column_major = arguments[3].characters() == "F";
        return checked(dtype_of(arguments[1]), extents(arguments[2]), column_major, arguments[0].bytes(), at);
    }

    /// An array's state: (shape, dtype, column-major, bytes), in newer files after a version number.
    [[nodiscard]] StoredArray from_state(PickleValue state, std::size_t at) const {
        const std::size_t first = state.size() == 5 ? 1 : 0;
        return checked(dtype_of(state[first + 1]), extents(state[first]), state[first + 2].boolean(),
                       state[first + 3].bytes(), at);
    }

    /// ("storage", type, key, location, elements[, view])
    [[nodiscard]] TorchStorage storage(PickleValue identity, std::size_t at) const {
        if (identity.size() < 5 || identity[0].characters() != "storage")
            pickle_.fail(at, "is not the identity of a storage");
        TorchStorage s;
        s.type = storage_type(identity[1]);
        s.key = identity[2].characters();
        if (s.key.size() > limits_.key)
            identity[2].fail(
                text("is the name of a storage, of ", s.key.size(), " characters, expected at most ", limits_.key));
        s.elements = amount(identity[4]);
        if (identity.size() > 5 && !identity[5].is_none()) {  // (key, first element, elements): a part of the storage
            const PickleValue view = identity[5];
            s.first = amount(view[1]);
            if (s.first > s.elements || amount(view[2]) > s.elements - s.first)
                view.fail("is a view beyond its storage");
        }
        return s;
    }

    /// (storage, first element, extents, strides, ...). The bytes of the result are not set, except for their size: the
    /// byte of the storage at which the tensor begins.
    [[nodiscard]] StoredArray tensor(PickleValue arguments, std::size_t at) const {
        const TorchStorage storage = arguments[0].as<TorchStorage>("a storage");
        StoredArray t;
        t.type = storage.type;
        t.shape = extents(arguments[2]);
        t.strides = extents(arguments[3]);
        const std::size_t first = amount(arguments[1]), width = size_of(t.type);
        const std::size_t room = storage.elements - storage.first;
        const auto count = element_count(t.shape, width);
        // An array that repeats elements of its storage would let a small file demand any amount of memory.
        bool fits = first <= room && count && *count <= room - first && storage.elements <= SIZE_MAX / width;
        if (fits) {
            t.bytes.size = (room - first) * width;
            fits = t.fits();
        }
        if (!fits)
            pickle_.fail(
                at, text("is a tensor of shape ", shape_text(t.shape), " with strides ", shape_text(t.strides),
                         " from element ", first, " on, which goes beyond the ", room, " elements of its storage"));
        t.bytes.size = first * width;
        return t;
    }

private:
    [[nodiscard]] static std::size_t amount(PickleValue v) {
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

    [[nodiscard]] static NumpyType dtype_of(PickleValue v) { return v.as<NumpyType>("a dtype"); }

    [[nodiscard]] static ElementType storage_type(PickleValue v) {
        const auto* const k = v.as<const KnownConstructor*>("a constructor");
        if (k->constructor != PickleConstructor::torch_storage)
            v.fail(text("is ", k->module, '.', k->name, ", expected a type of storage"));
        return k->type;
    }

    [[nodiscard]] StoredArray checked(NumpyType type, std::vector<Index> shape, bool column_major, StoredBytes bytes,
                                      std::size_t at) const {
        const auto count = element_count(shape, size_of(type.type));
        if (!count || bytes.size != *count * size_of(type.type))
            pickle_.fail(at, text("is an array of ", bytes.size, " bytes, expected ",
                                  count ? text(*count * size_of(type.type)) : "more than fit into any memory",
                                  " for shape ", shape_text(shape), " of ", name_of(type.type)));
        StoredArray a;
        a.type = type.type;
        a.big_endian = type.big_endian && size_of(type.type) > 1;
        a.strides = dense_strides(shape, column_major);
        a.shape = std::move(shape);
        a.bytes = bytes;
        return a;
    }

    const Pickle& pickle_;
    PickleLimits limits_;
};

}  // namespace stylegan::detail
