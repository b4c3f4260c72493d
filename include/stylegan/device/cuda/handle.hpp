// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/status.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace stylegan::gpu {

template <auto Destroy>
struct Destroyer {
    template <class T>
    void operator()(T* p) const noexcept {
        (void)Destroy(p);  // a failure here has no remedy
    }
};

/// Owns an object of a CUDA library; `T` is the library's own name for a pointer to it.
template <class T, auto Destroy>
using Handle = std::unique_ptr<std::remove_pointer_t<T>, Destroyer<Destroy>>;

using Stream = Handle<cudaStream_t, &cudaStreamDestroy>;
using Event = Handle<cudaEvent_t, &cudaEventDestroy>;
using Graph = Handle<cudaGraph_t, &cudaGraphDestroy>;
using ExecutableGraph = Handle<cudaGraphExec_t, &cudaGraphExecDestroy>;
using DnnHandle = Handle<cudnnHandle_t, &cudnnDestroy>;
using BlasHandle = Handle<cublasHandle_t, &cublasDestroy>;
using DeviceMemory = Handle<std::byte*, &cudaFree>;  ///< freed only when no queued work uses it
using TensorDescriptor = Handle<cudnnTensorDescriptor_t, &cudnnDestroyTensorDescriptor>;
using FilterDescriptor = Handle<cudnnFilterDescriptor_t, &cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor = Handle<cudnnConvolutionDescriptor_t, &cudnnDestroyConvolutionDescriptor>;

/// Creates one: `create(&pointer)` is the library's call.
template <class Owner, class Create>
[[nodiscard]] Owner make_handle(Create create, const char* call) {
    typename Owner::pointer p = nullptr;
    check(create(&p), call);
    return Owner(p);
}

/// @param flags  cudaStreamDefault: ordered with the legacy default stream, on which buffers are filled and copied (see
///               DeviceBuffer); cudaStreamNonBlocking: with none
[[nodiscard]] inline Stream make_stream(unsigned flags = cudaStreamDefault) {
    return make_handle<Stream>([flags](cudaStream_t* s) { return cudaStreamCreateWithFlags(s, flags); },
                               "cudaStreamCreateWithFlags");
}

[[nodiscard]] inline Event make_event() {
    return make_handle<Event>([](cudaEvent_t* e) { return cudaEventCreateWithFlags(e, cudaEventDisableTiming); },
                              "cudaEventCreateWithFlags");
}

}  // namespace stylegan::gpu
#endif
