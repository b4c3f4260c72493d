// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/launch.hpp>
#include <stylegan/device/workspace.hpp>

#include <algorithm>

namespace stylegan::gpu {

/// K sums that are taken together, in double precision.
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

/// In how many parts a segment of `length` values is combined, each by a thread of its own, and by the next round as one. A
/// thread takes few values, so that even a single segment keeps the whole device busy, but not so few that their results are
/// as much to read as the values were.
[[nodiscard]] constexpr Index parts_of(Index length) {
    constexpr Index alone = 32, most_values = 64;
    if (length <= alone) return 1;
    Index root = 1;
    while (root * root < length) root *= 2;
    return std::max(root, (length + most_values - 1) / most_values);
}

/// What a thread does: it combines every parts-th value, so that neighbours read neighbours. Four values are on their way at
/// a time.
template <class Value, class F, class Combine>
struct CombinePart {
    Value* to;
    F f;
    Combine combine;
    Index length, parts;

    STYLEGAN_DEVICE void operator()(Index item) const {
        const Index segment = quotient(item, parts);
        Index at = item - segment * parts;
        Value v{};
        for (; at + 3 * parts < length; at += 4 * parts) {
            const Value a = f(segment, at), b = f(segment, at + parts), c = f(segment, at + 2 * parts),
                        d = f(segment, at + 3 * parts);
            v = combine(v, combine(combine(a, b), combine(c, d)));
        }
        for (; at < length; at += parts) v = combine(v, f(segment, at));
        to[item] = v;
    }
};

template <class Value>
struct Stored {
    const Value* from;
    Index length;
    STYLEGAN_DEVICE Value operator()(Index segment, Index at) const { return from[segment * length + at]; }
};

/// results[s] = Value{} and all f(s, at) of at in [0, length), combined, for s in [0, segments). In which order depends on the
/// length alone: a result is the same bits in any batch, and on any device.
/// @param f        (segment, place within it) -> Value, on the device
/// @param combine  (Value, Value) -> Value, associative but for rounding, to which Value{} makes no difference
/// @param results  in the device's memory, overwritten
/// @throws DeviceError
template <class Value, class F, class Combine>
void segmented_reduction(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                         Combine combine, Value* results) {
    const Workspace::Frame frame(workspace);
    const Index parts = parts_of(length);
    Value* const of_parts = parts == 1 ? results : workspace.take<Value>(segments * parts);
    launch(stream, segments * parts, CombinePart<Value, F, Combine>{of_parts, f, combine, length, parts});
    if (parts > 1)
        segmented_reduction(stream, workspace, segments, parts, Stored<Value>{of_parts, parts}, combine, results);
}

/// sums[s] = the sum of f(s, at) over at in [0, length), for s in [0, segments).
/// @param f  (segment, place within it) -> Sums<K>, on the device
/// @see segmented_reduction
template <int K, class F>
void segmented_sums(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                    Sums<K>* sums) {
    segmented_reduction(stream, workspace, segments, length, f, AddSums<K>{}, sums);
}

/// What a thread does of stored_sums().
template <int K, class T, class F, class Terms>
struct StoreAndSumPart {
    T* to;
    Sums<K>* sums;
    F f;
    Terms terms;
    Index length, parts;

    STYLEGAN_DEVICE void operator()(Index item) const {
        const Index segment = quotient(item, parts);
        Index at = item - segment * parts;
        T* const row = to + segment * length;
        const AddSums<K> add;
        Sums<K> sum{};
        for (; at + 3 * parts < length; at += 4 * parts) {
            const T a = f(segment, at), b = f(segment, at + parts), c = f(segment, at + 2 * parts),
                    d = f(segment, at + 3 * parts);
            row[at] = a;
            row[at + parts] = b;
            row[at + 2 * parts] = c;
            row[at + 3 * parts] = d;
            sum = add(sum, add(add(terms(segment, a), terms(segment, b)), add(terms(segment, c), terms(segment, d))));
        }
        for (; at < length; at += parts) {
            const T a = f(segment, at);
            row[at] = a;
            sum = add(sum, terms(segment, a));
        }
        sums[item] = sum;
    }
};

/// to[s * length + at] = f(s, at), and sums[s] = the sum of terms(s, f(s, at)), in one pass over memory.
/// @param terms  (segment, value) -> Sums<K>, on the device
/// @see segmented_reduction
template <int K, class T, class F, class Terms>
void stored_sums(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                 const Terms& terms, T* to, Sums<K>* sums) {
    const Workspace::Frame frame(workspace);
    const Index parts = parts_of(length);
    Sums<K>* const of_parts = parts == 1 ? sums : workspace.take<Sums<K>>(segments * parts);
    launch(stream, segments * parts, StoreAndSumPart<K, T, F, Terms>{to, of_parts, f, terms, length, parts});
    if (parts > 1) segmented_sums<K>(stream, workspace, segments, parts, Stored<Sums<K>>{of_parts, parts}, sums);
}

}  // namespace stylegan::gpu
#endif
