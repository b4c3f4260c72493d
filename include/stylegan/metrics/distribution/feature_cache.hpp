// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/device/communicator.hpp>
#include <stylegan/io/datasets/dataset.hpp>
#include <stylegan/io/files/digest.hpp>
#include <stylegan/io/tensors/safetensors.hpp>
#include <stylegan/metrics/distribution/feature_set.hpp>
#include <stylegan/metrics/distribution/picture_sets.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace stylegan {

/// A file beside a data set with the features of its pictures. The key in it names all that features depend on: the
/// content of the data set, the network, how pictures are resized and coloured. A file that is damaged or has another
/// key is not used.
///
/// `faces.zip` and the folder `faces/` have the file `faces.features-KEY.safetensors` beside them, with the tensor
/// "features" (pictures, width), and the key in the metadata. KEY is short for the key.
class FeatureCache {
public:
    /// @param content   Dataset::content_digest()
    /// @param features  with the digest of their network; without one there is no file
    FeatureCache(const std::filesystem::path& dataset, std::uint64_t content, const PictureFeatures& features)
        : width_(features.width) {
        key_ =
            text("format 1; pictures ", detail::digits_of(content), "; features ", features.name, ", ", features.width,
                 " of network ", detail::digits_of(features.digest), "; grey as three equal colours");
        if (features.digest != 0) path_ = beside(dataset, detail::digits_of(digest_of(key_)).substr(0, 8));
    }

    /// Empty if nothing is kept.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// All that the features depend on.
    [[nodiscard]] const std::string& key() const { return key_; }

    /// The features of the first pictures; nothing if there is no file or it is not to be trusted.
    /// @param most  of how many pictures at most
    /// @param note  set to the reason if there is a file that is not used
    [[nodiscard]] std::optional<FeatureSet> read(Index most, std::string& note) const {
        std::error_code ignored;
        if (path_.empty() || !std::filesystem::exists(path_, ignored)) return std::nullopt;
        try {
            return read_file(most);
        } catch (const std::bad_alloc&) {
            throw;
        } catch (const Error& error) {
            note = text(error.what(), "; features are computed anew");
        }
        return std::nullopt;
    }

    /// Writes the file, atomically. Features that are not finite are not kept.
    /// @throws FileError if it cannot be written
    void write(const FeatureSet& set) const {
        if (path_.empty() || !finite(set.values)) return;
        SafetensorsWriter writer;
        writer.metadata(key_name, key_);
        writer.add("features", {set.count, set.width}, set.values.data());
        writer.write(path_);
    }

private:
    static constexpr const char* key_name = "features_key";

    static std::uint64_t digest_of(const std::string& s) {
        return stylegan::digest_of(DigestKind::xxh3, s.data(), s.size());
    }

    static bool finite(const std::vector<float>& values) {
        return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
    }

    /// Empty for the root folder, which nothing is beside.
    static std::filesystem::path beside(const std::filesystem::path& dataset, const std::string& key) {
        std::error_code error;
        std::filesystem::path path = std::filesystem::absolute(dataset, error).lexically_normal();
        if (!path.has_filename()) path = path.parent_path();  // "faces/"
        if (error || !path.has_filename()) return {};
        const bool folder = std::filesystem::is_directory(path, error);
        const std::string stem = folder ? path.filename().string() : path.stem().string();
        return path.parent_path() / text(stem, ".features-", key, ".safetensors");
    }

    [[nodiscard]] FeatureSet read_file(Index most) const {
        const auto fail = [&](const auto&... what) { throw FormatError(text(path_.string(), ": ", what...)); };
        const SafetensorsFile file(path_);
        const auto found = file.metadata().find(key_name);
        if (found == file.metadata().end()) fail("has no \"", key_name, "\", expected features of pictures");
        if (found->second != key_)
            fail("holds other features: \"", shortened(found->second, 200), "\", expected \"", key_, '"');
        const std::vector<Index>& shape = file.shape("features");
        if (shape.size() != 2 || shape[0] < 1 || shape[1] != width_)
            fail("\"features\" is ", shape_text(shape), ", expected (pictures, ", width_, ')');
        FeatureSet set;
        set.values = file.read_float("features");
        if (!finite(set.values)) fail("\"features\" holds values that are not finite");
        set.count = std::min(shape[0], most);
        set.width = width_;
        set.values.resize(static_cast<std::size_t>(set.count * set.width));
        return set;
    }

    Index width_;
    std::string key_;
    std::filesystem::path path_;
};

/// What features_of_dataset() found and computed.
struct CachedFeatures {
    FeatureSet features{};
    std::uint64_t content = 0;       ///< Dataset::content_digest()
    Index computed = 0;              ///< pictures whose features were computed; those of the others were in the file
    std::vector<std::string> notes;  ///< why a file was not used or not written
};

/// Gives all ranks the features of rank 0.
inline void broadcast_features(Communicator& ranks, FeatureSet& set, Index width) {
    ranks.broadcast(std::as_writable_bytes(std::span(&set.count, 1)));
    set.width = width;
    set.values.resize(static_cast<std::size_t>(set.count * width));
    ranks.broadcast(std::as_writable_bytes(std::span(set.values)));
}

/// The features of a data set's pictures, from the FeatureCache beside it where it has them. What is computed is kept
/// there. A file that cannot be used or written is no error.
/// @param most      the first so many pictures only; 0: all
/// @param batch     pictures in memory at once; does not change the result
/// @param cached    false: neither reads nor writes a file
/// @param progress  called with the number of pictures done; returns whether to continue
/// @param ranks     processes that share the pictures, and all get the features; rank 0 reads and writes the file
/// @throws as features_of()
[[nodiscard]] inline CachedFeatures features_of_dataset(const std::shared_ptr<const Dataset>& dataset,
                                                        const PictureFeatures& features, Index most = 0,
                                                        Index batch = 16, bool cached = true,
                                                        const std::function<bool(Index done)>& progress = {},
                                                        Communicator* ranks = nullptr) {
    CachedFeatures result;
    const bool shared = ranks != nullptr && ranks->size() > 1, has_file = !shared || ranks->rank() == 0;
    if (has_file) result.content = dataset->content_digest();
    if (shared) ranks->broadcast(std::as_writable_bytes(std::span(&result.content, 1)));
    const FeatureCache cache(dataset->path(), result.content, features);
    const PictureSet pictures = picture_set(dataset, most);
    if (cached && has_file) {
        std::string note;
        if (auto found = cache.read(pictures.count, note)) result.features = *std::move(found);
        if (!note.empty()) result.notes.push_back(note);
    }
    if (shared) broadcast_features(*ranks, result.features, features.width);
    const Index known = result.features.count;
    if (known == pictures.count) return result;
    PictureSet rest = pictures;
    rest.count -= known;
    rest.read = [&](Index first, Index count, std::span<std::uint8_t> out) {
        pictures.read(known + first, count, out);
    };
    const FeatureSet computed = features_of(
        rest, features, batch, [&](Index done) { return !progress || progress(known + done); }, ranks);
    result.features.values.insert(result.features.values.end(), computed.values.begin(), computed.values.end());
    result.features.count = pictures.count;
    result.features.width = features.width;
    result.computed = computed.count;
    if (!cached || !has_file) return result;
    try {
        cache.write(result.features);
    } catch (const FileError& error) {
        result.notes.push_back(text(error.what(), "; features are not kept"));
    }
    return result;
}

}  // namespace stylegan
