// SPDX-License-Identifier: Apache-2.0
#include "commands/make_dataset.hpp"

#include "commands/transformed.hpp"
#include "options/parse.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/dataset_labels.hpp>
#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/datasets/folder_writer.hpp>
#include <stylegan/io/datasets/labelled_files.hpp>
#include <stylegan/io/datasets/peek_picture.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/files/same_file.hpp>
#include <stylegan/io/files/zip_writer.hpp>
#include <stylegan/io/pictures/image_rows.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <ostream>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>

namespace stylegan::examples {
namespace {

void check(const DatasetToolOptions& o) {
    const auto possible = [](int side) { return side >= 1 && side <= largest_side; };
    if (o.resolution && !(possible(o.resolution->width) && possible(o.resolution->height)))
        throw ValueError(text("--resolution: is ", o.resolution->width, 'x', o.resolution->height, ", expected 1x1 to ",
                              largest_side, 'x', largest_side));
    if (o.transform == PictureTransform::center_crop_wide &&
        (!o.resolution || o.resolution->width < o.resolution->height))
        throw ValueError("--transform center-crop-wide: needs a --resolution WxH that is at least as wide as high");
    const std::string source = o.source.string(), dest = "--dest " + o.dest.string();
    if (same_file(o.source, o.dest))
        throw FileError(text(dest, ": is --source ", source, " itself, which would be overwritten; expected another"));
    if (is_inside(o.dest, o.source))
        throw FileError(text(dest, ": is inside --source ", source, ", expected a place outside of it"));
    if (is_inside(o.source, o.dest))
        throw FileError(text(dest, ": contains --source ", source, ", expected a folder of its own, or a .zip file"));
}

/// The most frequent size after transformation; of equally frequent ones the first. Nothing without pictures.
/// @param pictures  takes the files that begin like a picture with a size
std::optional<ImageSize> usual_size(const FileCollection& files, const DatasetToolOptions& o,
                                    std::vector<std::size_t>& pictures) {
    std::map<std::tuple<int, int, int>, std::pair<std::size_t, std::size_t>> counts;  // count, first file
    for (std::size_t i = 0; i < files.size(); ++i) {
        std::optional<ImageSize> size;
        try {
            size = peek_picture(files, i).size;
        } catch (const Error&) {
            continue;  // reported when the file is converted
        }
        if (!size || size->width < 1 || size->height < 1) continue;
        pictures.push_back(i);
        const ImageSize planned = planned_size(*size, o);
        ++counts.try_emplace({planned.width, planned.height, planned.channels}, 0, i).first->second.first;
    }
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        const auto& [count_a, first_a] = a.second;
        const auto& [count_b, first_b] = b.second;
        return count_a != count_b ? count_a < count_b : first_a > first_b;
    });
    if (most == counts.end()) return std::nullopt;
    const auto [width, height, channels] = most->first;
    return ImageSize{width, height, channels};
}

/// "00000/img00000007.png"
std::string entry_name(std::size_t i) {
    std::string digits = std::to_string(i);
    digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
    return digits.substr(0, digits.size() - 3) + "/img" + digits + ".png";
}

/// A zip archive or a folder, depending on the name.
class Output {
public:
    explicit Output(const std::filesystem::path& dest) {
        std::error_code error;
        if (dest.has_parent_path()) std::filesystem::create_directories(dest.parent_path(), error);
        if (error) throw FileError(text(dest.string(), ": its folder cannot be created: ", error.message()));
        if (has_ending(dest.string(), ".zip"))
            to_.emplace<ZipWriter>(dest);
        else
            to_.emplace<FolderWriter>(dest);
    }
    void add(const std::string& name, const auto& content) {
        with([&](auto& writer) { writer.add(name, content); });
    }
    void commit() {
        with([](auto& writer) { writer.commit(); });
    }

private:
    void with(auto&& f) {
        if (auto* zip = std::get_if<ZipWriter>(&to_)) f(*zip);
        if (auto* folder = std::get_if<FolderWriter>(&to_)) f(*folder);
    }
    std::variant<std::monostate, ZipWriter, FolderWriter> to_;
};

/// The shortest decimal number that reads back as `v`: 0.9 instead of 0.8999999761581421.
double shortest_decimal(float v) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, v).ptr;
    double shortest = 0;
    std::from_chars(digits, end, shortest);
    return shortest;
}

nlohmann::json as_json(const DatasetLabels::Label& label) {
    if (const auto* k = std::get_if<std::int64_t>(&label)) return *k;
    nlohmann::json list = nlohmann::json::array();
    for (const float v : std::get<std::vector<float>>(label)) list.push_back(shortest_decimal(v));
    return list;
}

/// A class number plus one, or the length of a vector.
int size_of_label(const DatasetLabels::Label& label) {
    if (const auto* k = std::get_if<std::int64_t>(&label)) return static_cast<int>(*k) + 1;
    return static_cast<int>(std::get<std::vector<float>>(label).size());
}

void write_report(const DatasetToolOptions& o, const DatasetToolResult& r, const DatasetLabels& labels,
                  std::ostream& out) {
    out << "Wrote " << r.written << (r.written == 1 ? " picture" : " pictures") << " to " << o.dest.string() << '\n'
        << "Size      " << width_by_height(r.size.width, r.size.height) << '\n'
        << "Channels  " << r.size.channels << '\n'
        << "Labels    ";
    if (labels.empty())
        out << "none";
    else
        out << r.label_size << (labels.has_classes() ? " classes" : " numbers per picture");
    out << '\n';
    if (!r.converted.empty()) out << "Converted " << summary(r.converted) << '\n';
    if (!r.left_out.empty()) out << "Left out  " << summary(r.left_out) << '\n';
    out << "Skipped   " << r.skipped.size() << (r.skipped.size() == 1 ? " file" : " files") << '\n';
}

/// The files and labels from which a data set is made.
struct DatasetSource {
    explicit DatasetSource(const DatasetToolOptions& options)
        : files(options.source),
          labels_file(find_labels(files)),
          expected(usual_size(files, options, pictures)),
          labelled(read_labels(files, pictures)) {}

    /// Whether file i begins like a picture with a size.
    [[nodiscard]] bool is_picture(std::size_t i) const {
        return std::binary_search(pictures.begin(), pictures.end(), i);
    }
    /// The label of file i; nullptr if it has none.
    [[nodiscard]] const DatasetLabels::Label* label(std::size_t i) const {
        const auto at = std::lower_bound(pictures.begin(), pictures.end(), i);
        if (labels().empty() || at == pictures.end() || *at != i) return nullptr;
        return labelled.of(static_cast<std::size_t>(at - pictures.begin()));
    }
    [[nodiscard]] const DatasetLabels& labels() const { return labelled.labels(); }

    FileCollection files;
    std::optional<std::size_t> labels_file;
    std::vector<std::size_t> pictures;  ///< indices of files, ascending
    std::optional<ImageSize> expected;  ///< of every picture
    LabelledFiles labelled;             ///< those of `pictures`
};

/// A converted picture and its label; nullptr without labels.
struct ConvertedPicture {
    Bytes png;
    const DatasetLabels::Label* label = nullptr;
    std::string channels_before;  ///< empty if they are the same
};

/// @throws Error if file i is bad
ConvertedPicture converted(const DatasetSource& source, std::size_t i, const DatasetToolOptions& options) {
    const FileCollection& files = source.files;
    const std::string where = files.where(i);
    const PictureLimits limits{options.max_pixels};
    if (!source.is_picture(i))
        if (const PeekedPicture peeked = peek_picture(files, i); !peeked.size)
            throw FormatError(text(where, ": ", peeked.fault));
    const DatasetLabels::Label* const label = source.label(i);
    std::optional<Transformed> picture;
    const auto begin = [&](const ImageSize& found) {
        const ImageSize size = planned_size(found, options);
        if (!source.expected || size != *source.expected)
            throw FormatError(text(
                where, ": is ", found.text(), size == found ? "" : text(", would become ", size.text()), ", expected ",
                source.expected ? text(source.expected->text(), ", the size of most") : "a size in its header",
                source.expected && size.channels != source.expected->channels ? "; --channels converts it" : ""));
        if (!source.labels().empty() && label == nullptr)
            throw FormatError(text(where, ": has no label in dataset.json"));
        picture.emplace(found, size.channels, options, where);
    };
    for_each_row(files.read_whole(i, limits.file_bytes()), where, limits, begin,
                 [&](const std::uint8_t* row) { picture->add(row); });
    return {encode_png(picture->result()), label, picture->channels_before()};
}

/// Lists the bad files. @throws FormatError with --strict if there are any, or if there is no good one
void check_result(const DatasetToolOptions& options, const DatasetToolResult& result, std::size_t files,
                  std::ostream& report) {
    for (const std::string& bad : result.skipped) report << "Skipped " << bad << '\n';
    if (options.strict && !result.skipped.empty())
        throw FormatError(text(options.source.string(), ": ", result.skipped.size(), " of ", files,
                               " files are bad, expected none with --strict; the first: ", result.skipped.front()));
    if (result.written == 0)
        throw FormatError(text(
            options.source.string(), ": has no usable pictures, expected ", picture_formats, " files",
            result.left_out.empty() ? "" : "; left out: ", result.left_out.empty() ? "" : summary(result.left_out)));
}

}  // namespace

DatasetToolResult make_dataset(const DatasetToolOptions& options,
                               const std::function<void(std::size_t, std::size_t)>& progress, std::ostream& report) {
    check(options);
    const DatasetSource source(options);
    const FileCollection& files = source.files;
    const std::size_t limit = options.max_images == 0 ? files.size() : options.max_images;
    const std::size_t total = std::min(limit, files.size());
    Output output(options.dest);
    DatasetToolResult result;
    result.left_out = files.passed_over();
    nlohmann::json labels = nlohmann::json::array();
    for (std::size_t i = 0; i < files.size() && result.written < limit; ++i) {
        if (i == source.labels_file) continue;
        std::optional<ConvertedPicture> picture;
        try {
            picture = converted(source, i, options);
        } catch (const Error& e) {
            result.skipped.emplace_back(e.what());
        }
        if (picture) {
            const std::string name = entry_name(result.written++);
            output.add(name, picture->png);
            if (!picture->channels_before.empty())
                result.converted.push_back({files.name(i), picture->channels_before});
            if (picture->label != nullptr) {
                labels.push_back({name, as_json(*picture->label)});
                result.label_size = std::max(result.label_size, size_of_label(*picture->label));
            }
        }
        if (progress) progress(options.max_images == 0 ? i + 1 : result.written, total);
    }
    if (progress) progress(total, total);
    check_result(options, result, files.size(), report);
    if (!source.labelled.difference().empty() && !result.skipped.empty())
        report << files.where(*source.labels_file) << ": " << source.labelled.difference() << '\n';

    nlohmann::json dataset;
    dataset["labels"] = source.labels().empty() ? nlohmann::json() : labels;
    output.add("dataset.json", dataset.dump());
    output.commit();
    result.size = *source.expected;
    write_report(options, result, source.labels(), report);
    return result;
}

}  // namespace stylegan::examples
