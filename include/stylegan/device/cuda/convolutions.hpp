// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/view.hpp>
#include <stylegan/device/cuda/half_product.hpp>
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/precision.hpp>
#include <stylegan/device/workspace.hpp>

#include <array>
#include <compare>
#include <limits>
#include <map>
#include <type_traits>

namespace stylegan::gpu {

/// A correlation from `fine` maps (N, F, H, W) to `coarse` maps (N, C, H', W') with a kernel (C, F, size, size) and zeros
/// around: coarse[Y] = sum over r of kernel[r] fine[stride Y + r - border]. Every convolution of the library is one, or the
/// transpose of one.
struct Correlation {
    Index batch, fine_channels, coarse_channels;
    Index height, width;  ///< of the fine maps
    Index coarse_height, coarse_width;
    Index size, stride, border;

    [[nodiscard]] Index taps() const { return size * size; }
    [[nodiscard]] Index fine_values() const { return batch * fine_channels * height * width; }
    [[nodiscard]] Index coarse_values() const { return batch * coarse_channels * coarse_height * coarse_width; }
    [[nodiscard]] Index kernel_values() const { return coarse_channels * fine_channels * taps(); }

    friend auto operator<=>(const Correlation&, const Correlation&) = default;
};

/// Convolutions by cuDNN. For each shape the algorithm is looked up once: the first of cuDNN's own ranking that gives the
/// same bits each time and keeps to the precision. Maps and kernels are of single precision whatever that is.
class Convolutions {
public:
    explicit Convolutions(Precision precision) : precision_(precision) {}

    /// coarse = factor * (fine correlated with kernel)
    void forward(const Queue& q, const Correlation& shape, const float* fine, const float* kernel, float factor,
                 float* coarse) {
        auto& found = find(forwards_, shape, [&](Found<cudnnConvolutionFwdAlgo_t>& f) {
            std::array<cudnnConvolutionFwdAlgoPerf_t, CUDNN_CONVOLUTION_FWD_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionForwardAlgorithm_v7(q.cudnn, f.fine.get(), f.kernel.get(), f.convolution.get(),
                                                         f.coarse.get(), static_cast<int>(all.size()), &count,
                                                         all.data()),
                  "cudnnGetConvolutionForwardAlgorithm_v7");
            choose(f, all, count, "cudnnGetConvolutionForwardAlgorithm_v7");
            check(cudnnGetConvolutionForwardWorkspaceSize(q.cudnn, f.fine.get(), f.kernel.get(), f.convolution.get(),
                                                          f.coarse.get(), f.algorithm, &f.workspace),
                  "cudnnGetConvolutionForwardWorkspaceSize");
        });
        const auto product = [&](const float* alpha, const void* a, const void* b, void* result) {
            const float zero = 0;
            const Workspace::Frame frame(q.workspace);
            check(
                cudnnConvolutionForward(q.cudnn, alpha, found.fine.get(), a, found.kernel.get(), b,
                                        found.convolution.get(), found.algorithm, scratch(q.workspace, found.workspace),
                                        found.workspace, &zero, found.coarse.get(), result),
                "cudnnConvolutionForward");
        };
        product_in(precision_, q, {fine, shape.fine_values()}, {kernel, shape.kernel_values(), false}, factor,
                   shape.fine_channels * shape.taps(), shape.coarse_values(), coarse, product);
    }

    /// fine = factor * (the transpose of the correlation, of coarse)
    void backward_data(const Queue& q, const Correlation& shape, const float* coarse, const float* kernel, float factor,
                       float* fine) {
        auto& found = find(data_, shape, [&](Found<cudnnConvolutionBwdDataAlgo_t>& f) {
            std::array<cudnnConvolutionBwdDataAlgoPerf_t, CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionBackwardDataAlgorithm_v7(q.cudnn, f.kernel.get(), f.coarse.get(),
                                                              f.convolution.get(), f.fine.get(),
                                                              static_cast<int>(all.size()), &count, all.data()),
                  "cudnnGetConvolutionBackwardDataAlgorithm_v7");
            choose(f, all, count, "cudnnGetConvolutionBackwardDataAlgorithm_v7");
            check(cudnnGetConvolutionBackwardDataWorkspaceSize(q.cudnn, f.kernel.get(), f.coarse.get(),
                                                               f.convolution.get(), f.fine.get(), f.algorithm,
                                                               &f.workspace),
                  "cudnnGetConvolutionBackwardDataWorkspaceSize");
        });
        const auto product = [&](const float* alpha, const void* a, const void* b, void* result) {
            const float zero = 0;
            const Workspace::Frame frame(q.workspace);
            check(cudnnConvolutionBackwardData(q.cudnn, alpha, found.kernel.get(), b, found.coarse.get(), a,
                                               found.convolution.get(), found.algorithm,
                                               scratch(q.workspace, found.workspace), found.workspace, &zero,
                                               found.fine.get(), result),
                  "cudnnConvolutionBackwardData");
        };
        product_in(precision_, q, {coarse, shape.coarse_values()}, {kernel, shape.kernel_values(), false}, factor,
                   shape.coarse_channels * shape.taps(), shape.fine_values(), fine, product);
    }

    /// dkernel = the gradient of <coarse, correlation of fine> in the kernel
    void backward_kernel(const Queue& q, const Correlation& shape, const float* fine, const float* coarse,
                         float* dkernel) {
        auto& found = find(kernels_, shape, [&](Found<cudnnConvolutionBwdFilterAlgo_t>& f) {
            std::array<cudnnConvolutionBwdFilterAlgoPerf_t, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionBackwardFilterAlgorithm_v7(q.cudnn, f.fine.get(), f.coarse.get(),
                                                                f.convolution.get(), f.kernel.get(),
                                                                static_cast<int>(all.size()), &count, all.data()),
                  "cudnnGetConvolutionBackwardFilterAlgorithm_v7");
            choose(f, all, count, "cudnnGetConvolutionBackwardFilterAlgorithm_v7");
            check(cudnnGetConvolutionBackwardFilterWorkspaceSize(q.cudnn, f.fine.get(), f.coarse.get(),
                                                                 f.convolution.get(), f.kernel.get(), f.algorithm,
                                                                 &f.workspace),
                  "cudnnGetConvolutionBackwardFilterWorkspaceSize");
        });
        const auto product = [&](const float* alpha, const void* a, const void* b, void* result) {
            const float zero = 0;
            const Workspace::Frame frame(q.workspace);
            check(cudnnConvolutionBackwardFilter(q.cudnn, alpha, found.fine.get(), a, found.coarse.get(), b,
                                                 found.convolution.get(), found.algorithm,
                                                 scratch(q.workspace, found.workspace), found.workspace, &zero,
                                                 found.kernel.get(), result),
                  "cudnnConvolutionBackwardFilter");
        };
        product_in(precision_, q, {fine, shape.fine_values()}, {coarse, shape.coarse_values()}, 1,
                   shape.batch * shape.coarse_height * shape.coarse_width, shape.kernel_values(), dkernel, product);
    }

private:
    template <class Algorithm>
    struct Found {
        TensorDescriptor fine{}, coarse{};
        FilterDescriptor kernel{};
        ConvolutionDescriptor convolution{};
        Algorithm algorithm{};
        std::size_t workspace = 0;
    };
    template <class Algorithm>
    using Cache = std::map<Correlation, Found<Algorithm>>;

    template <class Algorithm, class LookUp>
    Found<Algorithm>& find(Cache<Algorithm>& cache, const Correlation& shape, LookUp look_up) {
        const auto at = cache.find(shape);
        if (at != cache.end()) return at->second;
        Found<Algorithm> f;
        f.fine = tensor(shape.batch, shape.fine_channels, shape.height, shape.width);
        f.coarse = tensor(shape.batch, shape.coarse_channels, shape.coarse_height, shape.coarse_width);
        f.kernel = make_handle<FilterDescriptor>(&cudnnCreateFilterDescriptor, "cudnnCreateFilterDescriptor");
        check(cudnnSetFilter4dDescriptor(f.kernel.get(), type(), CUDNN_TENSOR_NCHW, whole(shape.coarse_channels),
                                         whole(shape.fine_channels), whole(shape.size), whole(shape.size)),
              "cudnnSetFilter4dDescriptor");
        f.convolution =
            make_handle<ConvolutionDescriptor>(&cudnnCreateConvolutionDescriptor, "cudnnCreateConvolutionDescriptor");
        const int border = whole(shape.border), stride = whole(shape.stride);
        check(cudnnSetConvolution2dDescriptor(f.convolution.get(), border, border, stride, stride, 1, 1,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
              "cudnnSetConvolution2dDescriptor");
        set_math(f.convolution, precision_ == Precision::fp32   ? CUDNN_FMA_MATH
                                : precision_ == Precision::tf32 ? CUDNN_DEFAULT_MATH
                                                                : CUDNN_TENSOR_OP_MATH);
        look_up(f);
        return cache.emplace(shape, std::move(f)).first->second;
    }

    static void set_math(const ConvolutionDescriptor& convolution, cudnnMathType_t math) {
        check(cudnnSetConvolutionMathType(convolution.get(), math), "cudnnSetConvolutionMathType");
    }

    /// What cuDNN's pictures and kernels are made of.
    [[nodiscard]] cudnnDataType_t type() const {
        switch (precision_) {
            case Precision::fp16: return CUDNN_DATA_HALF;
            case Precision::bf16: return CUDNN_DATA_BFLOAT16;
            default: return CUDNN_DATA_FLOAT;
        }
    }

    [[nodiscard]] TensorDescriptor tensor(Index n, Index c, Index h, Index w) const {
        auto t = make_handle<TensorDescriptor>(&cudnnCreateTensorDescriptor, "cudnnCreateTensorDescriptor");
        check(cudnnSetTensor4dDescriptor(t.get(), CUDNN_TENSOR_NCHW, type(), whole(n), whole(c), whole(h), whole(w)),
              "cudnnSetTensor4dDescriptor");
        return t;
    }

    [[nodiscard]] static int whole(Index n) {
        if (n > std::numeric_limits<int>::max())
            throw ShapeError(text("convolution on the CUDA device: an extent is ", n, ", expected at most ",
                                  std::numeric_limits<int>::max()));
        return static_cast<int>(n);
    }

    /// The first of the ranking that will do: with the same bits each time and little scratch memory if there is one, else any.
    template <class Algorithm, class Ranking>
    void choose(Found<Algorithm>& f, const Ranking& ranking, int count, const char* call) const {
        for (const bool any : {false, true})
            for (int i = 0; i < count; ++i) {
                const auto& r = ranking[static_cast<std::size_t>(i)];
                const bool rounds =
                    r.mathType == CUDNN_TENSOR_OP_MATH || r.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
                if (r.status != CUDNN_STATUS_SUCCESS) continue;
                if (!any && (r.determinism != CUDNN_DETERMINISTIC || r.memory > most_scratch)) continue;
                if (precision_ == Precision::fp32 && rounds) continue;
                f.algorithm = r.algo;
                if (precision_ != Precision::fp32) set_math(f.convolution, r.mathType);  // it was listed with that one
                return;
            }
        throw DeviceError(text(call, ": none of ", count, " algorithms will do"));
    }

    [[nodiscard]] static void* scratch(Workspace& w, std::size_t bytes) {
        return bytes > 0 ? w.take<std::byte>(static_cast<Index>(bytes)) : nullptr;
    }

    static constexpr std::size_t most_scratch = std::size_t{1} << 30;

    Precision precision_;
    Cache<cudnnConvolutionFwdAlgo_t> forwards_;
    Cache<cudnnConvolutionBwdDataAlgo_t> data_;
    Cache<cudnnConvolutionBwdFilterAlgo_t> kernels_;
};

}  // namespace stylegan::gpu
#endif
