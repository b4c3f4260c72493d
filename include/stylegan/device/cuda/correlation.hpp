// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/view.hpp>
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/precision.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <limits>

namespace stylegan::gpu {

/// A correlation from `fine` maps (N, F, H, W) to `coarse` maps (N, C, H', W') with a kernel (C, F, size, size) and
/// zeros around: coarse[Y] = sum over r of kernel[r] fine[stride Y + r - border]. Every convolution of the library is
/// one, or the transpose of one.
struct Correlation {
    Index batch, fine_channels, coarse_channels;
    Index height, width;  ///< of the fine maps
    Index coarse_height, coarse_width;
    Index size, stride, border;

    [[nodiscard]] Index taps() const { return size * size; }
    [[nodiscard]] Index fine_picture() const { return fine_channels * height * width; }
    [[nodiscard]] Index coarse_picture() const { return coarse_channels * coarse_height * coarse_width; }
    [[nodiscard]] Index fine_values() const { return batch * fine_picture(); }
    [[nodiscard]] Index coarse_values() const { return batch * coarse_picture(); }
    [[nodiscard]] Index kernel_values() const { return coarse_channels * fine_channels * taps(); }

    static constexpr Index enough_for_winograd = 1024;

    /// Whether cuDNN's Winograd algorithm in single precision is the fastest for a 3x3 kernel on these maps. Measured
    /// on an H200: it takes about as long for one picture as for sixteen, and saves more products the more channels
    /// there are.
    /// @param enough  pictures times channels
    [[nodiscard]] bool with_winograd_of(Index enough = enough_for_winograd) const {
        return batch >= 4 && batch * std::min(fine_channels, coarse_channels) >= enough;
    }

    /// The same for another number of pictures.
    [[nodiscard]] Correlation with(Index pictures) const {
        Correlation c = *this;
        c.batch = pictures;
        return c;
    }

    friend auto operator<=>(const Correlation&, const Correlation&) = default;
};

/// The descriptors of a correlation for cuDNN: maps, kernel, borders and data types. Sums are in single precision.
struct CorrelationDescriptors {
    TensorDescriptor fine, coarse;
    FilterDescriptor kernel;
    ConvolutionDescriptor convolution;

    CorrelationDescriptors(const Correlation& c, Precision precision)
        : fine(maps(precision, c.batch, c.fine_channels, c.height, c.width)),
          coarse(maps(precision, c.batch, c.coarse_channels, c.coarse_height, c.coarse_width)),
          kernel(make_handle<FilterDescriptor>(&cudnnCreateFilterDescriptor, "cudnnCreateFilterDescriptor")),
          convolution(make_handle<ConvolutionDescriptor>(&cudnnCreateConvolutionDescriptor,
                                                         "cudnnCreateConvolutionDescriptor")) {
        check(cudnnSetFilter4dDescriptor(kernel.get(), type(precision), CUDNN_TENSOR_NCHW, whole(c.coarse_channels),
                                         whole(c.fine_channels), whole(c.size), whole(c.size)),
              "cudnnSetFilter4dDescriptor");
        const int border = whole(c.border), stride = whole(c.stride);
        check(cudnnSetConvolution2dDescriptor(convolution.get(), border, border, stride, stride, 1, 1,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
              "cudnnSetConvolution2dDescriptor");
        set_math(precision == Precision::fp32   ? CUDNN_FMA_MATH
                 : precision == Precision::tf32 ? CUDNN_DEFAULT_MATH
                                                : CUDNN_TENSOR_OP_MATH);
    }

    void set_math(cudnnMathType_t math) const {
        check(cudnnSetConvolutionMathType(convolution.get(), math), "cudnnSetConvolutionMathType");
    }

private:
    [[nodiscard]] static cudnnDataType_t type(Precision precision) {
        switch (precision) {
            case Precision::fp16: return CUDNN_DATA_HALF;
            case Precision::bf16: return CUDNN_DATA_BFLOAT16;
            default: return CUDNN_DATA_FLOAT;
        }
    }

    [[nodiscard]] static TensorDescriptor maps(Precision precision, Index n, Index c, Index h, Index w) {
        auto t = make_handle<TensorDescriptor>(&cudnnCreateTensorDescriptor, "cudnnCreateTensorDescriptor");
        check(cudnnSetTensor4dDescriptor(t.get(), CUDNN_TENSOR_NCHW, type(precision), whole(n), whole(c), whole(h),
                                         whole(w)),
              "cudnnSetTensor4dDescriptor");
        return t;
    }

    [[nodiscard]] static int whole(Index n) {
        if (n > std::numeric_limits<int>::max())
            throw ShapeError(text("convolution on the CUDA device: an extent is ", n, ", expected at most ",
                                  std::numeric_limits<int>::max()));
        return static_cast<int>(n);
    }
};

// The three products of cuDNN: the call that lists the algorithms, the size of the scratch memory, and the product
// itself.

/// fine maps and kernel -> coarse maps
struct CorrelationOfMaps {
    using Algorithm = cudnnConvolutionFwdAlgo_t;
    using Listed = cudnnConvolutionFwdAlgoPerf_t;
    static constexpr int algorithms = CUDNN_CONVOLUTION_FWD_ALGO_COUNT;
    static constexpr Algorithm winograd = CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED;
    static constexpr const char* name = "cudnnConvolutionForward";

    static cudnnStatus_t list(cudnnHandle_t h, const CorrelationDescriptors& d, int room, int* count, Listed* all) {
        return cudnnGetConvolutionForwardAlgorithm_v7(h, d.fine.get(), d.kernel.get(), d.convolution.get(),
                                                      d.coarse.get(), room, count, all);
    }
    static cudnnStatus_t scratch(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm a, std::size_t* bytes) {
        return cudnnGetConvolutionForwardWorkspaceSize(h, d.fine.get(), d.kernel.get(), d.convolution.get(),
                                                       d.coarse.get(), a, bytes);
    }
    static cudnnStatus_t run(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm algorithm, const float* alpha,
                             const void* fine, const void* kernel, void* scratch, std::size_t bytes, void* coarse) {
        const float none = 0;
        return cudnnConvolutionForward(h, alpha, d.fine.get(), fine, d.kernel.get(), kernel, d.convolution.get(),
                                       algorithm, scratch, bytes, &none, d.coarse.get(), coarse);
    }
};

/// coarse maps and kernel -> fine maps: the transpose
struct TransposedCorrelation {
    using Algorithm = cudnnConvolutionBwdDataAlgo_t;
    using Listed = cudnnConvolutionBwdDataAlgoPerf_t;
    static constexpr int algorithms = CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT;
    static constexpr Algorithm winograd = CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED;
    static constexpr const char* name = "cudnnConvolutionBackwardData";

    static cudnnStatus_t list(cudnnHandle_t h, const CorrelationDescriptors& d, int room, int* count, Listed* all) {
        return cudnnGetConvolutionBackwardDataAlgorithm_v7(h, d.kernel.get(), d.coarse.get(), d.convolution.get(),
                                                           d.fine.get(), room, count, all);
    }
    static cudnnStatus_t scratch(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm a, std::size_t* bytes) {
        return cudnnGetConvolutionBackwardDataWorkspaceSize(h, d.kernel.get(), d.coarse.get(), d.convolution.get(),
                                                            d.fine.get(), a, bytes);
    }
    static cudnnStatus_t run(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm algorithm, const float* alpha,
                             const void* coarse, const void* kernel, void* scratch, std::size_t bytes, void* fine) {
        const float none = 0;
        return cudnnConvolutionBackwardData(h, alpha, d.kernel.get(), kernel, d.coarse.get(), coarse,
                                            d.convolution.get(), algorithm, scratch, bytes, &none, d.fine.get(), fine);
    }
};

/// the gradient of <coarse, correlation of fine> in the kernel
struct CorrelationGradient {
    using Algorithm = cudnnConvolutionBwdFilterAlgo_t;
    using Listed = cudnnConvolutionBwdFilterAlgoPerf_t;
    static constexpr int algorithms = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT;
    static constexpr Algorithm winograd = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED;
    static constexpr const char* name = "cudnnConvolutionBackwardFilter";

    static cudnnStatus_t list(cudnnHandle_t h, const CorrelationDescriptors& d, int room, int* count, Listed* all) {
        return cudnnGetConvolutionBackwardFilterAlgorithm_v7(h, d.fine.get(), d.coarse.get(), d.convolution.get(),
                                                             d.kernel.get(), room, count, all);
    }
    static cudnnStatus_t scratch(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm a, std::size_t* bytes) {
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(h, d.fine.get(), d.coarse.get(), d.convolution.get(),
                                                              d.kernel.get(), a, bytes);
    }
    static cudnnStatus_t run(cudnnHandle_t h, const CorrelationDescriptors& d, Algorithm algorithm, const float* alpha,
                             const void* fine, const void* coarse, void* scratch, std::size_t bytes, void* dkernel) {
        const float none = 0;
        return cudnnConvolutionBackwardFilter(h, alpha, d.fine.get(), fine, d.coarse.get(), coarse, d.convolution.get(),
                                              algorithm, scratch, bytes, &none, d.kernel.get(), dkernel);
    }
};

}  // namespace stylegan::gpu
#endif
