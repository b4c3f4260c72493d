// SPDX-License-Identifier: Apache-2.0
// cuDNN's handles and descriptors.
#include "cudnn_objects.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

using namespace cuda_host;

namespace {

std::string last_refusal;

cudnnStatus_t set_shape(const char* where, Dense& d, cudnnTensorFormat_t format, cudnnDataType_t type,
                        std::array<int, 4> shape) {
    for (const int e : shape)
        if (e <= 0) return refuse(where, "an extent of " + text_of(shape) + " is not positive");
    d.shape = shape;
    if (d.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return not_supported(where, text_of(shape) + ", more than 2^31 values,");
    d.type = type;
    d.supported = format == CUDNN_TENSOR_NCHW &&
                  (type == CUDNN_DATA_FLOAT || type == CUDNN_DATA_HALF || type == CUDNN_DATA_BFLOAT16);
    return d.supported ? CUDNN_STATUS_SUCCESS
                       : not_supported(where, "a format but NCHW or a type but float, half and bfloat16");
}

template <class T>
cudnnStatus_t create(Objects<T>& objects, T** object, const char* where) {
    const Lock lock(mutex());
    if (object == nullptr) return refuse(where, "a null pointer");
    *object = objects.create();
    return CUDNN_STATUS_SUCCESS;
}

template <class T>
cudnnStatus_t destroy(Objects<T>& objects, T* object, const char* where) {
    const Lock lock(mutex());
    return objects.destroy(object, where) ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}

}  // namespace

namespace cuda_host {

Objects<cudnnContext>& handles() {
    static Objects<cudnnContext> objects("cudnnHandle_t");
    return objects;
}
Objects<cudnnTensorStruct>& tensors() {
    static Objects<cudnnTensorStruct> objects("cudnnTensorDescriptor_t");
    return objects;
}
Objects<cudnnFilterStruct>& filters() {
    static Objects<cudnnFilterStruct> objects("cudnnFilterDescriptor_t");
    return objects;
}
Objects<cudnnConvolutionStruct>& convolutions() {
    static Objects<cudnnConvolutionStruct> objects("cudnnConvolutionDescriptor_t");
    return objects;
}

void list_cudnn_objects(std::vector<std::string>& lines) {
    handles().list(lines);
    tensors().list(lines);
    filters().list(lines);
    convolutions().list(lines);
}

cudnnStatus_t refuse(const char* where, const std::string& why) {
    last_refusal = std::string(where) + ": " + why;
    report(last_refusal);
    return CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t not_supported(const char* where, const std::string& what) {
    last_refusal = std::string(where) + ": " + what + " is not imitated";
    return CUDNN_STATUS_NOT_SUPPORTED;
}

std::string text_of(const std::array<int, 4>& s) {
    std::ostringstream out;
    out << '(' << s[0] << ", " << s[1] << ", " << s[2] << ", " << s[3] << ')';
    return out.str();
}

}  // namespace cuda_host

extern "C" {

std::size_t cudnnGetVersion() { return CUDNN_VERSION; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
    switch (status) {
        case CUDNN_STATUS_SUCCESS: return "CUDNN_STATUS_SUCCESS";
        case CUDNN_STATUS_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
        case CUDNN_STATUS_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
        case CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER: return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
        case CUDNN_STATUS_NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
        case CUDNN_STATUS_INTERNAL_ERROR: return "CUDNN_STATUS_INTERNAL_ERROR";
        case CUDNN_STATUS_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
    }
    return "CUDNN_STATUS_UNKNOWN";
}

void cudnnGetLastErrorString(char* message, std::size_t max_size) {
    const Lock lock(mutex());
    if (max_size == 0) return;
    const std::size_t n = std::min(max_size - 1, last_refusal.size());
    std::copy_n(last_refusal.data(), n, message);
    message[n] = '\0';
    last_refusal.clear();  // as cuDNN does
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
    if (device_count() == 0) return CUDNN_STATUS_NOT_INITIALIZED;
    const cudnnStatus_t status = create(handles(), handle, "cudnnCreate");
    if (status == CUDNN_STATUS_SUCCESS) (*handle)->device = current_device();
    return status;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) { return destroy(handles(), handle, "cudnnDestroy"); }

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
    const Lock lock(mutex());
    if (!handles().lives(handle, "cudnnSetStream")) return CUDNN_STATUS_BAD_PARAM;
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t* tensor) {
    return create(tensors(), tensor, "cudnnCreateTensorDescriptor");
}
cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t tensor) {
    return destroy(tensors(), tensor, "cudnnDestroyTensorDescriptor");
}
cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t tensor, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w) {
    const Lock lock(mutex());
    constexpr const char* where = "cudnnSetTensor4dDescriptor";
    return tensors().lives(tensor, where) ? set_shape(where, *tensor, format, type, {n, c, h, w})
                                          : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t* filter) {
    return create(filters(), filter, "cudnnCreateFilterDescriptor");
}
cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t filter) {
    return destroy(filters(), filter, "cudnnDestroyFilterDescriptor");
}
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t filter, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w) {
    const Lock lock(mutex());
    constexpr const char* where = "cudnnSetFilter4dDescriptor";
    return filters().lives(filter, where) ? set_shape(where, *filter, format, type, {k, c, h, w})
                                          : CUDNN_STATUS_BAD_PARAM;
}

cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t* convolution) {
    return create(convolutions(), convolution, "cudnnCreateConvolutionDescriptor");
}
cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t convolution) {
    return destroy(convolutions(), convolution, "cudnnDestroyConvolutionDescriptor");
}
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t convolution, int pad_h, int pad_w, int u,
                                              int v, int dilation_h, int dilation_w, cudnnConvolutionMode_t mode,
                                              cudnnDataType_t compute_type) {
    const Lock lock(mutex());
    constexpr const char* where = "cudnnSetConvolution2dDescriptor";
    if (!convolutions().lives(convolution, where)) return CUDNN_STATUS_BAD_PARAM;
    if (pad_h < 0 || pad_w < 0 || u <= 0 || v <= 0 || dilation_h <= 0 || dilation_w <= 0)
        return refuse(where, "a padding is negative, or a stride or dilation not positive");
    if (mutation() == Mutation::padding) {
        pad_h -= pad_h > 0;
        pad_w -= pad_w > 0;
    }
    *convolution = {.set = true,
                    .supported = compute_type == CUDNN_DATA_FLOAT,
                    .pad_h = pad_h,
                    .pad_w = pad_w,
                    .stride_h = u,
                    .stride_w = v,
                    .dilation_h = dilation_h,
                    .dilation_w = dilation_w,
                    .turned = mode == CUDNN_CONVOLUTION,
                    .math = CUDNN_DEFAULT_MATH};
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t convolution, cudnnMathType_t math) {
    const Lock lock(mutex());
    constexpr const char* where = "cudnnSetConvolutionMathType";
    if (!convolutions().lives(convolution, where)) return CUDNN_STATUS_BAD_PARAM;
    if (math < CUDNN_DEFAULT_MATH || math > CUDNN_FMA_MATH) return refuse(where, "there is no such type");
    convolution->math = math;
    return CUDNN_STATUS_SUCCESS;
}

}  // extern "C"
