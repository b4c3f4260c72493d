// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/protobuf_reader.hpp"

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// An event of TensorBoard, read from a file.
struct Event {
    double time = 0;
    std::int64_t step = 0;
    std::string version{};
    bool restart = false;
    std::map<std::string, float> scalars{};
    struct Picture {
        std::uint64_t height = 0, width = 0, channels = 0;
        std::string png{};
    };
    std::map<std::string, Picture> pictures{};
};

namespace detail {

/// The checksum of TFRecord, by long division bit by bit.
inline std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : bytes)
        for (int bit = 0; bit < 8; ++bit) {
            const bool odd = ((crc ^ (static_cast<unsigned char>(c) >> bit)) & 1) != 0;
            crc = (crc >> 1) ^ (odd ? 0x82F63B78 : 0);
        }
    crc = ~crc;
    return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
}

inline std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

}  // namespace detail

/// The events of a file. Throws std::runtime_error if a checksum is wrong, a record is cut off, or an event is none.
inline std::vector<Event> read_events(std::string_view file) {
    std::vector<Event> events;
    while (!file.empty()) {
        if (file.size() < 12) throw std::runtime_error("a length is cut off");
        if (detail::checksum(file.substr(0, 8)) != detail::little_endian(file.substr(8, 4)))
            throw std::runtime_error("the checksum of a length is wrong");
        const auto length = static_cast<std::size_t>(detail::little_endian(file.substr(0, 8)));
        file.remove_prefix(12);
        if (file.size() < length + 4) throw std::runtime_error("a record is cut off");
        if (detail::checksum(file.substr(0, length)) != detail::little_endian(file.substr(length, 4)))
            throw std::runtime_error("the checksum of a record is wrong");
        const ProtobufReader record(file.substr(0, length));
        file.remove_prefix(length + 4);
        Event& event = events.emplace_back();
        event.time = record.one(1).long_real();
        event.step = static_cast<std::int64_t>(record.one(2).integer);
        for (const auto& f : record.all(3)) event.version = f.text();
        for (const auto& f : record.all(7)) event.restart = ProtobufReader(f.bytes).one(1).integer == 1;
        for (const auto& summary : record.all(5))
            for (const auto& f : ProtobufReader(summary.bytes).all(1)) {
                const ProtobufReader value(f.bytes);
                for (const auto& scalar : value.all(2)) event.scalars[value.one(1).text()] = scalar.real();
                for (const auto& field : value.all(4)) {
                    const ProtobufReader image(field.bytes);
                    event.pictures[value.one(1).text()] = {image.one(1).integer, image.one(2).integer,
                                                           image.one(3).integer, image.one(4).text()};
                }
            }
    }
    return events;
}

}  // namespace test
