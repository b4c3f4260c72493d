// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/launch.hpp>
#include <stylegan/device/workspace.hpp>

#include <algorithm>

namespace stylegan::gpu {

/// K sums in double precision.
template <int K>
struct Sums {
    double value[K];
};

template <int K>
struct AddSums {
    STYLEGAN_HOST_DEVICE Sums<K> operator()(const Sums<K>& a, const Sums<K>& b) const {
        Sums<K> sum = a;
        for (int k = 0; k < K; ++k) sum.value[k] += b.value[k];
        return sum;
    }
};

/// The number of parts of a segment of `length` values: each is combined by one thread, their results by the next
/// round. A part is so small that a single segment keeps the whole device busy, and so large that the results are few.
[[nodiscard]] constexpr Index parts_of(Index length) {
    constexpr Index alone = 32, most_values = 64;
    if (length <= alone) return 1;
    Index root = 1;
    while (root * root < length) root *= 2;
    return std::max(root, (length + most_values - 1) / most_values);
}

/// The work of one thread: it combines the terms of every parts-th value, so that reads of neighbouring threads
/// coalesce. Four loads are in flight at a time; each value is passed to `keep` before it is combined.
template <class Value, class F, class Keep, class Terms, class Combine>
struct CombinePart {
    Value* to;
    F f;
    Keep keep;
    Terms terms;
    Combine combine;
    Index length, parts;

    STYLEGAN_DEVICE void operator()(Index item) const {
        const Index segment = quotient(item, parts);
        Index at = item - segment * parts;
        Value v{};
        for (; at + 3 * parts < length; at += 4 * parts) {
            const auto a = f(segment, at), b = f(segment, at + parts), c = f(segment, at + 2 * parts),
                       d = f(segment, at + 3 * parts);
            keep(segment, at, a);
            keep(segment, at + parts, b);
            keep(segment, at + 2 * parts, c);
            keep(segment, at + 3 * parts, d);
            v = combine(v, combine(combine(terms(segment, a), terms(segment, b)),
                                   combine(terms(segment, c), terms(segment, d))));
        }
        for (; at < length; at += parts) {
            const auto a = f(segment, at);
            keep(segment, at, a);
            v = combine(v, terms(segment, a));
        }
        to[item] = v;
    }
};

struct KeepNothing {
    template <class T>
    STYLEGAN_DEVICE void operator()(Index, Index, const T&) const {}
};

/// to[segment * length + at] = value
template <class T>
struct KeepEach {
    T* to;
    Index length;
    STYLEGAN_DEVICE void operator()(Index segment, Index at, const T& value) const {
        to[segment * length + at] = value;
    }
};

/// A value that is its own term.
struct Itself {
    template <class T>
    STYLEGAN_DEVICE const T& operator()(Index, const T& value) const {
        return value;
    }
};

template <class Value>
struct Stored {
    const Value* from;
    Index length;
    STYLEGAN_DEVICE Value operator()(Index segment, Index at) const { return from[segment * length + at]; }
};

/// results[s] = Value{} combined with the terms of f(s, at) for all at in [0, length), for s in [0, segments), round by
/// round. The order depends on the length alone: a result has the same bits in any batch and on any device.
/// @param f        (segment, index within it) -> T, on the device
/// @param keep     (segment, index, T), called once for each value
/// @param terms    (segment, T) -> Value
/// @param combine  (Value, Value) -> Value, associative up to rounding; Value{} is its neutral element
/// @param results  in device memory, overwritten
/// @throws DeviceError
template <class Value, class F, class Keep, class Terms, class Combine>
void reduce_in_rounds(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                      const Keep& keep, const Terms& terms, Combine combine, Value* results) {
    const Workspace::Frame frame(workspace);
    const Index parts = parts_of(length);
    Value* const of_parts = parts == 1 ? results : workspace.take<Value>(segments * parts);
    launch(stream, segments * parts,
           CombinePart<Value, F, Keep, Terms, Combine>{of_parts, f, keep, terms, combine, length, parts});
    if (parts > 1)
        reduce_in_rounds(stream, workspace, segments, parts, Stored<Value>{of_parts, parts}, KeepNothing{}, Itself{},
                         combine, results);
}

/// results[s] = Value{} combined with f(s, at) for all at in [0, length), for s in [0, segments).
/// @param f  (segment, index within it) -> Value, on the device
/// @see reduce_in_rounds
template <class Value, class F, class Combine>
void segmented_reduction(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                         Combine combine, Value* results) {
    reduce_in_rounds(stream, workspace, segments, length, f, KeepNothing{}, Itself{}, combine, results);
}

/// sums[s] = the sum of f(s, at) over at in [0, length), for s in [0, segments).
/// @param f  (segment, index within it) -> Sums<K>, on the device
/// @see segmented_reduction
template <int K, class F>
void segmented_sums(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                    Sums<K>* sums) {
    segmented_reduction(stream, workspace, segments, length, f, AddSums<K>{}, sums);
}

/// to[s * length + at] = f(s, at), and sums[s] = the sum of terms(s, f(s, at)), in one pass over memory.
/// @param terms  (segment, value) -> Sums<K>, on the device
/// @see reduce_in_rounds
template <int K, class T, class F, class Terms>
void stored_sums(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                 const Terms& terms, T* to, Sums<K>* sums) {
    reduce_in_rounds(stream, workspace, segments, length, f, KeepEach<T>{to, length}, terms, AddSums<K>{}, sums);
}

}  // namespace stylegan::gpu
#endif
