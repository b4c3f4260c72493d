// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/launch.hpp>
#include <stylegan/device/workspace.hpp>

#include <cub/device/device_segmented_reduce.cuh>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

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

/// The sequence f(0), f(1), f(2) ..., for the algorithms of CUB, which take iterators.
template <class Value, class F>
class Sequence {
public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = Value;
    using difference_type = Index;
    using pointer = const Value*;
    using reference = Value;

    STYLEGAN_HOST_DEVICE explicit Sequence(F f, Index at = 0) : f_(f), at_(at) {}

    STYLEGAN_DEVICE Value operator*() const { return f_(at_); }
    STYLEGAN_DEVICE Value operator[](Index i) const { return f_(at_ + i); }
    STYLEGAN_HOST_DEVICE Sequence operator+(Index n) const { return Sequence(f_, at_ + n); }
    STYLEGAN_HOST_DEVICE Sequence operator-(Index n) const { return Sequence(f_, at_ - n); }
    STYLEGAN_HOST_DEVICE Index operator-(const Sequence& other) const { return at_ - other.at_; }
    STYLEGAN_HOST_DEVICE Sequence& operator+=(Index n) {
        at_ += n;
        return *this;
    }
    STYLEGAN_HOST_DEVICE Sequence& operator++() { return *this += 1; }
    STYLEGAN_HOST_DEVICE friend bool operator==(const Sequence& a, const Sequence& b) { return a.at_ == b.at_; }
    STYLEGAN_HOST_DEVICE friend bool operator!=(const Sequence& a, const Sequence& b) { return a.at_ != b.at_; }

private:
    F f_;
    Index at_;
};

/// How segments of `length` values are cut into parts of at most `most`: where part i begins (`ahead` 0) and ends (1).
/// A block of threads sums one part, so a few long segments keep the whole device busy.
struct SegmentParts {
    Index length, most, parts;  ///< parts of a segment
    int ahead;

    static constexpr Index most_values = 4096;

    [[nodiscard]] static constexpr SegmentParts of(Index length, Index most = most_values) {
        return {length, most, std::max<Index>(1, (length + most - 1) / most), 0};
    }
    [[nodiscard]] constexpr SegmentParts ends() const { return {length, most, parts, 1}; }

    STYLEGAN_HOST_DEVICE Index operator()(Index i) const {
        const Index within = (i % parts + ahead) * most;
        return i / parts * length + (within < length ? within : length);
    }
};

template <class Value>
struct Stored {
    const Value* from;
    STYLEGAN_DEVICE Value operator()(Index i) const { return from[i]; }
};

/// results[s] = Value{} and all f(i) of i in [s length, (s + 1) length), combined, for s in [0, segments). In which order
/// depends on the shapes and the kind of GPU alone.
/// @param f        Index -> Value, on the device
/// @param combine  (Value, Value) -> Value, associative but for rounding
/// @param results  in the device's memory, overwritten
/// @throws DeviceError
template <class Value, class F, class Combine>
void segmented_reduction(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                         Combine combine, Value* results) {
    if (segments <= 0) return;
    const Workspace::Frame frame(workspace);
    const SegmentParts parts = SegmentParts::of(length);
    const Index count = segments * parts.parts;
    if (count > std::numeric_limits<int>::max())
        throw DeviceError(
            text("sums on the CUDA device: parts are ", count, ", expected at most ", std::numeric_limits<int>::max()));
    Value* const first = parts.parts == 1 ? results : workspace.take<Value>(count);
    using Offsets = Sequence<Index, SegmentParts>;
    const auto reduce = [&](void* temporary, std::size_t& bytes) {
        check(
            cub::DeviceSegmentedReduce::Reduce(temporary, bytes, Sequence<Value, F>(f), first, static_cast<int>(count),
                                               Offsets(parts), Offsets(parts.ends()), combine, Value{}, stream),
            "cub::DeviceSegmentedReduce::Reduce");
    };
    std::size_t bytes = 0;
    reduce(nullptr, bytes);
    reduce(workspace.take<std::byte>(static_cast<Index>(std::max<std::size_t>(bytes, 1))), bytes);
    if (parts.parts > 1)
        segmented_reduction(stream, workspace, segments, parts.parts, Stored<Value>{first}, combine, results);
}

/// sums[s] = the sum of f(i) over i in [s length, (s + 1) length), for s in [0, segments).
/// @param f  Index -> Sums<K>, on the device
/// @see segmented_reduction
template <int K, class F>
void segmented_sums(cudaStream_t stream, Workspace& workspace, Index segments, Index length, const F& f,
                    Sums<K>* sums) {
    segmented_reduction(stream, workspace, segments, length, f, AddSums<K>{}, sums);
}

}  // namespace stylegan::gpu
#endif
