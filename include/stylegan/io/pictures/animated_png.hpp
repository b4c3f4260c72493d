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
    /// @param first  whether they begin the file
    explicit PngChunks(bool first = true) {
        if (first) bytes_ = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    }

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

/// Encodes an animated PNG picture by picture. It repeats forever. Programs without support for animation show the first
/// picture.
class AnimatedPngEncoder {
public:
    /// @param pictures    how many there will be
    /// @param per_second  pictures per second
    /// @throws ValueError if there are none, or per_second is not 1 to 1000
    AnimatedPngEncoder(std::size_t pictures, int per_second) : pictures_(pictures), per_second_(per_second) {
        if (pictures == 0) throw ValueError("AnimatedPngEncoder: there are no pictures, expected at least one");
        if (per_second < 1 || per_second > 1000)
            throw ValueError(text("AnimatedPngEncoder: pictures per second are ", per_second, ", expected 1 to 1000"));
    }

    /// The bytes of the next picture, to be written after those before it.
    /// @throws ValueError if it differs in size or channels from the first, or there were enough
    [[nodiscard]] Bytes add(const Image& picture) {
        if (done_ == pictures_) throw ValueError(text("AnimatedPngEncoder: has its ", pictures_, " pictures already"));
        if (done_ == 0) size_ = picture.size();
        if (picture.size() != size_)
            throw ValueError(text("AnimatedPngEncoder: picture ", done_, " is ", picture.size().text(), ", expected ",
                                  size_.text(), " like the first"));
        detail::PngChunks out(done_ == 0);
        bool announced = false;
        detail::for_each_png_chunk(encode_png(picture),
                                   [&](std::string_view type, std::span<const std::uint8_t> content) {
                                       if (type == "IHDR" && done_ == 0) begin(out, content);
                                       if (type != "IDAT") return;
                                       if (!announced) announce(out, picture);
                                       announced = true;
                                       out.begin(done_ == 0 ? "IDAT" : "fdAT");
                                       if (done_ > 0) out.number(sequence_++, 4);
                                       out.data(content);
                                       out.end();
                                   });
        ++done_;
        return out.bytes();
    }

    /// The bytes after the last picture. @throws ValueError if pictures are missing
    [[nodiscard]] Bytes end() const {
        if (done_ != pictures_)
            throw ValueError(text("AnimatedPngEncoder: has ", done_, " pictures, expected ", pictures_));
        detail::PngChunks out(false);
        out.begin("IEND");
        out.end();
        return out.bytes();
    }

private:
    void begin(detail::PngChunks& out, std::span<const std::uint8_t> header) const {
        out.begin("IHDR");
        out.data(header);
        out.end();
        out.begin("acTL");
        out.number(static_cast<std::uint32_t>(pictures_), 4);
        out.number(0, 4);  // repeats forever
        out.end();
    }
    void announce(detail::PngChunks& out, const Image& picture) {
        out.begin("fcTL");
        out.number(sequence_++, 4);
        out.number(static_cast<std::uint32_t>(picture.width), 4);
        out.number(static_cast<std::uint32_t>(picture.height), 4);
        out.number(0, 4);  // x
        out.number(0, 4);  // y
        out.number(1, 2);  // shown for 1 / per_second
        out.number(static_cast<std::uint32_t>(per_second_), 2);
        out.number(0, 2);  // the next picture replaces it
        out.end();
    }

    std::size_t pictures_, done_ = 0;
    int per_second_;
    ImageSize size_{};
    std::uint32_t sequence_ = 0;
};

/// Encodes pictures of one size as an animated PNG. @throws ValueError as AnimatedPngEncoder
[[nodiscard]] inline Bytes encode_animated_png(std::span<const Image> pictures, int per_second) {
    AnimatedPngEncoder encoder(pictures.size(), per_second);
    Bytes all;
    const auto append = [&](const Bytes& bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); };
    for (const Image& picture : pictures) append(encoder.add(picture));
    append(encoder.end());
    return all;
}

/// Writes an animated PNG atomically, picture by picture.
class AnimatedPngFile {
public:
    /// @throws ValueError as AnimatedPngEncoder, FileError
    AnimatedPngFile(const std::filesystem::path& path, std::size_t pictures, int per_second)
        : encoder_(pictures, per_second), file_(path) {}

    /// @throws ValueError, FileError
    void add(const Image& picture) { write(encoder_.add(picture)); }
    /// Call once, last. @throws ValueError, FileError
    void commit() {
        write(encoder_.end());
        file_.commit(Survives::program_crash);
    }

private:
    void write(const Bytes& bytes) { file_.write(bytes.data(), bytes.size()); }

    AnimatedPngEncoder encoder_;
    AtomicFile file_;
};

/// Writes an animated PNG atomically, as encode_animated_png() makes it. @throws ValueError, FileError
inline void write_animated_png(const std::filesystem::path& path, std::span<const Image> pictures, int per_second) {
    AnimatedPngFile file(path, pictures.size(), per_second);
    for (const Image& picture : pictures) file.add(picture);
    file.commit();
}

}  // namespace stylegan
