// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stylegan {

/// What the first bytes of a file say.
struct PeekedPicture {
    std::optional<ImageSize> size{};  ///< as peek_image(); nothing if it is not a picture, or a damaged one
    std::string what{};               ///< without a size: "not a picture", "a GIF picture", "a damaged picture"
    std::string fault{};              ///< without a size: the same as the continuation of a message
};

/// Looks at file i: at 1 KiB, at 128 KiB if large EXIF data comes first, and at 64 MiB if that does not suffice. Of an
/// entry that a zip archive compressed, at most 16 times the bytes that it takes there.
/// @throws FileError, FormatError if it cannot be read
[[nodiscard]] inline PeekedPicture peek_picture(const FileCollection& files, std::size_t i) {
    constexpr std::size_t little = 1024, more = std::size_t{1} << 17, most = std::size_t{1} << 26;
    Bytes head = files.read(i, little);
    if (!image_format(head)) {
        const std::string_view what = detail::what_instead_of_picture(head).what;
        return {{}, what.empty() ? "not a picture" : std::string(what), detail::why_no_picture(head)};
    }
    if (const auto size = peek_image(head)) return {size};
    const auto worth = static_cast<std::size_t>(16 * std::min<std::uint64_t>(files.stored_size(i), most));
    std::size_t asked = little;
    for (const std::size_t count : {more, most}) {
        if (head.size() < asked || asked >= worth) break;  // there is no more, or it may not be read
        asked = std::min(count, worth);
        head = files.read(i, asked);
        if (const auto size = peek_image(head)) return {size};
    }
    PeekedPicture damaged{{}, "a damaged picture", "the picture is cut off or damaged"};
    try {
        (void)decode_image(head, "");
    } catch (const FormatError& e) {
        const std::string message = e.what();  // ": what is wrong"
        if (message.size() > 2) damaged.fault = message.substr(2);
    }
    return damaged;
}

}  // namespace stylegan
