// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/function_ref.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// A message of Protocol Buffers. Fields are written in the order of the calls; a repeated field is a call for each of
/// its values. Large fields are produced while the message is written, so that a network need not be in memory as a
/// message.
///
///     ProtobufMessage axis, shape;
///     axis.text(2, "n");
///     shape.message(1, axis);
///
/// @see "Encoding", protobuf.dev/programming-guides/encoding
class ProtobufMessage {
public:
    /// Takes the next bytes of a message.
    using Sink = FunctionRef<void(const void* data, std::size_t size)>;
    /// Hands all bytes of a field to the sink.
    using Producer = std::function<void(Sink sink)>;

    static constexpr std::uint64_t largest = 2147483647;  ///< bytes of a message that every reader accepts

    /// A field of type int32, int64, bool or an enumeration.
    void integer(int field, std::int64_t value) {
        tag(field, 0);
        varint(static_cast<std::uint64_t>(value));
    }
    /// A field of type float.
    void real(int field, float value) {
        tag(field, 5);
        little_endian(std::bit_cast<std::uint32_t>(value));
    }
    /// A field of type double.
    void real(int field, double value) {
        tag(field, 1);
        little_endian(std::bit_cast<std::uint64_t>(value));
    }
    /// A field of type string or bytes.
    void text(int field, std::string_view value) {
        tag(field, 2);
        varint(value.size());
        tail() += value;
    }
    /// A field that is a message.
    void message(int field, ProtobufMessage value) {
        tag(field, 2);
        varint(value.size());
        append(std::move(value));
    }
    /// A field of type bytes that is produced while the message is written.
    /// @param size  number of bytes that `produce` hands to its sink
    void produced(int field, std::uint64_t size, Producer produce) {
        tag(field, 2);
        varint(size);
        parts_.back().produce = std::move(produce);
        parts_.back().produced = size;
    }

    /// Adds the fields of another message of the same type.
    void append(ProtobufMessage other) {
        Part& first = other.parts_.front();
        tail() += first.bytes;
        if (first.produce) {
            parts_.back().produce = std::move(first.produce);
            parts_.back().produced = first.produced;
        }
        std::move(other.parts_.begin() + 1, other.parts_.end(), std::back_inserter(parts_));
    }

    /// Bytes of the message.
    [[nodiscard]] std::uint64_t size() const {
        std::uint64_t all = 0;
        for (const Part& part : parts_) all += part.bytes.size() + part.produced;
        return all;
    }

    /// Hands the message to a sink, part by part. @throws ValueError if a producer hands over another number of bytes
    void write(Sink sink) const {
        for (const Part& part : parts_) {
            sink(part.bytes.data(), part.bytes.size());
            if (!part.produce) continue;
            std::uint64_t produced = 0;
            const auto count = [&](const void* data, std::size_t size) {
                produced += size;
                sink(data, size);
            };
            part.produce(count);
            if (produced != part.produced)
                throw ValueError(stylegan::text("ProtobufMessage: ", produced,
                                                " bytes of a field were produced, expected ", part.produced));
        }
    }

    /// The message as a whole.
    [[nodiscard]] std::string bytes() const {
        std::string all;
        all.reserve(static_cast<std::size_t>(size()));
        write([&](const void* data, std::size_t n) { all.append(static_cast<const char*>(data), n); });
        return all;
    }

private:
    struct Part {
        std::string bytes{};
        Producer produce{};  // of what follows `bytes`
        std::uint64_t produced = 0;
    };

    std::string& tail() {
        if (parts_.back().produce) parts_.emplace_back();
        return parts_.back().bytes;
    }
    void tag(int field, unsigned wire_type) { varint(static_cast<std::uint64_t>(field) << 3 | wire_type); }
    void varint(std::uint64_t value) {
        std::string& out = tail();
        for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
        out += static_cast<char>(value);
    }
    template <class Bits>
    void little_endian(Bits bits) {
        std::string& out = tail();
        for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>(bits >> (8 * i));
    }

    std::vector<Part> parts_{1};
};

}  // namespace stylegan
