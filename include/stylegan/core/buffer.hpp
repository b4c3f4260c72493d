// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace stylegan {

/// Aligns memory to cache lines and leaves numbers uninitialised unless a value is given. The thread that uses a large
/// buffer is then the first to touch its pages.
template <class T>
struct AlignedAllocator {
    using value_type = T;
    static constexpr std::align_val_t alignment{64};

    AlignedAllocator() = default;
    template <class U>
    AlignedAllocator(const AlignedAllocator<U>&) {}  // NOLINT: allocators convert

    [[nodiscard]] T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), alignment)); }
    void deallocate(T* p, std::size_t) noexcept { ::operator delete(p, alignment); }

    template <class U, class... A>
    void construct(U* p, A&&... a) {
        if constexpr (sizeof...(A) == 0 && std::is_trivially_default_constructible_v<U>)
            ::new (static_cast<void*>(p)) U;
        else
            ::new (static_cast<void*>(p)) U(std::forward<A>(a)...);
    }

    friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

/// Values in host memory, aligned for vector code.
template <class T>
using HostBuffer = std::vector<T, AlignedAllocator<T>>;

/// Copies values to a buffer of the same size. The buffers of every device have upload() and download(), so file
/// readers and writers work with all of them.
template <class T>
void upload(std::type_identity_t<std::span<const T>> values, HostBuffer<T>& to) {
    std::copy(values.begin(), values.end(), to.begin());
}

/// Copies the values of a buffer to host memory.
template <class T>
[[nodiscard]] std::vector<T> download(const HostBuffer<T>& from) {
    return {from.begin(), from.end()};
}

}  // namespace stylegan
