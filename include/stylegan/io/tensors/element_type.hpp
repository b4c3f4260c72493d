// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace stylegan {

/// The number types of a safetensors file.
enum class ElementType { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

namespace detail {
struct ElementTypeEntry {
    ElementType type;
    std::string_view name;
    std::size_t size;
};
inline constexpr ElementTypeEntry element_types[] = {
    {ElementType::boolean, "BOOL", 1}, {ElementType::u8, "U8", 1},   {ElementType::i8, "I8", 1},
    {ElementType::u16, "U16", 2},      {ElementType::i16, "I16", 2}, {ElementType::f16, "F16", 2},
    {ElementType::bf16, "BF16", 2},    {ElementType::u32, "U32", 4}, {ElementType::i32, "I32", 4},
    {ElementType::f32, "F32", 4},      {ElementType::u64, "U64", 8}, {ElementType::i64, "I64", 8},
    {ElementType::f64, "F64", 8},
};

inline float half_to_float(std::uint16_t h) {
    const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16;
    const std::uint32_t exponent = (h >> 10) & 0x1Fu, fraction = h & 0x3FFu;
    if (exponent == 0)  // zero and subnormal: fraction * 2^-24
        return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24f));
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000u | (fraction << 13));
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}
}  // namespace detail

/// The type of a name such as "F32"; nothing for an unknown name.
[[nodiscard]] inline std::optional<ElementType> element_type(std::string_view name) {
    for (const auto& e : detail::element_types)
        if (e.name == name) return e.type;
    return std::nullopt;
}

/// The name in safetensors: "F32" and the like.
[[nodiscard]] inline std::string_view name_of(ElementType type) {
    return detail::element_types[static_cast<std::size_t>(type)].name;
}

/// The size of one number in bytes.
[[nodiscard]] inline std::size_t size_of(ElementType type) {
    return detail::element_types[static_cast<std::size_t>(type)].size;
}

/// The element type of a C++ type.
template <class T>
inline constexpr ElementType element_type_of = [] {
    static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "stylegan::element_type_of: a number of at most 64 bits");
    if constexpr (std::is_same_v<T, bool>)
        return ElementType::boolean;
    else if constexpr (std::is_same_v<T, float>)
        return ElementType::f32;
    else if constexpr (std::is_same_v<T, double>)
        return ElementType::f64;
    else if constexpr (sizeof(T) == 1)
        return std::is_signed_v<T> ? ElementType::i8 : ElementType::u8;
    else if constexpr (sizeof(T) == 2)
        return std::is_signed_v<T> ? ElementType::i16 : ElementType::u16;
    else if constexpr (sizeof(T) == 4)
        return std::is_signed_v<T> ? ElementType::i32 : ElementType::u32;
    else
        return std::is_signed_v<T> ? ElementType::i64 : ElementType::u64;
}();

/// Converts `count` little-endian numbers at `source`, of any alignment, to T, as static_cast does.
template <class T>
void convert_elements(ElementType type, const std::uint8_t* source, std::size_t count, T* out) {
    static_assert(std::endian::native == std::endian::little, "stylegan: files are read on little-endian machines");
    const auto each = [&]<class Stored>(Stored, auto&& convert) {
        for (std::size_t i = 0; i < count; ++i) {
            Stored value;
            std::memcpy(&value, source + i * sizeof(Stored), sizeof(Stored));
            out[i] = static_cast<T>(convert(value));
        }
    };
    const auto same = [](auto value) { return value; };
    if (count > 0 && type == element_type_of<T> && type != ElementType::boolean) {
        std::memcpy(out, source, count * sizeof(T));
        return;
    }
    switch (type) {
        case ElementType::boolean: return each(std::uint8_t{}, [](std::uint8_t v) { return v != 0 ? 1 : 0; });
        case ElementType::u8: return each(std::uint8_t{}, same);
        case ElementType::i8: return each(std::int8_t{}, same);
        case ElementType::u16: return each(std::uint16_t{}, same);
        case ElementType::i16: return each(std::int16_t{}, same);
        case ElementType::f16: return each(std::uint16_t{}, detail::half_to_float);
        case ElementType::bf16:
            return each(std::uint16_t{},
                        [](std::uint16_t v) { return std::bit_cast<float>(static_cast<std::uint32_t>(v) << 16); });
        case ElementType::u32: return each(std::uint32_t{}, same);
        case ElementType::i32: return each(std::int32_t{}, same);
        case ElementType::f32: return each(float{}, same);
        case ElementType::u64: return each(std::uint64_t{}, same);
        case ElementType::i64: return each(std::int64_t{}, same);
        case ElementType::f64: return each(double{}, same);
    }
}

}  // namespace stylegan
