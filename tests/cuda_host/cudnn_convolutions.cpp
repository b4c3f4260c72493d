// SPDX-License-Identifier: Apache-2.0
// cuDNN's convolutions: (N, C, H, W) pictures and (K, C, R, S) filters.
#include "cudnn_objects.hpp"
#include "include/cuda_bf16.h"
#include "include/cuda_fp16.h"
#include "products.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
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
        if (x->type != w->type || x->type != y->type)
            return refuse(where, "pictures and filters are of different types");
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

    /// Whether they are of 16 bits and a number of channels is odd.
    [[nodiscard]] bool odd_halves() const {
        return x->type != CUDNN_DATA_FLOAT && (w->shape[0] % 2 != 0 || w->shape[1] % 2 != 0);
    }

    /// Whether float factors are rounded to TF32.
    [[nodiscard]] bool rounds() const { return x->type == CUDNN_DATA_FLOAT && convolution->math != CUDNN_FMA_MATH; }
    [[nodiscard]] bool tensor_cores() const { return convolution->math != CUDNN_FMA_MATH; }

    /// What an algorithm needs: the numbers are made up, and differ as real ones do.
    [[nodiscard]] std::size_t workspace(int algorithm) const {
        const Convolution g = geometry();
        const std::size_t depth = g.channels * g.rows * g.columns;
        return algorithm == 0 ? 0 : 256 * static_cast<std::size_t>(algorithm) + 4 * depth * (g.batch + g.filters);
    }
};

/// Pictures, filters, or what the convolution makes of them.
enum class Side { x, w, y };

/// What is computed of what. The numbers of the algorithms are cuDNN's; one of them it does not have. As happens with cuDNN, two
/// are listed that it then refuses: one when asked for the size of its workspace, and one when it is to compute.
struct Direction {
    Side result;
    int algorithms, missing, no_workspace, no_result;
    int aligned;  ///< one that refuses memory which does not begin on a multiple of 16; -1: none
    std::vector<std::pair<int, cudnnDeterminism_t>>
        known;  ///< by expected time: those whose sums have no order are first
    void (*compute)(const Convolution&, const std::vector<float>&, const std::vector<float>&, std::vector<double>&);

    [[nodiscard]] bool deterministic(int algorithm) const {
        return std::none_of(known.begin(), known.end(),
                            [&](const auto& k) { return k.first == algorithm && k.second == CUDNN_NON_DETERMINISTIC; });
    }
};

const Direction y_of_x_and_w{Side::y,
                             CUDNN_CONVOLUTION_FWD_ALGO_COUNT,
                             CUDNN_CONVOLUTION_FWD_ALGO_DIRECT,
                             CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING,
                             CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
                             CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
                             {{CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_DETERMINISTIC},
                              {CUDNN_CONVOLUTION_FWD_ALGO_GEMM, CUDNN_DETERMINISTIC},
                              {CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_DETERMINISTIC}},
                             forward};
const Direction dx_of_dy_and_w{Side::x,
                               CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT,
                               CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD,
                               CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING,
                               CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED,
                               -1,
                               {{CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, CUDNN_NON_DETERMINISTIC},
                                {CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, CUDNN_DETERMINISTIC}},
                               backward_data};
const Direction dw_of_x_and_dy{Side::w,
                               CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT,
                               CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD,
                               CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING,
                               CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED,
                               -1,
                               {{CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0, CUDNN_NON_DETERMINISTIC},
                                {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, CUDNN_NON_DETERMINISTIC},
                                {CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, CUDNN_DETERMINISTIC}},
                               backward_filter};

cudnnStatus_t check_algorithm(const char* where, const Direction& d, int algorithm) {
    if (algorithm < 0 || algorithm >= d.algorithms)
        return refuse(where, "there is no algorithm " + std::to_string(algorithm));
    if (algorithm != d.missing) return CUDNN_STATUS_SUCCESS;
    report(std::string(where) + ": algorithm " + std::to_string(algorithm) +
           " is taken, which was listed as not supported");
    return CUDNN_STATUS_NOT_SUPPORTED;
}

/// The algorithms of a direction: one that there is not, those that are refused later, and then those that are known.
template <class Perf>
cudnnStatus_t list_algorithms(const Call& call, const Direction& direction, int requested, int* returned,
                              Perf* results) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (requested <= 0 || returned == nullptr || results == nullptr)
        return refuse(call.where, "there is no room for a result");
    ++tally().searches;
    if (call.odd_halves() && odd_halves() == OddHalves::not_listed)
        return not_supported(call.where, "an odd number of channels in 16 bits");
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
        if (math == CUDNN_TENSOR_OP_MATH && !call.tensor_cores()) continue;
        const auto add = [&](int algorithm, cudnnDeterminism_t determinism) {
            if (count < requested)
                results[count++] = {.algo = static_cast<Number>(algorithm),
                                    .status = CUDNN_STATUS_SUCCESS,
                                    .time = -1,
                                    .memory = call.workspace(algorithm),
                                    .determinism = determinism,
                                    .mathType = math,
                                    .reserved = {}};
        };
        add(direction.no_workspace, CUDNN_DETERMINISTIC);
        add(direction.no_result, CUDNN_DETERMINISTIC);
        for (const auto& [algorithm, determinism] : direction.known) add(algorithm, determinism);
    }
    *returned = count;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t tell_workspace(const Call& call, const Direction& direction, int algorithm, std::size_t* bytes) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (bytes == nullptr) return refuse(call.where, "a null pointer");
    if (const cudnnStatus_t s = check_algorithm(call.where, direction, algorithm); s != CUDNN_STATUS_SUCCESS) return s;
    if (algorithm == direction.no_workspace) return not_supported(call.where, "an algorithm that was listed");
    *bytes = call.workspace(algorithm);
    return CUDNN_STATUS_SUCCESS;
}

/// A piece of memory that a call reads or writes.
struct Piece {
    const char* name;
    const void* data;
    std::size_t bytes;
    cudnnDataType_t type = CUDNN_DATA_FLOAT;

    [[nodiscard]] bool overlaps(const Piece& o) const {
        const auto *a = static_cast<const std::byte*>(data), *b = static_cast<const std::byte*>(o.data);
        return a < b + o.bytes && b < a + bytes;
    }

    [[nodiscard]] std::vector<float> values() const {
        const auto read = [this]<class T>(const T* from, auto value_of) {
            std::vector<float> v(bytes / sizeof(T));
            std::transform(from, from + v.size(), v.begin(), value_of);
            return v;
        };
        if (type == CUDNN_DATA_HALF) return read(static_cast<const __half*>(data), __half2float);
        if (type == CUDNN_DATA_BFLOAT16) return read(static_cast<const __nv_bfloat16*>(data), __bfloat162float);
        return read(static_cast<const float*>(data), [](float v) { return v; });
    }

    void store(const std::vector<float>& v) const {
        const auto write = [&v]<class T>(T* to, auto rounded) { std::transform(v.begin(), v.end(), to, rounded); };
        void* const to = const_cast<void*>(data);
        if (type == CUDNN_DATA_HALF) return write(static_cast<__half*>(to), __float2half_rn);
        if (type == CUDNN_DATA_BFLOAT16) return write(static_cast<__nv_bfloat16*>(to), __float2bfloat16_rn);
        write(static_cast<float*>(to), [](float value) { return value; });
    }
};

/// The memory behind the three descriptors of a call.
struct Memory {
    const void *x, *w, *y;
};

/// result = alpha * (what the direction computes of the other two) + beta * result, when the stream comes to it.
cudnnStatus_t compute(const Call& call, const Direction& direction, int algorithm, const void* alpha,
                      const Memory& memory, void* workspace, std::size_t bytes, const void* beta) {
    const Lock lock(mutex());
    if (const cudnnStatus_t s = call.check(); s != CUDNN_STATUS_SUCCESS) return s;
    if (alpha == nullptr || beta == nullptr) return refuse(call.where, "alpha or beta is a null pointer");
    if (const cudnnStatus_t s = check_algorithm(call.where, direction, algorithm); s != CUDNN_STATUS_SUCCESS) return s;
    if (algorithm == direction.no_workspace || algorithm == direction.no_result ||
        (call.odd_halves() && odd_halves() == OddHalves::refused))
        return not_supported(call.where, "an algorithm that was listed");
    if (algorithm == direction.aligned)
        for (const void* p : {memory.x, memory.w, memory.y})
            if (reinterpret_cast<std::uintptr_t>(p) % 16 != 0) return CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
    const std::size_t needed = call.workspace(algorithm);
    if (mutation() == Mutation::workspace) bytes /= 2;
    if (bytes < needed)
        return refuse(call.where,
                      "the workspace has " + std::to_string(bytes) + " bytes, expected " + std::to_string(needed));
    const Piece x{"x", memory.x, call.x->bytes(), call.x->type}, w{"w", memory.w, call.w->bytes(), call.w->type},
        y{"y", memory.y, call.y->bytes(), call.y->type}, scratch{"workspace", workspace, needed};
    const Side side = direction.result;
    const Piece &a = side == Side::x ? y : x, &b = side == Side::w ? y : w;  // the order of products.hpp
    const Piece& result = side == Side::x ? x : side == Side::w ? w : y;
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
    if (!direction.deterministic(algorithm)) ++tally().nondeterministic;
    if (call.rounds() || x.type != CUDNN_DATA_FLOAT) ++tally().reduced_precision;
    float factor = 0, keep = 0;
    std::memcpy(&factor, alpha, sizeof factor);
    std::memcpy(&keep, beta, sizeof keep);
    const auto work = [=, geometry = call.geometry(), rounded = call.rounds(), product = direction.compute] {
        if (!good()) return;
        if (scratch.bytes > 0) fill_with_nan(workspace, needed);
        const auto factor_of = [=](const Piece& p) {
            std::vector<float> v = p.values();
            if (rounded) std::transform(v.begin(), v.end(), v.begin(), to_tf32);
            return v;
        };
        std::vector<double> sums;
        product(geometry, factor_of(a), factor_of(b), sums);
        std::vector<float> stored = keep == 0 ? std::vector<float>(sums.size()) : result.values();
        for (std::size_t i = 0; i < sums.size(); ++i)
            stored[i] = static_cast<float>(double{factor} * sums[i] + double{keep} * double{stored[i]});
        result.store(stored);
    };
    return enqueue(call.handle->stream, call.where, work) == cudaSuccess ? CUDNN_STATUS_SUCCESS
                                                                         : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                     cudnnFilterDescriptor_t w,
                                                     cudnnConvolutionDescriptor_t convolution,
                                                     cudnnTensorDescriptor_t y, int requested, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionForwardAlgorithm_v7", handle, x, w, convolution, y}, y_of_x_and_w,
                           requested, returned, results);
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                      cudnnFilterDescriptor_t w,
                                                      cudnnConvolutionDescriptor_t convolution,
                                                      cudnnTensorDescriptor_t y, cudnnConvolutionFwdAlgo_t algorithm,
                                                      std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionForwardWorkspaceSize", handle, x, w, convolution, y}, y_of_x_and_w,
                          algorithm, bytes);
}
cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                      const void* x, cudnnFilterDescriptor_t w_desc, const void* w,
                                      cudnnConvolutionDescriptor_t convolution, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, std::size_t bytes, const void* beta,
                                      cudnnTensorDescriptor_t y_desc, void* y) {
    return compute({"cudnnConvolutionForward", handle, x_desc, w_desc, convolution, y_desc}, y_of_x_and_w, algorithm,
                   alpha, {x, w, y}, workspace, bytes, beta);
}

cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                          cudnnTensorDescriptor_t dy,
                                                          cudnnConvolutionDescriptor_t convolution,
                                                          cudnnTensorDescriptor_t dx, int requested, int* returned,
                                                          cudnnConvolutionBwdDataAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionBackwardDataAlgorithm_v7", handle, dx, w, convolution, dy},
                           dx_of_dy_and_w, requested, returned, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(cudnnHandle_t handle, cudnnFilterDescriptor_t w,
                                                           cudnnTensorDescriptor_t dy,
                                                           cudnnConvolutionDescriptor_t convolution,
                                                           cudnnTensorDescriptor_t dx,
                                                           cudnnConvolutionBwdDataAlgo_t algorithm,
                                                           std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionBackwardDataWorkspaceSize", handle, dx, w, convolution, dy},
                          dx_of_dy_and_w, algorithm, bytes);
}
cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha, cudnnFilterDescriptor_t w_desc,
                                           const void* w, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                           cudnnConvolutionDescriptor_t convolution,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace, std::size_t bytes,
                                           const void* beta, cudnnTensorDescriptor_t dx_desc, void* dx) {
    return compute({"cudnnConvolutionBackwardData", handle, dx_desc, w_desc, convolution, dy_desc}, dx_of_dy_and_w,
                   algorithm, alpha, {dx, w, dy}, workspace, bytes, beta);
}

cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                            cudnnTensorDescriptor_t dy,
                                                            cudnnConvolutionDescriptor_t convolution,
                                                            cudnnFilterDescriptor_t dw, int requested, int* returned,
                                                            cudnnConvolutionBwdFilterAlgoPerf_t* results) {
    return list_algorithms({"cudnnGetConvolutionBackwardFilterAlgorithm_v7", handle, x, dw, convolution, dy},
                           dw_of_x_and_dy, requested, returned, results);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnnHandle_t handle, cudnnTensorDescriptor_t x,
                                                             cudnnTensorDescriptor_t dy,
                                                             cudnnConvolutionDescriptor_t convolution,
                                                             cudnnFilterDescriptor_t dw,
                                                             cudnnConvolutionBwdFilterAlgo_t algorithm,
                                                             std::size_t* bytes) {
    return tell_workspace({"cudnnGetConvolutionBackwardFilterWorkspaceSize", handle, x, dw, convolution, dy},
                          dw_of_x_and_dy, algorithm, bytes);
}
cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t x_desc,
                                             const void* x, cudnnTensorDescriptor_t dy_desc, const void* dy,
                                             cudnnConvolutionDescriptor_t convolution,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             std::size_t bytes, const void* beta, cudnnFilterDescriptor_t dw_desc,
                                             void* dw) {
    return compute({"cudnnConvolutionBackwardFilter", handle, x_desc, dw_desc, convolution, dy_desc}, dw_of_x_and_dy,
                   algorithm, alpha, {x, dw, dy}, workspace, bytes, beta);
}

}  // extern "C"
