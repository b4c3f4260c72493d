// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cuda_host {

inline constexpr int page_locked = -1;  ///< in place of a device

/// Memory of one cudaMalloc or cudaMallocHost. Its end is the end of a page, and the next page belongs to nobody.
struct Block {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
    std::byte* base = nullptr;  ///< of its pages
    std::size_t mapped = 0;
    int device = 0;
    long long serial = 0;
    bool open = false;  ///< whether its pages can be touched
    bool freed = false;
    int copies = 0;  ///< that are queued and read or write it
};

/// Signalling NaN in every four bytes: what memory holds before somebody writes it.
void fill_with_nan(void* to, std::size_t bytes);

/// All memory of the machine, at addresses that are never used twice. Pages of a device can be touched only while work of a
/// device is done; what else touches them ends the program with a line that says what it was.
class Memory {
public:
    static Memory& instance();

    /// @return nullptr if it does not fit in `limit`
    void* allocate(std::size_t bytes, int device, std::size_t limit);

    /// @return whether this is the beginning of a block that is alive; what it held is gone
    bool release(void* data);

    /// The block that [data, data + bytes) lies in wholly. nullptr: none that is alive
    Block* find(const void* data, std::size_t bytes);

    /// Whether an address is within the range of addresses that blocks are made of
    [[nodiscard]] bool covers(const void* address) const;

    /// Runs `work`, which may touch the memory of devices; what it touches wrongly becomes a fault that names `what`.
    /// @return whether all went well
    bool run(const char* what, const std::function<void()>& work);

    /// Whether this thread is within run()
    [[nodiscard]] static bool running();

    /// "16 bytes past the end of 64 bytes of device memory (allocation 12)"
    [[nodiscard]] std::string describe(const void* address) const;

    [[nodiscard]] std::size_t bytes_on(int device) const;
    [[nodiscard]] std::vector<const Block*> alive() const;

    /// Called by the handler of SIGSEGV. @return whether to try again
    bool touched(void* address);

private:
    Memory();
    void open(Block& block);
    void close_all();
    void check_edges(const Block& block) const;
    [[nodiscard]] const Block* at_or_before(const void* address) const;

    std::byte *arena_, *next_, *end_;
    std::map<const std::byte*, Block> blocks_;  // by base; freed ones stay, to tell who touches them
    std::vector<Block*> open_;
    std::map<int, std::size_t> bytes_;
    long long serial_ = 0;
};

}  // namespace cuda_host
