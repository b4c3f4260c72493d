// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace stylegan {

/// A stack of scratch memory that grows to its largest use once and is then reused without touching the allocator:
/// fresh pages cost more than arithmetic. What a Frame took is given back when the frame ends; nothing ever moves.
class Workspace {
public:
    /// Gives back, when it ends, all that was taken since it began. Frames nest.
    class Frame {
    public:
        explicit Frame(Workspace& w) : workspace_(w), chunk_(w.chunk_), used_(w.used_), before_(w.before_) {}
        ~Frame() { workspace_.release(chunk_, used_, before_); }
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;

    private:
        Workspace& workspace_;
        std::size_t chunk_, used_, before_;
    };

    /// @return `count` values, uninitialised, on a cache-line boundary, valid until the innermost frame ends
    template <class T>
    [[nodiscard]] T* take(Index count) {
        return reinterpret_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
    }

    /// Bytes held from the system.
    [[nodiscard]] std::size_t capacity() const {
        std::size_t n = 0;
        for (const auto& c : chunks_) n += c.size();
        return n;
    }

    /// The most bytes ever in use at once.
    [[nodiscard]] std::size_t peak() const { return peak_; }

private:
    std::byte* take_bytes(std::size_t n) {
        n = (std::max<std::size_t>(n, 1) + 63) / 64 * 64;  // no two blocks share an address, not even empty ones
        while (chunk_ < chunks_.size() && used_ + n > chunks_[chunk_].size()) {
            before_ += used_;
            ++chunk_;
            used_ = 0;
        }
        if (chunk_ == chunks_.size()) chunks_.emplace_back(std::max(n, std::max<std::size_t>(capacity() / 2, minimum)));
        std::byte* p = chunks_[chunk_].data() + used_;
        used_ += n;
        peak_ = std::max(peak_, before_ + used_);
        return p;
    }

    void release(std::size_t chunk, std::size_t used, std::size_t before) {
        chunk_ = chunk;
        used_ = used;
        before_ = before;
        if (chunk_ == 0 && used_ == 0 && chunks_.size() > 1) {  // one piece next time
            const std::size_t all = capacity();
            chunks_.clear();
            chunks_.emplace_back(all);
        }
    }

    static constexpr std::size_t minimum = std::size_t{1} << 20;
    std::vector<HostBuffer<std::byte>> chunks_;
    std::size_t chunk_ = 0, used_ = 0, before_ = 0, peak_ = 0;
};

}  // namespace stylegan
