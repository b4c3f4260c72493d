// SPDX-License-Identifier: Apache-2.0
// cuDNN's convolutions: (N, C, H, W) pictures and (K, C, R, S) filters.
#include "cudnn_objects.hpp"
#include "products.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <utility>
#include <vector>

using namespace cuda_host;

namespace {

/// The descriptors of one call. x and y are the fine and the coarse side, whichever is computed.
struct Call {
    const char* where;
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t x;
    cudnnFilterDescriptor_t w;
    cudnnConvolutionDescriptor_t convolution;
    cudnnTensorDescriptor_t y;

    [[nodiscard]] Convolution geometry() const {
        const auto size = [](int i) { return static_cast<std::size_t>(i); };
        const auto &in = x->shape, &k = w->shape, &out = y->shape;
        return {.batch = size(in[0]),
                .channels = size(in[1]),
                .height = size(in[2]),
                .width = size(in[3]),
                .filters = size(k[0]),
                .rows = size(k[2]),
                .columns = size(k[3]),
                .out_height = size(out[2]),
                .out_width = size(out[3]),
                .pad_h = convolution->pad_h,
                .pad_w = convolution->pad_w,
                .stride_h = convolution->stride_h,
                .stride_w = convolution->stride_w,
                .dilation_h = convolution->dilation_h,
                .dilation_w = convolution->dilation_w,
                .turned = convolution->turned != (mutation() == Mutation::turned_kernel)};
    }

    [[nodiscard]] cudnnStatus_t check() const {
        if (!handles().lives(handle, where) || !tensors().lives(x, where) || !filters().lives(w, where) ||
            !convolutions().lives(convolution, where) || !tensors().lives(y, where))
            return CUDNN_STATUS_BAD_PARAM;
        if (x->shape[0] == 0 || w->shape[0] == 0 || y->shape[0] == 0 || !convolution->set)
            return refuse(where, "a descriptor was never set");
        if (!x->supported || !w->supported || !y->supported || !convolution->supported)
            return not_supported(where, "a format or type");
        if (device_of(handle->stream) != handle->device) return refuse(where, "the stream is of another device");
        const auto extent = [](int in, int pad, int taps, int dilation, int stride) {
            const int reach = (taps - 1) * dilation + 1;
            return in + 2 * pad < reach ? 0 : (in + 2 * pad - reach) / stride + 1;
        };
        const cudnnConvolutionStruct& c = *convolution;
        const auto &in = x->shape, &k = w->shape;
        const std::array<int, 4> expected{in[0], k[0], extent(in[2], c.pad_h, k[2], c.dilation_h, c.stride_h),
                                          extent(in[3], c.pad_w, k[3], c.dilation_w, c.stride_w)};
        if (k[1] != in[1])
            return refuse(where, "the filters take " + std::to_string(k[1]) + " channels, the pictures have " +
                                     std::to_string(in[1]));
        if (y->shape != expected)
            return refuse(where, "the coarse side is " + text_of(y->shape) + ", expected " + text_of(expected) +
                                     " of pictures " + text_of(in) + " and filters " + text_of(k));
        return CUDNN_STATUS_SUCCESS;
    }

    [[nodiscard]] bool rounds() const { return convolution->math != CUDNN_FMA_MATH; }

    /// What an algorithm needs: the numbers are made up, and differ as real ones do.
    [[nodiscard]] std::size_t workspace(int algorithm) const {
        const Convolution g = geometry();
        const std::size_t depth = g.channels * g.rows * g.columns;
        return algorithm == 0 ? 0 : 256 * static_cast<std::size_t>(algorithm) + 4 * depth * (g.batch + g.filters);
    }
};

/// How many algorithms cuDNN names for a direction, and one of them that it does not have.
struct Direction {
    int algorithms, missing;
};
constexpr Direction forwards{CUDNN_CONVOLUTION_FWD_ALGO_COUNT, CUDNN_CONVOLUTION_FWD_ALGO_DIRECT};
constexpr Direction data{CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD};
constexpr Direction filter{CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD};

cudnnStatus_t check_algorithm(const char* where, const Direction& d, int algorithm) {
    if (algorithm < 0 || algorithm >= d.algorithms)
        return refuse(where, "there is no algorithm " + std::to_string(algorithm));
    if (algorithm != d.missing) return CUDNN_STATUS_SUCCESS;
    report(std::string(where) + ": algorithm " + std::to_string(algorithm) +
           " is taken, which was listed as not supported");
    return CUDNN_STATUS_NOT_SUPPORTED;
}

/// The algorithms of a direction: one that there is not, and then, by expected time, those whose sums have no
/// fixed order first.
template <class Perf>
cudnnStatus_t list_algorithms(const Call& call, const Direction& direction,
                              std::initializer_list<std::pair<int, cudnnDeterminism_t>> known, int requested,
                              int* returned, Perf* results) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (requested <= 0 || returned == nullptr || results == nullptr)
        return refuse(call.where, "there is no room for a result");
    int count = 0;
    using Number = decltype(results->algo);
    results[count++] = {.algo = static_cast<Number>(direction.missing),
                        .status = CUDNN_STATUS_NOT_SUPPORTED,
                        .time = -1,
                        .memory = 0,
                        .determinism = CUDNN_DETERMINISTIC,
                        .mathType = CUDNN_FMA_MATH,
                        .reserved = {}};
    for (const cudnnMathType_t math : {CUDNN_TENSOR_OP_MATH, CUDNN_FMA_MATH}) {
        if (math == CUDNN_TENSOR_OP_MATH && !call.rounds()) continue;
        for (const auto& [algorithm, determinism] : known)
            if (count < requested)
                results[count++] = {.algo = static_cast<Number>(algorithm),
                                    .status = CUDNN_STATUS_SUCCESS,
                                    .time = -1,
                                    .memory = call.workspace(algorithm),
                                    .determinism = determinism,
                                    .mathType = math,
                                    .reserved = {}};
    }
    *returned = count;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t tell_workspace(const Call& call, const Direction& direction, int algorithm, std::size_t* bytes) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (bytes == nullptr) return refuse(call.where, "a null pointer");
    if (const cudnnStatus_t s = check_algorithm(call.where, direction, algorithm); s != CUDNN_STATUS_SUCCESS) return s;
    *bytes = call.workspace(algorithm);
    return CUDNN_STATUS_SUCCESS;
}

/// A piece of memory that a call reads or writes.
struct Piece {
    const char* name;
    const void* data;
    std::size_t bytes;

    [[nodiscard]] bool overlaps(const Piece& o) const {
        const auto *a = static_cast<const std::byte*>(data), *b = static_cast<const std::byte*>(o.data);
        return a < b + o.bytes && b < a + bytes;
    }
};

using Compute = void (*)(const Convolution&, const std::vector<float>&, const std::vector<float>&,
                         std::vector<double>&);

struct Algorithm {
    Direction direction;
    int number;
    bool deterministic;
};

/// result = alpha * compute(a, b) + beta * result, when the stream comes to it.
cudnnStatus_t compute(const Call& call, Algorithm algorithm, Compute function, const void* alpha, const Piece& a,
                      const Piece& b, void* workspace, std::size_t bytes, const void* beta, const Piece& result) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (alpha == nullptr || beta == nullptr) return refuse(call.where, "alpha or beta is a null pointer");
    if (const cudnnStatus_t s = check_algorithm(call.where, algorithm.direction, algorithm.number);
        s != CUDNN_STATUS_SUCCESS)
        return s;
    const std::size_t needed = call.workspace(algorithm.number);
    if (mutation() == Mutation::workspace) bytes /= 2;
    if (bytes < needed)
        return refuse(call.where,
                      "the workspace has " + std::to_string(bytes) + " bytes, expected " + std::to_string(needed));
    const Piece scratch{"workspace", workspace, needed};
    const auto good = [=, where = std::string(call.where), stream = call.handle->stream] {
        bool all = true;
        for (const Piece& p : {a, b, result, scratch})
            all = all && (p.bytes == 0 || reachable(where + ", " + p.name, p.data, p.bytes, stream));
        return all;
    };
    if (!good()) return CUDNN_STATUS_BAD_PARAM;
    for (const Piece* p : {&a, &b, &scratch})
        if (p->bytes > 0 && p->overlaps(result))
            return refuse(call.where, std::string(result.name) + " shares memory with " + p->name);
    if (scratch.bytes > 0 && (scratch.overlaps(a) || scratch.overlaps(b)))
        return refuse(call.where, "the workspace shares memory with what is read");

    ++tally().convolutions;
    if (!algorithm.deterministic) ++tally().nondeterministic;
    if (call.rounds()) ++tally().reduced_precision;
    float factor = 0, keep = 0;
    std::memcpy(&factor, alpha, sizeof factor);
    std::memcpy(&keep, beta, sizeof keep);
    const auto work = [=, geometry = call.geometry(), rounded = call.rounds()] {
        if (!good()) return;
        if (scratch.bytes > 0) fill_with_nan(workspace, needed);
        const auto values = [=](const Piece& p) {
            const auto* const from = static_cast<const float*>(p.data);
            std::vector<float> v(from, from + p.bytes / sizeof(float));
            if (rounded) std::transform(v.begin(), v.end(), v.begin(), to_tf32);
            return v;
        };
        std::vector<double> sums;
        function(geometry, values(a), values(b), sums);
        auto* const to = static_cast<float*>(const_cast<void*>(result.data));
        for (std::size_t i = 0; i < sums.size(); ++i)
            to[i] = static_cast<float>(keep == 0 ? double{factor} * sums[i]
                                                 : double{factor} * sums[i] + double{keep} * double{to[i]});
    };
    return enqueue(call.handle->stream, call.where, work) == cudaSuccess ? CUDNN_STATUS_SUCCESS
                                                                         : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace

extern "C" {

// ---- y = w * x

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w,
                                                     cudnnConvolutionDescriptor_t convolution,
                                                     cudnnTensorDescriptor_t y, int requested, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionForwardAlgorithm_v7", handle, x, w, convolution, y}, forwards,
                           {{CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_DETERMINISTIC},
                            {CUDNN_CONVOLUTION_FWD_ALGO_GEMM, CUDNN_DETERMINISTIC},
                            {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_DETERMINISTIC}},
                           requested, returned, results);
}

cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w,
                                                      cudnnConvolutionDescriptor_t convolution,
                                                      cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm,
                                                      std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionForwardWorkspaceSize", handle, x, w, convolution, y}, forwards,
                          algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                      const void* x, cudnnFilterDescriptor_t w_desc, const void* w,
                                      cudnnConvolutionDescriptor_t convolution, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, std::size_t bytes, const void* beta,
                                      cudnnTensorDescriptor_t y_desc, void* y) {
    const Call call{"cudnnConvolutionForward", handle, x_desc, w_desc, convolution, y_desc};
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    return compute(call, {forwards, algorithm, true}, forward, alpha, {"x", x, x_desc->bytes()},
                   {"w", w, w_desc->bytes()}, workspace, bytes, beta, {"y", y, y_desc->bytes()});
}

// ---- dx of dy and w

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                          cudnnTensorDescriptor_t dy,
                                                          cudnnConvolutionDescriptor_t convolution,
                                                          cudnnTensorDescriptor_t dx, int requested, int* returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionBackwardDataAlgorithm_v7", handle, dx, w, convolution, dy}, data,
                           {{CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, CUDNN_NON_DETERMINISTIC},
                            {CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, CUDNN_DETERMINISTIC}},
                           requested, returned, results);
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                           cudnnTensorDescriptor_t dy,
                                                           cudnnConvolutionDescriptor_t convolution,
                                                           cudnnTensorDescriptor_t dx,
                                                           cudnnConvolutionBwdDataAlgo_t algorithm,
                                                           std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionBackwardDataWorkspaceSize", handle, dx, w, convolution, dy}, data,
                          algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, cudnnFilterDescriptor_t w_desc,
                                           const void* w, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           cudnnConvolutionDescriptor_t convolution,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace, std::size_t bytes,
                                           const void* beta, cudnnTensorDescriptor_t dx_desc, void* dx) {
    const Call call{"cudnnConvolutionBackwardData", handle, dx_desc, w_desc, convolution, dy_desc};
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    return compute(call, {data, algorithm, algorithm != CUDNN_CONVOLUTION_BWD_DATA_ALGO_0}, backward_data, alpha,
                   {"dy", dy, dy_desc->bytes()}, {"w", w, w_desc->bytes()}, workspace, bytes, beta,
                   {"dx", dx, dx_desc->bytes()});
}

// ---- dw of x and dy

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                            cudnnTensorDescriptor_t dy,
                                                            cudnnConvolutionDescriptor_t convolution,
                                                            cudnnFilterDescriptor_t dw, int requested, int* returned,
                                                            cudnnConvolutionBwdFilterAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionBackwardFilterAlgorithm_v7", handle, x, dw, convolution, dy}, filter,
                           {{CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0, CUDNN_NON_DETERMINISTIC},
                            {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, CUDNN_NON_DETERMINISTIC},
                            {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, CUDNN_DETERMINISTIC}},
                           requested, returned, results);
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                             cudnnTensorDescriptor_t dy,
                                                             cudnnConvolutionDescriptor_t convolution,
                                                             cudnnFilterDescriptor_t dw,
                                                             cudnnConvolutionBwdFilterAlgo_t algorithm,
                                                             std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionBackwardFilterWorkspaceSize", handle, x, dw, convolution, dy}, filter,
                          algorithm, bytes);
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                             const void* x, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                             cudnnConvolutionDescriptor_t convolution,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             std::size_t bytes, const void* beta, cudnnFilterDescriptor_t dw_desc,
                                             void* dw) {
    const Call call{"cudnnConvolutionBackwardFilter", handle, x_desc, dw_desc, convolution, dy_desc};
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    const bool ordered =
        algorithm != CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0 && algorithm != CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3;
    return compute(call, {filter, algorithm, ordered}, backward_filter, alpha, {"x", x, x_desc->bytes()},
                   {"dy", dy, dy_desc->bytes()}, workspace, bytes, beta, {"dw", dw, dw_desc->bytes()});
}

}  // extern "C"
