// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/view.hpp>
#include <stylegan/device/start_beside.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <future>
#include <span>
#include <utility>
#include <vector>

namespace stylegan {

/// Prefetches the pictures of the next minibatch while a device computes this one. It assumes that the next step takes
/// as many pictures of the same size. If that is wrong, the trainer reads them when it needs them.
class PicturesAhead {
public:
    /// Writes the pixels of a picture; `number` counts the pictures of the run from 0. Called by several threads at
    /// once.
    using Read = std::function<void(std::uint64_t number, std::span<std::uint8_t> pixels)>;

    /// @param threads  number of threads that read; at most 8 are used
    explicit PicturesAhead(int threads) : threads_(std::clamp(threads, 1, 8)) {}

    /// Waits for the prefetched pictures [first, first + count), and begins to read as many that follow.
    /// @param bytes  size of a picture
    /// @param read   must stay valid until the next call or the end of this object
    /// @param whole  whether read() writes every picture. If it writes those that a rank needs of minibatches of this
    ///               size, pictures that were prefetched for another size are not used
    /// @throws what read() threw for these pictures
    void advance(std::uint64_t first, Index count, std::size_t bytes, const Read& read, bool whole = true) {
        here_ = {};  // stays so if a picture cannot be read
        Block read_already = std::exchange(coming_, {});
        for (auto& part : read_already.parts) part.get();
        read_already.parts.clear();
        if (read_already.first == first && read_already.bytes == bytes && (whole || read_already.count == count))
            here_ = std::move(read_already);

        Block next;
        next.first = first + static_cast<std::uint64_t>(count);
        next.count = count;
        next.bytes = bytes;
        next.pixels.resize(static_cast<std::size_t>(count) * bytes);
        for (Index t = 0; t < std::min<Index>(threads_, count); ++t)
            next.parts.push_back(start_beside([=, this, pixels = next.pixels.data(), from = next.first] {
                for (Index i = t; i < count; i += threads_)
                    read(from + static_cast<std::uint64_t>(i), {pixels + static_cast<std::size_t>(i) * bytes, bytes});
            }));
        coming_ = std::move(next);
    }

    /// The pixels of a prefetched picture of `bytes` bytes; empty if it was not prefetched.
    [[nodiscard]] std::span<const std::uint8_t> find(std::uint64_t number, std::size_t bytes) const {
        if (bytes != here_.bytes || number < here_.first) return {};
        const auto at = static_cast<std::size_t>(number - here_.first) * bytes;
        if (at >= here_.pixels.size()) return {};
        return {here_.pixels.data() + at, bytes};
    }

private:
    struct Block {
        std::uint64_t first = 0;
        Index count = 0;
        std::size_t bytes = 0;
        std::vector<std::uint8_t> pixels{};
        std::vector<std::future<void>> parts{};  // last member: threads end before the pixels they write are freed
    };

    Index threads_;
    Block here_, coming_;
};

}  // namespace stylegan
