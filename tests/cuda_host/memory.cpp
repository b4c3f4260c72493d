// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include "machine.hpp"

#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sstream>
#include <utility>

#include <execinfo.h>
#include <sys/mman.h>
#include <unistd.h>

namespace cuda_host {
namespace {

constexpr std::size_t page = 4096, alignment = 256, reserved = std::size_t{1} << 40;
constexpr auto edge = std::byte{0xA5};  // what surrounds a block within its pages

struct Run {
    sigjmp_buf back;
    const char* what;
    std::string complaint;
};
constinit thread_local Run* current = nullptr;

std::size_t round_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

void protect(const Block& block, int access) {
    if (mprotect(block.base, block.mapped, access) != 0) {
        std::perror("cuda_host: mprotect");
        std::abort();
    }
}

/// Lets work on a device touch a block for the first time; all else that faults is somebody's mistake.
void on_segmentation_fault(int, siginfo_t* info, void*) {
    Memory& memory = Memory::instance();
    void* const address = info->si_addr;
    if (memory.covers(address)) {
        if (memory.touched(address)) return;
        const std::string where = memory.describe(address);
        if (current != nullptr) {
            current->complaint = std::string(current->what) + " touches " + where;
            siglongjmp(current->back, 1);
        }
        const std::string line = "cuda_host: the processor touches " + where + "\n";
        (void)!write(2, line.data(), line.size());
        void* frames[32];
        backtrace_symbols_fd(frames, backtrace(frames, 32), 2);
        _exit(97);
    }
    std::signal(SIGSEGV, SIG_DFL);  // not ours: happens again, and ends the program
}

void install_handler() {
    struct sigaction action {};
    action.sa_sigaction = on_segmentation_fault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, nullptr);
}

/// What a kernel captured by reference is then no longer what it was.
__attribute__((noinline)) void spoil_stack() {
    unsigned char below[1 << 14];
    std::memset(below, 0xA5, sizeof below);
    asm volatile("" : : "r"(below) : "memory");  // not to be left out
}

/// @return whether the work came to its end
bool returns(Run& run, const std::function<void()>& work) {
    if (sigsetjmp(run.back, 0) != 0) return false;
    work();
    return true;
}

}  // namespace

void fill_with_nan(void* to, std::size_t bytes) {
    constexpr std::uint32_t nan = 0x7fa00000;
    auto* const p = static_cast<std::byte*>(to);
    std::size_t i = 0;
    for (; i + sizeof nan <= bytes; i += sizeof nan) std::memcpy(p + i, &nan, sizeof nan);
    if (i < bytes) std::memcpy(p + i, reinterpret_cast<const std::byte*>(&nan) + sizeof nan - (bytes - i), bytes - i);
}

Memory& Memory::instance() {
    static Memory memory;
    return memory;
}

Memory::Memory() {
    void* const p = mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) throw std::bad_alloc();
    arena_ = next_ = static_cast<std::byte*>(p);
    end_ = arena_ + reserved;
    install_handler();
}

void* Memory::allocate(std::size_t bytes, int device, std::size_t limit) {
    const std::size_t used = round_up(bytes, alignment), mapped = round_up(used, page);
    if (bytes_[device] + used > limit || next_ + mapped + page > end_) return nullptr;
    Block block{.bytes = bytes, .base = next_, .mapped = mapped, .device = device, .serial = ++serial_};
    block.data = block.base + mapped - used;
    next_ += mapped + page;
    bytes_[device] += used;
    protect(block, PROT_READ | PROT_WRITE);
    std::memset(block.base, static_cast<int>(edge), mapped);
    fill_with_nan(block.data, bytes);
    if (device != page_locked) protect(block, PROT_NONE);
    blocks_.emplace(block.base, block);
    return block.data;
}

bool Memory::release(void* data) {
    Block* const block = find(data, 0);
    if (block == nullptr || block->data != data) return false;
    if (block->device != page_locked) protect(*block, PROT_READ | PROT_WRITE);
    check_edges(*block);
    madvise(block->base, block->mapped, MADV_DONTNEED);
    protect(*block, PROT_NONE);
    block->freed = true;
    bytes_[block->device] -= round_up(block->bytes, alignment);
    return true;
}

const Block* Memory::at_or_before(const void* address) const {
    auto at = blocks_.upper_bound(static_cast<const std::byte*>(address));
    return at == blocks_.begin() ? nullptr : &(--at)->second;
}

Block* Memory::find(const void* data, std::size_t bytes) {
    const Block* const block = covers(data) ? at_or_before(data) : nullptr;
    const auto* const first = static_cast<const std::byte*>(data);
    if (block == nullptr || block->freed || first < block->data) return nullptr;
    const auto offset = static_cast<std::size_t>(first - block->data);
    return offset <= block->bytes && bytes <= block->bytes - offset ? const_cast<Block*>(block) : nullptr;
}

bool Memory::covers(const void* address) const { return address >= arena_ && address < end_; }

bool Memory::touched(void* address) {
    const Block* const found = at_or_before(address);
    if (current == nullptr || found == nullptr || found->freed || found->open || found->device == page_locked ||
        address >= found->base + found->mapped)
        return false;
    open(const_cast<Block&>(*found));
    return true;
}

void Memory::open(Block& block) {
    protect(block, PROT_READ | PROT_WRITE);
    block.open = true;
    open_.push_back(&block);
}

void Memory::close_all() {
    for (Block* block : open_) {
        check_edges(*block);
        protect(*block, PROT_NONE);
        block->open = false;
    }
    open_.clear();
}

bool Memory::run(const char* what, const std::function<void()>& work) {
    Run run;
    run.what = what;
    Run* const outer = std::exchange(current, &run);
    spoil_stack();
    const bool well = returns(run, work);
    current = outer;
    if (outer == nullptr) close_all();
    if (!well) report(run.complaint);
    return well;
}

bool Memory::running() { return current != nullptr; }

void Memory::check_edges(const Block& block) const {
    const auto spoilt = [](std::byte* from, std::byte* to) {
        bool found = false;
        for (; from < to; ++from)
            if (*from != edge) {
                found = true;
                *from = edge;
            }
        return found;
    };
    if (spoilt(block.data + block.bytes, block.base + block.mapped))
        report("something was written behind " + describe(block.data));
    if (spoilt(block.base, block.data)) report("something was written before " + describe(block.data));
}

std::string Memory::describe(const void* address) const {
    const Block* const block = at_or_before(address);
    std::ostringstream out;
    if (block == nullptr) {
        out << "memory that was never allocated";
        return out.str();
    }
    const auto* const at = static_cast<const std::byte*>(address);
    const auto offset = at - block->data;
    if (offset < 0)
        out << -offset << " bytes before ";
    else if (static_cast<std::size_t>(offset) >= block->bytes)
        out << static_cast<std::size_t>(offset) - block->bytes << " bytes past the end of ";
    else if (offset > 0)
        out << "byte " << offset << " of ";
    out << block->bytes << " bytes of " << (block->device == page_locked ? "page-locked" : "device") << " memory"
        << (block->freed ? " after they were freed" : "") << " (allocation " << block->serial << ")";
    return out.str();
}

std::size_t Memory::bytes_on(int device) const {
    const auto at = bytes_.find(device);
    return at == bytes_.end() ? 0 : at->second;
}

std::vector<const Block*> Memory::alive() const {
    std::vector<const Block*> all;
    for (const auto& [base, block] : blocks_)
        if (!block.freed) all.push_back(&block);
    return all;
}

}  // namespace cuda_host
