// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// A message of Protocol Buffers, read from its bytes; the message must stay in place. Throws std::runtime_error where
/// the bytes are none.
class ProtobufReader {
public:
    struct Field {
        int number = 0;
        std::uint64_t integer = 0;  ///< a varint, or the bits of a float or double
        std::string_view bytes{};   ///< of a string or message

        [[nodiscard]] std::string text() const { return std::string(bytes); }
        [[nodiscard]] float real() const { return of_bits<float>(static_cast<std::uint32_t>(integer)); }
        [[nodiscard]] double long_real() const { return of_bits<double>(integer); }
    };

    explicit ProtobufReader(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::uint64_t tag = varint(bytes);
            Field f{.number = static_cast<int>(tag >> 3)};
            switch (tag & 7) {
                case 0: f.integer = varint(bytes); break;
                case 1: f.integer = fixed(bytes, 8); break;
                case 2: f.bytes = take(bytes, varint(bytes)); break;
                case 5: f.integer = fixed(bytes, 4); break;
                default: throw std::runtime_error("a field has a wire type that does not exist");
            }
            fields_.push_back(f);
        }
    }

    /// All fields of a number, in their order.
    [[nodiscard]] std::vector<Field> all(int number) const {
        std::vector<Field> found;
        for (const Field& f : fields_)
            if (f.number == number) found.push_back(f);
        return found;
    }
    /// The one field of a number. Throws if there are none or several.
    [[nodiscard]] Field one(int number) const {
        const auto found = all(number);
        if (found.size() != 1) throw std::runtime_error("field " + std::to_string(number) + " is not there once");
        return found[0];
    }
    [[nodiscard]] ProtobufReader message(int number) const { return ProtobufReader(one(number).bytes); }
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

private:
    template <class Real, class Bits>
    static Real of_bits(Bits bits) {
        Real value;
        static_assert(sizeof value == sizeof bits);
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    static std::string_view take(std::string_view& bytes, std::uint64_t count) {
        if (count > bytes.size()) throw std::runtime_error("a field is cut off");
        const std::string_view taken = bytes.substr(0, static_cast<std::size_t>(count));
        bytes.remove_prefix(taken.size());
        return taken;
    }
    static std::uint64_t varint(std::string_view& bytes) {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto byte = static_cast<unsigned char>(take(bytes, 1)[0]);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return value;
        }
        throw std::runtime_error("a number is too long");
    }
    static std::uint64_t fixed(std::string_view& bytes, int count) {
        const std::string_view taken = take(bytes, static_cast<std::uint64_t>(count));
        std::uint64_t value = 0;
        for (std::size_t i = taken.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(taken[i]);
        return value;
    }

    std::vector<Field> fields_;
};

}  // namespace test
