// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace stylegan {

namespace detail {

/// Assembles the chunks of a PNG file.
class PngChunks {
public:
    PngChunks() : bytes_{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'} {}

    void begin(std::string_view type) {
        start_ = bytes_.size();
        number(0, 4);  // the length, filled in by end()
        bytes_.insert(bytes_.end(), type.begin(), type.end());
    }
    /// A big-endian number of `width` bytes.
    void number(std::uint32_t v, std::size_t width) {
        for (std::size_t i = width; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
    }
    void data(std::span<const std::uint8_t> content) { bytes_.insert(bytes_.end(), content.begin(), content.end()); }
    void end() {
        const auto length = static_cast<std::uint32_t>(bytes_.size() - start_ - 8);
        for (std::size_t i = 0; i < 4; ++i) bytes_[start_ + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
        number(static_cast<std::uint32_t>(::crc32(0, bytes_.data() + start_ + 4, length + 4)), 4);
    }
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }

private:
    Bytes bytes_;
    std::size_t start_ = 0;
};

/// Calls f(type, content) for each chunk of a PNG file from encode_png().
template <class F>
void for_each_png_chunk(std::span<const std::uint8_t> png, F&& f) {
    for (std::size_t at = 8; at + 12 <= png.size();) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) length = length << 8 | png[at + i];
        const auto* const type = reinterpret_cast<const char*>(png.data()) + at + 4;  // NOLINT: bytes as text
        f(std::string_view(type, 4), png.subspan(at + 8, length));
        at += 12 + length;
    }
}

}  // namespace detail

/// Encodes pictures of one size as an animated PNG that repeats forever. Programs without support for animation show
/// the first picture.
/// @param per_second  pictures per second
/// @throws ValueError if there is no picture, they differ in size or channels, or per_second is not 1 to 1000
[[nodiscard]] inline Bytes encode_animated_png(std::span<const Image> pictures, int per_second) {
    if (pictures.empty()) throw ValueError("encode_animated_png: there are no pictures, expected at least one");
    if (per_second < 1 || per_second > 1000)
        throw ValueError(text("encode_animated_png: pictures per second are ", per_second, ", expected 1 to 1000"));
    detail::PngChunks out;
    std::uint32_t sequence = 0;
    for (std::size_t k = 0; k < pictures.size(); ++k) {
        const Image& picture = pictures[k];
        if (picture.size() != pictures[0].size())
            throw ValueError(text("encode_animated_png: picture ", k, " is ", picture.size().text(), ", expected ",
                                  pictures[0].size().text(), " like the first"));
        const Bytes png = encode_png(picture);
        bool announced = false;
        detail::for_each_png_chunk(png, [&](std::string_view type, std::span<const std::uint8_t> content) {
            if (type == "IHDR" && k == 0) {
                out.begin(type);
                out.data(content);
                out.end();
                out.begin("acTL");
                out.number(static_cast<std::uint32_t>(pictures.size()), 4);
                out.number(0, 4);  // repeats forever
                out.end();
            }
            if (type != "IDAT") return;
            if (!announced) {
                out.begin("fcTL");
                out.number(sequence++, 4);
                out.number(static_cast<std::uint32_t>(picture.width), 4);
                out.number(static_cast<std::uint32_t>(picture.height), 4);
                out.number(0, 4);  // x
                out.number(0, 4);  // y
                out.number(1, 2);  // shown for 1 / per_second
                out.number(static_cast<std::uint32_t>(per_second), 2);
                out.number(0, 2);  // the next picture replaces it
                out.end();
                announced = true;
            }
            out.begin(k == 0 ? "IDAT" : "fdAT");
            if (k > 0) out.number(sequence++, 4);
            out.data(content);
            out.end();
        });
    }
    out.begin("IEND");
    out.end();
    return out.bytes();
}

/// Writes an animated PNG atomically, as encode_animated_png() makes it. @throws ValueError, FileError
inline void write_animated_png(const std::filesystem::path& path, std::span<const Image> pictures, int per_second) {
    const Bytes bytes = encode_animated_png(pictures, per_second);
    AtomicFile file(path);
    file.write(bytes.data(), bytes.size());
    file.commit(Survives::program_crash);
}

}  // namespace stylegan
