// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// Files that people have in the place of a network: what a download left behind, archives, pictures, other formats.
namespace stylegan::detail {

/// The first `most` characters of text in one line, for a message; others than printable ASCII as '?'.
inline std::string excerpt(std::string_view s, std::size_t most = 60) {
    std::string out;
    for (const char c : s.substr(0, most)) out += c == '\n' || c == '\t' ? ' ' : c >= ' ' && c < 127 ? c : '?';
    return s.size() > most ? out + "..." : out;
}

/// Text without a byte order mark and white space around it.
inline std::string_view trimmed(std::string_view s) {
    if (s.starts_with("\xEF\xBB\xBF")) s.remove_prefix(3);
    const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (!s.empty() && space(s.front())) s.remove_prefix(1);
    while (!s.empty() && space(s.back())) s.remove_suffix(1);
    return s;
}

inline std::string lower_case(std::string_view s) {
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// What a web page or other XML is, with its title if it has one; nothing for other text.
inline std::optional<std::string> foreign_markup(std::string_view s) {
    if (!s.starts_with('<')) return std::nullopt;
    const std::string text_of_page = lower_case(s.substr(0, 65536));
    const bool html = text_of_page.starts_with("<!doctype html") || text_of_page.find("<html") < 2000 ||
                      text_of_page.find("<head") < 2000;
    std::string what = html ? "is a web page (HTML" : "is XML text (";
    const std::size_t title = text_of_page.find("<title>"), end = text_of_page.find("</title>");
    if (title < end && end != std::string::npos)
        what += text(html ? ", \"" : "\"", excerpt(trimmed(s.substr(title + 7, end - title - 7))), '"');
    else if (!html)
        what += text('"', excerpt(s), '"');
    return what + "), not the file behind it: open the address in a browser, and download the file itself";
}

/// What text is that stands for another file: a pointer of Git LFS or git-annex, an address.
inline std::optional<std::string> foreign_pointer(std::string_view s) {
    if (s.starts_with("version https://git-lfs.github.com/spec/")) {
        const std::size_t size = s.find("\nsize ");
        std::string bytes;
        if (size != std::string_view::npos)
            bytes = text(" of ", excerpt(s.substr(size + 6, s.find('\n', size + 6) - size - 6), 20), " bytes");
        return text("is a pointer of Git LFS to a file", bytes,
                    ", not that file: run `git lfs pull` in its repository, or download the file itself");
    }
    if (s.size() < 4096 && s.find("annex/objects/") < 200)
        return "is a pointer of git-annex, not the file it stands for: run `git annex get` in its repository";
    const std::string start = lower_case(s.substr(0, 32));
    for (const char* scheme : {"http://", "https://", "ftp://", "gdrive:", "s3://", "hf://", "[internetshortcut]"})
        if (start.starts_with(scheme))
            return text("holds an address (", excerpt(s), "), not the file behind it: download that file");
    return std::nullopt;
}

/// What a file with a magic number of its own is, and what can be done with it.
inline std::optional<std::string> foreign_magic(std::span<const std::uint8_t> bytes) {
    const std::string_view s(reinterpret_cast<const char*>(bytes.data()), bytes.size());  // NOLINT: bytes as text
    struct Known {
        std::string_view start;
        const char* what;
    };
    constexpr Known known[] = {
        {"\x1F\x8B", "is compressed with gzip: unpack it first (gunzip, or tar -xzf for a .tar.gz)"},
        {"BZh", "is compressed with bzip2: unpack it first (bunzip2)"},
        {"\xFD\x37\x7A\x58\x5A", "is compressed with xz: unpack it first (unxz)"},
        {"\x28\xB5\x2F\xFD", "is compressed with zstd: unpack it first (unzstd)"},
        {"7z\xBC\xAF\x27\x1C", "is a 7-Zip archive: unpack it first (7z x)"},
        {"Rar!\x1A\x07", "is a RAR archive: unpack it first (unrar x)"},
        {"\x89PNG\r\n", "is a picture (PNG), not a network"},
        {"\xFF\xD8\xFF", "is a picture (JPEG), not a network"},
        {"GIF8", "is a picture (GIF), not a network"},
        {"%PDF-", "is a PDF document, not a network"},
        {"\x89HDF\r\n", "is an HDF5 file, as Keras writes it: such networks are not read"},
        {"\x93NUMPY", "is an array of NumPy, not a network: latents are for --latents, w for --projected-w"},
        {"\x7F"
         "ELF",
         "is a program, not a network"}};
    for (const Known& k : known)
        if (s.starts_with(k.start)) return k.what;
    if (s.starts_with("RIFF") && s.substr(0, 12).ends_with("WEBP")) return "is a picture (WebP), not a network";
    if (s.size() > 262 && s.substr(257, 5) == "ustar") return "is a tar archive: unpack it first (tar -xf)";
    if (s.size() > 4 && s[0] == 8 && s[1] > 0 && s[1] < 16 && s[2] == 0x12)  // its version, then its writer
        for (const char* writer : {"torch", "stylegan-cpp"})
            if (s.substr(0, 64).find(writer) < 64) return "is an ONNX model: such networks are not read";
    if (s.size() >= 512 && std::all_of(s.begin(), s.begin() + 512, [](char c) { return c == 0; }))
        return "begins with 512 zeros: the download or the copy broke off; get it again";
    return std::nullopt;
}

/// What a file is that no reader of networks or tensors takes, and what to do about it: "is empty: ...". Nothing for
/// bytes that it does not know.
inline std::optional<std::string> foreign_file(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return "is empty (0 bytes): the download or the copy broke off; get it again";
    if (auto what = foreign_magic(bytes)) return what;
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()),  // NOLINT: bytes as text
                               std::min<std::size_t>(bytes.size(), std::size_t{1} << 20));
    const std::string_view s = trimmed(all);
    if (auto what = foreign_markup(s)) return what;
    return foreign_pointer(s);
}

}  // namespace stylegan::detail
