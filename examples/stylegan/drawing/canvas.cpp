// SPDX-License-Identifier: Apache-2.0
#include "drawing/canvas.hpp"

#include <algorithm>
#include <array>

namespace stylegan::examples {
namespace {

constexpr int glyph_width = 3, glyph_height = 5;

/// Rows from the top, one bit per pixel, the leftmost pixel in the highest bit.
using Glyph = std::array<std::uint8_t, glyph_height>;

constexpr Glyph digit_glyphs[] = {{7, 5, 5, 5, 7}, {2, 6, 2, 2, 7}, {7, 1, 7, 4, 7}, {7, 1, 7, 1, 7}, {5, 5, 7, 1, 1},
                                  {7, 4, 7, 1, 7}, {7, 4, 7, 5, 7}, {7, 1, 2, 2, 2}, {7, 5, 7, 5, 7}, {7, 5, 7, 1, 7}};
constexpr Glyph capitals[] = {{2, 5, 7, 5, 5}, {6, 5, 6, 5, 6}, {3, 4, 4, 4, 3}, {6, 5, 5, 5, 6}, {7, 4, 6, 4, 7},
                              {7, 4, 6, 4, 4}, {3, 4, 5, 5, 3}, {5, 5, 7, 5, 5}, {7, 2, 2, 2, 7}, {1, 1, 1, 5, 2},
                              {5, 5, 6, 5, 5}, {4, 4, 4, 4, 7}, {5, 7, 7, 5, 5}, {6, 5, 5, 5, 5}, {2, 5, 5, 5, 2},
                              {6, 5, 6, 4, 4}, {2, 5, 5, 6, 3}, {6, 5, 6, 5, 5}, {3, 4, 2, 1, 6}, {7, 2, 2, 2, 2},
                              {5, 5, 5, 5, 7}, {5, 5, 5, 5, 2}, {5, 5, 7, 7, 5}, {5, 5, 2, 5, 5}, {5, 5, 2, 2, 2},
                              {7, 1, 2, 4, 7}};

constexpr Glyph glyph(char c) {
    if (c >= '0' && c <= '9') return digit_glyphs[c - '0'];
    if (c >= 'A' && c <= 'Z') return capitals[c - 'A'];
    if (c >= 'a' && c <= 'z') return capitals[c - 'a'];
    switch (c) {
        case '-': return {0, 0, 7, 0, 0};
        case '+': return {0, 2, 7, 2, 0};
        case '.': return {0, 0, 0, 0, 2};
        case ',': return {0, 0, 0, 2, 4};
        case ';': return {0, 2, 0, 2, 4};
        case ':': return {0, 2, 0, 2, 0};
        case '%': return {5, 1, 2, 4, 5};
        case '/': return {1, 1, 2, 4, 4};
        case '(': return {1, 2, 2, 2, 1};
        case ')': return {4, 2, 2, 2, 4};
        case '_': return {0, 0, 0, 0, 7};
        case '^': return {2, 5, 0, 0, 0};
        default: return {};
    }
}

}  // namespace

int text_width(std::string_view text, int scale) {
    return (static_cast<int>(text.size()) * (glyph_width + 1) - 1) * scale;
}
int text_height(int scale) { return glyph_height * scale; }

void draw_text(Image& image, std::string_view text, int x, int y, int scale, std::uint8_t shade) {
    const int colours = image.channels % 2 == 0 ? image.channels - 1 : image.channels;
    for (int row = 0; row < text_height(scale); ++row)
        for (int column = 0; column < text_width(text, scale); ++column) {
            const int letter = column / scale / (glyph_width + 1), bit = column / scale % (glyph_width + 1);
            const std::uint8_t bits =
                glyph(text[static_cast<std::size_t>(letter)])[static_cast<std::size_t>(row / scale)];
            const bool lit = bit < glyph_width && (bits >> (glyph_width - 1 - bit) & 1) != 0;
            const bool inside = x + column >= 0 && x + column < image.width && y + row >= 0 && y + row < image.height;
            if (lit && inside) std::fill_n(image.pixel(x + column, y + row), colours, shade);
        }
}

Image labelled_grid(const std::vector<Image>& cells, const std::vector<std::string>& rows,
                    const std::vector<std::string>& columns) {
    const int width = cells.at(0).width, height = cells[0].height;
    const int scale = std::max(1, std::min(width, height) / 64), margin = text_height(scale) + 2 * scale;
    int left = 0;
    for (const std::string& row : rows) left = std::max(left, text_width(row, scale) + 2 * scale);
    Image sheet(left + width * static_cast<int>(columns.size()), margin + height * static_cast<int>(rows.size()),
                cells[0].channels);
    if (sheet.channels % 2 == 0)  // alpha: opaque
        for (int y = 0; y < sheet.height; ++y)
            for (int x = 0; x < sheet.width; ++x) sheet.pixel(x, y)[sheet.channels - 1] = 255;
    for (std::size_t c = 0; c < columns.size(); ++c)
        draw_text(sheet, columns[c],
                  left + width * static_cast<int>(c) + std::max(0, width - text_width(columns[c], scale)) / 2, scale,
                  scale, 255);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const int y = margin + height * static_cast<int>(r);
        draw_text(sheet, rows[r], scale, y + (height - text_height(scale)) / 2, scale, 255);
        for (std::size_t c = 0; c < columns.size(); ++c)
            paste(sheet, cells.at(r * columns.size() + c), left + width * static_cast<int>(c), y);
    }
    return sheet;
}

void draw_caption(Image& image, const std::string& number) {
    const int scale = std::max(1, std::min(image.width, image.height) / 64);
    const int width = std::min(text_width(number, scale) + 2 * scale, image.width),
              height = std::min(text_height(scale) + 2 * scale, image.height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            std::fill_n(image.pixel(x, y), image.channels, std::uint8_t{0});
            if (image.channels % 2 == 0) image.pixel(x, y)[image.channels - 1] = 255;  // opaque
        }
    draw_text(image, number, scale, scale, scale, 255);
}

}  // namespace stylegan::examples
