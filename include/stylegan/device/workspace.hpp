// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stylegan/core/buffer.hpp>
#include <stylegan/core/view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace stylegan {

/// Allocates `bytes`; they are freed with the last copy of the pointer.
using MemorySource = std::function<std::shared_ptr<std::byte>(std::size_t bytes)>;

/// Host memory.
[[nodiscard]] inline std::shared_ptr<std::byte> host_memory(std::size_t bytes) {
    const auto buffer = std::make_shared<HostBuffer<std::byte>>(bytes);
    return {buffer, buffer->data()};
}

/// A stack of scratch memory. It grows to its largest use once; after that it never calls the allocator, because fresh
/// pages cost more than arithmetic. A Frame returns what was taken in it; no block ever moves.
class Workspace {
public:
    /// Returns, at its end, all memory taken since its begin. Frames nest.
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

    /// @param source     allocates the memory, on multiples of `alignment`
    /// @param alignment  of every block taken, in bytes
    explicit Workspace(MemorySource source = host_memory, std::size_t alignment = 64)
        : source_(std::move(source)), alignment_(alignment) {}

    /// @return `count` uninitialised values, aligned (on the CPU to a cache line), valid until the innermost frame ends
    template <class T>
    [[nodiscard]] T* take(Index count) {
        return reinterpret_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
    }

    /// Bytes allocated.
    [[nodiscard]] std::size_t capacity() const {
        std::size_t n = 0;
        for (const auto& c : chunks_) n += c.size;
        return n;
    }

    /// Number of allocations; while unchanged, the same frames get the same addresses.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }

    /// The most bytes ever in use at the same time.
    [[nodiscard]] std::size_t peak() const { return peak_; }

private:
    struct Chunk {
        std::shared_ptr<std::byte> data;
        std::size_t size;
    };

    void add_chunk(std::size_t bytes) {
        chunks_.push_back({source_(bytes), bytes});
        ++generation_;
    }

    std::byte* take_bytes(std::size_t n) {
        n = (std::max<std::size_t>(n, 1) + alignment_ - 1) / alignment_ *
            alignment_;  // no two blocks share an address, not even empty ones
        while (chunk_ < chunks_.size() && used_ + n > chunks_[chunk_].size) {
            before_ += used_;
            ++chunk_;
            used_ = 0;
        }
        if (chunk_ == chunks_.size()) add_chunk(std::max(n, std::max<std::size_t>(capacity() / 2, minimum)));
        std::byte* p = chunks_[chunk_].data.get() + used_;
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
            add_chunk(all);
        }
    }

    static constexpr std::size_t minimum = std::size_t{1} << 20;
    MemorySource source_;
    std::size_t alignment_;
    std::vector<Chunk> chunks_;
    std::size_t chunk_ = 0, used_ = 0, before_ = 0, peak_ = 0;
    std::uint64_t generation_ = 0;
};

}  // namespace stylegan
