// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/tensors/element_type.hpp>

#include <optional>
#include <string_view>

namespace stylegan::detail {

struct NumpyType {
    ElementType type = ElementType::f32;
    bool big_endian = false;
};
/// The NumPy type of a name such as "f4", ">f8" or "|u1"; nothing for types that are not real numbers.
inline std::optional<NumpyType> numpy_type(std::string_view name) {
    NumpyType t;
    if (!name.empty() && (name[0] == '<' || name[0] == '>' || name[0] == '=' || name[0] == '|')) {
        t.big_endian = name[0] == '>';
        name.remove_prefix(1);
    }
    constexpr struct {
        std::string_view name;
        ElementType type;
    } types[] = {{"f2", ElementType::f16},   {"f4", ElementType::f32}, {"f8", ElementType::f64},
                 {"i1", ElementType::i8},    {"i2", ElementType::i16}, {"i4", ElementType::i32},
                 {"i8", ElementType::i64},   {"u1", ElementType::u8},  {"u2", ElementType::u16},
                 {"u4", ElementType::u32},   {"u8", ElementType::u64}, {"b1", ElementType::boolean},
                 {"?", ElementType::boolean}};
    for (const auto& known : types)
        if (known.name == name) {
            t.type = known.type;
            return t;
        }
    return std::nullopt;
}

}  // namespace stylegan::detail
