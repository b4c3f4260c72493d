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

/// Allocates on cache-line boundaries and leaves numbers uninitialised unless a value is given:
/// large buffers are written by their first user, by the thread that will read them.
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

/// Values in the memory of the processor, aligned for vector code.
template <class T>
using HostBuffer = std::vector<T, AlignedAllocator<T>>;

/// to = values, which are as many. Every device's buffer has this and the next function, so that files need know no device.
template <class T>
void upload(std::type_identity_t<std::span<const T>> values, HostBuffer<T>& to) {
    std::copy(values.begin(), values.end(), to.begin());
}

/// The values of a buffer, in the memory of the processor.
template <class T>
[[nodiscard]] std::vector<T> download(const HostBuffer<T>& from) {
    return {from.begin(), from.end()};
}

}  // namespace stylegan
