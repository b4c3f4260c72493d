// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/c_errors.hpp>
#include <stylegan/io/files/read_file.hpp>
#include <stylegan/io/pictures/image.hpp>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>  // needs <cstdio> before it

namespace stylegan {

namespace detail {

struct JpegWriter {
    jpeg_error_mgr manager{};
    CErrorExit errors;
    jpeg_compress_struct jpeg{};
    unsigned char* bytes = nullptr;
    unsigned long size = 0;

    JpegWriter() {
        jpeg.err = jpeg_std_error(&manager);
        manager.error_exit = [](j_common_ptr info) {
            char message[JMSG_LENGTH_MAX];
            (*info->err->format_message)(info, message);
            static_cast<JpegWriter*>(info->client_data)->errors.leave(message);
        };
        manager.output_message = [](j_common_ptr) {};
        jpeg.client_data = this;
    }
    JpegWriter(const JpegWriter&) = delete;
    JpegWriter& operator=(const JpegWriter&) = delete;
    ~JpegWriter() {
        jpeg_destroy_compress(&jpeg);
        std::free(bytes);
    }
};

}  // namespace detail

/// Encodes a picture as JPEG, with colours at full resolution. It loses detail; encode_png() does not.
/// @param image    1 (grey) or 3 (RGB) channels
/// @param quality  1 to 100
/// @throws ValueError if the picture is empty, has other channels or a side above 65500, or quality is out of range
[[nodiscard]] inline Bytes encode_jpeg(const Image& image, int quality = 90) {
    if (image.width < 1 || image.height < 1 || image.width > 65500 || image.height > 65500 ||
        (image.channels != 1 && image.channels != 3))
        throw ValueError(text("encode_jpeg: the picture is ", image.size().text(),
                              ", expected 1 to 65500 pixels a side and 1 or 3 channels"));
    if (quality < 1 || quality > 100)
        throw ValueError(text("encode_jpeg: quality is ", quality, ", expected 1 to 100"));
    detail::JpegWriter writer;
    detail::call_c_library(writer.errors, "encode_jpeg", [&] {
        jpeg_compress_struct& jpeg = writer.jpeg;
        jpeg_create_compress(&jpeg);
        jpeg_mem_dest(&jpeg, &writer.bytes, &writer.size);
        jpeg.image_width = static_cast<JDIMENSION>(image.width);
        jpeg.image_height = static_cast<JDIMENSION>(image.height);
        jpeg.input_components = image.channels;
        jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(&jpeg);
        jpeg_set_quality(&jpeg, quality, TRUE);
        jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1;
        jpeg_start_compress(&jpeg, TRUE);
        while (jpeg.next_scanline < jpeg.image_height) {
            // libjpeg takes a pointer to values that it does not change
            auto* row = const_cast<JSAMPROW>(image.pixel(0, static_cast<int>(jpeg.next_scanline)));
            jpeg_write_scanlines(&jpeg, &row, 1);
        }
        jpeg_finish_compress(&jpeg);
    });
    return {writer.bytes, writer.bytes + writer.size};
}

}  // namespace stylegan
