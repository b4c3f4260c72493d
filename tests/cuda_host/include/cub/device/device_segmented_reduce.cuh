// SPDX-License-Identifier: Apache-2.0
// The part of CUB that stylegan/device calls: see cuda_runtime.h.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <type_traits>

namespace cuda_host {

/// Checks the temporary memory of a reduction and queues it. `segment(i)` does segment i.
cudaError_t reduce(void* temporary, std::size_t& bytes, std::int64_t segments,
                   std::function<void(std::int64_t)> segment, cudaStream_t stream);

}  // namespace cuda_host

namespace cub {

struct DeviceSegmentedReduce {
    /// out[s] = initial op in[begin[s]] op ... op in[end[s] - 1]. Lanes take values in turn and are then joined in pairs, as
    /// a warp's are: the order is fixed, and not that of a loop.
    template <class In, class Out, class Begin, class End, class Op, class T>
    static cudaError_t Reduce(void* temporary, std::size_t& bytes, In in, Out out, std::int64_t segments, Begin begin,
                              End end, Op op, T initial, cudaStream_t stream = nullptr) {
        static_assert(std::is_trivially_copyable_v<In> && std::is_trivially_copyable_v<Begin> &&
                          std::is_trivially_copyable_v<End> && std::is_trivially_copyable_v<Op> &&
                          std::is_trivially_copyable_v<T>,
                      "cub::DeviceSegmentedReduce: arguments of a kernel are copied as bytes");
        static_assert(std::is_integral_v<typename std::iterator_traits<Begin>::value_type>,
                      "cub::DeviceSegmentedReduce: offsets are integers");
        static_assert(
            std::is_base_of_v<std::random_access_iterator_tag, typename std::iterator_traits<In>::iterator_category>,
            "cub::DeviceSegmentedReduce: values are at a random access iterator");
        const auto one = [=](std::int64_t s) {
            using Sum = std::decay_t<std::invoke_result_t<Op, T, typename std::iterator_traits<In>::value_type>>;
            constexpr std::int64_t lanes = 32;
            const auto first = static_cast<std::int64_t>(begin[s]), count = static_cast<std::int64_t>(end[s]) - first;
            Sum lane[lanes]{};
            const std::int64_t used = count < lanes ? count : lanes;
            for (std::int64_t i = 0; i < used; ++i) lane[i] = static_cast<Sum>(in[first + i]);
            for (std::int64_t i = lanes; i < count; ++i) lane[i % lanes] = op(lane[i % lanes], in[first + i]);
            for (std::int64_t width = lanes / 2; width > 0; width /= 2)
                for (std::int64_t i = 0; i < width; ++i)
                    if (i + width < used) lane[i] = op(lane[i], lane[i + width]);
            out[s] = used > 0 ? op(static_cast<Sum>(initial), lane[0]) : static_cast<Sum>(initial);
        };
        return cuda_host::reduce(temporary, bytes, segments, one, stream);
    }

    template <class In, class Out, class Begin, class End>
    static cudaError_t Sum(void* temporary, std::size_t& bytes, In in, Out out, std::int64_t segments, Begin begin,
                           End end, cudaStream_t stream = nullptr) {
        using T = typename std::iterator_traits<In>::value_type;
        return Reduce(temporary, bytes, in, out, segments, begin, end, std::plus<>{}, T{}, stream);
    }
};

}  // namespace cub
