// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/pictures/webp.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace stylegan {

/// The formats of pictures that this build reads, for messages.
inline constexpr const char* picture_formats = reads_webp ? "PNG, JPEG or WebP" : "PNG or JPEG";

namespace detail {

/// Something else than a picture that can be read: what it is, and what can be done.
struct ForeignFile {
    std::string_view what;    ///< "a GIF picture"; empty if unknown
    std::string_view remedy;  ///< empty if none is known
};

inline constexpr std::string_view convert_it = "convert it to PNG first (ImageMagick: mogrify -format png FILE)";

inline constexpr std::string_view zip_archive = "a zip archive";

struct Signature {
    std::size_t at;
    std::string_view bytes;
    ForeignFile file;
};

inline constexpr Signature foreign_signatures[] = {
    {0, "GIF87a", {"a GIF picture", convert_it}},
    {0, "GIF89a", {"a GIF picture", convert_it}},
    {0, std::string_view("II*\0", 4), {"a TIFF picture, or a camera's raw file", convert_it}},
    {0, std::string_view("MM\0*", 4), {"a TIFF picture, or a camera's raw file", convert_it}},
    {0, std::string_view("II+\0", 4), {"a TIFF picture", convert_it}},
    {0, std::string_view("MM\0+", 4), {"a TIFF picture", convert_it}},
    {4, "ftypavif", {"an AVIF picture", "convert it to PNG first (libavif: avifdec FILE NEW.png)"}},
    {4, "ftypavis", {"an AVIF picture", "convert it to PNG first (libavif: avifdec FILE NEW.png)"}},
    {4, "ftyphei", {"a HEIC picture", "convert it to PNG first (libheif: heif-convert FILE NEW.png)"}},
    {4, "ftyphev", {"a HEIC picture", "convert it to PNG first (libheif: heif-convert FILE NEW.png)"}},
    {4, "ftypmif1", {"a HEIF picture", "convert it to PNG first (libheif: heif-convert FILE NEW.png)"}},
    {4, "ftypmsf1", {"a HEIF picture", "convert it to PNG first (libheif: heif-convert FILE NEW.png)"}},
    {4, "ftypcrx", {"a camera's raw file", "convert it to PNG first"}},
    {4, "ftyp", {"a video", "take its frames first (ffmpeg -i FILE %06d.png)"}},
    {0, "\x1A\x45\xDF\xA3", {"a video", "take its frames first (ffmpeg -i FILE %06d.png)"}},
    {0, "\xFF\x0A", {"a JPEG XL picture", "convert it to PNG first (libjxl: djxl FILE NEW.png)"}},
    {4, "JXL \r\n\x87\n", {"a JPEG XL picture", "convert it to PNG first (libjxl: djxl FILE NEW.png)"}},
    {4, "jP  \r\n\x87\n", {"a JPEG 2000 picture", convert_it}},
    {0, "\xFF\x4F\xFF\x51", {"a JPEG 2000 picture", convert_it}},
    {0, "8BPS", {"a Photoshop document", "export it as PNG"}},
    {0, std::string_view("\0\0\1\0", 4), {"an icon (ICO)", convert_it}},
    {0, "DDS ", {"a DDS texture", convert_it}},
    {0, "P5\n", {"a PGM picture", convert_it}},
    {0, "P6\n", {"a PPM picture", convert_it}},
    {0, "\x93NUMPY", {"a NumPy array", ""}},
    {0, "%PDF", {"a PDF document", "extract its pictures first (pdfimages -png FILE NAME)"}},
    {0, "PK\3\4", {zip_archive, "unpack it, or use it as the data set itself"}},
    {0, "\x1F\x8B", {"a gzip file", "unpack it first"}},
    {0, "Rar!", {"a RAR archive", "unpack it first"}},
    {0, "7z\xBC\xAF", {"a 7z archive", "unpack it first"}},
    {257, "ustar", {"a tar archive", "unpack it first"}},
    {0, "version https://git-lfs", {"a Git LFS pointer", "fetch the file itself with git lfs pull"}},
};

/// Whether text begins with a word after white space, whatever the case of its letters.
inline bool begins_with_word(std::string_view text, std::string_view word) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text[0])) != 0) text.remove_prefix(1);
    return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
               return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
           });
}

/// What a file is that is no picture which this build reads, from its first bytes (300 suffice).
inline ForeignFile what_instead_of_picture(std::span<const std::uint8_t> head) {
    if (head.empty()) return {"empty", ""};
    if (begins_webp(head)) return {"a WebP picture", "install libwebp and build this program again, or convert it"};
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());  // NOLINT: bytes as text
    if (text.starts_with("BM") && text.size() > 10 && text.substr(6).starts_with(std::string_view("\0\0\0\0", 4)))
        return {"a BMP picture", convert_it};
    for (const Signature& s : foreign_signatures)
        if (text.size() > s.at && text.substr(s.at).starts_with(s.bytes)) return s.file;
    for (const char* word : {"<!doctype html", "<html"})
        if (begins_with_word(text, word)) return {"a web page (HTML)", "download the file itself"};
    for (const char* word : {"<svg", "<?xml"})
        if (begins_with_word(text, word)) return {"a drawing (SVG) or another XML file", "draw it as PNG first"};
    return {};
}

/// "is a GIF picture, expected PNG or JPEG; convert it ...", or "is not a picture, expected ..."
inline std::string why_no_picture(std::span<const std::uint8_t> head) {
    const ForeignFile file = what_instead_of_picture(head);
    return text("is ", file.what.empty() ? "not a picture" : file.what, ", expected ", picture_formats,
                file.remedy.empty() ? "" : "; ", file.remedy);
}

}  // namespace detail

}  // namespace stylegan
