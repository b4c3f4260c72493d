// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef STYLEGAN_CUDA
#include <stylegan/device/cuda/correlation.hpp>
#include <stylegan/device/cuda/half_product.hpp>
#include <stylegan/device/cuda/phases.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace stylegan::gpu {

/// How cuDNN computes one of its products for one shape: by the first algorithm of its own ranking that is
/// deterministic, keeps to the precision, and does not fail when called (a listed algorithm need not be supported). The
/// ranking is overruled where it is known to be wrong: see Correlation::with_winograd_of().
template <class Product>
class Plan {
public:
    Plan(cudnnHandle_t cudnn, const Correlation& shape, Precision precision)
        : precision_(precision),
          winograd_(precision == Precision::fp32 && shape.size == 3 && shape.stride == 1 && shape.with_winograd_of()),
          descriptors_(shape, precision) {
        std::array<typename Product::Listed, 2 * Product::algorithms> all{};  // each with and without tensor cores
        int count = 0;
        const cudnnStatus_t status =
            Product::list(cudnn, descriptors_, static_cast<int>(all.size()), &count, all.data());
        if (refused(status)) return;
        check(status, Product::name);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
            if (all[i].status == CUDNN_STATUS_SUCCESS && !converts(all[i].mathType)) candidates_.push_back(all[i]);
        std::stable_sort(candidates_.begin(), candidates_.end(),
                         [this](const auto& a, const auto& b) { return unsuitable(a) < unsuitable(b); });
    }

    [[nodiscard]] Precision precision() const { return precision_; }

    /// @return whether it was computed; if not, no algorithm works, and another precision remains to be tried
    /// @throws DeviceError if none remains, or if an algorithm fails that worked before
    [[nodiscard]] bool run(const Queue& q, const float* alpha, const void* a, const void* b, void* result) {
        cudnnStatus_t status = CUDNN_STATUS_NOT_SUPPORTED;
        for (; !candidates_.empty(); candidates_.erase(candidates_.begin())) {
            status = attempt(q, alpha, a, b, result);
            if (status == CUDNN_STATUS_SUCCESS) {
                proven_ = true;
                candidates_.resize(1);
                return true;
            }
            if (proven_ || !refused(status)) check(status, Product::name);
        }
        if (precision_ == Precision::fp32)
            throw DeviceError(text(Product::name, ": no algorithm of cuDNN will do: ", cudnnGetErrorString(status),
                                   detail::words_of_cudnn()));
        return false;
    }

private:
    using Candidate = typename Product::Listed;

    /// Whether TF32 would become half precision.
    [[nodiscard]] bool converts(cudnnMathType_t math) const {
        return precision_ == Precision::tf32 && math == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
    }

    /// The rank of a candidate: 0 if it is deterministic and needs little scratch memory; others serve only if there is
    /// none. In single precision all are called without tensor cores, last those that were listed with them.
    [[nodiscard]] int unsuitable(const Candidate& c) const {
        const bool exact = c.mathType == CUDNN_FMA_MATH || c.mathType == CUDNN_DEFAULT_MATH;
        if (winograd_ && exact && c.algo == Product::winograd && c.memory <= most_scratch) return -1;
        return (precision_ == Precision::fp32 && !exact ? 4 : 0) + (c.determinism == CUDNN_DETERMINISTIC ? 0 : 2) +
               (c.memory > most_scratch ? 1 : 0);
    }

    /// Runs the first candidate.
    [[nodiscard]] cudnnStatus_t attempt(const Queue& q, const float* alpha, const void* a, const void* b,
                                        void* result) {
        const Candidate& c = candidates_.front();
        if (!proven_) {
            if (precision_ != Precision::fp32) descriptors_.set_math(c.mathType);  // as listed
            const cudnnStatus_t status = Product::scratch(q.cudnn, descriptors_, c.algo, &scratch_);
            if (status != CUDNN_STATUS_SUCCESS) return status;
            if (scratch_ > absurd_scratch) return CUDNN_STATUS_NOT_SUPPORTED;  // cuDNN has been seen to ask for 2^63
        }
        const Workspace::Frame frame(q.workspace);
        void* const scratch = scratch_ > 0 ? q.workspace.take<std::byte>(static_cast<Index>(scratch_)) : nullptr;
        return Product::run(q.cudnn, descriptors_, c.algo, alpha, a, b, scratch, scratch_, result);
    }

    static constexpr std::size_t most_scratch = std::size_t{3} << 29, absurd_scratch = std::size_t{1} << 40;

    Precision precision_;
    bool winograd_;  // known to be the fastest
    CorrelationDescriptors descriptors_;
    std::vector<Candidate> candidates_;  // the first is in use; the others remain until it has worked
    std::size_t scratch_ = 0;            // bytes of the first
    bool proven_ = false;
};

/// to[i] += from[i]
struct AddTo {
    float* to;
    const float* from;
    STYLEGAN_DEVICE void operator()(Index i) const { to[i] += from[i]; }
};

/// Convolutions by cuDNN, whose algorithms are looked up once for each shape. Feature maps and kernels are in single
/// precision, whatever the precision of products. Where cuDNN has no algorithm in that precision, the next more exact
/// one is used.
class Convolutions {
public:
    /// @param most_values  in feature maps given to cuDNN at once: larger batches are computed in parts
    explicit Convolutions(Precision precision, Index most_values = std::numeric_limits<int>::max())
        : precision_(precision), most_values_(most_values) {}

    /// coarse = factor * (fine correlated with kernel)
    void forward(const Queue& q, const Correlation& all, const float* fine, const float* kernel, float factor,
                 float* coarse) {
        in_parts(all, [&](const Correlation& part, Index first) {
            compute(forwards_, q, part, {fine + first * part.fine_picture(), part.fine_values()},
                    {kernel, part.kernel_values(), false}, factor, part.fine_channels * part.taps(),
                    part.coarse_values(), coarse + first * part.coarse_picture());
        });
    }

    /// fine = factor * (the transpose of the correlation, of coarse)
    void backward_data(const Queue& q, const Correlation& all, const float* coarse, const float* kernel, float factor,
                       float* fine) {
        in_parts(all, [&](const Correlation& part, Index first) {
            const Factor maps{coarse + first * part.coarse_picture(), part.coarse_values()};
            float* const to = fine + first * part.fine_picture();
            if (precision_ == Precision::fp32 && Phases::suit(part))
                return by_phases(q, Phases(part), maps, kernel, factor, to);
            compute(transposes_, q, part, maps, {kernel, part.kernel_values(), false}, factor,
                    part.coarse_channels * part.taps(), part.fine_values(), to);
        });
    }

    /// dkernel = the gradient of <coarse, correlation of fine> in the kernel
    void backward_kernel(const Queue& q, const Correlation& all, const float* fine, const float* coarse,
                         float* dkernel) {
        in_parts(all, [&](const Correlation& part, Index first) {
            const Workspace::Frame frame(q.workspace);
            const Index count = part.kernel_values();
            float* const share = first == 0 ? dkernel : q.workspace.take<float>(count);
            compute(gradients_, q, part, {fine + first * part.fine_picture(), part.fine_values()},
                    {coarse + first * part.coarse_picture(), part.coarse_values()}, 1,
                    part.batch * part.coarse_height * part.coarse_width, count, share);
            if (first > 0) launch(q.stream, count, AddTo{dkernel, share});
        });
    }

private:
    struct Key {
        Correlation shape;
        bool aligned;  ///< required by some algorithms
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    template <class Product>
    using Plans = std::map<Key, Plan<Product>>;

    /// A part of this size keeps a GPU busy; the scratch memory of the libraries grows with it.
    static constexpr Index enough_values = Index{1} << 26;

    /// fine = factor * (the transpose of the correlation, of coarse). @see Phases
    void by_phases(const Queue& q, const Phases& phases, Factor coarse, const float* kernel, float factor,
                   float* fine) {
        const Workspace::Frame frame(q.workspace);
        const Correlation &all = phases.transposed, ordinary = phases.ordinary();
        const Index channels = all.fine_channels, count = ordinary.coarse_values();
        float* const ordinary_kernel = q.workspace.take<float>(ordinary.kernel_values());
        gpu::compute(q.stream, ordinary.coarse_channels, ordinary.fine_channels * ordinary.taps(), ordinary_kernel,
                     PhaseKernel{kernel, channels, phases.taps});
        float* const maps = q.workspace.take<float>(count);
        compute(forwards_, q, ordinary, coarse, {ordinary_kernel, ordinary.kernel_values(), false}, factor,
                ordinary.fine_channels * ordinary.taps(), count, maps);
        gpu::compute(q.stream, all.batch * channels * all.height, all.width, fine,
                     Interleaved{maps, channels, all.height, ordinary.coarse_height, ordinary.coarse_width,
                                 ordinary.coarse_height - all.coarse_height});
    }

    /// Calls f(correlation of some pictures, the first of them) until all pictures are done.
    template <class F>
    void in_parts(const Correlation& all, const F& f) const {
        const Index picture = std::max(all.fine_picture(), all.coarse_picture());
        if (picture > most_values_)
            throw ShapeError(text("convolution on the CUDA device: the maps of a picture have ", picture,
                                  " values, expected at most ", most_values_));
        const Index most = std::max<Index>(std::min(most_values_, enough_values) / picture, 1);
        for (Index first = 0; first < all.batch; first += most) f(all.with(std::min(most, all.batch - first)), first);
    }

    template <class Product>
    void compute(Plans<Product>& plans, const Queue& q, const Correlation& shape, Factor a, Factor b, float factor,
                 Index terms, Index count, float* result) {
        const Key key{shape, aligned(a.values) && aligned(b.values) && aligned(result)};
        auto at = plans.find(key);
        if (at == plans.end()) at = plans.emplace(key, Plan<Product>(q.cudnn, shape, precision_)).first;
        Plan<Product>& plan = at->second;
        const auto product = [&](const float* alpha, const void* from_a, const void* from_b, void* to) {
            return plan.run(q, alpha, from_a, from_b, to);
        };
        while (!product_in(plan.precision(), q, a, b, factor, terms, count, result, product))
            plan = Plan<Product>(q.cudnn, shape, more_exact(plan.precision()));
    }

    [[nodiscard]] static Precision more_exact(Precision p) {
        return p == Precision::tf32 ? Precision::fp32 : Precision::tf32;
    }

    [[nodiscard]] static bool aligned(const float* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

    Precision precision_;
    Index most_values_;
    Plans<CorrelationOfMaps> forwards_;
    Plans<TransposedCorrelation> transposes_;
    Plans<CorrelationGradient> gradients_;
};

}  // namespace stylegan::gpu
#endif
