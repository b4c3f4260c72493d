// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/core/view.hpp>
#include <stylegan/device/cuda/handle.hpp>
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

    friend auto operator<=>(const Correlation&, const Correlation&) = default;
};

/// Convolutions by cuDNN. For each shape the algorithm is looked up once: the first of cuDNN's own ranking that gives the
/// same bits each time and keeps to single precision (or to TF32, where that is allowed).
class Convolutions {
public:
    /// @param tf32  allows products of numbers that are first rounded to ten bits
    explicit Convolutions(bool tf32) : tf32_(tf32) {}

    /// coarse = factor * (fine correlated with kernel)
    void forward(cudnnHandle_t cudnn, Workspace& w, const Correlation& shape, const float* fine, const float* kernel,
                 float factor, float* coarse) {
        auto& found = find(forwards_, shape, [&](Found<cudnnConvolutionFwdAlgo_t>& f) {
            std::array<cudnnConvolutionFwdAlgoPerf_t, CUDNN_CONVOLUTION_FWD_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionForwardAlgorithm_v7(cudnn, f.fine.get(), f.kernel.get(), f.convolution.get(),
                                                         f.coarse.get(), static_cast<int>(all.size()), &count,
                                                         all.data()),
                  "cudnnGetConvolutionForwardAlgorithm_v7");
            f.algorithm = best(all, count, "cudnnGetConvolutionForwardAlgorithm_v7");
            check(cudnnGetConvolutionForwardWorkspaceSize(cudnn, f.fine.get(), f.kernel.get(), f.convolution.get(),
                                                          f.coarse.get(), f.algorithm, &f.workspace),
                  "cudnnGetConvolutionForwardWorkspaceSize");
        });
        const float zero = 0;
        const Workspace::Frame frame(w);
        check(cudnnConvolutionForward(cudnn, &factor, found.fine.get(), fine, found.kernel.get(), kernel,
                                      found.convolution.get(), found.algorithm, scratch(w, found.workspace),
                                      found.workspace, &zero, found.coarse.get(), coarse),
              "cudnnConvolutionForward");
    }

    /// fine = factor * (the transpose of the correlation, of coarse)
    void backward_data(cudnnHandle_t cudnn, Workspace& w, const Correlation& shape, const float* coarse,
                       const float* kernel, float factor, float* fine) {
        auto& found = find(data_, shape, [&](Found<cudnnConvolutionBwdDataAlgo_t>& f) {
            std::array<cudnnConvolutionBwdDataAlgoPerf_t, CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnn, f.kernel.get(), f.coarse.get(),
                                                              f.convolution.get(), f.fine.get(),
                                                              static_cast<int>(all.size()), &count, all.data()),
                  "cudnnGetConvolutionBackwardDataAlgorithm_v7");
            f.algorithm = best(all, count, "cudnnGetConvolutionBackwardDataAlgorithm_v7");
            check(
                cudnnGetConvolutionBackwardDataWorkspaceSize(cudnn, f.kernel.get(), f.coarse.get(), f.convolution.get(),
                                                             f.fine.get(), f.algorithm, &f.workspace),
                "cudnnGetConvolutionBackwardDataWorkspaceSize");
        });
        const float zero = 0;
        const Workspace::Frame frame(w);
        check(cudnnConvolutionBackwardData(cudnn, &factor, found.kernel.get(), kernel, found.coarse.get(), coarse,
                                           found.convolution.get(), found.algorithm, scratch(w, found.workspace),
                                           found.workspace, &zero, found.fine.get(), fine),
              "cudnnConvolutionBackwardData");
    }

    /// dkernel = the gradient of <coarse, correlation of fine> in the kernel
    void backward_kernel(cudnnHandle_t cudnn, Workspace& w, const Correlation& shape, const float* fine,
                         const float* coarse, float* dkernel) {
        auto& found = find(kernels_, shape, [&](Found<cudnnConvolutionBwdFilterAlgo_t>& f) {
            std::array<cudnnConvolutionBwdFilterAlgoPerf_t, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT> all{};
            int count = 0;
            check(cudnnGetConvolutionBackwardFilterAlgorithm_v7(cudnn, f.fine.get(), f.coarse.get(),
                                                                f.convolution.get(), f.kernel.get(),
                                                                static_cast<int>(all.size()), &count, all.data()),
                  "cudnnGetConvolutionBackwardFilterAlgorithm_v7");
            f.algorithm = best(all, count, "cudnnGetConvolutionBackwardFilterAlgorithm_v7");
            check(
                cudnnGetConvolutionBackwardFilterWorkspaceSize(cudnn, f.fine.get(), f.coarse.get(), f.convolution.get(),
                                                               f.kernel.get(), f.algorithm, &f.workspace),
                "cudnnGetConvolutionBackwardFilterWorkspaceSize");
        });
        const float one = 1, zero = 0;
        const Workspace::Frame frame(w);
        check(cudnnConvolutionBackwardFilter(cudnn, &one, found.fine.get(), fine, found.coarse.get(), coarse,
                                             found.convolution.get(), found.algorithm, scratch(w, found.workspace),
                                             found.workspace, &zero, found.kernel.get(), dkernel),
              "cudnnConvolutionBackwardFilter");
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

    template <class Algorithm, class Choose>
    Found<Algorithm>& find(Cache<Algorithm>& cache, const Correlation& shape, Choose choose) {
        const auto at = cache.find(shape);
        if (at != cache.end()) return at->second;
        Found<Algorithm> f;
        f.fine = tensor(shape.batch, shape.fine_channels, shape.height, shape.width);
        f.coarse = tensor(shape.batch, shape.coarse_channels, shape.coarse_height, shape.coarse_width);
        f.kernel = make_handle<FilterDescriptor>(&cudnnCreateFilterDescriptor, "cudnnCreateFilterDescriptor");
        check(cudnnSetFilter4dDescriptor(f.kernel.get(), CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW,
                                         whole(shape.coarse_channels), whole(shape.fine_channels), whole(shape.size),
                                         whole(shape.size)),
              "cudnnSetFilter4dDescriptor");
        f.convolution =
            make_handle<ConvolutionDescriptor>(&cudnnCreateConvolutionDescriptor, "cudnnCreateConvolutionDescriptor");
        const int border = whole(shape.border), stride = whole(shape.stride);
        check(cudnnSetConvolution2dDescriptor(f.convolution.get(), border, border, stride, stride, 1, 1,
                                              CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
              "cudnnSetConvolution2dDescriptor");
        check(cudnnSetConvolutionMathType(f.convolution.get(), tf32_ ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH),
              "cudnnSetConvolutionMathType");
        choose(f);
        return cache.emplace(shape, std::move(f)).first->second;
    }

    [[nodiscard]] static TensorDescriptor tensor(Index n, Index c, Index h, Index w) {
        auto t = make_handle<TensorDescriptor>(&cudnnCreateTensorDescriptor, "cudnnCreateTensorDescriptor");
        check(cudnnSetTensor4dDescriptor(t.get(), CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, whole(n), whole(c), whole(h),
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

    /// The first of the ranking that will do: with the same bits each time and little scratch memory if there is one, else any.
    template <class Ranking>
    [[nodiscard]] auto best(const Ranking& ranking, int count, const char* call) const
        -> std::remove_cvref_t<decltype(ranking[0].algo)> {
        for (const bool any : {false, true})
            for (int i = 0; i < count; ++i) {
                const auto& r = ranking[static_cast<std::size_t>(i)];
                if (r.status != CUDNN_STATUS_SUCCESS) continue;
                if (!any && (r.determinism != CUDNN_DETERMINISTIC || r.memory > most_scratch)) continue;
                if (!tf32_ &&
                    (r.mathType == CUDNN_TENSOR_OP_MATH || r.mathType == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION))
                    continue;
                return r.algo;
            }
        throw DeviceError(text(call, ": none of ", count, " algorithms will do"));
    }

    [[nodiscard]] static void* scratch(Workspace& w, std::size_t bytes) {
        return bytes > 0 ? w.take<std::byte>(static_cast<Index>(bytes)) : nullptr;
    }

    static constexpr std::size_t most_scratch = std::size_t{1} << 30;

    bool tf32_;
    Cache<cudnnConvolutionFwdAlgo_t> forwards_;
    Cache<cudnnConvolutionBwdDataAlgo_t> data_;
    Cache<cudnnConvolutionBwdFilterAlgo_t> kernels_;
};

}  // namespace stylegan::gpu
#endif
