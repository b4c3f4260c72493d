// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/error.hpp>
#include <stylegan/core/view.hpp>
#include <stylegan/device/communicator.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stylegan {

/// Turns pictures into features, which the distances between sets of pictures are defined on.
struct PictureFeatures {
    /// Pictures (N, C, H, W) of 8 bits, C 1 or 3, to features (N, width), overwritten.
    using Compute = std::function<void(std::span<const std::uint8_t> pictures, const Shape4& shape, Rows<float> out)>;

    std::string name;          ///< network and convention; numbers of different names are not comparable
    Index width = 0;           ///< features of a picture
    bool published = false;    ///< whether published numbers are computed on these features
    std::uint64_t digest = 0;  ///< of the network's weights; 0 if unknown, which keeps features out of a FeatureCache
    Compute compute{};         ///< called with pictures of one size
};

/// Features of a set of pictures, one row for each.
struct FeatureSet {
    std::vector<float> values{};  ///< (count, width)
    Index count = 0;              ///< pictures
    Index width = 0;              ///< features of a picture

    [[nodiscard]] Rows<const float> rows() const { return {values.data(), {count, width}}; }
};

/// Pictures by their number.
struct PictureSet {
    /// Writes pictures [first, first + count) of 8 bits, planar, one after the other.
    using Read = std::function<void(Index first, Index count, std::span<std::uint8_t> out)>;

    Index count = 0;  ///< pictures
    Index channels = 0, height = 0, width = 0;
    Read read{};  ///< called with numbers below count

    [[nodiscard]] Index values_of_picture() const { return channels * height * width; }
};

/// The features of pictures [0, pictures.count).
/// @param batch     pictures in memory at once; does not change the result
/// @param progress  called with the number of pictures done; returns whether to go on
/// @param ranks     processes that share the pictures, and all get the features of all
/// @throws ValueError if there are no pictures, batch is less than 1, or the computation was stopped; what reading and
///         computing throw
[[nodiscard]] inline FeatureSet features_of(const PictureSet& pictures, const PictureFeatures& features,
                                            Index batch = 16, const std::function<bool(Index done)>& progress = {},
                                            Communicator* ranks = nullptr) {
    if (pictures.count < 1) throw ValueError("features_of: there are no pictures, expected at least 1");
    if (batch < 1) throw ValueError(text("features_of: batch is ", batch, ", expected at least 1"));
    FeatureSet set;
    set.count = pictures.count;
    set.width = features.width;
    const Index size = ranks != nullptr ? ranks->size() : 1, rank = ranks != nullptr ? ranks->rank() : 0;
    const Index each = (set.count + size - 1) / size;  // blocks of one length; the last ones may be shorter
    const Index begin = std::min(set.count, rank * each), end = std::min(set.count, begin + each);
    set.values.resize(static_cast<std::size_t>(each * set.width));
    std::vector<std::uint8_t> some;
    for (Index first = begin; first < end; first += batch) {
        const Index n = std::min(batch, end - first);
        some.resize(static_cast<std::size_t>(n * pictures.values_of_picture()));
        pictures.read(first, n, some);
        features.compute(some, {n, pictures.channels, pictures.height, pictures.width},
                         {set.values.data() + (first - begin) * set.width, {n, set.width}});
        if (progress && !progress(std::min(set.count, (first + n - begin) * size)))
            throw ValueError("features_of: stopped");
    }
    if (size > 1) set.values = all_gather(*ranks, std::span<const float>(set.values));
    set.values.resize(static_cast<std::size_t>(set.count * set.width));
    return set;
}

}  // namespace stylegan
