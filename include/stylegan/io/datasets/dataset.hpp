// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/io/datasets/content_digest.hpp>
#include <stylegan/io/datasets/file_collection.hpp>
#include <stylegan/io/datasets/labelled_files.hpp>
#include <stylegan/io/datasets/passed_over.hpp>
#include <stylegan/io/datasets/peek_picture.hpp>
#include <stylegan/io/files/has_ending.hpp>
#include <stylegan/io/pictures/halvings.hpp>
#include <stylegan/io/pictures/image.hpp>
#include <stylegan/io/pictures/read_image.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stylegan {

/// What a Dataset reads and keeps.
struct DatasetOptions {
    /// Size of the cache of decoded pictures. Pictures beyond it are decoded each time.
    std::size_t cache_bytes = std::size_t{1} << 30;

    /// Whether to read labels. If not, `dataset.json` is ignored, whatever is in it.
    bool labels = true;

    /// The most pixels of a picture, width times height; larger ones are refused before they are decoded.
    std::uint64_t max_pixels = PictureLimits::default_pixels;
};

/// Pictures of one size with or without labels: the PNG, JPEG and WebP files of a zip archive or folder in the order of
/// their names, with labels from its `dataset.json` if there is one. May be used from several threads.
///
/// Opening reads only the first bytes of each file. Damage further on is found when a picture is decoded.
class Dataset {
public:
    /// @throws FileError if the file or folder does not exist or cannot be read
    /// @throws FormatError if there are no pictures, if they differ in size or channels or have too many pixels, if a
    ///         file with the extension of a picture is not one, or if labels are read and `dataset.json` is wrong or
    ///         lacks a picture; the message names the file
    explicit Dataset(const std::filesystem::path& path, DatasetOptions options = {})
        : files_(path), limits_{options.max_pixels}, passed_over_(files_.passed_over()) {
        for (std::size_t i = 0; i < files_.size(); ++i)
            if (const auto size = size_of_picture(i)) add_picture(i, *size);
        if (pictures_.empty())
            throw FormatError(text(path.string(), ": has no pictures, expected at least one ", picture_formats, " file",
                                   passed_over_.empty() ? "" : "; there are ",
                                   passed_over_.empty() ? "" : summary(passed_over_)));
        if (options.labels) read_labels();
        cache_.resize(pictures_.size());
        keep_full_ = pictures_.size() <= options.cache_bytes / values(0);
        cache_left_ = options.cache_bytes;
    }

    [[nodiscard]] const std::filesystem::path& path() const { return files_.path(); }
    [[nodiscard]] std::size_t size() const { return pictures_.size(); }
    [[nodiscard]] int width() const { return size_.width; }
    [[nodiscard]] int height() const { return size_.height; }
    [[nodiscard]] int channels() const { return size_.channels; }

    /// The files that are no part of the data set: hidden ones, and those that are not pictures.
    [[nodiscard]] const std::vector<PassedOver>& passed_over() const { return passed_over_; }

    [[nodiscard]] bool has_labels() const { return !labels_.labels().empty(); }

    /// The length of a label vector; for class numbers, the number of classes; 0 without labels.
    [[nodiscard]] int label_size() const { return labels_.labels().size(); }

    /// The label of picture i as a vector, one-hot for a class number; empty without labels.
    [[nodiscard]] std::vector<float> label(std::size_t i) const {
        if (!has_labels()) return {};
        return labels_.labels().vector(*labels_.of(i));
    }

    /// The picture's name within the folder or archive. @throws std::out_of_range
    [[nodiscard]] const std::string& name(std::size_t i) const { return files_.name(pictures_.at(i)); }

    /// The XXH3 of the names and bytes of the pictures' files. Reads them all. Labels do not count.
    /// @throws FileError or FormatError if a file cannot be read
    [[nodiscard]] std::uint64_t content_digest() const {
        return stylegan::content_digest(files_, pictures_, limits_of_files().file_bytes());
    }

    /// Picture i at 1/2^halvings of its size, planar: (channels, height >> halvings, width >> halvings), 0 to 255.
    /// Each halving takes means of 2x2 values in floating point. The final result is rounded, half to even.
    /// @throws FormatError if the picture is damaged
    /// @throws ValueError if i is out of range, or width or height cannot be halved that often
    [[nodiscard]] std::vector<std::uint8_t> picture(std::size_t i, int halvings = 0) const {
        if (i >= size())
            throw ValueError(text(path().string(), ": picture index is ", i, ", expected less than ", size()));
        require_halvings(path().string(), width(), height(), halvings);
        const int kept = keep_full_ ? 0 : halvings;
        const std::shared_ptr<const Level> found = cached(i);
        if (found && found->halvings == halvings) return found->values;
        if (found && found->halvings == 0) return halved(found->values, halvings);
        const std::vector<std::uint8_t> full = decode(i);
        if (kept == 0) keep(i, {0, full});
        std::vector<std::uint8_t> result = halvings == 0 ? full : halved(full, halvings);
        if (kept != 0) keep(i, {kept, result});
        return result;
    }

private:
    struct Level {
        int halvings;
        std::vector<std::uint8_t> values;
    };

    /// Whether a file of this name is meant to be a picture of a format that may be read.
    static bool has_picture_extension(std::string_view name) {
        for (const std::string_view ending : {".png", ".jpg", ".jpeg", ".webp"})
            if (has_ending(name, ending)) return true;
        return false;
    }

    /// Nothing for a file that is not a picture; it is passed over.
    std::optional<ImageSize> size_of_picture(std::size_t i) {
        const PeekedPicture peeked = peek_picture(files_, i);
        if (peeked.size) return peeked.size;
        const std::string& name = files_.name(i);
        if (has_picture_extension(name)) throw FormatError(text(files_.where(i), ": ", peeked.fault));
        if (name != "dataset.json" && !name.ends_with("/dataset.json")) passed_over_.push_back({name, peeked.what});
        return std::nullopt;
    }

    void add_picture(std::size_t i, const ImageSize& size) {
        if (pictures_.empty()) {
            detail::require_decodable(files_.where(i), static_cast<std::uint64_t>(size.width),
                                      static_cast<std::uint64_t>(size.height), limits_);
            size_ = size;
        } else if (size != size_) {
            throw FormatError(text(files_.where(i), ": is ", size.text(), ", expected ", size_.text(), " like ",
                                   shortened_path(files_.name(pictures_[0]))));
        }
        pictures_.push_back(i);
    }

    void read_labels() {
        labels_ = stylegan::read_labels(files_, pictures_);
        if (!has_labels() || labels_.matched() == pictures_.size()) return;
        std::size_t first = 0;
        while (labels_.of(first) != nullptr) ++first;
        const std::size_t lacking = pictures_.size() - labels_.matched();
        throw FormatError(text(files_.where(*find_labels(files_)), ": has no label for ", shortened_path(name(first)),
                               lacking > 1 ? text(" and ", lacking - 1, " more of ", size(), " pictures") : "",
                               labels_.difference().empty() ? "" : "; ", labels_.difference()));
    }

    [[nodiscard]] std::size_t values(int halvings) const {
        return static_cast<std::size_t>(width() >> halvings) * static_cast<std::size_t>(height() >> halvings) *
               static_cast<std::size_t>(channels());
    }

    std::vector<std::uint8_t> halved(const std::vector<std::uint8_t>& full, int halvings) const {
        return halve_planes(full, channels(), height(), width(), halvings);
    }

    [[nodiscard]] PictureLimits limits_of_files() const {
        return {static_cast<std::uint64_t>(width()) * static_cast<std::uint64_t>(height())};
    }

    std::vector<std::uint8_t> decode(std::size_t i) const {
        const std::size_t file = pictures_[i];
        const Image image =
            decode_image(files_.read_whole(file, limits_of_files().file_bytes()), files_.where(file), limits_);
        if (image.size() != size_)
            throw FormatError(text(files_.where(file), ": is ", image.size().text(), ", expected ", size_.text()));
        std::vector<std::uint8_t> planes(image.pixels.size());
        const auto c_count = static_cast<std::size_t>(image.channels), area = planes.size() / c_count;
        for (std::size_t c = 0; c < c_count; ++c)
            for (std::size_t p = 0; p < area; ++p) planes[c * area + p] = image.pixels[p * c_count + c];
        return planes;
    }

    std::shared_ptr<const Level> cached(std::size_t i) const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return cache_[i];
    }

    /// Caches a level in place of the picture's earlier one, if there is room.
    void keep(std::size_t i, Level level) const {
        auto entry = std::make_shared<const Level>(std::move(level));
        const std::lock_guard<std::mutex> lock(mutex_);
        if (cache_[i]) cache_left_ += cache_[i]->values.size();
        cache_[i].reset();
        if (entry->values.size() > cache_left_) return;
        cache_left_ -= entry->values.size();
        cache_[i] = std::move(entry);
    }

    FileCollection files_;
    PictureLimits limits_;
    std::vector<std::size_t> pictures_;  // indices of files
    ImageSize size_;
    std::vector<PassedOver> passed_over_;
    LabelledFiles labels_;  // of pictures_
    bool keep_full_ = false;
    mutable std::mutex mutex_;  // guards the cache
    mutable std::vector<std::shared_ptr<const Level>> cache_;
    mutable std::size_t cache_left_ = 0;
};

}  // namespace stylegan
