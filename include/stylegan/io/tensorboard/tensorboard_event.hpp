// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/io/files/crc32c.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/protobuf/protobuf_message.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace stylegan {

/// An event of TensorBoard: scalars and pictures at one step. An event file is the records of its events, one after the
/// other; the first is file_version(). TensorBoard reads every file of a folder whose name contains "tfevents", in the
/// order of the names.
///
///     std::ofstream file("run/events.out.tfevents.0000000001", std::ios::binary);
///     TensorboardEvent event(seconds_since_1970, pictures_shown);
///     event.add_scalar("Loss/scores/real", 0.7);
///     file << TensorboardEvent::file_version(seconds_since_1970).record() << event.record();
///
/// @see tensorboard/compat/proto/event.proto and summary.proto of tensorflow/tensorboard
class TensorboardEvent {
public:
    /// @param time  seconds since 1970
    /// @param step  place on the horizontal axis
    TensorboardEvent(double time, std::int64_t step) {
        event_.real(1, time);
        event_.integer(2, step);
    }

    /// The first event of a file.
    [[nodiscard]] static TensorboardEvent file_version(double time) {
        TensorboardEvent first(time, 0);
        first.event_.text(3, "brain.Event:2");
        return first;
    }

    /// What begins again at a step: events of earlier files at this step and beyond no longer count.
    [[nodiscard]] static TensorboardEvent restart(double time, std::int64_t step) {
        constexpr int start = 1;
        TensorboardEvent event(time, step);
        ProtobufMessage log;
        log.integer(1, start);
        event.event_.message(7, std::move(log));
        return event;
    }

    /// Adds a point of a curve. "Loss/scores/real" is shown in the group "Loss".
    void add_scalar(std::string_view name, double value) {
        ProtobufMessage of_name;
        of_name.text(1, name);
        of_name.real(2, static_cast<float>(value));
        summary_.message(1, std::move(of_name));
    }

    /// Adds a picture, as PNG.
    /// @param image  whose PNG file it is
    void add_picture(std::string_view name, const Image& image, const Bytes& png) {
        ProtobufMessage picture, of_name;
        picture.integer(1, image.height);
        picture.integer(2, image.width);
        picture.integer(3, image.channels);
        picture.text(4, {reinterpret_cast<const char*>(png.data()), png.size()});  // NOLINT: bytes as text
        of_name.text(1, name);
        of_name.message(4, std::move(picture));
        summary_.message(1, std::move(of_name));
    }

    /// The bytes of the event in a file: a record of TFRecord, with its length and two checksums.
    [[nodiscard]] std::string record() const {
        ProtobufMessage whole = event_;
        if (summary_.size() > 0) whole.message(5, summary_);
        const std::string data = whole.bytes(), length = little_endian<std::uint64_t>(data.size());
        return length + little_endian(masked(length)) + data + little_endian(masked(data));
    }

private:
    template <class T>
    [[nodiscard]] static std::string little_endian(T value) {
        std::string bytes;
        for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i));
        return bytes;
    }
    /// A checksum as the format stores it, so that one of bytes with checksums in them is no special value.
    [[nodiscard]] static std::uint32_t masked(const std::string& bytes) {
        const std::uint32_t crc = crc32c(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
    }

    ProtobufMessage event_, summary_;
};

}  // namespace stylegan
