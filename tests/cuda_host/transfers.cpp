// SPDX-License-Identifier: Apache-2.0
// Allocations, copies and launches.
#include "machine.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <cxxabi.h>

using namespace cuda_host;

namespace {

/// Of the values at the time of the call: they must be the same when the copy is done.
std::uint64_t fingerprint(const void* p, std::size_t bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto* const at = static_cast<const unsigned char*>(p);
    std::size_t i = 0;
    for (; i + 8 <= bytes; i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at + i, 8);
        hash = (hash ^ word) * 0x100000001b3;
        hash ^= hash >> 29;
    }
    for (; i < bytes; ++i) hash = (hash ^ at[i]) * 0x100000001b3;
    return hash;
}

/// Counts a queued copy in the page-locked block that a pointer is in; the pointer is not used for anything else.
Block* hold(const void* p) {
    Block* const block = Memory::instance().find(p, 0);
    if (block == nullptr || block->device != page_locked) return nullptr;
    ++block->copies;
    return block;
}

void let_go(Block* block) {
    if (block != nullptr) --block->copies;
}

bool of_device(const void* p) {
    const Block* const block = Memory::instance().find(p, 0);
    return Memory::instance().covers(p) && (block == nullptr || block->device != page_locked);
}

cudaError_t wrong_copy(const char* what) {
    report(std::string("cudaMemcpyAsync: ") + what);
    return failed(cudaErrorInvalidValue);
}

cudaError_t to_device(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    if (of_device(from)) return wrong_copy("the source of a copy to the device is memory of a device");
    if (!reachable("cudaMemcpyAsync to the device", to, bytes, stream)) return failed(cudaErrorInvalidValue);
    Block* const held = hold(from);
    return enqueue(stream, "cudaMemcpyAsync to the device", [=, before = fingerprint(from, bytes)] {
        let_go(held);
        if (fingerprint(from, bytes) != before)
            report("cudaMemcpyAsync to the device: the source was changed before the copy was waited for");
        if (reachable("cudaMemcpyAsync to the device", to, bytes, stream)) std::memcpy(to, from, bytes);
    });
}

cudaError_t to_host(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    if (of_device(to)) return wrong_copy("the destination of a copy to the host is memory of a device");
    if (!reachable("cudaMemcpyAsync to the host", from, bytes, stream)) return failed(cudaErrorInvalidValue);
    fill_with_nan(to, bytes);
    Block* const held = hold(to);
    return enqueue(stream, "cudaMemcpyAsync to the host", [=] {
        let_go(held);
        if (reachable("cudaMemcpyAsync to the host", from, bytes, stream)) std::memcpy(to, from, bytes);
    });
}

cudaError_t within_device(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    if (!of_device(to) || !of_device(from)) return wrong_copy("a copy within the device has an end outside of it");
    const auto good = [=] {
        return reachable("cudaMemcpyAsync within the device", to, bytes, stream) &&
               reachable("cudaMemcpyAsync within the device", from, bytes, stream);
    };
    if (!good()) return failed(cudaErrorInvalidValue);
    const auto* const a = static_cast<const std::byte*>(from);
    const auto* const b = static_cast<const std::byte*>(to);
    if (a < b + bytes && b < a + bytes) return wrong_copy("the source and the destination overlap");
    return enqueue(stream, "cudaMemcpyAsync within the device", [=] {
        if (good()) std::memcpy(to, from, bytes);
    });
}

/// Visits [0, count) once each, in an order that depends on `round`.
class Shuffled {
public:
    Shuffled(std::uint64_t count, std::uint64_t round) : count_(count), step_(1), at_(count > 0 ? round % count : 0) {
        for (const std::uint64_t prime : {2654435761u, 1000003u, 4099u, 257u, 31u, 7u, 3u})
            if (prime % count_ != 0 && std::gcd(prime, count_) == 1) {
                step_ = prime % count_;
                break;
            }
    }

    std::uint64_t next() {
        const std::uint64_t now = at_;
        at_ += step_;
        if (at_ >= count_) at_ -= count_;
        return now;
    }

private:
    std::uint64_t count_, step_, at_;
};

uint3 coordinates(std::uint64_t i, const dim3& size) {
    return {static_cast<unsigned>(i % size.x), static_cast<unsigned>(i / size.x % size.y),
            static_cast<unsigned>(i / size.x / size.y)};
}

std::uint64_t volume(const dim3& d) { return std::uint64_t{d.x} * d.y * d.z; }

void walk(const Launch& launch, const std::byte* arguments, std::uint64_t round) {
    gridDim = launch.grid;
    blockDim = launch.block;
    const std::uint64_t blocks = volume(launch.grid), threads = volume(launch.block);
    std::vector<uint3> order;
    Shuffled thread(threads, round);
    for (std::uint64_t t = 0; t < threads; ++t) order.push_back(coordinates(thread.next(), launch.block));
    Shuffled block(blocks, round * 7919);
    for (std::uint64_t b = 0; b < blocks; ++b) {
        blockIdx = coordinates(block.next(), launch.grid);
        launch.run_block(arguments, order.data(), order.size());
    }
}

/// A block that its owner still needs is freed behind its back.
void free_something() {
    const auto alive = Memory::instance().alive();
    std::vector<const Block*> of_devices;
    for (const Block* b : alive)
        if (b->device != page_locked) of_devices.push_back(b);
    if (of_devices.size() >= 2) Memory::instance().release(of_devices[of_devices.size() - 2]->data);
}

}  // namespace

namespace cuda_host {

void launch(const Launch& launch, cudaStream_t stream) {
    const Lock lock(mutex());
    ++tally().launches;
    const dim3 &g = launch.grid, &b = launch.block;
    const bool fits = volume(g) > 0 && volume(b) > 0 && volume(b) <= 1024 && b.z <= 64 && g.y <= 65535 &&
                      g.z <= 65535 && g.x <= static_cast<unsigned>(std::numeric_limits<int>::max());
    if (!fits) {
        failed(cudaErrorInvalidConfiguration);
        return;
    }
    if (mutation() == Mutation::use_after_free && tally().launches == 1) free_something();
    auto arguments = std::make_shared<std::vector<std::max_align_t>>(launch.bytes / sizeof(std::max_align_t) + 1);
    std::memcpy(arguments->data(), launch.function, launch.bytes);
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(launch.name, nullptr, nullptr, &status),
                                                      std::free);
    failed(enqueue(stream, std::string("kernel ") + (name ? name.get() : launch.name),
                   [launch, arguments, round = static_cast<std::uint64_t>(tally().launches)] {
                       walk(launch, reinterpret_cast<const std::byte*>(arguments->data()), round);
                   }));
}

}  // namespace cuda_host

extern "C" {

cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
    const Lock lock(mutex());
    if (device_count() == 0) return failed(cudaErrorNoDevice);
    if (pointer == nullptr) return failed(cudaErrorInvalidValue);
    if (spoils_capture("cudaMalloc")) return failed(cudaErrorStreamCaptureUnsupported);
    *pointer = bytes == 0 ? nullptr : Memory::instance().allocate(bytes, current_device(), device_bytes());
    if (bytes != 0 && *pointer == nullptr) return failed(cudaErrorMemoryAllocation);
    ++tally().allocations;
    tally().most_bytes = std::max(tally().most_bytes, Memory::instance().bytes_on(current_device()));
    return sticky();
}

cudaError_t cudaFree(void* pointer) {
    const Lock lock(mutex());
    if (pointer == nullptr) return sticky();
    if (spoils_capture("cudaFree")) return failed(cudaErrorStreamCaptureUnsupported);
    const Block* const block = Memory::instance().find(pointer, 0);
    if (block == nullptr || block->device == page_locked || !Memory::instance().release(pointer)) {
        report("cudaFree: " + Memory::instance().describe(pointer) + " is not the beginning of an allocation");
        return failed(cudaErrorInvalidValue);
    }
    return sticky();
}

cudaError_t cudaFreeHost(void* pointer) {
    const Lock lock(mutex());
    if (pointer == nullptr) return sticky();
    if (spoils_capture("cudaFreeHost")) return failed(cudaErrorStreamCaptureUnsupported);
    const Block* const block = Memory::instance().find(pointer, 0);
    if (block == nullptr || block->device != page_locked) {
        report("cudaFreeHost: " + Memory::instance().describe(pointer) + " is not the beginning of an allocation");
        return failed(cudaErrorInvalidValue);
    }
    if (block->copies > 0) {
        report("cudaFreeHost: a copy that uses " + Memory::instance().describe(pointer) + " was not waited for");
        do_all();
    }
    if (!Memory::instance().release(pointer)) return failed(cudaErrorInvalidValue);
    return sticky();
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
    const Lock lock(mutex());
    ++tally().copies;
    if (bytes == 0) return sticky();
    if (kind != cudaMemcpyDeviceToDevice &&
        spoils_capture("cudaMemcpyAsync to or from the host, which is not imitated"))
        return failed(cudaErrorStreamCaptureUnsupported);
    if (mutation() == Mutation::direction && kind == cudaMemcpyDeviceToHost) kind = cudaMemcpyHostToDevice;
    switch (kind) {
        case cudaMemcpyHostToDevice: return to_device(to, from, bytes, stream);
        case cudaMemcpyDeviceToHost: return to_host(to, from, bytes, stream);
        case cudaMemcpyDeviceToDevice: return within_device(to, from, bytes, stream);
        case cudaMemcpyHostToHost:
        case cudaMemcpyDefault: return wrong_copy("only copies to, from and within a device are imitated");
    }
    return failed(cudaErrorInvalidMemcpyDirection);
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
    const Lock lock(mutex());
    if (bytes == 0) return sticky();
    if (!reachable("cudaMemsetAsync", to, bytes, stream)) return failed(cudaErrorInvalidValue);
    return enqueue(stream, "cudaMemsetAsync", [=] {
        if (reachable("cudaMemsetAsync", to, bytes, stream)) std::memset(to, value, bytes);
    });
}

}  // extern "C"

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes, unsigned flags) {
    const Lock lock(mutex());
    if (device_count() == 0) return failed(cudaErrorNoDevice);
    if (pointer == nullptr || flags > 7) return failed(cudaErrorInvalidValue);
    if (spoils_capture("cudaMallocHost")) return failed(cudaErrorStreamCaptureUnsupported);
    *pointer =
        bytes == 0 ? nullptr : Memory::instance().allocate(bytes, page_locked, std::numeric_limits<std::size_t>::max());
    if (bytes != 0 && *pointer == nullptr) return failed(cudaErrorMemoryAllocation);
    return sticky();
}
