// SPDX-License-Identifier: Apache-2.0
// What stands behind cuDNN's handles and descriptors.
#pragma once

#include "include/cudnn.h"

#include "objects.hpp"

#include <array>
#include <cstddef>
#include <string>

struct cudnnContext {
    cudaStream_t stream = nullptr;
    int device = 0;
};

namespace cuda_host {

/// A densely packed tensor of single or half precision, row major.
struct Dense {
    std::array<int, 4> shape{};  // 0: never set
    cudnnDataType_t type = CUDNN_DATA_FLOAT;
    bool supported = true;

    [[nodiscard]] std::size_t size() const {
        std::size_t n = 1;
        for (const int e : shape) n *= static_cast<std::size_t>(e);
        return n;
    }
    [[nodiscard]] std::size_t bytes() const { return size() * (type == CUDNN_DATA_FLOAT ? 4 : 2); }
};

}  // namespace cuda_host

struct cudnnTensorStruct : cuda_host::Dense {};
struct cudnnFilterStruct : cuda_host::Dense {};
struct cudnnConvolutionStruct {
    bool set = false, supported = true;
    int pad_h = 0, pad_w = 0, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
    bool turned = false;
    cudnnMathType_t math = CUDNN_DEFAULT_MATH;
};

namespace cuda_host {

Objects<cudnnContext>& handles();
Objects<cudnnTensorStruct>& tensors();
Objects<cudnnFilterStruct>& filters();
Objects<cudnnConvolutionStruct>& convolutions();

/// Reports why a call is refused. @return CUDNN_STATUS_BAD_PARAM
cudnnStatus_t refuse(const char* where, const std::string& why);

/// What cuDNN may or may not do, and the stand-in does not. @return CUDNN_STATUS_NOT_SUPPORTED
cudnnStatus_t not_supported(const char* where, const std::string& what);

/// "(1, 512, 4, 4)"
[[nodiscard]] std::string text_of(const std::array<int, 4>& shape);

}  // namespace cuda_host
