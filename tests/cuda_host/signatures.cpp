// SPDX-License-Identifier: Apache-2.0
// What the stand-in declares is what CUDA declares: compiled with the stand-in's headers, and, as the test
// cuda_host.signatures, with those of an installed toolkit.
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <cudnn.h>

#include <cstddef>
#include <type_traits>

namespace {

template <class Function>
constexpr bool is(Function*) {  // picks one of several overloads
    return true;
}
#define SIGNATURE(function, ...) static_assert(is<__VA_ARGS__>(&function))
#define VALUE(name, number) static_assert(static_cast<int>(name) == (number))

using Size = std::size_t;

// ---- runtime
using E = cudaError_t;
SIGNATURE(cudaGetDeviceCount, E(int*));
SIGNATURE(cudaDriverGetVersion, E(int*));
SIGNATURE(cudaSetDevice, E(int));
SIGNATURE(cudaGetDevice, E(int*));
SIGNATURE(cudaDeviceGetAttribute, E(int*, cudaDeviceAttr, int));
SIGNATURE(cudaDeviceSynchronize, E());
SIGNATURE(cudaMemGetInfo, E(Size*, Size*));
SIGNATURE(cudaGetLastError, E());
SIGNATURE(cudaPeekAtLastError, E());
SIGNATURE(cudaGetErrorName, const char*(E));
SIGNATURE(cudaGetErrorString, const char*(E));
SIGNATURE(cudaStreamCreateWithFlags, E(cudaStream_t*, unsigned));
SIGNATURE(cudaStreamDestroy, E(cudaStream_t));
SIGNATURE(cudaStreamSynchronize, E(cudaStream_t));
SIGNATURE(cudaStreamQuery, E(cudaStream_t));
SIGNATURE(cudaStreamWaitEvent, E(cudaStream_t, cudaEvent_t, unsigned));
SIGNATURE(cudaStreamBeginCapture, E(cudaStream_t, cudaStreamCaptureMode));
SIGNATURE(cudaStreamEndCapture, E(cudaStream_t, cudaGraph_t*));
SIGNATURE(cudaEventCreateWithFlags, E(cudaEvent_t*, unsigned));
SIGNATURE(cudaEventRecord, E(cudaEvent_t, cudaStream_t));
SIGNATURE(cudaEventQuery, E(cudaEvent_t));
SIGNATURE(cudaEventSynchronize, E(cudaEvent_t));
SIGNATURE(cudaEventElapsedTime, E(float*, cudaEvent_t, cudaEvent_t));
SIGNATURE(cudaEventDestroy, E(cudaEvent_t));
SIGNATURE(cudaMalloc, E(void**, Size));
SIGNATURE(cudaMallocHost, E(void**, Size, unsigned));
SIGNATURE(cudaFree, E(void*));
SIGNATURE(cudaFreeHost, E(void*));
SIGNATURE(cudaMemcpyAsync, E(void*, const void*, Size, cudaMemcpyKind, cudaStream_t));
SIGNATURE(cudaMemsetAsync, E(void*, int, Size, cudaStream_t));
SIGNATURE(cudaGraphInstantiate, E(cudaGraphExec_t*, cudaGraph_t, unsigned long long));
SIGNATURE(cudaGraphLaunch, E(cudaGraphExec_t, cudaStream_t));
SIGNATURE(cudaGraphDestroy, E(cudaGraph_t));
SIGNATURE(cudaGraphExecDestroy, E(cudaGraphExec_t));

VALUE(cudaSuccess, 0);
VALUE(cudaErrorInvalidValue, 1);
VALUE(cudaErrorMemoryAllocation, 2);
VALUE(cudaErrorInvalidConfiguration, 9);
VALUE(cudaErrorInvalidMemcpyDirection, 21);
VALUE(cudaErrorInsufficientDriver, 35);
VALUE(cudaErrorNoDevice, 100);
static_assert(CUDART_VERSION >= 12080);
VALUE(cudaErrorInvalidDevice, 101);
VALUE(cudaErrorInvalidResourceHandle, 400);
VALUE(cudaErrorNotReady, 600);
VALUE(cudaErrorIllegalAddress, 700);
VALUE(cudaErrorStreamCaptureUnsupported, 900);
VALUE(cudaErrorStreamCaptureInvalidated, 901);
VALUE(cudaErrorStreamCaptureUnmatched, 903);
VALUE(cudaErrorStreamCaptureImplicit, 906);
VALUE(cudaMemcpyHostToHost, 0);
VALUE(cudaMemcpyHostToDevice, 1);
VALUE(cudaMemcpyDeviceToHost, 2);
VALUE(cudaMemcpyDeviceToDevice, 3);
VALUE(cudaMemcpyDefault, 4);
VALUE(cudaDevAttrClockRate, 13);
VALUE(cudaDevAttrMultiProcessorCount, 16);
VALUE(cudaDevAttrMemoryClockRate, 36);
VALUE(cudaDevAttrGlobalMemoryBusWidth, 37);
VALUE(cudaDevAttrL2CacheSize, 38);
VALUE(cudaDevAttrMaxThreadsPerMultiProcessor, 39);
VALUE(cudaDevAttrComputeCapabilityMajor, 75);
VALUE(cudaDevAttrComputeCapabilityMinor, 76);
VALUE(cudaStreamCaptureModeGlobal, 0);
VALUE(cudaStreamCaptureModeThreadLocal, 1);
VALUE(cudaStreamCaptureModeRelaxed, 2);
VALUE(cudaStreamDefault, 0);
VALUE(cudaStreamNonBlocking, 1);
VALUE(cudaEventDisableTiming, 2);
static_assert(std::is_same_v<decltype(cudaStreamLegacy), cudaStream_t>);
static_assert(std::is_constructible_v<dim3, unsigned, unsigned, unsigned>);
static_assert(std::is_same_v<decltype(uint3{}.x), unsigned>);

// ---- numbers of 16 bits
SIGNATURE(__float2half_rn, __half(float));
SIGNATURE(__half2float, float(__half));
SIGNATURE(__float2bfloat16_rn, __nv_bfloat16(float));
SIGNATURE(__bfloat162float, float(__nv_bfloat16));
static_assert(sizeof(__half) == 2 && sizeof(__nv_bfloat16) == 2);

// ---- cuBLAS
using B = cublasStatus_t;
SIGNATURE(cublasCreate, B(cublasHandle_t*));
SIGNATURE(cublasDestroy, B(cublasHandle_t));
SIGNATURE(cublasSetStream, B(cublasHandle_t, cudaStream_t));
SIGNATURE(cublasSetWorkspace, B(cublasHandle_t, void*, Size));
SIGNATURE(cublasSetMathMode, B(cublasHandle_t, cublasMath_t));
SIGNATURE(cublasGetStatusName, const char*(B));
SIGNATURE(cublasGetStatusString, const char*(B));
SIGNATURE(cublasSgemm, B(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int, const float*,
                         const float*, int, const float*, int, const float*, float*, int));
VALUE(CUBLAS_OP_N, 0);
VALUE(CUBLAS_OP_T, 1);
VALUE(CUBLAS_DEFAULT_MATH, 0);
VALUE(CUBLAS_PEDANTIC_MATH, 2);
VALUE(CUBLAS_TF32_TENSOR_OP_MATH, 3);
VALUE(CUBLAS_STATUS_SUCCESS, 0);
VALUE(CUBLAS_STATUS_NOT_INITIALIZED, 1);
VALUE(CUBLAS_STATUS_INVALID_VALUE, 7);
VALUE(CUBLAS_STATUS_EXECUTION_FAILED, 13);

// ---- cuDNN
using D = cudnnStatus_t;
using H = cudnnHandle_t;
using T = cudnnTensorDescriptor_t;
using F = cudnnFilterDescriptor_t;
using C = cudnnConvolutionDescriptor_t;
SIGNATURE(cudnnGetVersion, Size());
SIGNATURE(cudnnGetErrorString, const char*(D));
SIGNATURE(cudnnGetLastErrorString, void(char*, Size));
SIGNATURE(cudnnCreate, D(H*));
SIGNATURE(cudnnDestroy, D(H));
SIGNATURE(cudnnSetStream, D(H, cudaStream_t));
SIGNATURE(cudnnCreateTensorDescriptor, D(T*));
SIGNATURE(cudnnDestroyTensorDescriptor, D(T));
SIGNATURE(cudnnSetTensor4dDescriptor, D(T, cudnnTensorFormat_t, cudnnDataType_t, int, int, int, int));
SIGNATURE(cudnnCreateFilterDescriptor, D(F*));
SIGNATURE(cudnnDestroyFilterDescriptor, D(F));
SIGNATURE(cudnnSetFilter4dDescriptor, D(F, cudnnDataType_t, cudnnTensorFormat_t, int, int, int, int));
SIGNATURE(cudnnCreateConvolutionDescriptor, D(C*));
SIGNATURE(cudnnDestroyConvolutionDescriptor, D(C));
SIGNATURE(cudnnSetConvolution2dDescriptor, D(C, int, int, int, int, int, int, cudnnConvolutionMode_t, cudnnDataType_t));
SIGNATURE(cudnnSetConvolutionMathType, D(C, cudnnMathType_t));
SIGNATURE(cudnnGetConvolutionForwardAlgorithm_v7, D(H, T, F, C, T, int, int*, cudnnConvolutionFwdAlgoPerf_t*));
SIGNATURE(cudnnGetConvolutionForwardWorkspaceSize, D(H, T, F, C, T, cudnnConvolutionFwdAlgo_t, Size*));
SIGNATURE(cudnnConvolutionForward, D(H, const void*, T, const void*, F, const void*, C, cudnnConvolutionFwdAlgo_t,
                                     void*, Size, const void*, T, void*));
SIGNATURE(cudnnGetConvolutionBackwardDataAlgorithm_v7, D(H, F, T, C, T, int, int*, cudnnConvolutionBwdDataAlgoPerf_t*));
SIGNATURE(cudnnGetConvolutionBackwardDataWorkspaceSize, D(H, F, T, C, T, cudnnConvolutionBwdDataAlgo_t, Size*));
SIGNATURE(cudnnConvolutionBackwardData, D(H, const void*, F, const void*, T, const void*, C,
                                          cudnnConvolutionBwdDataAlgo_t, void*, Size, const void*, T, void*));
SIGNATURE(cudnnGetConvolutionBackwardFilterAlgorithm_v7,
          D(H, T, T, C, F, int, int*, cudnnConvolutionBwdFilterAlgoPerf_t*));
SIGNATURE(cudnnGetConvolutionBackwardFilterWorkspaceSize, D(H, T, T, C, F, cudnnConvolutionBwdFilterAlgo_t, Size*));
SIGNATURE(cudnnConvolutionBackwardFilter, D(H, const void*, T, const void*, T, const void*, C,
                                            cudnnConvolutionBwdFilterAlgo_t, void*, Size, const void*, F, void*));

template <class Perf, class Algorithm>
constexpr bool perf_is() {
    return std::is_same_v<decltype(Perf::algo), Algorithm> && std::is_same_v<decltype(Perf::status), D> &&
           std::is_same_v<decltype(Perf::time), float> && std::is_same_v<decltype(Perf::memory), Size> &&
           std::is_same_v<decltype(Perf::determinism), cudnnDeterminism_t> &&
           std::is_same_v<decltype(Perf::mathType), cudnnMathType_t>;
}
static_assert(perf_is<cudnnConvolutionFwdAlgoPerf_t, cudnnConvolutionFwdAlgo_t>());
static_assert(perf_is<cudnnConvolutionBwdDataAlgoPerf_t, cudnnConvolutionBwdDataAlgo_t>());
static_assert(perf_is<cudnnConvolutionBwdFilterAlgoPerf_t, cudnnConvolutionBwdFilterAlgo_t>());

VALUE(CUDNN_STATUS_SUCCESS, 0);
VALUE(CUDNN_STATUS_BAD_PARAM, 2000);
VALUE(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, 2003);
VALUE(CUDNN_STATUS_CATEGORY(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER), 2000);
VALUE(CUDNN_STATUS_NOT_SUPPORTED, 3000);
VALUE(CUDNN_STATUS_INTERNAL_ERROR, 4000);
VALUE(CUDNN_STATUS_EXECUTION_FAILED, 5000);
VALUE(CUDNN_DATA_FLOAT, 0);
VALUE(CUDNN_DATA_HALF, 2);
VALUE(CUDNN_DATA_BFLOAT16, 9);
VALUE(CUDNN_DEFAULT_MATH, 0);
VALUE(CUDNN_TENSOR_OP_MATH, 1);
VALUE(CUDNN_FMA_MATH, 3);
VALUE(CUDNN_TENSOR_NCHW, 0);
VALUE(CUDNN_CONVOLUTION, 0);
VALUE(CUDNN_CROSS_CORRELATION, 1);
VALUE(CUDNN_NON_DETERMINISTIC, 0);
VALUE(CUDNN_DETERMINISTIC, 1);
VALUE(CUDNN_CONVOLUTION_FWD_ALGO_COUNT, 8);
VALUE(CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT, 6);
VALUE(CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT, 7);

}  // namespace
