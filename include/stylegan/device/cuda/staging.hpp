// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/handle.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

namespace stylegan::gpu {

/// Transfers between host and device memory through page-locked blocks that take turns: the CPU copies one while the
/// other is transferred. The caller's memory may be reused as soon as a call returns.
class Staging {
public:
    /// Returns when `from` has been read; the values arrive in stream order.
    void upload(cudaStream_t stream, const void* from, std::size_t bytes, void* to) {
        const auto* source = static_cast<const std::byte*>(from);
        auto* target = static_cast<std::byte*>(to);
        while (bytes > 0) {
            if (used_ == block_bytes) turn(stream);
            const std::size_t n = std::min(bytes, block_bytes - used_);
            std::byte* const here = up_[current_].memory() + used_;
            std::memcpy(here, source, n);
            check(cudaMemcpyAsync(target, here, n, cudaMemcpyHostToDevice, stream), "cudaMemcpyAsync");
            used_ = std::min(block_bytes, (used_ + n + line - 1) / line * line);
            source += n;
            target += n;
            bytes -= n;
        }
    }

    /// Returns when the values have arrived.
    /// @param copy  (to, from, bytes), as memcpy
    template <class Copy>
    void download(cudaStream_t stream, const void* from, std::size_t bytes, void* to, const Copy& copy) {
        const auto* source = static_cast<const std::byte*>(from);
        auto* target = static_cast<std::byte*>(to);
        std::size_t sent = 0, taken = 0;
        for (std::size_t turn = 0; taken < bytes; ++turn) {
            if (sent < bytes) {
                const std::size_t n = std::min(block_bytes, bytes - sent);
                check(cudaMemcpyAsync(down_[turn % 2].memory(), source + sent, n, cudaMemcpyDeviceToHost, stream),
                      "cudaMemcpyAsync");
                down_[turn % 2].record(stream);
                sent += n;
            }
            if (turn == 0 && sent < bytes) continue;  // one block ahead
            const std::size_t n = std::min(block_bytes, bytes - taken);
            Block& block = down_[taken / block_bytes % 2];
            block.wait();
            copy(target + taken, block.memory(), n);
            taken += n;
        }
    }

private:
    static constexpr std::size_t block_bytes = std::size_t{4} << 20, line = 256;

    class Block {
    public:
        std::byte* memory() {
            if (!memory_) {
                void* p = nullptr;
                check(cudaMallocHost(&p, block_bytes), "cudaMallocHost");
                memory_.reset(static_cast<std::byte*>(p));
                event_ = make_event();
            }
            return memory_.get();
        }
        /// No work after what is in the stream now uses this block.
        void record(cudaStream_t stream) { check(cudaEventRecord(event_.get(), stream), "cudaEventRecord"); }
        void wait() {
            if (event_) check(cudaEventSynchronize(event_.get()), "cudaEventSynchronize");
        }

    private:
        struct Free {
            void operator()(std::byte* p) const noexcept { (void)cudaFreeHost(p); }
        };
        std::unique_ptr<std::byte, Free> memory_;
        Event event_;
    };

    void turn(cudaStream_t stream) {
        up_[current_].record(stream);
        current_ = 1 - current_;
        used_ = 0;
        up_[current_].wait();
    }

    std::array<Block, 2> up_, down_;
    std::size_t current_ = 0, used_ = 0;
};

}  // namespace stylegan::gpu
#endif
