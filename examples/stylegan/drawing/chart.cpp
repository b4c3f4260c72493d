// SPDX-License-Identifier: Apache-2.0
#include "drawing/chart.hpp"

#include "drawing/canvas.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/files/atomic_file.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>

namespace stylegan::examples {
namespace {

constexpr int panel_width = 480, panel_height = 320, left_margin = 64, right_margin = 16, top_margin = 32,
              bottom_margin = 44;

using Colour = std::array<std::uint8_t, 3>;
constexpr Colour bar_colour{120, 160, 205}, line_colour{25, 70, 130}, band_colour{205, 222, 240},
    mark_colour{190, 50, 40}, axis_colour{60, 60, 60};

/// Maps coordinates of a panel to pixels of the picture.
struct Frame {
    const ChartPanel& panel;
    int number;

    [[nodiscard]] double x(double v) const {
        const double width = panel_width - left_margin - right_margin, range = panel.x[1] - panel.x[0];
        return number * panel_width + left_margin + (range > 0 ? (v - panel.x[0]) / range : 0.5) * width;
    }
    [[nodiscard]] double y(double v) const {
        const double height = panel_height - top_margin - bottom_margin, range = panel.y[1] - panel.y[0];
        return panel_height - bottom_margin -
               (range > 0 ? std::clamp((v - panel.y[0]) / range, 0.0, 1.0) : 0.5) * height;
    }
};

std::string axis_number(double v) {
    char s[32];
    std::snprintf(s, sizeof s, "%.4g", v);
    if (std::string(s).find('e') == std::string::npos) return s;
    std::snprintf(s, sizeof s, "%.6f", v);
    return std::string(s).size() > 10 ? std::to_string(static_cast<long long>(std::llround(v))) : s;
}

/// Both ends and the middle of an axis.
std::array<double, 3> ticks(const std::array<double, 2>& range) {
    return {range[0], (range[0] + range[1]) / 2, range[1]};
}

std::string hex(Colour c) {
    char s[8];
    std::snprintf(s, sizeof s, "#%02x%02x%02x", c[0], c[1], c[2]);
    return s;
}

std::string escaped(const std::string& s) {
    std::string out;
    for (const char c : s) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '>' ? "&gt;" : std::string(1, c);
    return out;
}

std::string points(const Frame& f, const std::vector<ChartPoint>& all) {
    std::ostringstream s;
    for (const ChartPoint& p : all) s << f.x(p.x) << ',' << f.y(p.y) << ' ';
    return s.str();
}

void add_svg(std::ostream& out, const Frame& f) {
    const ChartPanel& p = f.panel;
    const double step = (p.x[1] - p.x[0]) / static_cast<double>(std::max<std::size_t>(p.bars.size(), 1));
    for (std::size_t i = 0; i < p.bars.size(); ++i) {
        const double from = f.x(p.x[0] + step * static_cast<double>(i)),
                     to = f.x(p.x[0] + step * static_cast<double>(i + 1));
        out << "<rect x=\"" << from << "\" y=\"" << f.y(p.bars[i]) << "\" width=\"" << to - from << "\" height=\""
            << f.y(p.y[0]) - f.y(p.bars[i]) << "\" fill=\"" << hex(bar_colour) << "\"/>\n";
    }
    if (!p.band.empty())
        out << "<polygon points=\"" << points(f, p.band) << "\" fill=\"" << hex(band_colour) << "\"/>\n";
    if (!p.line.empty())
        out << "<polyline points=\"" << points(f, p.line) << "\" fill=\"none\" stroke=\"" << hex(line_colour)
            << "\" stroke-width=\"1.5\"/>\n";
    for (std::size_t i = 0; i < p.errors.size(); ++i) {
        const ChartPoint& at = p.line[i];
        out << "<line x1=\"" << f.x(at.x) << "\" y1=\"" << f.y(at.y - p.errors[i]) << "\" x2=\"" << f.x(at.x)
            << "\" y2=\"" << f.y(at.y + p.errors[i]) << "\" stroke=\"" << hex(line_colour) << "\"/>\n<circle cx=\""
            << f.x(at.x) << "\" cy=\"" << f.y(at.y) << "\" r=\"2.5\" fill=\"" << hex(line_colour) << "\"/>\n";
    }
    if (p.mark) {
        const bool vertical = !p.bars.empty();
        out << "<line x1=\"" << f.x(vertical ? *p.mark : p.x[0]) << "\" y1=\"" << f.y(vertical ? p.y[0] : *p.mark)
            << "\" x2=\"" << f.x(vertical ? *p.mark : p.x[1]) << "\" y2=\"" << f.y(vertical ? p.y[1] : *p.mark)
            << "\" stroke=\"" << hex(mark_colour) << "\"/>\n";
    }
    out << "<polyline points=\"" << points(f, {{p.x[0], p.y[1]}, {p.x[0], p.y[0]}, {p.x[1], p.y[0]}})
        << "\" fill=\"none\" stroke=\"" << hex(axis_colour) << "\"/>\n";
    for (const double v : ticks(p.x))
        out << "<text x=\"" << f.x(v) << "\" y=\"" << panel_height - bottom_margin + 14 << "\" text-anchor=\"middle\">"
            << axis_number(v) << "</text>\n";
    for (const double v : ticks(p.y))
        out << "<text x=\"" << f.x(p.x[0]) - 5 << "\" y=\"" << f.y(v) + 4 << "\" text-anchor=\"end\">" << axis_number(v)
            << "</text>\n";
    out << "<text x=\"" << f.x((p.x[0] + p.x[1]) / 2) << "\" y=\"" << panel_height - 8 << "\" text-anchor=\"middle\">"
        << escaped(p.x_label) << "</text>\n<text x=\"" << f.x(p.x[0]) << "\" y=\"" << top_margin - 12 << "\">"
        << escaped(p.title) << "</text>\n";
}

std::string svg_of(const std::vector<ChartPanel>& panels) {
    const int width = panel_width * static_cast<int>(panels.size());
    std::ostringstream out;
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << panel_height
        << "\" viewBox=\"0 0 " << width << ' ' << panel_height << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    for (std::size_t i = 0; i < panels.size(); ++i) add_svg(out, {panels[i], static_cast<int>(i)});
    out << "</svg>\n";
    return out.str();
}

void fill(Image& image, double x0, double y0, double x1, double y1, Colour c) {
    const auto from = [](double v, int most) { return std::clamp(static_cast<int>(std::lround(v)), 0, most); };
    for (int y = from(std::min(y0, y1), image.height); y < from(std::max(y0, y1), image.height); ++y)
        for (int x = from(std::min(x0, x1), image.width); x < from(std::max(x0, x1), image.width); ++x)
            std::copy(c.begin(), c.end(), image.pixel(x, y));
}

/// The height at x of a border whose points run from left to right.
double height_at(const std::vector<ChartPoint>& border, double x) {
    for (std::size_t i = 1; i < border.size(); ++i)
        if (x <= border[i].x) {
            const ChartPoint &a = border[i - 1], &b = border[i];
            return b.x > a.x ? a.y + (b.y - a.y) * std::clamp((x - a.x) / (b.x - a.x), 0.0, 1.0) : b.y;
        }
    return border.empty() ? 0 : border.back().y;
}

/// Text in the characters of draw_text(): plus-minus and square are spelled out.
std::string plain(const std::string& s) {
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] != '\xc2')
            out += s[i];
        else if (s[++i] == '\xb1')
            out += "+-";
        else
            out += "^2";
    }
    return out;
}

/// Black text with its middle at (x, y), moved to be within the picture.
void write(Image& image, const std::string& words, double x, double y) {
    constexpr int scale = 2;
    const std::string s = plain(words);
    const int width = text_width(s, scale), height = text_height(scale);
    draw_text(image, s, std::clamp(static_cast<int>(x) - width / 2, 0, std::max(0, image.width - width)),
              std::clamp(static_cast<int>(y) - height / 2, 0, image.height - height), scale, 0);
}

void draw(Image& image, const Frame& f) {
    const ChartPanel& p = f.panel;
    const double step = (p.x[1] - p.x[0]) / static_cast<double>(std::max<std::size_t>(p.bars.size(), 1));
    for (std::size_t i = 0; i < p.bars.size(); ++i)
        fill(image, f.x(p.x[0] + step * static_cast<double>(i)), f.y(p.bars[i]),
             f.x(p.x[0] + step * static_cast<double>(i + 1)), f.y(p.y[0]), bar_colour);
    const auto half = static_cast<std::ptrdiff_t>(p.band.size() / 2);
    const std::vector<ChartPoint> upper(p.band.begin(), p.band.begin() + half),
        lower(p.band.rbegin(), p.band.rbegin() + half);
    double before = p.line.empty() ? 0 : f.y(p.line.front().y);  // keeps steep lines without gaps
    for (double column = f.x(p.x[0]); column < f.x(p.x[1]) && !p.line.empty(); ++column) {
        const double v = p.x[0] + (p.x[1] - p.x[0]) * (column - f.x(p.x[0])) / (f.x(p.x[1]) - f.x(p.x[0]));
        if (v < p.line.front().x || (!p.errors.empty() && v > p.line.back().x)) continue;
        if (half > 0) fill(image, column, f.y(height_at(upper, v)), column + 1, f.y(height_at(lower, v)), band_colour);
        const double y = f.y(height_at(p.line, v));
        fill(image, column, std::min(y, before) - 1, column + 1, std::max(y, before) + 1, line_colour);
        before = y;
    }
    for (std::size_t i = 0; i < p.errors.size(); ++i) {
        const double x = std::floor(f.x(p.line[i].x)), middle = f.y(p.line[i].y);
        const double top = f.y(p.line[i].y + p.errors[i]), bottom = f.y(p.line[i].y - p.errors[i]);
        fill(image, x, top, x + 1, bottom, line_colour);
        fill(image, x - 3, top, x + 4, top + 1, line_colour);
        fill(image, x - 3, bottom - 1, x + 4, bottom, line_colour);
        fill(image, x - 2, middle - 2.5, x + 3, middle + 2.5, line_colour);
    }
    if (p.mark) {
        const bool vertical = !p.bars.empty();
        fill(image, f.x(vertical ? *p.mark : p.x[0]), f.y(vertical ? p.y[0] : *p.mark),
             f.x(vertical ? *p.mark : p.x[1]) + (vertical ? 1 : 0),
             f.y(vertical ? p.y[1] : *p.mark) + (vertical ? 0 : 1), mark_colour);
    }
    fill(image, f.x(p.x[0]) - 1, f.y(p.y[0]), f.x(p.x[1]), f.y(p.y[0]) + 1, axis_colour);
    fill(image, f.x(p.x[0]) - 1, f.y(p.y[0]), f.x(p.x[0]), f.y(p.y[1]), axis_colour);
    for (const double v : ticks(p.x)) write(image, axis_number(v), f.x(v), panel_height - bottom_margin + 12);
    for (const double v : ticks(p.y)) write(image, axis_number(v), f.x(p.x[0]) - 34, f.y(v));
    const double middle = (f.x(p.x[0]) + f.x(p.x[1])) / 2;
    write(image, p.x_label, middle, panel_height - 12);
    write(image, p.title, middle, top_margin - 16);
}

}  // namespace

void require_chart_name(const std::filesystem::path& path) {
    if (!has_ending(path.string(), ".svg") && !has_ending(path.string(), ".png"))
        throw ValueError(text("--plot: is ", path.string(), ", expected a name that ends in .svg or .png"));
}

void write_chart(const std::filesystem::path& path, const std::vector<ChartPanel>& panels) {
    require_chart_name(path);
    if (has_ending(path.string(), ".svg")) return write_file(path, svg_of(panels));
    Image image(panel_width * static_cast<int>(panels.size()), panel_height, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t{255});
    for (std::size_t i = 0; i < panels.size(); ++i) draw(image, {panels[i], static_cast<int>(i)});
    write_png(path, image);
}

}  // namespace stylegan::examples
