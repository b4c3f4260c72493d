// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The CUDA device, for programs that are compiled with the feature switch STYLEGAN_CUDA (the CMake target
/// stylegan::cuda sets it). Without it this file is empty, and the library has no trace of CUDA.
#ifdef STYLEGAN_CUDA
#include <stylegan/device/cpu.hpp>
#include <stylegan/device/cuda/buffer.hpp>
#include <stylegan/device/cuda/convolutions.hpp>
#include <stylegan/device/cuda/handle.hpp>
#include <stylegan/device/cuda/launch.hpp>
#include <stylegan/device/cuda/replay.hpp>
#include <stylegan/device/cuda/segmented_reduction.hpp>
#include <stylegan/device/cuda/staging.hpp>
#include <stylegan/device/precision.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace stylegan {

/// An NVIDIA GPU. Values are in single precision; products may be in less.
struct Cuda {
    using Scalar = float;
    template <class T>
    using Buffer = DeviceBuffer<T>;
    using Replay = gpu::Replay;

    static constexpr bool asynchronous = true;  ///< ops return before they are done

    int device = 0;                         ///< its number, as in nvidia-smi
    Precision precision = Precision::fp32;  ///< the only one within the golden tolerances
    int threads = 0;                        ///< of the CPU, which prepares data; 0: all of the machine
};

/// The number of CUDA devices; 0 without a driver, too.
[[nodiscard]] inline int cuda_devices() {
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
    (void)cudaGetLastError();
    return 0;
}

/// @throws DeviceError that says why a CUDA device cannot be used
inline void require_cuda_device(int device) {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess) (void)cudaGetLastError();
    if (status == cudaErrorInsufficientDriver) {  // CUDA reports the same if there is no driver
        int driver = 0;
        (void)cudaDriverGetVersion(&driver);
        const auto named = [](int v) { return text("CUDA ", v / 1000, '.', v % 1000 / 10); };
        throw DeviceError(driver == 0 ? "no CUDA device can be used: this machine has no driver for one"
                                      : text("no CUDA device can be used: the driver knows ", named(driver),
                                             ", expected ", named(CUDART_VERSION), " or later"));
    }
    if (status != cudaSuccess && status != cudaErrorNoDevice)
        throw DeviceError(text("no CUDA device can be used: ", cudaGetErrorString(status), " (cudaGetDeviceCount)"));
    if (count == 0) throw DeviceError("no CUDA device can be used: this machine has none");
    if (device < 0 || device >= count)
        throw DeviceError(
            text("CUDA device is ", device, ", expected ", count == 1 ? "0, the only one" : text("0 to ", count - 1)));
}

/// Bytes that all programs use on the current device of this thread. @throws DeviceError
[[nodiscard]] inline std::size_t cuda_memory_in_use() {
    std::size_t free = 0, total = 0;
    gpu::check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return total - free;
}

/// A stream of work on one GPU, with library handles, scratch memory, and threads for the CPU's share. Calls return
/// before their work is done; download() waits for it. A thread works on one device at a time: that of the context it
/// made or entered last.
template <>
class Context<Cuda> {
public:
    using Device = Cuda;
    using Scalar = float;

    /// @throws DeviceError if there is no such device, a library cannot be started, or threads is out of range
    explicit Context(Device device = {})
        : device_(device.device),
          pool_(cpu_threads("Cuda", device.threads)),
          stream_((select(device.device), gpu::make_stream())),
          dnn_(gpu::make_handle<gpu::DnnHandle>(&cudnnCreate, "cudnnCreate")),
          blas_(gpu::make_handle<gpu::BlasHandle>(&cublasCreate, "cublasCreate")),
          convolutions_(device.precision),
          workspace_([this](std::size_t bytes) { return device_memory(bytes); }, 256) {
        use(stream_.get());
        // in half precision, too: the weights of dense layers are read once, and rounding takes longer than reading
        const bool exact = device.precision == Precision::fp32;
        gpu::check(cublasSetMathMode(blas_.get(), exact ? CUBLAS_DEFAULT_MATH : CUBLAS_TF32_TENSOR_OP_MATH),
                   "cublasSetMathMode");
    }
    ~Context() { (void)cudaStreamSynchronize(stream_.get()); }  // before memory and handles go
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] int threads() const { return pool_.threads(); }
    [[nodiscard]] Workspace& workspace() { return workspace_; }

    /// Makes this context's device the current one of the calling thread.
    void enter() const { gpu::check(cudaSetDevice(device_), "cudaSetDevice"); }

    /// Layers record their times in `profile` from now on; nullptr stops that. `profile` must outlive its use.
    /// Measuring waits for the end of each layer.
    void set_profile(Profile* profile) { profile_ = profile; }

    template <class F>
    [[nodiscard]] Profile::Timer measured(F&& describe) const {
        if (!profile_) return {};
        synchronize();
        return Profile::Timer(*profile_, describe(), [this] { synchronize(); });
    }

    /// Runs work(), or its recorded graph if the key equals that of the last call; always work() while a profile is
    /// taken.
    /// @see gpu::Replay
    template <class Work>
    void replayed(gpu::Replay& replay, ReplayKey key, const Work& work) {
        if (profile_) return work();
        replay.run(stream(), std::move(key), work, [this](cudaStream_t s) { use(s); });
    }

    /// Calls f(item) for items [0, n) on the CPU, shared by its threads.
    template <class F>
    void parallel_for(Index n, F&& f) {
        pool_.for_each(n, f);
    }

    /// Calls f(item) for items [0, count) on the GPU. @see gpu::launch
    template <class F>
    void launch(Index count, const F& f) const {
        gpu::launch(stream(), count, f);
    }

    /// to[row * length + at] = f(row, at) on the GPU. @see gpu::compute
    template <class T, class F>
    void compute(Index rows, Index length, T* to, const F& f) const {
        gpu::compute(stream(), rows, length, to, f);
    }

    /// Sums of segments, in device memory of the innermost frame. @see gpu::segmented_sums
    template <int K, class F>
    [[nodiscard]] const gpu::Sums<K>* segmented_sums(Index segments, Index length, const F& f) {
        auto* const sums = workspace_.template take<gpu::Sums<K>>(segments);
        gpu::segmented_sums<K>(stream(), workspace_, segments, length, f, sums);
        return sums;
    }

    /// to[s * length + at] = f(s, at) on the GPU, and the sums of terms(s, f(s, at)). @see gpu::stored_sums
    template <int K, class T, class F, class Terms>
    [[nodiscard]] const gpu::Sums<K>* stored_sums(Index segments, Index length, const F& f, const Terms& terms, T* to) {
        auto* const sums = workspace_.template take<gpu::Sums<K>>(segments);
        gpu::stored_sums<K>(stream(), workspace_, segments, length, f, terms, to, sums);
        return sums;
    }

    /// coarse = factor * correlation of fine; its transpose in fine; its gradient in the kernel. @see gpu::Convolutions
    void correlate(const gpu::Correlation& shape, const float* fine, const float* kernel, float factor, float* coarse) {
        convolutions_.forward(queue(), shape, fine, kernel, factor, coarse);
    }
    void correlate_transposed(const gpu::Correlation& shape, const float* coarse, const float* kernel, float factor,
                              float* fine) {
        convolutions_.backward_data(queue(), shape, coarse, kernel, factor, fine);
    }
    void correlation_gradient(const gpu::Correlation& shape, const float* fine, const float* coarse, float* dkernel) {
        convolutions_.backward_kernel(queue(), shape, fine, coarse, dkernel);
    }

    /// y = factor * a b + keep * y for row-major matrices a (rows, inner), b (inner, columns), y (rows, columns).
    /// @param a_t, b_t  whether a (b) is stored as its transpose
    /// @param keep      0 or 1
    void multiply(Index rows, Index columns, Index inner, float factor, const float* a, bool a_t, const float* b,
                  bool b_t, float keep, float* y) {
        if (rows == 0 || columns == 0) return;
        if (!blas_scratch_) {
            blas_scratch_.reset(static_cast<std::byte*>(gpu::allocate(blas_scratch_bytes)));
            set_blas_scratch();
        }
        // cuBLAS is column-major: its matrices are the transposes of ours, so y^T = b^T a^T
        const auto n = [](Index i) { return static_cast<int>(i); };
        gpu::check(cublasSgemm(blas_.get(), b_t ? CUBLAS_OP_T : CUBLAS_OP_N, a_t ? CUBLAS_OP_T : CUBLAS_OP_N,
                               n(columns), n(rows), n(inner), &factor, b, n(b_t ? inner : columns), a,
                               n(a_t ? rows : inner), &keep, y, n(columns)),
                   "cublasSgemm");
    }

    template <class... I>
    [[nodiscard]] View<float, static_cast<int>(sizeof...(I))> take(I... extents) {
        View<float, static_cast<int>(sizeof...(I))> v{nullptr, {static_cast<Index>(extents)...}};
        v.data = workspace_.template take<float>(v.size());
        return v;
    }

    template <class T, int Rank>
    [[nodiscard]] View<float, Rank> take_like(View<T, Rank> other) {
        return {workspace_.template take<float>(other.size()), other.shape};
    }

    /// y = x
    template <int Rank>
    void copy(View<const float, Rank> x, View<float, Rank> y) const {
        if (x.size() == 0) return;
        gpu::check(cudaMemcpyAsync(y.data, x.data, static_cast<std::size_t>(x.size()) * sizeof(float),
                                   cudaMemcpyDeviceToDevice, stream()),
                   "cudaMemcpyAsync");
    }

    /// y = x, from host memory, which may be overwritten as soon as this returns. Ordered before all later work of this
    /// context; another context must call synchronize() on this one first.
    template <class T>
    void upload(const T* x, Index count, T* y) const {
        staging_.upload(stream(), x, static_cast<std::size_t>(count) * sizeof(T), y);
    }

    /// y = x, to host memory. Waits for all that x depends on.
    template <class T>
    void download(const T* x, Index count, T* y) const {
        staging_.download(
            stream(), x, static_cast<std::size_t>(count) * sizeof(T), y,
            [this](std::byte* to, const std::byte* from, std::size_t bytes) { copy_shared(to, from, bytes); });
    }

    template <int Rank>
    void fill(View<float, Rank> y, float value) const {
        launch(y.size(), gpu::Fill<float>{y.data, value});
    }

    /// Waits for all work of this context.
    void synchronize() const { gpu::check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize"); }

private:
    /// memcpy in host memory, by all threads: touching a fresh page takes longer than filling it.
    void copy_shared(std::byte* to, const std::byte* from, std::size_t bytes) const {
        constexpr std::size_t share = std::size_t{1} << 18;
        pool_.for_each(static_cast<Index>((bytes + share - 1) / share), [=](Index i) {
            const std::size_t first = static_cast<std::size_t>(i) * share;
            std::memcpy(to + first, from + first, std::min(share, bytes - first));
        });
    }

    [[nodiscard]] cudaStream_t stream() const { return used_; }
    void use(cudaStream_t stream) {
        gpu::check(cudnnSetStream(dnn_.get(), stream), "cudnnSetStream");
        gpu::check(cublasSetStream(blas_.get(), stream), "cublasSetStream");
        if (blas_scratch_) set_blas_scratch();
        used_ = stream;
    }
    /// Gives cuBLAS its workspace. Its own differs from stream to stream, and its choice of algorithm depends on the
    /// size; a graph must give the same bits as the stream. cublasSetStream() resets it.
    void set_blas_scratch() {
        gpu::check(cublasSetWorkspace(blas_.get(), blas_scratch_.get(), blas_scratch_bytes), "cublasSetWorkspace");
    }
    [[nodiscard]] gpu::Queue queue() { return {stream(), dnn_.get(), workspace_}; }

    static void select(int device) {
        require_cuda_device(device);
        gpu::check(cudaSetDevice(device), "cudaSetDevice");
    }

    [[nodiscard]] std::shared_ptr<std::byte> device_memory(std::size_t bytes) const {
        auto* const p = static_cast<std::byte*>(gpu::allocate(bytes));
        return {p, [this](std::byte* q) {
                    (void)cudaStreamSynchronize(stream_.get());  // kernels may still use it
                    (void)cudaFree(q);
                }};
    }

    static constexpr std::size_t blas_scratch_bytes = std::size_t{32} << 20;  // the default of cuBLAS on an H100

    int device_;
    mutable ThreadPool pool_;
    gpu::Stream stream_;
    cudaStream_t used_ = nullptr;  // stream_, or that of a recording graph
    gpu::DnnHandle dnn_;
    gpu::DeviceMemory blas_scratch_;  // allocated by the first product
    gpu::BlasHandle blas_;
    mutable gpu::Staging staging_;
    gpu::Convolutions convolutions_;
    Workspace workspace_;
    Profile* profile_ = nullptr;
};

}  // namespace stylegan
#endif
